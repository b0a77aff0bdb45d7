"""Keeping the figures of a month, and setting what a municipality aims at."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.coverage.queries.places import tree
from competence.figures.look import Look
from competence.figures.models import FigureTarget
from competence.figures.queries.kept import SNAPSHOTS, targets
from competence.figures.queries.live import look_now
from competence.figures.rules import Figure, check_target, first_of
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, Overtaken
from competence.foundation.orm import tenant_id
from competence.foundation.text import N_
from competence.organisation.models import Unit

LOCK = 1_747_913


@command
def take_snapshot(session: Session) -> Look:
    """The figures of today, kept as those of this month; what an earlier day of the month had kept is replaced by them.

    A day that is over is never made up afterwards. Of two at once the later waits for the other, and replaces it.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(LOCK, tenant_id(session))))
    units = tree(session, on=today())
    look = look_now(session, units, units.children.get(None, []), since=first_of(today()))
    keep(session, look)
    return look


def keep(session: Session, look: Look) -> None:
    """Nothing; the figures stand as those of their day's month."""
    municipality_id, month = tenant_id(session), first_of(look.on)
    session.execute(delete(SNAPSHOTS).where(SNAPSHOTS.c.municipality_id == municipality_id, SNAPSHOTS.c.month == month))
    rows = [row | {"municipality_id": municipality_id, "month": month} for row in _rows(look)]
    if rows:
        session.execute(insert(SNAPSHOTS), rows)


def _rows(look: Look) -> Iterable[dict[str, Any]]:
    made_at = now()
    for at, node in enumerate(look.nodes):
        sums, numbers = look.sums[node.id], look.numbers[at]
        yield {
            "made_for": look.on, "made_at": made_at, "unit_id": node.id, "needs": sums.needs, "gaps": sums.gaps,
            "critical_gaps": sums.critical_gaps, "vulnerable": sums.vulnerable, "planned": sums.planned,
            "people": sums.people, "own_people": look.own_people.get(node.id, 0), "expiring": sums.expiring,
            "renewing": sums.renewing, "waiting": sums.waiting, "waits": sorted(sums.waits),
            "is_place": node.id in look.places,
            "fields": {
                str(area): numbers[place].tolist()
                for place, (area, _name) in enumerate(look.areas) if numbers[place, :, 0].any()
            },
        }  # fmt: skip


@command
def set_targets(
    session: Session, wanted: Mapping[Figure, int | None], *, seen: Mapping[Figure, int], by: Actor
) -> dict[Figure, int]:
    """The municipality's targets with those that are wanted; None takes one away.

    RuleBroken when one cannot be. Overtaken when they are no longer what was `seen`; then nothing is written. NotFound for
    whoever sees only a part of the municipality.
    """
    authorise(by, Permission.TARGET_WRITE)
    top = session.scalars(select(Unit.path).where(Unit.parent_id.is_(None)).order_by(Unit.id)).first()
    if top is None or not by.may(Permission.TARGET_WRITE, top):
        raise NotFound
    for figure, value in wanted.items():
        check_target(figure, value)
    old = targets(session)
    if old != dict(seen):
        raise Overtaken(N_("Somebody else has changed the targets since you opened the page. Nothing was written."))
    changed = {figure: value for figure, value in wanted.items() if old.get(figure) != value}
    for figure, value in changed.items():
        there = session.scalars(select(FigureTarget).where(FigureTarget.figure == figure.value)).first()
        if value is None and there is not None:
            session.delete(there)
        elif there is not None and value is not None:
            there.value, there.recorded_at, there.recorded_by = value, now(), by.person_id
        elif value is not None:
            session.add(FigureTarget(figure=figure, value=value, recorded_at=now(), recorded_by=by.person_id))
    if changed:
        record(
            session, by=by.person_id, action="set_targets", subject="figure_target", administrative=True,
            detail={"changes": {figure.value: [old.get(figure), value] for figure, value in changed.items()}},
        )  # fmt: skip
    return {figure: value for figure, value in (old | dict(wanted)).items() if value is not None}
