"""Templates: their versions in each place, and which of them hold for an employment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.delegation.queries.terms import follows
from competence.foundation.errors import NotFound
from competence.onboarding.models import OnboardingLine, OnboardingTemplate
from competence.onboarding.rules import nearest
from competence.organisation.models import Unit
from competence.people.models import StaffGroup

MOST_FOLLOWED = 4
"""So far it is followed which staff group follows which."""


@dataclass(frozen=True)
class Place:
    """The versions of a template for one staff group (None: for all) in one unit, the newest first."""

    unit: Unit
    group: StaffGroup | None
    versions: tuple[OnboardingTemplate, ...]

    @property
    def in_use(self) -> OnboardingTemplate | None:
        """The version that newcomers are given; None while there is none."""
        return next((one for one in self.versions if one.approved_at is not None and one.retired_at is None), None)

    @property
    def draft(self) -> OnboardingTemplate | None:
        """The version that is being written."""
        return next((one for one in self.versions if one.approved_at is None), None)


def groups_looked_for(session: Session, staff_group_id: int) -> list[int | None]:
    """The staff group, and those it follows, the closest first."""
    known, found = follows(session), [staff_group_id]
    while len(found) < MOST_FOLLOWED and (then := known.get(found[-1])) is not None and then[0] not in found:
        found.append(then[0])
    return list(found)


def path_ids(path: str) -> list[int]:
    """The units of a path, from the top down."""
    return [int(part) for part in path.split("/") if part]


def holding(session: Session, path: str, staff_group_id: int) -> list[OnboardingTemplate]:
    """The approved templates for somebody of the staff group in the unit at `path`: that for all, and her group's."""
    units = path_ids(path)
    groups = groups_looked_for(session, staff_group_id)
    rows = session.scalars(
        select(OnboardingTemplate).where(
            OnboardingTemplate.unit_id.in_(units), OnboardingTemplate.approved_at.is_not(None),
            OnboardingTemplate.retired_at.is_(None),
        )
    ).all()  # fmt: skip
    by_id = {row.id: row for row in rows}
    there = {(row.unit_id, row.staff_group_id): row.id for row in rows}
    chosen = [nearest(units, [None], there), nearest(units, groups, there)]
    return [by_id[one] for one in chosen if one is not None]


def lines_of(session: Session, template_ids: Iterable[int]) -> Sequence[OnboardingLine]:
    """The items of the templates together, by week."""
    wanted = sorted(set(template_ids))
    if not wanted:
        return []
    return session.scalars(
        select(OnboardingLine)
        .where(OnboardingLine.template_id.in_(wanted))
        .order_by(OnboardingLine.week, OnboardingLine.position, OnboardingLine.code, OnboardingLine.id)
    ).all()


def get_template(
    session: Session, template_id: int, *, within: Reach, lock: bool = False, to_read: bool = False
) -> tuple[OnboardingTemplate, Unit]:
    """The template and its unit. NotFound when there is none by that id within reach; `to_read`: or above it."""
    statement = (
        select(OnboardingTemplate, Unit)
        .join(Unit, Unit.id == OnboardingTemplate.unit_id)
        .where(OnboardingTemplate.id == template_id)
        .execution_options(populate_existing=True)
    )
    row = session.execute(statement.with_for_update(of=OnboardingTemplate) if lock else statement).one_or_none()
    if row is None or not (reads(row.Unit.path, within) if to_read else within.covers(row.Unit.path)):
        raise NotFound
    return row.OnboardingTemplate, row.Unit


def get_line(session: Session, template_id: int, line_id: int) -> OnboardingLine:
    """The template's item. NotFound when it has none by that id."""
    line = session.scalars(
        select(OnboardingLine).where(OnboardingLine.id == line_id, OnboardingLine.template_id == template_id)
    ).one_or_none()
    if line is None:
        raise NotFound
    return line


def get_group(session: Session, staff_group_id: int) -> StaffGroup:
    """The staff group. NotFound when there is none by that id."""
    group = session.scalars(select(StaffGroup).where(StaffGroup.id == staff_group_id)).one_or_none()
    if group is None:
        raise NotFound
    return group


def places(session: Session, *, within: Reach) -> list[Place]:
    """The places with a template whose unit lies within reach, or above it, so that what is inherited can be read."""
    rows = session.execute(
        select(OnboardingTemplate, Unit, StaffGroup)
        .join(Unit, Unit.id == OnboardingTemplate.unit_id)
        .outerjoin(StaffGroup, StaffGroup.id == OnboardingTemplate.staff_group_id)
        .order_by(Unit.path, StaffGroup.position, OnboardingTemplate.number.desc(), OnboardingTemplate.id)
    ).all()
    found: dict[tuple[int, int | None], list[OnboardingTemplate]] = {}
    about: dict[tuple[int, int | None], tuple[Unit, StaffGroup | None]] = {}
    for template, unit, group in rows:
        if reads(unit.path, within):
            key = (unit.id, template.staff_group_id)
            found.setdefault(key, []).append(template)
            about[key] = (unit, group)
    made = [Place(*about[key], tuple(some)) for key, some in found.items()]
    return sorted(made, key=lambda one: (one.unit.path, one.group is not None, one.group.position if one.group else 0))


def reads(path: str, within: Reach) -> bool:
    """Whether what stands in the unit at `path` concerns her: it lies within reach, or above where that begins."""
    return within.covers(path) or any(root.startswith(path) for root in within.roots)
