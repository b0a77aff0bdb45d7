"""A leader begins a newcomer's programme, with its talks, and changes what belongs to all of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission
from competence.audit.commands import record
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import Overtaken, RuleBroken
from competence.foundation.text import N_, sentence
from competence.learning.models import Talk, TalkTaker
from competence.onboarding.commands.common import check_runs, colleague, line, programme_for
from competence.onboarding.models import Onboarding, OnboardingItem, OnboardingLine, OnboardingPace
from competence.onboarding.queries.programmes import talks_of
from competence.onboarding.queries.templates import holding, lines_of
from competence.onboarding.rules import MOST_ITEM, MOST_ITEMS, MOST_WORDS, TALKS, WEEKS, Line, check_line
from competence.onboarding.rules.pace import PaceSet, check_pace, talk_on
from competence.people.commands.common import employment_for
from competence.people.models import Employment

EARLIEST, LATEST = timedelta(days=120), timedelta(days=180)
"""A first day of work lies no further from the employment's own first day, before today and after."""


@dataclass(frozen=True)
class NewProgramme:
    """What a leader says when a programme begins."""

    first_day: date
    buddy_id: int | None = None
    mentor_id: int | None = None


@command
def begin_onboarding(session: Session, employment_id: int, new: NewProgramme, *, by: Actor) -> Onboarding:
    """The programme, with the items of the templates that hold for her and the talks after 4, 8 and 12 weeks planned.

    A temp from an agency has the smallest safe set before a first shift, and no talks. RuleBroken when no template is approved
    for her, the day does not fit, or buddy or mentor do not; Overtaken when she has a programme already.
    """
    employment, unit = employment_for(session, employment_id, by, Permission.ONBOARDING_KEEP)
    session.execute(select(Employment.id).where(Employment.id == employment.id).with_for_update())
    check_runs(employment)
    if employment.person_id == by.person_id:
        raise RuleBroken(sentence(N_("Your own introduction programme is begun by your leader.")))
    open_ = session.scalar(
        select(Onboarding.id).where(Onboarding.employment_id == employment.id, Onboarding.ended_on.is_(None))
    )
    if open_ is not None:
        raise Overtaken(sentence(N_("She has an introduction programme already.")))
    templates = holding(session, unit.path, employment.staff_group_id)
    if not templates:
        raise RuleBroken(
            sentence(
                N_("No template is approved for her staff group in %(unit)s yet. A development nurse approves it."),
                unit=unit.name,
            )
        )
    onboarding = Onboarding(
        employment_id=employment.id, first_day=_first_day(employment, new.first_day),
        buddy_id=colleague(session, new.buddy_id, by, but=employment.person_id, field="buddy"),
        mentor_id=colleague(session, new.mentor_id, by, but=employment.person_id, field="mentor"),
        welcome=next((one.welcome for one in reversed(templates) if one.welcome), ""), begun_at=now(), begun_by=by.person_id,
    )  # fmt: skip
    session.add(onboarding)
    session.flush()
    lines = lines_of(session, [one.id for one in templates])
    if employment.is_external:
        lines = [one for one in lines if one.first_shift]
    session.add_all(_items(onboarding, employment, lines))
    session.flush()
    if not employment.is_external:
        _plan_talks(session, onboarding, employment, unit.id, by, {one.week for one in lines if one.kind == "talk"})
    record(
        session, by=by.person_id, action="begin_onboarding", subject="onboarding", subject_id=onboarding.id,
        person_id=employment.person_id,
    )  # fmt: skip
    return onboarding


def _first_day(employment: Employment, day: date) -> date:
    """The day. RuleBroken when it lies before the employment, after it, or so far away that it is a slip."""
    if day < employment.valid_from or day < today() - EARLIEST:
        raise RuleBroken(
            sentence(N_("The first day of work is the first day of the employment or later.")), field="first_day"
        )
    if (employment.valid_to is not None and day >= employment.valid_to) or day > max(
        employment.valid_from, today()
    ) + LATEST:
        raise RuleBroken(sentence(N_("The first day of work lies too far ahead.")), field="first_day")
    return day


def _items(onboarding: Onboarding, employment: Employment, lines: Iterable[OnboardingLine]) -> list[OnboardingItem]:
    found: dict[str, OnboardingItem] = {}
    for place, one in enumerate(lines):
        found.setdefault(
            one.code,
            OnboardingItem(
                onboarding_id=onboarding.id, employment_id=employment.id, code=one.code, position=place, name=one.name,
                week=one.week, kind=one.kind, responsible=one.responsible, ticks=one.ticks, gate=one.gate,
                gate_code=one.gate_code, first_shift=one.first_shift,
            ),
        )  # fmt: skip
    return list(found.values())


def _plan_talks(
    session: Session, onboarding: Onboarding, employment: Employment, unit_id: int, by: Actor, weeks: set[int]
) -> None:
    """Nothing; the talks of the programme that are not planned yet are, those after the employment's last day left out."""
    there = {talk.kind for talk in talks_of(session, [employment.id]).get(employment.id, [])}
    for week, kind in TALKS.items():
        day = talk_on(week, onboarding.first_day)
        over = employment.valid_to is not None and day >= employment.valid_to
        if week not in weeks or kind in there or over or day < today():
            continue
        talk = Talk(
            kind=kind,
            unit_id=unit_id,
            held_by=by.person_id,
            planned_on=day,
            recorded_at=now(),
            recorded_by=by.person_id,
        )
        session.add(talk)
        session.flush()
        session.add(TalkTaker(talk_id=talk.id, employment_id=employment.id))
    session.flush()


@command
def change_onboarding(session: Session, onboarding_id: int, new: NewProgramme, *, seen: int, by: Actor) -> Onboarding:
    """The programme with another first day, buddy or mentor. With the first day its weeks move, and the talks not yet held."""
    onboarding, employment, _unit = programme_for(session, onboarding_id, by, seen=seen)
    buddy = _kept_or(session, new.buddy_id, onboarding.buddy_id, employment, by, "buddy")
    mentor = _kept_or(session, new.mentor_id, onboarding.mentor_id, employment, by, "mentor")
    before = onboarding.first_day, onboarding.buddy_id, onboarding.mentor_id
    first_day = onboarding.first_day if new.first_day == onboarding.first_day else _first_day(employment, new.first_day)
    if before == (first_day, buddy, mentor):
        return onboarding
    onboarding.first_day, onboarding.buddy_id, onboarding.mentor_id = first_day, buddy, mentor
    onboarding.revision += 1
    if before[0] != first_day:
        paces = _paces(session, onboarding)
        _move_talks(session, employment, (before[0], paces), (first_day, paces))
    record(
        session, by=by.person_id, action="change_onboarding", subject="onboarding", subject_id=onboarding.id,
        person_id=employment.person_id,
    )  # fmt: skip
    return onboarding


Weeks = tuple[date, list[PaceSet]]
"""(the first day of work, the paces): what says when a programme's weeks are."""


def _paces(session: Session, onboarding: Onboarding) -> list[PaceSet]:
    rows = session.scalars(
        select(OnboardingPace).where(OnboardingPace.onboarding_id == onboarding.id).order_by(OnboardingPace.id)
    )
    return [PaceSet(one.from_day, one.percent) for one in rows]


def _move_talks(session: Session, employment: Employment, before: Weeks, after: Weeks) -> None:
    """Nothing; the talks still to be held lie where the programme's weeks now are."""
    for talk in talks_of(session, [employment.id]).get(employment.id, []):
        week = next(week for week, kind in TALKS.items() if kind == talk.kind)
        day = talk_on(week, *after)
        # A day that the two have agreed on themselves stays theirs.
        theirs = talk.held_on is not None or talk.planned_on != talk_on(week, *before)
        over = employment.valid_to is not None and day >= employment.valid_to
        if not theirs and not over and talk.planned_on != day >= today():
            talk.planned_on = day
            talk.revision += 1


def _kept_or(
    session: Session, new: int | None, old: int | None, employment: Employment, by: Actor, field: str
) -> int | None:
    return old if new == old else colleague(session, new, by, but=employment.person_id, field=field)


@command
def set_pace(session: Session, onboarding_id: int, percent: int, *, seen: int, by: Actor) -> Onboarding:
    """The programme, its weeks longer or shorter from today on; with them the talks that nobody has moved by hand."""
    check_pace(percent)
    onboarding, employment, _unit = programme_for(session, onboarding_id, by, seen=seen)
    before = _paces(session, onboarding)
    said = PaceSet(max(today(), onboarding.first_day), percent)
    session.add(
        OnboardingPace(
            onboarding_id=onboarding.id, employment_id=employment.id, from_day=said.from_day, percent=percent,
            set_at=now(), set_by=by.person_id,
        )
    )  # fmt: skip
    onboarding.revision += 1
    session.flush()
    _move_talks(session, employment, (onboarding.first_day, before), (onboarding.first_day, [*before, said]))
    record(
        session, by=by.person_id, action="set_onboarding_pace", subject="onboarding", subject_id=onboarding.id,
        person_id=employment.person_id, detail={"percent": percent},
    )  # fmt: skip
    return onboarding


@command
def add_item(session: Session, onboarding_id: int, new: Line, *, by: Actor) -> OnboardingItem:
    """The item, added to this programme only. RuleBroken when it does not fit; what opens tasks comes from a template."""
    onboarding, employment, _unit = programme_for(session, onboarding_id, by)
    new = check_line(
        Line(
            line(new.name, "name", MOST_ITEM), new.week, new.kind, line(new.responsible, "responsible", MOST_WORDS),
            new.ticks, first_shift=new.first_shift,
        )
    )  # fmt: skip
    codes = set(session.scalars(select(OnboardingItem.code).where(OnboardingItem.onboarding_id == onboarding.id)))
    if len(codes) >= MOST_ITEMS:
        raise RuleBroken(sentence(N_("A programme has at most %(most)s items."), most=MOST_ITEMS))
    item = OnboardingItem(
        onboarding_id=onboarding.id, employment_id=employment.id, code=free_code(codes), position=len(codes),
        name=new.name, week=new.week, kind=new.kind, responsible=new.responsible, ticks=new.ticks,
        first_shift=new.first_shift, added_by=by.person_id,
    )  # fmt: skip
    session.add(item)
    onboarding.revision += 1
    session.flush()
    record(
        session, by=by.person_id, action="add_onboarding_item", subject="onboarding_item", subject_id=item.id,
        person_id=employment.person_id,
    )  # fmt: skip
    return item


def free_code(taken: Iterable[str]) -> str:
    """A code that none of the others has."""
    known = set(taken)
    return next(code for number in range(1, 10_000) if (code := f"EGEN{number}") not in known)


@command
def end_onboarding(session: Session, onboarding_id: int, *, by: Actor) -> Onboarding:
    """The programme, which ends today. What is ticked stays to be read; talks that are planned stay planned."""
    onboarding, employment, _unit = programme_for(session, onboarding_id, by)
    onboarding.ended_on, onboarding.ended_by = today(), by.person_id
    onboarding.revision += 1
    record(
        session, by=by.person_id, action="end_onboarding", subject="onboarding", subject_id=onboarding.id,
        person_id=employment.person_id, detail={"weeks": WEEKS},
    )  # fmt: skip
    return onboarding
