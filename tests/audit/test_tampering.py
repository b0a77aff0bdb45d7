"""Whatever is changed in the evidence by somebody with the database's own powers is found, and where."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from competence.audit.auditing import Fault
from tests.audit.tampering import ANCHORED, LENGTH, Attacker, three_chains
from tests.databases import Database
from tests.factories import World


@pytest.fixture
def key() -> Ed25519PrivateKey:
    """The key that signs anchors here."""
    return Ed25519PrivateKey.generate()


@pytest.fixture
def persons(world: World, key: Ed25519PrivateKey) -> list[int]:
    """Three persons with a chain each; two anchors vouch for five of six events."""
    return three_chains(world, key)


@pytest.fixture
def attacker(world: World, persons: list[int], database: Database) -> Iterator[Attacker]:
    """Somebody who owns the tables."""
    world.session.commit()
    made = Attacker(database, world.municipality.id)
    yield made
    made.close()


PLACES = st.integers(1, LENGTH)
LATER = timedelta(milliseconds=1)
COLUMNS: dict[str, Callable[[Attacker, Any], Any]] = {
    "kind": lambda _who, _was: "revoked",
    "recorded_at": lambda _who, was: (was.recorded_at + LATER).strftime("%Y-%m-%d %H:%M:%S.%f+00:00"),
    "by_person_id": lambda _who, _was: None,
    "task_id": lambda _who, _was: None,
    "refers_to": lambda _who, _was: 1,
    "fields": lambda _who, was: {**was.fields, "level": 2},
    "format": lambda _who, _was: 2,
    "prev_hash": lambda _who, _was: "0" * 64,
    "hash": lambda _who, _was: "0" * 64,
}


def alter(who: Attacker, person: int, place: int, column: str, *, rehashed: bool = False) -> int:
    value = COLUMNS[column](who, who.chain(person)[place - 1][0])
    if who.engine.dialect.name == "sqlite" and column == "recorded_at":
        value = value.removesuffix("+00:00")
    who.set(person, place, **{column: value})
    if rehashed:
        who.rehash(person, place)
    return place


def swap(who: Attacker, person: int, one: int, other: int) -> int:
    """The two events have changed places with all that stands in them."""
    for was, now in ((one, 5000), (other, one), (5000, other)):
        who.set(person, was, seq=now)
    return min(one, other)


def insert(who: Attacker, person: int, place: int, *, moves_head: bool) -> int:
    chain = who.chain(person)
    who.shift(person, place, 1)
    who.insert(person, place, after=chain[place - 2][1] if place > 1 else "")
    if moves_head:
        who.head(person, LENGTH + 1, chain[-1][1])
    return place


def delete(who: Attacker, person: int, place: int, *, closes: bool) -> int:
    who.delete(person, place, place)
    if closes:
        who.shift(person, place + 1, -1)
    return place


def rewrite(who: Attacker, person: int, place: int, column: str) -> int:
    """The event says something else, and all from there on have hashes that fit, the noted end too."""
    alter(who, person, place, column)
    who.relink(person, place)
    return place


def cut(who: Attacker, person: int, place: int) -> int:
    """The chain ends before the place, and is noted to end there."""
    chain = who.chain(person)
    who.delete(person, place, LENGTH)
    who.head(person, place - 1, chain[place - 2][1] if place > 1 else "")
    return place


def slip_in(who: Attacker, person: int, place: int) -> int:
    """One more event in the middle, and all hashes made anew."""
    insert(who, person, place, moves_head=False)
    who.relink(person, place)
    return place


SAID = st.sampled_from([name for name in COLUMNS if name not in ("prev_hash", "hash")])
"""What an event says."""
VOUCHED = st.integers(1, ANCHORED)
"""The places that an anchor vouches for."""
ACTS: st.SearchStrategy[Any] = st.one_of(
    st.tuples(st.just(alter), st.tuples(PLACES, st.sampled_from(sorted(COLUMNS))), st.just({})),
    st.tuples(st.just(alter), st.tuples(PLACES, SAID), st.just({"rehashed": True})),
    st.tuples(st.just(swap), st.lists(PLACES, min_size=2, max_size=2, unique=True), st.just({})),
    st.tuples(st.just(delete), st.tuples(PLACES), st.fixed_dictionaries({"closes": st.booleans()})),
    st.tuples(st.just(insert), st.tuples(PLACES), st.fixed_dictionaries({"moves_head": st.booleans()})),
    st.tuples(st.just(rewrite), st.tuples(VOUCHED, SAID), st.just({})),
    st.tuples(st.just(cut), st.tuples(VOUCHED), st.just({})),
    st.tuples(st.just(slip_in), st.tuples(VOUCHED), st.just({})),
)


@settings(max_examples=150)
@given(who=st.integers(0, 2), act=ACTS)
def test_every_change_is_found_in_its_place(attacker: Attacker, persons: list[int], who: int, act: Any) -> None:
    does, places, how = act
    with attacker.trying():
        place = does(attacker, persons[who], *places, **how)
        found, faults = attacker.seen()
    assert [(one.person_id, one.seq) for one in found] == [(persons[who], place)]
    assert faults == []
    assert found[0].anchor == (None if place > ANCHORED else 1 if place <= 2 else 2)


WITHOUT: st.SearchStrategy[Any] = st.one_of(
    st.tuples(st.just(alter), st.tuples(PLACES, st.sampled_from(sorted(COLUMNS))), st.just({})),
    st.tuples(st.just(swap), st.lists(PLACES, min_size=2, max_size=2, unique=True), st.just({})),
    st.tuples(st.just(delete), st.tuples(PLACES), st.fixed_dictionaries({"closes": st.booleans()})),
    st.tuples(st.just(insert), st.tuples(PLACES), st.fixed_dictionaries({"moves_head": st.booleans()})),
)


@settings(max_examples=60)
@given(who=st.integers(0, 2), act=WITHOUT)
def test_it_is_found_without_any_anchor_too(attacker: Attacker, persons: list[int], who: int, act: Any) -> None:
    does, places, how = act
    with attacker.trying():
        for table in ("anchored_head", "anchor", "anchor_key"):
            attacker.run(f"DELETE FROM {table} WHERE municipality_id = :m")
        place = does(attacker, persons[who], *places, **how)
        found, _faults = attacker.seen()
    assert [(one.person_id, one.seq) for one in found] == [(persons[who], place)]


@pytest.mark.parametrize("said", ["{}", "[]", "null", '"x"', '{"level": 1e400}', '{"level": NaN}', "ikke JSON"])
def test_what_can_be_no_event_is_altered(attacker: Attacker, persons: list[int], said: str) -> None:
    if attacker.engine.dialect.name == "postgresql" and ("NaN" in said or "ikke" in said):
        pytest.skip("PostgreSQL keeps JSON only")
    with attacker.trying():
        attacker.run(
            "UPDATE evidence_event SET fields = :said WHERE municipality_id = :m AND person_id = :p AND seq = 3",
            said=said, p=persons[1],
        )  # fmt: skip
        found, _faults = attacker.seen()
    assert [(one.person_id, one.seq, one.what) for one in found] == [(persons[1], 3, "altered")]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_moment_that_is_none_is_altered_and_the_rest_is_read_on(attacker: Attacker, persons: list[int]) -> None:
    with attacker.trying():
        attacker.set(persons[0], 4, recorded_at="i går")
        attacker.set(persons[2], 1, kind="revoked")
        found, _faults = attacker.seen()
    assert [(one.person_id, one.seq) for one in found] == [(persons[0], 4), (persons[2], 1)]


def test_a_chain_that_is_gone_with_its_end_is_found(attacker: Attacker, persons: list[int]) -> None:
    with attacker.trying():
        attacker.delete(persons[1], 1, LENGTH)
        attacker.run("DELETE FROM chain_head WHERE municipality_id = :m AND person_id = :p", p=persons[1])
        found, _faults = attacker.seen()
    assert [(one.person_id, one.seq, one.what) for one in found] == [(persons[1], 1, "cut off")]


def test_an_end_that_is_noted_elsewhere_is_told_from_events_that_were_changed(
    attacker: Attacker, persons: list[int]
) -> None:
    with attacker.trying():
        attacker.delete(persons[0], LENGTH, LENGTH)
        attacker.head(persons[0], ANCHORED, "0" * 64)
        found, _faults = attacker.seen()
    assert [(one.seq, one.what) for one in found] == [(ANCHORED, "end")]


def test_nothing_is_found_where_nothing_was_changed(attacker: Attacker, key: Ed25519PrivateKey) -> None:
    assert attacker.seen() == ([], [])


ANCHOR_ACTS = [
    ("UPDATE anchor SET root = hash WHERE municipality_id = :m AND number = 1", "altered", 1),
    ("UPDATE anchor SET made_at = '2026-01-01 00:00:00' WHERE municipality_id = :m AND number = 2", "altered", 2),
    ("UPDATE anchor SET events = events - 1 WHERE municipality_id = :m AND number = 2", "altered", 2),
    ("UPDATE anchor SET prev_hash = root WHERE municipality_id = :m AND number = 2", "altered", 2),
    ("UPDATE anchor SET signature = hash || hash WHERE municipality_id = :m AND number = 1", "signature", 1),
    ("DELETE FROM anchored_head WHERE municipality_id = :m AND number = 1", "ends", 1),
    ("UPDATE anchored_head SET seq = seq + 1 WHERE municipality_id = :m AND number = 2", "ends", 2),
    ("UPDATE anchor_key SET signature = public_key || public_key WHERE municipality_id = :m", "key", 1),
    ("UPDATE anchor_key SET ground = 'lost' WHERE municipality_id = :m", "key", 1),
]


@pytest.mark.parametrize(("statement", "what", "number"), ANCHOR_ACTS)
def test_an_altered_anchor_is_found(attacker: Attacker, statement: str, what: str, number: int) -> None:
    with attacker.trying():
        attacker.run(statement)
        _found, faults = attacker.seen()
    assert Fault(what, number) in faults


@pytest.mark.parametrize("number", [1, 2])
def test_an_anchor_that_was_taken_away_is_missed(attacker: Attacker, number: int) -> None:
    with attacker.trying():
        for table in ("anchored_head", "anchor"):
            attacker.run(f"DELETE FROM {table} WHERE municipality_id = :m AND number = :number", number=number)
        _found, faults = attacker.seen()
    assert Fault("missing", number) in faults
