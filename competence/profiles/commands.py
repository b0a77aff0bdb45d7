"""Profiles in versions: make a draft, change what it says, approve it by name, or take it away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.accounts.queries import names_of
from competence.audit.commands import record
from competence.catalogue.queries import by_rank
from competence.catalogue.rules import ScaleKind
from competence.foundation.bulk import hold_still
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.text import N_, looks_like_cpr, sentence, squeeze
from competence.profiles.models import CompetenceProfile, ProfileStatement, ProfileTask
from competence.profiles.queries import content_of, follows, get_group, profile_on, root_path, tasks_by_id
from competence.profiles.rules import Content

MOST_AREA, MOST_STATEMENT, MOST_TEXT = 120, 400, 4000


@dataclass(frozen=True)
class WantedTask:
    """A task that an area is to ask for."""

    task_id: int
    level: int
    """Rank on the profile scale."""
    practice_level: int
    """Rank on the practice scale."""
    area: str = ""
    """Where tasks are added to several areas at once."""


@dataclass(frozen=True)
class AreaText:
    """What an area is to say at all its levels."""

    name: str
    statements: Mapping[int, Sequence[str]]
    """Profile level -> its statements, in order."""
    tasks: Sequence[WantedTask]


@command
def new_draft(session: Session, staff_group_id: int, *, by: Actor) -> CompetenceProfile:
    """The group's new draft: a copy of its newest version, else of what the group that it follows has.

    Overtaken while it has a draft already.
    """
    authorise(by, Permission.PROFILE_WRITE, root_path(session))
    hold_still(session)
    group = get_group(session, staff_group_id)
    rows = session.scalars(
        select(CompetenceProfile)
        .where(CompetenceProfile.staff_group_id == group.id)
        .order_by(CompetenceProfile.number.desc(), CompetenceProfile.id)
    ).all()
    if any(row.approved_at is None for row in rows):
        raise Overtaken(sentence(N_("%(group)s already has a draft. Go on in that one."), group=group.name))
    follow = follows(session).get(group.id)
    model = rows[0] if rows else profile_on(session, follow.follows_id, today()) if follow else None
    said = content_of(session, model.id) if model else Content()
    draft = CompetenceProfile(
        staff_group_id=group.id, number=rows[0].number + 1 if rows else 1, purpose=said.purpose,
        responsibilities=said.responsibilities, recorded_at=now(), recorded_by=by.person_id,
    )  # fmt: skip
    session.add(draft)
    session.flush()
    _write(session, draft, said)
    record(
        session, by=by.person_id, action="draft_profile", subject="competence_profile", subject_id=draft.id,
        detail={"staff_group": group.id, "number": draft.number},
    )  # fmt: skip
    return draft


def _write(session: Session, profile: CompetenceProfile, said: Content) -> None:
    places = {area: place for place, area in enumerate(said.areas)}
    session.add_all(
        ProfileStatement(
            profile_id=profile.id, area_name=one.area, level=one.level, text=one.text, position=places[one.area],
            source=one.source,
        )
        for one in said.statements
    )  # fmt: skip
    session.add_all(
        ProfileTask(
            profile_id=profile.id, area_name=one.area, level=one.level, task_id=one.task_id,
            practice_level=one.practice_level, position=places[one.area],
        )
        for one in said.tasks
    )  # fmt: skip
    session.flush()


def _draft(session: Session, staff_group_id: int, number: int, by: Actor, permission: Permission) -> CompetenceProfile:
    """The draft, held so that two who change it wait for each other. Overtaken when it has been approved."""
    authorise(by, permission, root_path(session))
    row = session.scalars(
        select(CompetenceProfile)
        .where(CompetenceProfile.staff_group_id == staff_group_id, CompetenceProfile.number == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotFound
    if row.approved_at is not None:
        raise Overtaken(sentence(N_("The version has been approved and is never edited. Make a new draft.")))
    return row


def _check_seen(session: Session, draft: CompetenceProfile, seen: str, stands: str) -> None:
    if seen == stands:
        return
    name = names_of(session, [draft.changed_by]).get(draft.changed_by) if draft.changed_by else None
    if name and draft.changed_at:
        raise Overtaken(
            sentence(
                N_("%(name)s changed this on %(when)s. Nothing was saved. See below how it reads now."),
                name=name,
                when=draft.changed_at,
            )
        )
    raise Overtaken(sentence(N_("This has been changed meanwhile. Nothing was saved. See below how it reads now.")))


def _changed(session: Session, draft: CompetenceProfile, by: Actor, what: str) -> None:
    draft.changed_at, draft.changed_by = now(), by.person_id
    record(
        session, by=by.person_id, action="change_profile", subject="competence_profile", subject_id=draft.id,
        detail={"number": draft.number, "what": what},
    )  # fmt: skip


@command
def change_texts(
    session: Session, staff_group_id: int, number: int, *, purpose: str, responsibilities: str, seen: str, by: Actor
) -> CompetenceProfile:
    """The draft with its function description's texts. `seen`: the mark of the texts that the writer had before her."""
    draft = _draft(session, staff_group_id, number, by, Permission.PROFILE_WRITE)
    _check_seen(session, draft, seen, content_of(session, draft.id).texts_mark)
    lines = [squeeze(line) for line in responsibilities.splitlines()]
    for field, said in (("purpose", purpose), ("responsibilities", responsibilities)):
        _check_text(said, field, MOST_TEXT)
    draft.purpose = "\n".join(squeeze(line) for line in purpose.splitlines()).strip()
    draft.responsibilities = "\n".join(line for line in lines if line)
    _changed(session, draft, by, "texts")
    return draft


@command
def change_area(
    session: Session, staff_group_id: int, number: int, area: str | None, new: AreaText, *, seen: str, by: Actor
) -> CompetenceProfile:
    """The draft with the area as it is to read; `area` None adds it. An area that says nothing is gone.

    `seen`: the mark of the area that the writer had before her. RuleBroken when a name, level or task does not fit.
    """
    draft = _draft(session, staff_group_id, number, by, Permission.PROFILE_WRITE)
    said = content_of(session, draft.id)
    _check_seen(session, draft, seen, said.mark(area or ""))
    name = squeeze(new.name)
    _check_text(name, "name", MOST_AREA)
    if not name:
        raise RuleBroken(N_("Write what the area is called."), field="name")
    taken = {one.casefold() for one in said.areas if one != area}
    if name.casefold() in taken:
        raise RuleBroken(N_("The profile already has an area of that name."), field="name")
    statements = {
        level: list(dict.fromkeys(filter(None, map(squeeze, lines)))) for level, lines in new.statements.items()
    }
    for level, lines in statements.items():
        for line in lines:
            _check_text(line, f"statements_{level}", MOST_STATEMENT)
    _check_tasks(session, said, new.tasks, but_area=area)
    order = [name if one == area else one for one in said.areas] + ([] if area in said.areas else [name])
    begins = order.index(name)
    sources = {(one.level, one.text): one.source for one in said.statements if one.area == area}
    _clear(session, draft, area)
    session.add_all(
        ProfileStatement(
            profile_id=draft.id, area_name=name, level=level, text=text, position=begins,
            source=sources.get((level, text), ""),
        )
        for level, lines in sorted(statements.items())
        for text in lines
    )  # fmt: skip
    session.add_all(
        ProfileTask(
            profile_id=draft.id, area_name=name, level=one.level, task_id=one.task_id,
            practice_level=one.practice_level, position=begins,
        )
        for one in new.tasks
    )  # fmt: skip
    _order(session, draft, order)
    _changed(session, draft, by, "area")
    session.flush()
    return draft


def _order(session: Session, draft: CompetenceProfile, areas: Sequence[str]) -> None:
    """Nothing; every row has the place of its area. Within an area rows stand in the order in which they are written."""
    for place, area in enumerate(areas):
        for table in (ProfileStatement, ProfileTask):
            session.execute(
                update(table).where(table.profile_id == draft.id, table.area_name == area).values(position=place)
            )


def _clear(session: Session, draft: CompetenceProfile, area: str | None) -> None:
    for table in (ProfileStatement, ProfileTask):
        session.execute(delete(table).where(table.profile_id == draft.id, table.area_name == (area or "")))
    session.flush()


def _check_text(text: str, field: str, most: int) -> None:
    if looks_like_cpr(text):
        raise RuleBroken(
            N_("The text looks as if it holds a CPR number. Remove it: CPR numbers are not kept here."), field=field
        )
    if len(text) > most:
        raise RuleBroken(N_("The text is too long: write at most %(most)s characters in one."), field=field, most=most)


def _check_tasks(session: Session, said: Content, wanted: Sequence[WantedTask], *, but_area: str | None) -> None:
    """Nothing. RuleBroken at the field `task` when a task is unknown, asked for twice, or at a level that is not there."""
    known = tasks_by_id(session)
    profile, practice = by_rank(session, ScaleKind.PROFILE), by_rank(session)
    elsewhere = {(one.task_id, one.level): one.area for one in said.tasks if one.area != but_area}
    asked: set[tuple[int, int]] = set()
    for one in wanted:
        task = known.get(one.task_id)
        if task is None:
            raise NotFound
        if one.level not in profile or one.practice_level not in practice:
            raise RuleBroken(
                N_("Choose a profile level and a practice level for %(task)s."), field="task", task=task.name
            )
        place = (one.task_id, one.level)
        if place in asked:
            raise RuleBroken(
                N_("%(task)s stands twice at %(level)s. Take one of them out."),
                field="task", task=task.name, level=profile[one.level].name,
            )  # fmt: skip
        if place in elsewhere:
            raise RuleBroken(
                N_("%(task)s is already asked for at %(level)s, in %(area)s. A task stands in one area at a level."),
                field="task", task=task.name, level=profile[one.level].name, area=elsewhere[place],
            )  # fmt: skip
        asked.add(place)


@command
def replace_draft(session: Session, staff_group_id: int, said: Content, *, by: Actor | None) -> bool:
    """Whether the group has got a draft that says this; False when its newest version says the same already.

    The draft that ships gives way; one that somebody has worked in does not: RuleBroken. `by` None: the command line.
    """
    if by is not None:
        authorise(by, Permission.PROFILE_WRITE, root_path(session))
    hold_still(session)
    group = get_group(session, staff_group_id)
    rows = session.scalars(
        select(CompetenceProfile)
        .where(CompetenceProfile.staff_group_id == group.id)
        .order_by(CompetenceProfile.number.desc(), CompetenceProfile.id)
    ).all()
    newest = content_of(session, rows[0].id) if rows else Content()
    said = replace(said, purpose=newest.purpose, responsibilities=newest.responsibilities)
    if rows and newest.mark() == said.mark():
        return False
    draft = next((row for row in rows if row.approved_at is None), None)
    if draft is not None and (draft.recorded_by is not None or draft.changed_at is not None):
        raise RuleBroken(
            N_("%(group)s has a draft that somebody has worked in. Approve it or take it away first."), group=group.name
        )
    if draft is None:
        draft = CompetenceProfile(
            staff_group_id=group.id, number=rows[0].number + 1 if rows else 1, purpose=said.purpose,
            responsibilities=said.responsibilities, recorded_at=now(),
        )  # fmt: skip
        session.add(draft)
        session.flush()
    for table in (ProfileStatement, ProfileTask):
        session.execute(delete(table).where(table.profile_id == draft.id))
    draft.recorded_by, draft.recorded_at, draft.reference_version = by.person_id if by else None, now(), None
    _write(session, draft, said)
    record(
        session, by=by.person_id if by else None, action="draft_profile", subject="competence_profile",
        subject_id=draft.id, detail={"staff_group": group.id, "number": draft.number, "from_file": True},
    )  # fmt: skip
    return True


@command
def add_tasks(
    session: Session, staff_group_id: int, number: int, wanted: Sequence[WantedTask], *, by: Actor
) -> CompetenceProfile:
    """The draft with the tasks added, each to its area, which is made where the profile has none of that name."""
    draft = _draft(session, staff_group_id, number, by, Permission.PROFILE_WRITE)
    said = content_of(session, draft.id)
    if not wanted:
        raise RuleBroken(N_("Choose a level for at least one task."), field="task")
    _check_tasks(session, said, wanted, but_area=None)
    names = {one.casefold(): one for one in said.areas}
    order = list(said.areas)
    for one in wanted:
        name = squeeze(one.area)
        _check_text(name, "task", MOST_AREA)
        if not name:
            raise RuleBroken(N_("Write what the area is called."), field="task")
        name = names.setdefault(name.casefold(), name)
        if name not in order:
            order.append(name)
        session.add(
            ProfileTask(
                profile_id=draft.id, area_name=name, level=one.level, task_id=one.task_id,
                practice_level=one.practice_level, position=order.index(name),
            )
        )  # fmt: skip
    session.flush()
    _order(session, draft, order)
    _changed(session, draft, by, "tasks")
    session.flush()
    return draft


@command
def discard_draft(session: Session, staff_group_id: int, number: int, *, by: Actor) -> None:
    """Nothing; the draft and all that it says are gone. The versions before it stand."""
    draft = _draft(session, staff_group_id, number, by, Permission.PROFILE_WRITE)
    for table in (ProfileStatement, ProfileTask):
        session.execute(delete(table).where(table.profile_id == draft.id))
    record(
        session, by=by.person_id, action="discard_profile", subject="competence_profile", subject_id=draft.id,
        detail={"staff_group": staff_group_id, "number": number},
    )  # fmt: skip
    session.delete(draft)
    session.flush()


@command
def approve_profile(
    session: Session, staff_group_id: int, number: int, *, valid_from: date, why: str, seen: str, by: Actor
) -> CompetenceProfile:
    """The draft, approved by name and in force from a day that is tomorrow at the earliest; the one before it ends then.

    `seen`: the mark of what the approver read. RuleBroken when another version begins that day or later, or it is empty.
    """
    draft = _draft(session, staff_group_id, number, by, Permission.PROFILE_APPROVE)
    hold_still(session)
    said = content_of(session, draft.id)
    _check_seen(session, draft, seen, said.mark())
    if not said.areas:
        raise RuleBroken(N_("The profile says nothing yet. Write at least one area before it is approved."))
    if valid_from <= today():
        raise RuleBroken(
            N_("A version is approved at the latest the day before it is in force. Choose tomorrow or later."),
            field="valid_from",
        )
    _check_text(why, "why", MOST_STATEMENT)
    others = session.scalars(
        select(CompetenceProfile)
        .where(CompetenceProfile.staff_group_id == staff_group_id, CompetenceProfile.approved_at.is_not(None))
        .order_by(CompetenceProfile.valid_from, CompetenceProfile.id)
    ).all()
    if any(other.valid_from is not None and other.valid_from >= valid_from for other in others):
        raise RuleBroken(
            N_("Another version is already approved from that day or later. Choose a later day."), field="valid_from"
        )
    for other in others:
        if other.valid_to is None or other.valid_to > valid_from:
            other.valid_to = valid_from
    draft.valid_from, draft.approved_at, draft.approved_by = valid_from, now(), by.person_id
    draft.approved_as, draft.why = by.home_role.value, squeeze(why)
    record(
        session, by=by.person_id, action="approve_profile", subject="competence_profile", subject_id=draft.id,
        detail={"staff_group": staff_group_id, "number": number, "valid_from": valid_from.isoformat()},
    )  # fmt: skip
    return draft
