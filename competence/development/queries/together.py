"""When somebody and a guide who can train her are on duty at the same time, as far as the roster says."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from competence.foundation.clock import now
from competence.roster.queries import day_of, duties_of

AHEAD = timedelta(days=14)
"""So far ahead the roster is looked into."""


def both_on_duty(
    session: Session, person_id: int, guides: Mapping[int, Sequence[tuple[int, str]]]
) -> dict[int, tuple[str, date]]:
    """Task -> (guide, day) of the first duty from now on that she shares with one of the task's guides in the same unit.

    `guides`: task -> (person, name). Tasks for which the roster has none are left out; so are all without a roster.
    """
    persons = {person for some in guides.values() for person, _name in some}
    if not persons:
        return {}
    at = now()
    duties = duties_of(session, {person_id, *persons}, begin=at, end=at + AHEAD)
    own = [one.duty for one in duties.get(person_id, ())]
    shared: dict[int, date] = {}
    for person in persons:
        days = [
            day_of(max(mine.starts_at, theirs.duty.starts_at, at))
            for theirs in duties.get(person, ())
            for mine in own
            if mine.unit_id == theirs.duty.unit_id and mine.span.overlaps(theirs.duty.span)
        ]
        if days:
            shared[person] = min(days)
    found = {}
    for task, some in guides.items():
        able = [(shared[person], name) for person, name in some if person in shared]
        if able:
            day, name = min(able)
            found[task] = (name, day)
    return found
