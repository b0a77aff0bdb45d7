"""How a unit meets what it needs in a subject area."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.catalogue.models import Area
from competence.coverage.queries.places import tree
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, Overtaken
from competence.foundation.text import N_, sentence
from competence.organisation.models import Unit
from competence.strategy.models import NeedChoice
from competence.strategy.rules.planning import MOST_NOTE, Meet, words


@command
def choose_how(
    session: Session, unit_id: int, area_id: int, meets: Iterable[Meet], note: str, *, seen: int, by: Actor
) -> NeedChoice:
    """The unit's choice in the area. Overtaken when it is not what was `seen` (its revision; 0: there was none)."""
    node = tree(session, on=today()).by_id.get(unit_id)
    if node is None or not by.may(Permission.STRATEGY_WRITE, node.path):
        authorise(by, Permission.STRATEGY_WRITE)
        raise NotFound
    if session.scalar(select(Area.id).where(Area.id == area_id)) is None:
        raise NotFound
    session.execute(select(Unit.id).where(Unit.id == node.id).with_for_update())
    row = session.scalars(
        select(NeedChoice).where(NeedChoice.unit_id == node.id, NeedChoice.area_id == area_id)
    ).one_or_none()
    if (row.revision if row else 0) != seen:
        raise Overtaken(
            sentence(N_("Somebody has changed the choice meanwhile. Nothing was saved. What you wrote is still here."))
        )
    note = words(note, "note", MOST_NOTE)
    if row is None:
        row = NeedChoice(unit_id=node.id, area_id=area_id, revision=0)
        session.add(row)
    wanted = set(meets)
    row.meets, row.note = [one.value for one in Meet if one in wanted], note
    row.revision, row.chosen_at, row.chosen_by = seen + 1, now(), by.person_id
    session.flush()
    record(
        session, by=by.person_id, action="choose_how_to_meet", subject="unit", subject_id=node.id,
        detail={"area": area_id, "meets": row.meets},
    )  # fmt: skip
    return row
