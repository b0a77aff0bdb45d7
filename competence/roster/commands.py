"""Taking a roster in: all is checked before anything is written, and one that is taken in twice changes nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Reach, authorise
from competence.audit.commands import record
from competence.foundation.bulk import hold_still, inserting
from competence.foundation.changes import command
from competence.foundation.clock import midnight, now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.orm import scoped, tenant_id
from competence.foundation.text import N_
from competence.roster.models import RosterImport
from competence.roster.queries import DUTIES, UNITS, chunks, duties_in, duties_of, employed
from competence.roster.rules import (
    FURTHEST,
    KEPT_DAYS,
    LONGEST,
    Changes,
    Covered,
    Planned,
    Stored,
    compare,
    overlaps,
    wall_of,
)


@dataclass(frozen=True)
class Roster:
    """What a file says: of whom it speaks, for which days, and who is on duty."""

    duties: tuple[Planned, ...]
    covered: frozenset[Covered]
    """All whose duties of the days it says, also those who have none."""
    first: date
    last: date
    """The days that it speaks about, both among them."""


@dataclass(frozen=True)
class RosterPlan:
    """What a roster comes to, before anything is written."""

    changes: Changes
    crossing: tuple[tuple[int, Stored, bool], ...] = ()
    """(place of a duty in the file, a duty elsewhere that runs at the same time, whether its unit is within reach)."""
    unnamed: int = 0
    """How many others are on duty in the same units, rosters and days; the file does not name them, and they stay."""


@dataclass(frozen=True)
class RosterImported:
    """What a roster changed, in duties."""

    added: int
    changed: int
    removed: int
    unchanged: int


def plan_roster(session: Session, roster: Roster, *, by: Actor | None) -> RosterPlan:
    """What the roster would change; reads only. RuleBroken at the first duty that cannot be taken, NotFound out of reach."""
    paths = _checked(session, roster, by)
    within = by.reach(Permission.ROSTER_IMPORT) if by is not None else None
    return _planned(session, roster, paths, within)


@command
def import_roster(session: Session, roster: Roster, *, by: Actor | None) -> RosterImported:
    """What was changed: of those whom it covers the days are as it says, in its rosters and within the reach of `by`.

    RuleBroken at the first duty that cannot be taken, NotFound for a unit out of reach; then nothing is written. `by` None:
    the command line.
    """
    if by is not None:
        authorise(by, Permission.ROSTER_IMPORT)
    hold_still(session)
    changes = plan_roster(session, roster, by=by).changes
    done = RosterImported(len(changes.added), len(changes.changed), len(changes.removed), changes.unchanged)
    if not changes.writes:
        return done
    taken = RosterImport(
        imported_at=now(), imported_by=by.person_id if by else None, first_day=roster.first, last_day=roster.last,
        added=done.added, changed=done.changed, removed=done.removed, unchanged=done.unchanged,
    )  # fmt: skip
    session.add(taken)
    session.flush()
    gone = [*(one.id for one in changes.removed), *(was.id for was, _new in changes.changed)]
    for some in chunks(gone):
        session.execute(delete(DUTIES).where(DUTIES.c.municipality_id == tenant_id(session), DUTIES.c.id.in_(some)))
    columns = ("employment_id", "unit_id", "starts_at", "ends_at", "roster", "external_key", "import_id")
    ready = inserting(session, DUTIES, columns)
    new = (*changes.added, *(duty for _was, duty in changes.changed))
    ready.write(session, [ready.row(_row(duty, taken.id)) for duty in new])
    record(
        session, by=by.person_id if by else None, action="import_roster", subject="roster_import", subject_id=taken.id,
        detail={
            "first_day": roster.first.isoformat(), "last_day": roster.last.isoformat(), "added": done.added,
            "changed": done.changed, "removed": done.removed, "unchanged": done.unchanged,
        },
    )  # fmt: skip
    return done


def _row(duty: Planned, import_id: int) -> Mapping[str, Any]:
    return {
        "employment_id": duty.employment_id, "unit_id": duty.unit_id, "starts_at": duty.starts_at, "ends_at": duty.ends_at,
        "roster": duty.roster, "external_key": duty.key, "import_id": import_id,
    }  # fmt: skip


def _planned(session: Session, roster: Roster, paths: Mapping[int, str], within: Reach | None) -> RosterPlan:
    persons = {one.person_id for one in roster.covered}
    begin, end = midnight(roster.first), midnight(roster.last + timedelta(days=1))
    early, late = begin, end
    if roster.duties:
        late = max(late, *(duty.ends_at for duty in roster.duties))
    theirs = duties_of(session, persons, begin=early, end=late)
    mine: list[Stored] = []
    elsewhere: dict[int, list[Stored]] = {}
    for some in theirs.values():
        for one in some:
            duty = one.duty
            is_mine = (
                begin <= duty.starts_at < end
                and Covered(duty.person_id, duty.roster) in roster.covered
                and (within is None or within.covers(paths.get(duty.unit_id, "")))
            )
            if is_mine:
                mine.append(one)
            else:
                elsewhere.setdefault(duty.person_id, []).append(one)
    crossing = []
    for at, duty in enumerate(roster.duties):
        other = next((one for one in elsewhere.get(duty.person_id, ()) if one.duty.span.overlaps(duty.span)), None)
        if other is not None:
            sees = within is None or within.covers(paths.get(other.duty.unit_id, ""))
            crossing.append((at, other, sees))
    rosters = {one.roster for one in roster.covered}
    here = duties_in(session, {duty.unit_id for duty in roster.duties}, first=roster.first, through=roster.last)
    unnamed = {one.duty.person_id for one in here if one.duty.roster in rosters} - persons
    return RosterPlan(compare(roster.duties, mine), tuple(crossing), len(unnamed))


def _checked(session: Session, roster: Roster, by: Actor | None) -> dict[int, str]:
    """Unit -> its path, of all units. RuleBroken, and NotFound for a unit or an employment that is out of reach or gone."""
    paths: dict[int, str] = {
        row.id: row.path for row in session.execute(scoped(session, UNITS, UNITS.c.id, UNITS.c.path))
    }
    if by is not None:
        authorise(by, Permission.ROSTER_IMPORT)
        within = by.reach(Permission.ROSTER_IMPORT)
        if not all(within.covers(paths.get(duty.unit_id, "")) for duty in roster.duties):
            raise NotFound
    staff = {
        one.employment_id: one
        for hers in employed(session, {duty.person_id for duty in roster.duties}).values()
        for one in hers
    }
    for duty in roster.duties:
        check_times(duty.starts_at, duty.ends_at)
        one = staff.get(duty.employment_id)
        if one is None or one.person_id != duty.person_id or duty.unit_id not in paths:
            raise NotFound
        if not one.runs(wall_of(duty.starts_at).date()):
            raise RuleBroken(N_("Somebody in the roster is not employed on the day."))
        if not roster.first <= wall_of(duty.starts_at).date() <= roster.last:
            raise RuleBroken(N_("A duty lies outside the days that the roster speaks about."))
    if overlaps(roster.duties):
        raise RuleBroken(N_("Somebody stands on two duties at the same time."))
    return paths


def check_times(starts_at: datetime, ends_at: datetime) -> None:
    """Nothing. RuleBroken, with the field, for a duty that ends before it begins, is too long, or has a wrong year."""
    if ends_at <= starts_at:
        raise RuleBroken(N_("The duty ends before it begins."), field="end")
    if wall_of(ends_at) - wall_of(starts_at) > LONGEST:
        raise RuleBroken(N_("The duty is longer than 24 hours. Check the dates."), field="end")
    if ends_at <= now() - timedelta(days=KEPT_DAYS):
        raise RuleBroken(N_("The duty lies more than six months back, and is not kept so long."), field="start")
    if starts_at > now() + FURTHEST:
        raise RuleBroken(N_("The duty lies more than a year ahead. Check the year."), field="start")


def of_rows(duties: Iterable[Planned], covered: Iterable[Covered], days: Iterable[date]) -> Roster:
    """The roster of these duties, which speaks about all days on which one starts and the further `days`."""
    some = tuple(duties)
    spoken = [*(wall_of(duty.starts_at).date() for duty in some), *days]
    every = {Covered(duty.person_id, duty.roster) for duty in some} | set(covered)
    on = today()
    return Roster(some, frozenset(every), min(spoken, default=on), max(spoken, default=on))


__all__ = [
    "Roster", "RosterImported", "RosterPlan", "check_times", "import_roster", "of_rows", "plan_roster",
]  # fmt: skip
