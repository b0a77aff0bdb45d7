"""The leader's part of a talk: to confirm a profile level, beside the computed one; and the time that a guide notes."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.catalogue.queries import level_names
from competence.catalogue.rules import ScaleKind
from competence.development.models import ConfirmedLevel, GuideTime
from competence.development.queries import levels_of, mine
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.text import N_, looks_like_cpr, sentence
from competence.people.commands.common import employment_for
from competence.people.models import Person

MOST_NOTE = 2000
NOTED_WITHIN = timedelta(days=13)
"""How far back a guide can note her time."""
MOST_A_DAY = 12 * 60
LATEST = timedelta(days=30)
"""A talk is written down at most so long after it was held: the computed level is that of the day of writing."""


@dataclass(frozen=True)
class Confirmation:
    """What leader and employee agreed about one area."""

    area: str
    level: int
    """Rank on the profile scale; 0 = not yet the first."""
    held_on: date
    note: str = ""


@command
def confirm_level(
    session: Session, employment_id: int, new: Confirmation, *, seen: int | None, by: Actor
) -> ConfirmedLevel:
    """The confirmed level with the computed one frozen beside it. `seen`: the computed rank that the leader had before her.

    It gives no right to do anything. Overtaken when the computed level has changed meanwhile.
    """
    employment, _unit = employment_for(session, employment_id, by, Permission.LEVEL_CONFIRM)
    if employment.person_id == by.person_id:
        raise RuleBroken(N_("Your own level is confirmed by your leader."))
    own = mine(session, employment.person_id)
    job = next((one for one in own.jobs if one.employment.id == employment.id), None)
    levels = levels_of(session, own, job) if job else None
    found = levels.of(new.area) if levels else None
    if levels is None or found is None:
        raise NotFound
    names = level_names(session, ScaleKind.PROFILE)
    if new.level not in (0, *names):
        raise RuleBroken(N_("Choose the level that you agreed on."), field="level")
    if found.computed != seen:
        raise Overtaken(
            sentence(N_("The computed level has changed meanwhile. Nothing was saved. Look at it again, and confirm."))
        )
    if new.held_on > today():
        raise RuleBroken(N_("The talk lies ahead. Confirm the level when it has been held."), field="held_on")
    if new.held_on < today() - LATEST:
        raise RuleBroken(N_("A talk is written down within 30 days. Choose a later day."), field="held_on")
    if looks_like_cpr(new.note):
        raise RuleBroken(
            N_("The text looks as if it holds a CPR number. Remove it: CPR numbers are not kept here."), field="note"
        )
    if new.level != found.computed and found.computed is not None and not new.note.strip():
        raise RuleBroken(
            N_("The level is another than the computed one. Write why, so that both remember it."), field="note"
        )
    row = ConfirmedLevel(
        person_id=employment.person_id, held_by=by.person_id, held_on=new.held_on,
        staff_group_id=levels.staff_group_id, profile_number=levels.number, area_name=new.area, level=new.level,
        level_name=names.get(new.level, ""), computed_level=found.computed,
        computed_name=names.get(found.computed or 0, ""), missing=len(found.standing.missing) if found.standing else 0,
        note=new.note.strip()[:MOST_NOTE], recorded_at=now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, by=by.person_id, action="confirm_level", subject="confirmed_level", subject_id=row.id,
        person_id=employment.person_id,
    )  # fmt: skip
    return row


@command
def note_guide_time(session: Session, day: date, minutes: int, *, by: Actor) -> GuideTime | None:
    """What the guide has noted for the day, in place of what she had noted before; None when it is 0 minutes."""
    authorise(by, Permission.GUIDE_TIME_NOTE)
    if day > today():
        raise RuleBroken(N_("The day lies ahead. Note the time when you have used it."), field="day")
    if day < today() - NOTED_WITHIN:
        raise RuleBroken(N_("Time is noted within 14 days. Choose a later day."), field="day")
    if not 0 <= minutes <= MOST_A_DAY:
        raise RuleBroken(N_("Write from 0 to 12 hours."), field="hours")
    session.execute(select(Person.id).where(Person.id == by.person_id).with_for_update())  # one note at a time
    noted = session.scalars(select(GuideTime).where(GuideTime.person_id == by.person_id, GuideTime.day == day)).first()
    if noted is not None and not minutes:
        session.delete(noted)
    elif noted is not None:
        noted.minutes, noted.recorded_at = minutes, now()
    elif minutes:
        noted = GuideTime(person_id=by.person_id, day=day, minutes=minutes, recorded_at=now())
        session.add(noted)
    session.flush()
    record(
        session, by=by.person_id, action="note_guide_time", subject="guide_time", subject_id=noted.id if noted else None,
        person_id=by.person_id,
    )  # fmt: skip
    return noted if minutes else None
