"""How a chain is checked: against its own hashes, against its end, and against what the anchors said of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeVar

import rfc8785

from competence.audit.rules import Link, link_hash


@dataclass(frozen=True)
class Break:
    """The first place in a person's chain where something is not as it was written."""

    person_id: int
    seq: int
    what: str
    """"altered", "missing", "reordered", "added", "cut off", or "end" where only the noted end of the chain is not right."""
    anchor: int | None = None
    """The number of the first anchor that vouches for the event as it was, as do all after it; None: none does."""
    only_by_anchor: bool = False
    """Without the anchor nothing would be seen."""


@dataclass(frozen=True, slots=True)
class Anchored:
    """How far a chain had come at an anchor."""

    person_id: int
    number: int
    seq: int
    hashes: Sequence[str]
    """Of the events since it was last anchored, the last one that of `seq`."""


Chain = list[tuple[Link, str]]
"""The events of one person in the order of their place, each with its stored hash."""


def verify(
    links: Iterable[tuple[Link, str]],
    heads: Mapping[int, tuple[int, str]],
    anchored: Iterable[Anchored] = (),
    *,
    read: Callable[[Chain, bool], None] | None = None,
) -> Iterator[Break]:
    """The first break of each chain, one person's events in memory at a time.

    `links` come ordered by person and seq, each with its stored hash; `heads` by person; `anchored` by person and number.
    `read` is told of each person's events, and whether they are whole.
    """
    seen: set[int] = set()
    for person, chain, vouched in _side_by_side(links, anchored):
        seen.add(person)
        found = _first_break(person, chain, heads.get(person, (0, "")), vouched)
        if read is not None:
            read(chain, found is None)
        if found:
            yield found
    for person in sorted(heads.keys() - seen):
        yield Break(person, 1, "cut off")


T = TypeVar("T")


def _side_by_side(
    links: Iterable[tuple[Link, str]], anchored: Iterable[Anchored]
) -> Iterator[tuple[int, Chain, list[Anchored]]]:
    """Every person with events or anchored ends: her id, her events, and what the anchors said of them."""
    ours, theirs = _grouped(links, _of_link), _grouped(anchored, _of_anchored)
    here, there = next(ours, None), next(theirs, None)
    while here or there:
        if there is None or (here is not None and here[0] < there[0]):
            assert here is not None
            yield here[0], here[1], []
            here = next(ours, None)
        elif here is None or there[0] < here[0]:
            yield there[0], [], there[1]
            there = next(theirs, None)
        else:
            yield here[0], here[1], there[1]
            here, there = next(ours, None), next(theirs, None)


def _grouped(some: Iterable[T], key: Callable[[T], int]) -> Iterator[tuple[int, list[T]]]:
    for person, group in groupby(some, key):
        yield person, list(group)


def _of_link(one: tuple[Link, str]) -> int:
    return one[0].person_id


def _of_anchored(one: Anchored) -> int:
    return one.person_id


def _first_break(person: int, chain: Chain, head: tuple[int, str], vouched: Sequence[Anchored]) -> Break | None:
    known = {
        place: digest
        for one in vouched
        for place, digest in enumerate(one.hashes, one.seq - len(one.hashes) + 1)
    }  # fmt: skip
    if _is_whole(chain, head, known):
        return None
    found = _located(chain, head, known)
    seq, what = found or (head[0], "end")
    number = next((one.number for one in vouched if one.seq - len(one.hashes) < seq <= one.seq), None)
    return Break(person, seq, what, number, only_by_anchor=bool(known) and _is_whole(chain, head, {}))


def _is_whole(chain: Chain, head: tuple[int, str], known: Mapping[int, str]) -> bool:
    place, before = 0, ""
    for link, stored in chain:
        place += 1
        if link.seq != place or link.prev_hash != before or digest_of(link) != stored:
            return False
        if known and known.get(place, stored) != stored:
            return False
        before = stored
    return (place, before) == head and max(known, default=0) <= place


def digest_of(link: Link) -> str:
    """The hash; "" where what stands in the row can be no event's."""
    try:
        return link_hash(link)
    except (ValueError, TypeError, AttributeError, rfc8785.CanonicalizationError):
        return ""


def _located(chain: Chain, head: tuple[int, str], anchored: Mapping[int, str]) -> tuple[int, str] | None:
    """(place, what) of the first break; None where the events are whole, and only the noted end is not.

    A hash vouches for the event and, by the hash that it names, for the one before it. So from the anchors and the end,
    what is known of the right hashes is followed backwards as far as it goes; then the events are read from the first on.
    """
    places: dict[int, tuple[Link, str, str]] = {}
    for link, stored in chain:
        if link.seq < 1 or link.seq in places:
            return link.seq, "added"
        places[link.seq] = (link, stored, digest_of(link))
    last = max(head[0], max(anchored, default=0))
    top = max(last, max(places, default=0))
    known = dict(anchored)
    if head[0]:
        known.setdefault(*head)
    for place in range(top, 1, -1):
        if place not in places:
            continue
        link, stored, digest = places[place]
        named = known.get(place, places[place + 1][0].prev_hash if place + 1 in places else "")
        if digest and digest == named == stored:
            known.setdefault(place - 1, link.prev_hash)
    before = ""
    for place in range(1, top + 1):
        if place not in places:
            return place, "missing" if place < max(places, default=0) else "cut off"
        link, stored, digest = places[place]
        if digest != stored or link.prev_hash != before or known.get(place, stored) != stored:
            return _said(place, places)
        if place > last:
            return place, "added"
        before = stored
    return None


def _said(place: int, places: Mapping[int, tuple[Link, str, str]]) -> tuple[int, str]:
    """What has happened where the event at a place is not the one that was written there."""
    link, stored, _digest_here = places[place]
    came_from = _place_of(link, stored, places)
    if came_from is None or came_from == place:
        pushed = place + 1 in places and _place_of(*places[place + 1][:2], places) == place
        return place, "added" if pushed else "altered"
    if came_from < place:  # pushed on by one that was put in where it stood, or a copy
        return place if places[came_from][1] == stored else came_from, "added"
    original = any(
        other != place and digest_of(replace(one, seq=place)) == its for other, (one, its, _its) in places.items()
    )
    return place, "reordered" if original else "missing"


def _place_of(link: Link, stored: str, places: Mapping[int, tuple[Link, str, str]]) -> int | None:
    """The place for which the event was hashed; None where its stored hash was made for none."""
    for place in range(1, max(places) + 2):
        if digest_of(replace(link, seq=place)) == stored:
            return place
    return None
