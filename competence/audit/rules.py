"""How an event is hashed and how a chain is checked. Format 1."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Link:
    """What of an event goes into its hash: everything but the row's own id and the citizen's id."""

    municipality_id: int
    person_id: int
    seq: int
    kind: str
    recorded_at: datetime
    by_person_id: int | None
    task_id: int | None
    refers_to: int | None
    fields: Mapping[str, Any]
    prev_hash: str
    format: int = FORMAT


def utc_text(moment: datetime) -> str:
    """UTC with milliseconds, as "2026-06-09T05:42:00.000Z"."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def link_hash(link: Link) -> str:
    """SHA-256, in hex, over the RFC 8785 JSON of the event's fields and the hash before it."""
    document: dict[str, Any] = {
        "format": link.format,
        "municipality": link.municipality_id,
        "person": link.person_id,
        "seq": link.seq,
        "kind": link.kind,
        "recorded_at": utc_text(link.recorded_at),
        "by": link.by_person_id,
        "task": link.task_id,
        "refers_to": link.refers_to,
        "fields": dict(link.fields),
        "prev_hash": link.prev_hash,
    }
    return hashlib.sha256(canonical(document)).hexdigest()


def canonical(document: dict[str, Any]) -> bytes:
    """The document as RFC 8785 writes it.

    Where there are only texts, whole numbers, truths and lists and objects of them, the standard library's encoder with
    sorted keys writes the same bytes, ten times as fast; anything else is left to the library that knows how.
    """
    if _is_simple(document):
        return _ENCODER.encode(document).encode()
    return rfc8785.dumps(document)


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False)
_SAFE = 2**53 - 1
"""The largest whole number that RFC 8785 takes."""


def _is_simple(value: Any) -> bool:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return bool(-_SAFE <= value <= _SAFE)
    if kind is dict:
        return all(type(key) is str and key.isascii() and _is_simple(one) for key, one in value.items())
    return kind is list and all(map(_is_simple, value))


def text_hash(text: str, salt: str) -> str:
    """The salted hash by which an event holds a free text, a file or a citizen reference."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


@dataclass(frozen=True)
class Break:
    """The first place in a person's chain where something is not as it was written."""

    person_id: int
    seq: int
    what: str
    """"altered", "missing", "reordered", "added" or "cut off"."""


def verify(links: Iterable[tuple[Link, str]], heads: Mapping[int, tuple[int, str]]) -> Iterable[Break]:
    """The first break of each chain. `links` come ordered by person and seq, each with its stored hash; `heads` by person."""
    seen: dict[int, tuple[int, str]] = {}
    broken: set[int] = set()
    for link, stored in links:
        person = link.person_id
        if person in broken:
            continue
        seq, before = seen.get(person, (0, ""))
        what = ""
        if link.seq != seq + 1:
            what = "missing" if link.seq > seq + 1 else "reordered"
        elif link_hash(link) != stored:
            what = "altered"
        elif link.prev_hash != before:
            what = "reordered"
        if what:
            broken.add(person)
            yield Break(person, seq + 1, what)
        seen[person] = (link.seq, stored)
    for person, (seq, head) in heads.items():
        if person in broken:
            continue
        last_seq, last_hash = seen.get(person, (0, ""))
        if (last_seq, last_hash) != (seq, head):
            yield Break(person, min(last_seq, seq) + 1, "cut off" if last_seq < seq else "added")
    for person in seen.keys() - heads.keys() - broken:
        yield Break(person, 1, "added")
