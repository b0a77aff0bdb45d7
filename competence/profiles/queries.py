"""Reads of competence profiles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from competence.accounts.queries import names_of, root_paths
from competence.audit.queries import entries_of
from competence.catalogue.models import Area, Task
from competence.catalogue.queries.scales import turns
from competence.catalogue.rules import ScaleKind
from competence.catalogue.rules.scales import Turn, day_read, level_on, levels_asked, levels_held
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.people.models import Employment, StaffGroup, StaffGroupFollow
from competence.profiles.models import CompetenceProfile, ProfileStatement, ProfileTask
from competence.profiles.rules import Asked, Content, Expected, strictest_of_each


@dataclass(frozen=True)
class Version:
    """One version of a staff group's profile, without what it says."""

    id: int
    staff_group_id: int
    number: int
    valid_from: date | None
    valid_to: date | None
    approved_at: datetime | None
    approved_by: str
    """The name of whoever approved it; "" when nobody has, or when the name is erased."""
    approved_as: str
    why: str
    reference_version: str | None
    recorded_at: datetime
    recorded_by: str
    changed_at: datetime | None
    changed_by: str

    @property
    def is_draft(self) -> bool:
        """Whether nobody has approved it yet."""
        return self.approved_at is None

    @property
    def asked_on(self) -> date:
        """The day for which it is read: today, of one that has ended its last."""
        return day_read(self.valid_to, today=today())

    def in_force(self, on: date) -> bool:
        """Whether it holds on the day."""
        return (
            self.approved_at is not None
            and self.valid_from is not None
            and self.valid_from <= on
            and (self.valid_to is None or on < self.valid_to)
        )

    def is_coming(self, on: date) -> bool:
        """Whether it is approved and begins after the day."""
        return self.approved_at is not None and self.valid_from is not None and self.valid_from > on


def in_force(profile: CompetenceProfile, on: date) -> bool:
    """Whether the version is approved and holds on the day."""
    return (
        profile.approved_at is not None
        and profile.valid_from is not None
        and profile.valid_from <= on
        and (profile.valid_to is None or on < profile.valid_to)
    )


def profile_on(session: Session, staff_group_id: int, on: date) -> CompetenceProfile | None:
    """The group's profile in force on the day; before there is one, what is to be: the next approved, else the draft.

    None when it has none. What is not in force is told apart by `approved_at` and `valid_from`.
    """
    rows = session.scalars(
        select(CompetenceProfile)
        .where(CompetenceProfile.staff_group_id == staff_group_id)
        .order_by(CompetenceProfile.number, CompetenceProfile.id)
    ).all()
    now = next((row for row in rows if in_force(row, on)), None)
    if now is not None:
        return now
    dated = [(row.valid_from, row) for row in rows if row.approved_at is not None and row.valid_from is not None]
    coming = [row for first, row in sorted(dated, key=lambda one: one[0]) if first > on]
    return next(iter([*coming, *(row for row in rows if row.approved_at is None)]), None)


def asked_in(session: Session, profile_id: int, *, on: date | None = None) -> Sequence[Asked]:
    """What the profile asks for, area by area and level by level in its order; in the levels of the day `on`."""
    rows = session.scalars(
        select(ProfileTask).where(ProfileTask.profile_id == profile_id).order_by(ProfileTask.position, ProfileTask.id)
    )
    read = _scales_of(
        session, session.scalars(select(CompetenceProfile).where(CompetenceProfile.id == profile_id)).one(), on
    )
    found = [
        Asked(row.area_name, read.profile(row.level), row.task_id, read.practice(row.practice_level), row.position)
        for row in rows
    ]
    return found if read.plain else strictest_of_each(found)


@dataclass(frozen=True)
class _Scales:
    """How a version's levels are read after the changes of the scales since it was approved."""

    at: datetime | None
    on: date
    profiles: tuple[Turn, ...]
    practices: tuple[Turn, ...]

    @property
    def plain(self) -> bool:
        return self.at is None or not (self.profiles or self.practices)

    def profile(self, rank: int) -> int:
        return level_on(levels_held(rank, self.at, self.profiles), self.on, otherwise=rank)

    def practice(self, rank: int) -> int:
        return level_on(levels_asked(rank, self.at, self.practices), self.on, otherwise=rank)


def _scales_of(session: Session, profile: CompetenceProfile, asked: date | None = None) -> _Scales:
    """A version that has ended is read on the scales of its last day, the others on those of today. A draft is as it is."""
    on = day_read(profile.valid_to, today=today(), asked=asked)
    return _Scales(profile.approved_at, on, turns(session, ScaleKind.PROFILE), turns(session))


def content_of(session: Session, profile_id: int, *, on: date | None = None) -> Content:
    """All that the version says, in the levels of the day `on`."""
    profile = session.scalars(select(CompetenceProfile).where(CompetenceProfile.id == profile_id)).one()
    statements = session.scalars(
        select(ProfileStatement)
        .where(ProfileStatement.profile_id == profile_id)
        .order_by(ProfileStatement.position, ProfileStatement.id)
    )
    read = _scales_of(session, profile, on)
    return Content(
        tuple(
            Expected(row.area_name, read.profile(row.level), row.text, row.position, row.source) for row in statements
        ),
        tuple(asked_in(session, profile_id, on=on)),
        profile.purpose,
        profile.responsibilities,
    )


def versions(session: Session, staff_group_id: int | None = None) -> list[Version]:
    """The versions of the group's profile (of all groups' when none is named), the newest of each first."""
    wanted = select(CompetenceProfile).order_by(
        CompetenceProfile.staff_group_id, CompetenceProfile.number.desc(), CompetenceProfile.id
    )
    if staff_group_id is not None:
        wanted = wanted.where(CompetenceProfile.staff_group_id == staff_group_id)
    rows = session.scalars(wanted).all()
    people = {one for row in rows for one in (row.approved_by, row.recorded_by, row.changed_by) if one}
    names = names_of(session, people)
    return [
        Version(
            row.id, row.staff_group_id, row.number, row.valid_from, row.valid_to, row.approved_at,
            names.get(row.approved_by or 0, ""), row.approved_as, row.why, row.reference_version, row.recorded_at,
            names.get(row.recorded_by or 0, ""), row.changed_at, names.get(row.changed_by or 0, ""),
        )
        for row in rows
    ]  # fmt: skip


def get_group(session: Session, staff_group_id: int) -> StaffGroup:
    """The staff group. NotFound when there is none by that id."""
    group = session.scalars(select(StaffGroup).where(StaffGroup.id == staff_group_id)).first()
    if group is None:
        raise NotFound
    return group


def groups(session: Session) -> Sequence[StaffGroup]:
    """The staff groups in their order."""
    return session.scalars(select(StaffGroup).order_by(StaffGroup.position, StaffGroup.id)).all()


def follows(session: Session) -> dict[int, StaffGroupFollow]:
    """Staff group -> which group it follows from today on."""
    rows = select(StaffGroupFollow).where(StaffGroupFollow.valid_to.is_(None)).order_by(StaffGroupFollow.id)
    return {row.staff_group_id: row for row in session.scalars(rows)}


@dataclass(frozen=True)
class Followed:
    """What a staff group has followed for a time."""

    row: StaffGroupFollow
    began_by: str
    """The name of whoever made it so; "" when it came with the reference data, or the name is erased."""
    ended_by: str


def followed(session: Session) -> list[Followed]:
    """All that has ever been followed, the latest change first."""
    rows = session.scalars(
        select(StaffGroupFollow).order_by(StaffGroupFollow.valid_from.desc(), StaffGroupFollow.id.desc())
    ).all()
    names = names_of(session, {one for row in rows for one in (row.recorded_by, row.ended_by) if one})
    return [Followed(row, names.get(row.recorded_by or 0, ""), names.get(row.ended_by or 0, "")) for row in rows]


def followed_on(session: Session, on: date) -> dict[int, StaffGroupFollow]:
    """Staff group -> what it followed on the day."""
    return {
        one.row.staff_group_id: one.row
        for one in followed(session)
        if one.row.valid_from <= on and (one.row.valid_to is None or on < one.row.valid_to)
    }


@dataclass(frozen=True)
class ProfileEvent:
    """One thing that was done with a staff group's profiles."""

    action: str
    at: datetime
    by: str
    """The name as it is known now; "" for nobody, or somebody who has been forgotten."""
    version: Version | None
    """None: a draft that was taken away, or what the group follows."""
    number: int | None
    followed_id: int | None = None


def events_of_group(session: Session, staff_group_id: int) -> list[ProfileEvent]:
    """Who did what with the group's profiles and with what it follows, the latest first."""
    listed = {one.id: one for one in versions(session, staff_group_id)}
    entries = [
        one
        for action in ("draft_profile", "change_profile", "approve_profile", "discard_profile")
        for one in entries_of(session, action)
        if one.subject_id in listed or one.detail.get("staff_group") == staff_group_id
    ]
    entries += [one for one in entries_of(session, "follow_group") if one.subject_id == staff_group_id]
    names = names_of(session, {one.by_person_id for one in entries if one.by_person_id})
    found = [
        ProfileEvent(
            one.action, one.recorded_at, names.get(one.by_person_id or 0, ""), listed.get(one.subject_id or 0)
            if one.subject == "competence_profile" else None, one.detail.get("number"), one.detail.get("after"),
        )
        for one in entries
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.at, reverse=True)


def in_force_for(session: Session, staff_group_id: int, on: date) -> tuple[Version | None, int | None]:
    """(the version that counted for the group on the day, the group it followed then when the version was that group's)."""
    own = next((one for one in versions(session, staff_group_id) if one.in_force(on)), None)
    follow = followed_on(session, on).get(staff_group_id)
    if own is not None or follow is None:
        return own, None
    return next((one for one in versions(session, follow.follows_id) if one.in_force(on)), None), follow.follows_id


def tasks_by_id(session: Session) -> dict[int, Task]:
    """The tasks of the catalogue by id, in their order; archived ones too, which an old version may name."""
    rows = session.scalars(select(Task).order_by(Task.position, Task.id))
    return {row.id: row for row in rows}


def root_path(session: Session) -> str:
    """The path of the top of the organisation. NotFound while there is none."""
    found = root_paths(session)
    if not found:
        raise NotFound
    return found[0]


def areas_by_id(session: Session) -> dict[int, str]:
    """The catalogue's areas by id."""
    return {row.id: row.name for row in session.scalars(select(Area).order_by(Area.position, Area.id))}


def heads(session: Session, on: date) -> dict[int, int]:
    """Staff group -> how many employments in it run on the day."""
    rows = session.execute(
        select(Employment.staff_group_id, func.count())
        .where(Employment.valid_from <= on, or_(Employment.valid_to.is_(None), Employment.valid_to > on))
        .group_by(Employment.staff_group_id)
        .order_by(Employment.staff_group_id)
    )
    return {row[0]: row[1] for row in rows}
