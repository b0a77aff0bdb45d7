"""Groups too small to be shown to whoever sees numbers only, and those hidden with them, so that subtraction finds nobody."""

from collections.abc import Mapping
from typing import TypeVar

from competence.coverage.rules import SMALLEST_GROUP, Shift

Key = TypeVar("Key")


def hidden_beside(sizes: Mapping[Key, int]) -> set[Key]:
    """Those fewer than five, and beside them all of the smallest size that is not small; all of them where nobody is left."""
    small = {key for key, size in sizes.items() if 0 < size < SMALLEST_GROUP}
    if not small:
        return set()
    rest = {key: size for key, size in sizes.items() if size >= SMALLEST_GROUP}
    least = min(rest.values(), default=0)
    found = small | {key for key, size in rest.items() if size == least}
    return set(sizes) if len(found) == len(small) + len(rest) else found


def hidden_shifts(people: Mapping[Shift, int]) -> set[Shift]:
    """The shifts of which nothing is shown, by how many share each; one that nobody has is about nobody."""
    return hidden_beside(people)
