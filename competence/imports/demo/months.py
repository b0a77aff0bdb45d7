"""The figures of a demonstration's past months, worked out from its evidence, and the targets that it has."""

from datetime import timedelta

from sqlalchemy.orm import Session

from competence.figures.commands import keep, take_snapshot
from competence.figures.models import FigureTarget
from competence.figures.queries.backwards import looks_on
from competence.figures.rules import Figure, months_before
from competence.foundation.clock import add_months, now, today

MONTHS = 9
"""Staffing needs are known for so long."""
TARGETS = {Figure.MET: 96, Figure.GAPS: 75, Figure.EXPIRING: 80, Figure.WAIT: 7}


def write_months(session: Session) -> None:
    """Nothing; the figures of the last months and of today are kept, and targets are set."""
    days = [add_months(month, 1) - timedelta(days=1) for month in months_before(today(), MONTHS)]
    for look in looks_on(session, days):
        keep(session, look)
    take_snapshot(session)
    session.add_all(FigureTarget(figure=figure, value=value, recorded_at=now()) for figure, value in TARGETS.items())
    session.flush()
