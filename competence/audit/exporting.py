"""Evidence as a file that anybody can verify without this program: events, texts, anchors, keys and proofs."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

from sqlalchemy import Table, and_, select
from sqlalchemy.orm import Session

from competence.audit.anchoring import anchored_ends, document_of, keys_of
from competence.audit.chain import EVENTS, OF_A_LINK, heads_of
from competence.audit.commands import record
from competence.audit.merkle import Tree, leaf
from competence.audit.models import Anchor, EventText
from competence.audit.rules import Link, document_of_link, utc_text
from competence.foundation.clock import now
from competence.foundation.orm import scoped, tenant_id

FORMAT = 1
TOGETHER = 200
"""So many persons are read at a time."""
TEXTS = cast(Table, EventText.__table__)


def evidence_file(session: Session, person_ids: Iterable[int] | None) -> Iterator[str]:
    """The file's JSON in pieces: the chains of the persons (None: of all), with what proves them.

    A text that has been erased is left out; the event holds its hash, and still verifies. Names are never in it.
    """
    anchors, keys = session.scalars(select(Anchor).order_by(Anchor.number)).all(), keys_of(session)
    about = {
        "format": FORMAT,
        "municipality": tenant_id(session),
        "made_at": utc_text(now()),
        "keys": [
            {
                "format": 1, "municipality": key.municipality_id, "number": key.number, "key": key.public_key,
                "before": before, "ground": key.ground, "recorded_at": utc_text(key.recorded_at),
                "signature": key.signature, "signed_before": key.signed_before,
            }
            for before, key in zip(["", *(key.public_key for key in keys)], keys, strict=False)
        ],
        "anchors": [document_of(one) | {"hash": one.hash, "signature": one.signature} for one in anchors],
    }  # fmt: skip
    yield _json(about)[:-1] + ',"chains":[\n'
    ends, heads = anchored_ends(session) if anchors else {}, heads_of(session)
    order = sorted(ends)
    tree = Tree([leaf(person, *ends[person]) for person in order])
    place = {person: at for at, person in enumerate(order)}
    wanted = sorted(heads.keys() | ends.keys() if person_ids is None else set(person_ids))
    first = True
    for start in range(0, len(wanted), TOGETHER):
        some = wanted[start : start + TOGETHER]
        events = _events(session, some)
        for person in some:
            if person not in heads and person not in ends and not events.get(person):
                continue
            seq, digest = heads.get(person, (0, ""))
            chain: dict[str, Any] = {
                "person": person,
                "end": {"seq": seq, "hash": digest},
                "events": events.get(person, []),
            }
            if person in ends:
                path = [{"left" if step.left else "right": step.hash} for step in tree.proof(place[person])]
                chain["anchored"] = {
                    "person": person, "seq": ends[person][0], "hash": ends[person][1], "path": path
                }  # fmt: skip
            yield ("" if first else ",\n") + _json(chain)
            first = False
    yield "\n]}\n"


def note_export(session: Session, person_ids: Sequence[int] | None) -> None:
    """Nothing; it is noted that evidence was exported from the command line, and whose."""
    one = person_ids[0] if person_ids is not None and len(person_ids) == 1 else None
    record(
        session, by=None, action="export_evidence", subject="evidence_event", person_id=one,
        detail={"persons": None if person_ids is None else len(person_ids)},
    )  # fmt: skip


def _events(session: Session, persons: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    texts: dict[int, dict[str, dict[str, str]]] = {}
    held = scoped(session, TEXTS, TEXTS.c.event_id, TEXTS.c.name, TEXTS.c.text, TEXTS.c.salt).join(
        EVENTS, and_(EVENTS.c.municipality_id == TEXTS.c.municipality_id, EVENTS.c.id == TEXTS.c.event_id)
    )
    for row in session.execute(held.where(EVENTS.c.person_id.in_(persons)).order_by(TEXTS.c.id)):
        texts.setdefault(row.event_id, {})[row.name] = {"text": row.text, "salt": row.salt}
    found: dict[int, list[dict[str, Any]]] = {}
    rows = scoped(session, EVENTS, *OF_A_LINK, EVENTS.c.hash, EVENTS.c.id).where(EVENTS.c.person_id.in_(persons))
    for *said, stored, number in session.execute(rows.order_by(EVENTS.c.person_id, EVENTS.c.seq)):
        link = Link(*said)
        event = document_of_link(link) | {"hash": stored}
        found.setdefault(link.person_id, []).append(
            {"event": event, "texts": texts[number]} if number in texts else {"event": event}
        )
    return found


def _json(said: Any) -> str:
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
