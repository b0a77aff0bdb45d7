"""Reads of a person's profile levels: computed in each area with what is missing, and those confirmed in talks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from competence.development.models import ConfirmedLevel
from competence.development.queries.own import Job, Mine, profile_of
from competence.profiles.queries import content_of
from competence.profiles.rules import Content, Standing, profile_level
from competence.signoffs.queries import names_of


@dataclass(frozen=True)
class AreaStanding:
    """Where somebody stands in one area of her profile."""

    area: str
    standing: Standing | None
    """None: the area asks for no tasks, so that nothing can be computed from them."""
    expected: tuple[str, ...]
    """What the next level expects in words; of an area without tasks, what its levels expect."""

    @property
    def computed(self) -> int | None:
        """The rank computed; None when there is nothing to compute it from."""
        return self.standing.level if self.standing else None


@dataclass(frozen=True)
class Levels:
    """The profile of one employment, area by area."""

    job: Job
    staff_group_id: int
    """Whose profile it is: her own group's, or that of the group it follows."""
    number: int
    is_draft: bool
    begins: date | None
    """The first day of an approved version that is to come; None when it is in force, or a draft."""
    areas: tuple[AreaStanding, ...]

    def of(self, area: str) -> AreaStanding | None:
        """The standing in the area; None when the profile has none of that name."""
        return next((one for one in self.areas if one.area == area), None)


def levels_of(session: Session, own: Mine, job: Job) -> Levels | None:
    """The computed levels under the employment; None when its staff group has no profile."""
    profile = profile_of(session, own, job)
    if profile is None:
        return None
    said = content_of(session, profile.id)
    draft = profile.approved_at is None
    coming = not draft and profile.valid_from is not None and profile.valid_from > own.on
    return Levels(
        job, profile.staff_group_id, profile.number, draft, profile.valid_from if coming else None,
        tuple(_area(said, area, own) for area in said.areas),
    )  # fmt: skip


def _area(said: Content, area: str, own: Mine) -> AreaStanding:
    asked = [one for one in said.tasks if one.area == area]
    if not asked:
        texts = [one.text for level in said.levels(area) for one in level.statements]
        return AreaStanding(area, None, tuple(texts))
    standing = profile_level(asked, own.held)
    expected = said.of(area, standing.following).statements if standing.following else ()
    return AreaStanding(area, standing, tuple(one.text for one in expected))


@dataclass(frozen=True)
class Confirmed:
    """A level confirmed in a talk, with the name of whoever held it."""

    row: ConfirmedLevel
    held_by: str


def confirmed_of(session: Session, person_id: int, *, reader_id: int) -> Sequence[Confirmed]:
    """The levels confirmed in the person's talks that the reader may see, the latest first.

    They belong to the person and whoever held the talk: anybody else is given none.
    """
    rows = session.scalars(
        select(ConfirmedLevel)
        .where(
            ConfirmedLevel.person_id == person_id,
            or_(ConfirmedLevel.person_id == reader_id, ConfirmedLevel.held_by == reader_id),
        )
        .order_by(ConfirmedLevel.held_on.desc(), ConfirmedLevel.id.desc())
    ).all()
    names = names_of(session, {row.held_by for row in rows})
    return [Confirmed(row, names.get(row.held_by, "")) for row in rows]
