"""What other settings would mean for people's rights today, asked of the rule before they are saved."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from competence.catalogue.rules.scales import Turn
from competence.decision.queries import ABSENCES, DELEGATIONS, EMPLOYMENTS, book, load, running
from competence.decision.rules import Book, Employment, judge
from competence.delegation.rules import CellRule, CellTerms
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


def effect_of_scale(session: Session, turn: Turn) -> list[tuple[int, int]]:
    """(person, task) of what people who may do it today could no longer do, by person, if the practice scale were changed so.

    Nobody can gain by it: what is asked for comes to lie above all that lower levels become.
    """
    on, now = today(), book(session)
    then = replace(
        now,
        cells={id_: {place: _turned(terms, turn) for place, terms in cells.items()} for id_, cells in now.cells.items()},
        masks=tuple(
            replace(mask, minimum_level=turn.asked(mask.minimum_level)) if mask.minimum_level else mask for mask in now.masks
        ),
    )  # fmt: skip
    by_education = {
        place
        for cells in now.cells.values()
        for place, terms in cells.items()
        if terms.rule is CellRule.CORE and turn.held(terms.education_level) < turn.asked(terms.minimum_level)
    }
    ids = session.scalars(scoped(session, EMPLOYMENTS, EMPLOYMENTS.c.id).where(running(on)).order_by(EMPLOYMENTS.c.id))
    lost: dict[tuple[int, int], None] = {}
    for some in chunks(ids):
        for old in load(session, EMPLOYMENTS.c.id.in_(some), shared=now):
            new = replace(old, book=then)
            new.__dict__["signed"] = {
                task: tuple(replace(one, level=turn.held(one.level), levels=()) for one in signs)
                for task, signs in old.signed.items()
            }
            group = (now.follow_on(old.staff_group_id, on) or (old.staff_group_id, None))[0]
            tasks = _tasks(old, now) | {task for task, other in by_education if other in (old.staff_group_id, group)}
            for task in sorted(tasks):
                if _level(old, task, on) and not _level(new, task, on):
                    lost[old.person_id, task] = None
    return sorted(lost)


def _turned(terms: CellTerms, turn: Turn) -> CellTerms:
    turned = replace(
        terms,
        minimum_level=turn.asked(terms.minimum_level),
        education_level=turn.held(terms.education_level),
        levels=(),
    )
    return replace(turned, kept=replace(terms.kept, terms=_turned(terms.kept.terms, turn))) if terms.kept else turned


def _tasks(employment: Employment, shared: Book) -> set[int]:
    return set(employment.signed) | set(employment.delegations) | set(shared.must_hold)


def _level(employment: Employment, task: int, on: date) -> int:
    answer = judge(employment, task, on=on)
    return answer.level or answer.named_level
