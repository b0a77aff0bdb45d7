"""May this person do this task, for this citizen, on this date: the rule at the centre (product.md).

Plain functions over plain data: facts come in as frozen dataclasses that a query has loaded, dates are arguments, and the
answer carries every fact that decided it.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from competence.decision.rules.facts import Answer, Delegated, Employment, Mask, Span, State, Stopped
from competence.delegation.rules import CellRule, CellTerms, Kept
from competence.signoffs.rules import EventKind, Signed, latest, waiting

_RULE_STATES = {
    CellRule.NOT_RELEVANT: State.NOT_RELEVANT,
    CellRule.NOT_ALLOWED: State.NOT_ALLOWED,
    CellRule.UNDECIDED: State.UNDECIDED,
    CellRule.ASSISTS: State.ASSISTS,
}


def judge(
    employment: Employment, task: int, *, on: date, unit: str | None = None, citizen: int | None = None, depth: int = 0
) -> Answer:
    """The answer without its reasons: the part that runs for every cell of a page."""
    book = employment.book
    cell = employment.cell(task, on=on)
    if on < employment.valid_from or (employment.valid_to is not None and on >= employment.valid_to):
        return Answer(State.ENDED, 0, cell)
    if cell.kept is not None and _keeps(employment, task, cell.kept, on, citizen):
        cell = cell.kept.terms.at(on)
    if not cell.entitles:
        return Answer(_RULE_STATES[cell.rule], 0, cell)
    path = unit or employment.unit_path
    minimum = cell.minimum_level
    for mask in book.masks:
        if mask.task_id == task and _applies(mask, path, employment.staff_group_id, on):
            if mask.minimum_level is None:
                return Answer(State.NOT_ALLOWED, 0, cell)
            minimum = max(minimum, mask.minimum_level)
    stop = next((s for s in book.stops if s.task_id == task and _applies(s, path, employment.staff_group_id, on)), None)

    named = cell.rule is CellRule.MAY_CITIZEN
    signs = [s for s in employment.signed.get(task, ()) if s.citizen_id == (citizen if named else None)]
    if named and citizen is None:
        signs = [s for s in employment.signed.get(task, ()) if s.citizen_id is not None]
    last = latest(signs, on=on)
    wait = waiting(signs, on=on)
    if wait is not None and wait is last:
        wait = None
    asked = book.sign_again.get(task, ())
    overtaken = next((one for one in asked if last is not None and one.overtakes(last, on=on)), None)
    holds = last is not None and last.in_force(on) and overtaken is None
    ends = [end for end in (employment.valid_to,) if end]
    exempt = _inside(employment.exempt.get(task, ()), on)
    paused = exempt or (last is not None and holds and last.paused(on)) or _away(employment, task, on)
    declined = last is not None and last.ended_by is EventKind.DECLINED

    reached = last.level_on(on) if last is not None else 0
    level, basis = 0, ""
    delegated: Delegated | None = None
    if holds and last is not None and not paused and reached >= (minimum if cell.rule is not CellRule.CORE else 1):
        level, basis = reached, "signature"
    if cell.rule is CellRule.CORE:
        by_education = cell.education_level if cell.education_level >= minimum else 0
        if level <= by_education:
            level, basis = by_education, "education"
        elif level < minimum:
            level, basis = 0, ""
    if cell.rule is CellRule.DELEGATION_ONLY:
        delegated = _live(employment, task, citizen, on)
        if level and delegated is None:
            level, basis = 0, ""
        elif level:
            basis = "delegation"

    unchecked = employment.staff_group_id in book.authorised and (
        employment.authorisation_checked_on is None or on < employment.authorisation_checked_on
    )
    must_hold = book.must_hold.get(task, ()) if depth < 5 else ()
    lost = must_hold and any(
        judge(employment, other, on=on, unit=unit, depth=depth + 1).level == 0 for other in must_hold
    )
    unread = employment.unread(task, last, on=on) if level and book.must_read else None
    done, needed = _progress(employment, task, cell, last, on)

    def may_not(state: State, because: str = "", valid_to: date | None = None) -> Answer:
        return Answer(
            state, 0, cell, valid_to=valid_to, basis=because, signed=last, waiting=wait, delegated=delegated, done=done,
            needed=needed, overtaken=overtaken, unread=unread,
        )  # fmt: skip

    if stop is not None:
        return may_not(State.STOPPED, valid_to=stop.valid_to)
    if exempt or (paused and basis != "education") or (declined and level == 0):
        return may_not(State.PAUSED)
    if level and (unchecked or lost or unread is not None):
        return may_not(State.MISSING)
    if level:
        ends += [
            one.closes_on
            for one in book.must_read.get(task, ())
            if one.closes_on > on and employment.unread(task, last, on=one.closes_on) is one
        ]
        if basis in ("signature", "delegation") and last is not None:
            ends += [end for end in (last.ends, *(p[0] for p in last.pauses if p[0] > on)) if end]
            ends += [one.closes_on for one in asked if one.closes_on > on and last.valid_from < one.since]
            ends += [
                start + timedelta(days=book.settings.long_absence_days) for start, _ in _long_ahead(employment, on)
            ]
        if delegated is not None:
            ends += [end for end in (delegated.ends(book.settings.delegation_notice_days),) if end]
        began = last.counts_from if basis != "education" and last is not None else employment.valid_from
        for_one = named or (delegated is not None and delegated.citizen_id is not None)
        nobody_named = for_one and citizen is None
        return Answer(
            State.VALID, 0 if nobody_named else level, cell, named_level=level if nobody_named else 0, limits=cell.limits,
            valid_from=max(began, employment.valid_from), valid_to=min(ends, default=None), basis=basis, signed=last,
            waiting=wait, delegated=delegated, done=done, needed=needed,
        )  # fmt: skip
    if cell.rule is CellRule.CORE and unchecked:
        return may_not(State.MISSING)
    if wait is not None:
        return may_not(State.WAITING, basis)
    if holds and last is not None and reached < minimum:
        return may_not(State.LOW, basis)
    if holds and cell.rule is CellRule.DELEGATION_ONLY and delegated is None:
        return may_not(State.MISSING, basis)
    if done > 0:
        return may_not(State.TRAINING, basis)
    if last is not None:
        return may_not(State.LAPSED, basis)
    if unchecked or (task in employment.gates_missing and done):
        return may_not(State.MISSING, basis)
    return may_not(State.NOT_BEGUN, basis)


def _keeps(employment: Employment, task: int, kept: Kept, on: date, citizen: int | None) -> bool:
    """Whether she keeps the old terms: her signature was given before the version that takes the task away, and stands."""
    if kept.until is not None and on >= kept.until:
        return False
    named = kept.terms.rule is CellRule.MAY_CITIZEN
    signs = [s for s in employment.signed.get(task, ()) if s.citizen_id == (citizen if named else None)]
    if named and citizen is None:
        signs = [s for s in employment.signed.get(task, ()) if s.citizen_id is not None]
    last = latest(signs, on=on)
    return last is not None and last.in_force(on) and last.counts_from < kept.since


def local_minimum(
    employment: Employment, task: int, cell: CellTerms, *, on: date, unit: str | None = None
) -> int | None:
    """The level that the unit's own stricter rule asks for; None when it asks for no more than the cell."""
    path = unit or employment.unit_path
    asked = [
        mask.minimum_level
        for mask in employment.book.masks
        if mask.task_id == task
        and mask.minimum_level is not None
        and _applies(mask, path, employment.staff_group_id, on)
    ]
    highest = max(asked, default=0)
    return highest if highest > cell.minimum_level else None


def _applies(rule: Stopped | Mask, path: str, group: int, on: date) -> bool:
    return (
        path.startswith(rule.unit_path)
        and rule.staff_group_id in (None, group)
        and rule.valid_from <= on
        and (rule.valid_to is None or on < rule.valid_to)
    )


def _inside(spans: Iterable[Span], on: date) -> bool:
    return any(start <= on and (end is None or on < end) for start, end in spans)


def _live(employment: Employment, task: int, citizen: int | None, on: date) -> Delegated | None:
    notice = employment.book.settings.delegation_notice_days
    live = [
        d
        for d in employment.delegations.get(task, ())
        if d.accepted_on is not None
        and max(d.valid_from, d.accepted_on) <= on
        and ((end := d.ends(notice)) is None or on < end)
        and (d.citizen_id is None or citizen is None or d.citizen_id == citizen)
    ]
    return max(
        live, key=lambda d: (d.citizen_id is None, not d.has_conditions, d.ends(notice) or date.max), default=None
    )


def _long_ahead(employment: Employment, on: date) -> Iterable[Span]:
    days = timedelta(days=employment.book.settings.long_absence_days)
    return [a for a in employment.absences if (a[1] is None or a[1] > a[0] + days) and a[0] + days > on]


def _away(employment: Employment, task: int, on: date) -> bool:
    """Whether a long absence pauses what rests on a sign-off: from its 183rd day, after a year until one observed time."""
    long, refresh = employment.book.settings.long_absence_days, employment.book.settings.refresh_absence_days
    for start, end in employment.absences:
        if on < start + timedelta(days=long) or (end is not None and end <= start + timedelta(days=long)):
            continue
        if end is None or on < end:
            return True
        if end >= start + timedelta(days=refresh) and not any(
            end <= day <= on for day in employment.observed.get(task, ())
        ):
            return True
    return False


def _progress(employment: Employment, task: int, cell: CellTerms, last: Signed | None, on: date) -> tuple[int, int]:
    """(times seen since the last signature, times asked for)."""
    observed = employment.observed.get(task)
    if not observed:
        return 0, cell.observed_times
    since = last.recorded_on if last is not None else None
    seen = sum(1 for day in observed if day <= on and (since is None or day > since))
    return min(seen, cell.observed_times), cell.observed_times
