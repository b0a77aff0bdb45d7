"""What other settings would mean for people's rights today, asked of the rule before they are saved."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from competence.decision.queries import ABSENCES, DELEGATIONS, EMPLOYMENTS, book, load, running
from competence.decision.rules import Book, Employment, judge
from competence.foundation.clock import today
from competence.foundation.orm import scoped
from competence.organisation.rules import Settings
from competence.signoffs.queries import chunks


@dataclass(frozen=True)
class Effect:
    """How many people would have other rights today than they have."""

    losing: int
    """People who could no longer do some task that they may do today."""
    gaining: int
    """People who could do some task that they may not do today."""


def effect_of(session: Session, new: Settings) -> Effect:
    """What the settings would mean today. Only those can be met who have been away for long, or hold a delegation."""
    on, now = today(), book(session)
    then = replace(now, settings=new)
    least = timedelta(days=min(now.settings.long_absence_days, new.long_absence_days))
    away = {
        row.employment_id
        for row in session.execute(scoped(session, ABSENCES))
        if (row.valid_to or on) - row.valid_from >= least
    }
    losing: set[int] = set()
    gaining: set[int] = set()
    delegated = set(session.scalars(scoped(session, DELEGATIONS, DELEGATIONS.c.person_id)))
    where = [EMPLOYMENTS.c.id.in_(some) for some in chunks(away)]
    where += [EMPLOYMENTS.c.person_id.in_(some) for some in chunks(delegated)]
    for some in where:
        before, after = (load(session, running(on) & some, shared=shared) for shared in (now, then))
        for old, other in zip(before, after, strict=True):
            levels = {task: (_level(old, task, on), _level(other, task, on)) for task in _tasks(old, now)}
            if any(has > gets for has, gets in levels.values()):
                losing.add(old.person_id)
            if any(gets > has for has, gets in levels.values()):
                gaining.add(old.person_id)
    return Effect(len(losing), len(gaining))


def _tasks(employment: Employment, shared: Book) -> set[int]:
    return set(employment.signed) | set(employment.delegations) | set(shared.must_hold)


def _level(employment: Employment, task: int, on: date) -> int:
    answer = judge(employment, task, on=on)
    return answer.level or answer.named_level
