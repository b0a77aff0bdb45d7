"""The tree of hashes: one root for all, and for each leaf a way up to it that no other leaf has."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from competence.audit.merkle import Tree, leaf, root

ENDS = st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**4), st.text("0123456789abcdef")), max_size=40)


def climbed(start: bytes, tree: Tree, at: int) -> str:
    """Where the way up from the place leads, beginning at a leaf."""
    for step in tree.proof(at):
        beside = bytes.fromhex(step.hash)
        start = hashlib.sha256(b"\x01" + (beside + start if step.left else start + beside)).digest()
    return start.hex()


@given(ENDS)
def test_every_leaf_leads_to_the_root(ends: list[tuple[int, int, str]]) -> None:
    leaves = [leaf(*end) for end in ends]
    tree = Tree(leaves)
    assert tree.root == root(leaves)
    assert all(climbed(one, tree, at) == tree.root for at, one in enumerate(leaves))


@given(ENDS.filter(bool), st.data())
def test_another_end_does_not(ends: list[tuple[int, int, str]], data: st.DataObject) -> None:
    tree = Tree([leaf(*end) for end in ends])
    at = data.draw(st.integers(0, len(ends) - 1))
    person, seq, digest = ends[at]
    assert climbed(leaf(person, seq - 1, digest), tree, at) != tree.root
    assert climbed(leaf(person, seq, digest + "0"), tree, at) != tree.root


def test_the_tree_is_that_of_the_standard() -> None:
    """As RFC 6962, 2.1: the hash of nothing, of one leaf, and of three, where the last one goes up alone."""
    one, two, three = (leaf(1, n, "00") for n in (1, 2, 3))
    assert root([]) == hashlib.sha256(b"").hexdigest()
    assert root([one]) == one.hex() == hashlib.sha256(b'\x00{"hash":"00","person":1,"seq":1}').hexdigest()
    pair = hashlib.sha256(b"\x01" + one + two).digest()
    assert root([one, two, three]) == hashlib.sha256(b"\x01" + pair + three).hexdigest()
