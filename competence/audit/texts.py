"""Whether what lies apart from the chain, and can be erased, still is what the chain holds the hashes of."""

from typing import cast

from sqlalchemy import Table, and_
from sqlalchemy.orm import Session

from competence.audit.chain import EVENTS, STREAM
from competence.audit.models import CitizenReference, EventText
from competence.audit.rules import Link, text_hash
from competence.audit.sealing import chain_hash
from competence.foundation.orm import scoped

TEXTS = cast(Table, EventText.__table__)
CITIZENS = cast(Table, CitizenReference.__table__)


def altered_texts(session: Session) -> list[tuple[int, int]]:
    """(person, seq) of each event with a text that is not the one it holds the hash of. An erased text is none."""
    wanted = scoped(
        session, TEXTS, EVENTS.c.person_id, EVENTS.c.seq, EVENTS.c.fields, TEXTS.c.name, TEXTS.c.text, TEXTS.c.salt
    ).join(EVENTS, and_(EVENTS.c.municipality_id == TEXTS.c.municipality_id, EVENTS.c.id == TEXTS.c.event_id))
    with session.execute(wanted, execution_options=STREAM) as rows:
        return sorted(
            {
                (person, seq)
                for person, seq, fields, name, text, salt in rows
                if fields.get(f"{name}_hash") != text_hash(text, salt)
            }
        )


class Citizens:
    """Tells the events that now point at another citizen than the one they hold the hash of, as they are read."""

    def __init__(self, session: Session) -> None:
        """Reads the references that have not been erased; the events are given to `see`."""
        self.found: list[tuple[int, int]] = []
        rows = session.execute(scoped(session, CITIZENS, CITIZENS.c.id, CITIZENS.c.lookup, CITIZENS.c.salt))
        self._hashes = {id_: chain_hash(lookup, salt) if lookup else None for id_, lookup, salt in rows}

    def see(self, link: Link, citizen_id: int | None) -> None:
        """Nothing; the event is taken into account."""
        held = link.fields.get("citizen_hash") if isinstance(link.fields, dict) else None
        if held is None:
            return
        now = self._hashes.get(citizen_id, "") if citizen_id else ""
        if now is not None and now != held:
            self.found.append((link.person_id, link.seq))
