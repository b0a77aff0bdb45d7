"""What a draft would do, calculated in the background where many people are touched, and kept until the draft changes."""

from dataclasses import astuple, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.coverage.effects import GapChange, Hit, Kind
from competence.coverage.models import ImpactReport
from competence.coverage.queries.impact import Impact, Tell, impact_again, impact_of
from competence.coverage.queries.places import tree
from competence.coverage.rules import DayKind, Shift
from competence.delegation.commands.versions import cells_hash, root_unit
from competence.delegation.queries import get_version
from competence.delegation.rules import Version
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.orm import tenant_id
from competence.foundation.text import N_, Sentence, sentence
from competence.jobs.commands import Taken
from competence.jobs.running import Switch

KIND = "impact"
CALCULATED = N_("It is calculated what version %(number)s would do from %(day)s.")


@dataclass(frozen=True)
class Calculated:
    """A report as its page shows it."""

    at: datetime
    impact: Impact
    stale: bool
    """Whether the draft has changed since."""


def about(number: int, first_day: date) -> str:
    """What tells two such jobs apart."""
    return f"{number} {first_day.isoformat()}"


def calculated(session: Session, version: Version, first_day: date) -> Calculated | None:
    """What has been calculated of the draft from the day; None when nothing has."""
    kept = session.scalars(
        select(ImpactReport).where(ImpactReport.version_id == version.id, ImpactReport.first_day == first_day)
    ).first()
    if kept is None:
        return None
    hits = [Hit(Kind(kind), *rest) for kind, *rest in kept.hits]
    gaps = [
        GapChange(unit, task, Shift(shift), DayKind(days), *figures) for unit, task, shift, days, *figures in kept.gaps
    ]
    stale = kept.cells != cells_hash(session, version.id)
    return Calculated(kept.calculated_at, impact_again(session, version, first_day, hits, gaps), stale)


@command
def keep_report(session: Session, version_id: int, found: Impact, cells: str, *, by: Actor) -> ImpactReport:
    """The report, in the place of what was calculated of the draft before."""
    root = root_unit(session)
    edits = by.may(Permission.MATRIX_EDIT, root.path)
    authorise(by, Permission.MATRIX_EDIT if edits else Permission.MATRIX_APPROVE, root.path)
    session.execute(
        delete(ImpactReport).where(
            ImpactReport.municipality_id == tenant_id(session), ImpactReport.version_id == version_id,
            ImpactReport.first_day == found.first_day,
        )
    )  # fmt: skip
    report = ImpactReport(
        version_id=version_id, first_day=found.first_day, cells=cells, hits=[_plain(hit) for hit in found.hits],
        gaps=[_plain(gap) for gap in found.gaps], calculated_at=now(), calculated_by=by.person_id,
    )  # fmt: skip
    session.add(report)
    return report


def _plain(one: Hit | GapChange) -> list[Any]:
    return [str(part) if isinstance(part, str) else part for part in astuple(one)]


def work(session: Session, job: Taken, by: Actor, tell: Tell) -> Switch:
    """Everybody is judged under both versions; the switch keeps what came of it."""
    version = get_version(session, job.said["number"])
    first_day = date.fromisoformat(job.said["first_day"])
    cells = cells_hash(session, version.id)
    found = impact_of(
        session, tree(session, on=today()), Version(version.id, version.number, None, None, False), first_day=first_day,
        tell=tell,
    )  # fmt: skip
    version_id = version.id

    def switch(writing: Session) -> Sentence:
        keep_report(writing, version_id, found, cells, by=by)
        return sentence(CALCULATED, number=job.said["number"], day=first_day)

    return switch
