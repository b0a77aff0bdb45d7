"""The verbs of a board meeting: screens, figures, goals, actions, and an employee's yes to stand on the wall."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.catalogue.models import Area, Task
from competence.coverage.queries.places import Node, tree
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.orm import tenant_id
from competence.foundation.text import N_, looks_like_cpr, sentence, squeeze
from competence.meetings.models import (
    ActionFollowUp,
    BoardChoice,
    BoardMeeting,
    HelperYes,
    ImprovementAction,
    Screen,
    WeekGoal,
)
from competence.meetings.queries import counts_of, hash_of, owners_for, values_of
from competence.meetings.rules import (
    MOST_GOALS,
    MOST_NOTE,
    MOST_WORDS,
    Ended,
    Figure,
    Goal,
    check_days,
    check_target,
    chosen,
    week_of,
)
from competence.people.models import Person

MOST_SCREENS = 8
"""So many screens a unit can have at a time."""


def _unit(session: Session, unit_id: int, by: Actor) -> Node:
    """The unit. NotFound when there is none; NotAllowed when she does not keep its board."""
    node = tree(session, on=today()).by_id.get(unit_id)
    if node is None:
        raise NotFound
    authorise(by, Permission.BOARD_KEEP, node.path)
    return node


def _words(text: str, field: str, most: int) -> str:
    text = squeeze(text) if most == MOST_WORDS else text.replace("\r\n", "\n").strip()
    if looks_like_cpr(text):
        raise RuleBroken(sentence(N_("Never write a citizen's name or CPR number. Take the number out.")), field=field)
    if len(text) > most:
        raise RuleBroken(sentence(N_("The text is too long. Use at most %(max)s characters."), max=most), field=field)
    return text


# Screens.


@command
def make_screen(session: Session, unit_id: int, name: str, *, by: Actor) -> tuple[Screen, str]:
    """The screen and its link's secret, which is shown now and never again. RuleBroken for one screen too many."""
    node = _unit(session, unit_id, by)
    name = _words(name, "name", MOST_WORDS)[:60]
    if not name:
        raise RuleBroken(sentence(N_("Write where the screen hangs.")), field="name")
    living = session.scalars(select(Screen.id).where(Screen.unit_id == node.id, Screen.ended_at.is_(None))).all()
    if len(living) >= MOST_SCREENS:
        raise RuleBroken(
            sentence(N_("The unit has %(most)s screens. Close one before you add another."), most=MOST_SCREENS),
            field="name",
        )
    secret = secrets.token_urlsafe(24)
    screen = Screen(unit_id=node.id, name=name, link_hash=hash_of(secret), made_at=now(), made_by=by.person_id)
    session.add(screen)
    session.flush()
    record(
        session, by=by.person_id, action="make_screen", subject="wall_screen", subject_id=screen.id,
        detail={"unit": node.id},
    )  # fmt: skip
    return screen, secret


@command
def bind_screen(session: Session, link: str) -> tuple[Screen, str]:
    """The screen, and the secret that it keeps from now on: nobody else can use the link. Nobody is signed in on a wall.

    NotFound when the link is revoked, unknown, or belongs to another screen already.
    """
    screen = session.scalars(
        select(Screen).where(Screen.link_hash == hash_of(link), Screen.ended_at.is_(None)).with_for_update(),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if screen is None or screen.screen_hash is not None:
        raise NotFound
    secret = secrets.token_urlsafe(24)
    screen.screen_hash, screen.bound_at, screen.seen_on = hash_of(secret), now(), today()
    record(
        session, by=None, action="bind_screen", subject="wall_screen", subject_id=screen.id,
        detail={"unit": screen.unit_id},
    )  # fmt: skip
    return screen, secret


@command
def revoke_screen(session: Session, screen_id: int, *, by: Actor) -> Screen:
    """The screen, whose link no longer shows anything; also when it was revoked before."""
    screen = session.scalars(select(Screen).where(Screen.id == screen_id).with_for_update()).one_or_none()
    if screen is None:
        raise NotFound
    node = tree(session, on=today()).by_id.get(screen.unit_id)
    if node is None or not by.may(Permission.BOARD_KEEP, node.path):
        raise NotFound
    if screen.ended_at is None:
        screen.ended_at, screen.ended_by = now(), by.person_id
        record(
            session, by=by.person_id, action="revoke_screen", subject="wall_screen", subject_id=screen.id,
            detail={"unit": screen.unit_id},
        )  # fmt: skip
    return screen


# The meeting.


@command
def choose_figures(session: Session, unit_id: int, codes: Iterable[str], *, by: Actor) -> BoardChoice:
    """The unit's choice. RuleBroken when it is not two or three figures."""
    node = _unit(session, unit_id, by)
    figures = [one.value for one in chosen(codes)]
    choice = session.scalars(select(BoardChoice).where(BoardChoice.unit_id == node.id).with_for_update()).one_or_none()
    if choice is None:
        choice = BoardChoice(unit_id=node.id)
        session.add(choice)
    elif choice.figures == figures:
        return choice
    choice.figures, choice.changed_at, choice.changed_by = figures, now(), by.person_id
    session.flush()
    record(
        session, by=by.person_id, action="choose_board_figures", subject="board_choice", subject_id=choice.id,
        detail={"unit": node.id, "figures": figures},
    )  # fmt: skip
    return choice


@command
def hold_meeting(session: Session, unit_id: int, *, by: Actor) -> BoardMeeting:
    """Today's board meeting with the figures of now; noted twice on one day it is still one, with the later figures."""
    node = _unit(session, unit_id, by)
    units = tree(session, on=today())
    figures = {figure.value: value for figure, value in values_of(session, counts_of(session, units, node)).items()}
    meeting = session.scalars(
        select(BoardMeeting).where(BoardMeeting.unit_id == node.id, BoardMeeting.held_on == today()).with_for_update()
    ).one_or_none()
    if meeting is None:
        meeting = BoardMeeting(unit_id=node.id, held_on=today())
        session.add(meeting)
    meeting.held_at, meeting.held_by, meeting.figures = now(), by.person_id, figures
    session.flush()
    record(
        session, by=by.person_id, action="hold_board_meeting", subject="board_meeting", subject_id=meeting.id,
        detail={"unit": node.id},
    )  # fmt: skip
    return meeting


@command
def set_goals(session: Session, unit_id: int, goals: Sequence[Goal], *, by: Actor) -> list[WeekGoal]:
    """This week's goals of the unit, in the place of those it had. RuleBroken for too many, or a day outside the week."""
    node = _unit(session, unit_id, by)
    week = week_of(today())
    tasks = set(session.scalars(select(Task.id).where(Task.id.in_([one.task_id for one in goals]))))
    if len({(one.task_id, one.shift) for one in goals}) > MOST_GOALS:
        raise RuleBroken(sentence(N_("Choose at most %(most)s goals for a week."), most=MOST_GOALS), field="goals")
    for one in goals:
        if one.task_id not in tasks:
            raise NotFound
        if one.planned_on is not None and week_of(one.planned_on) != week:
            raise RuleBroken(sentence(N_("The day must lie in this week.")), field="goals")
    session.execute(
        delete(WeekGoal).where(
            WeekGoal.municipality_id == tenant_id(session), WeekGoal.unit_id == node.id, WeekGoal.week == week
        )
    )
    rows = [
        WeekGoal(
            unit_id=node.id, week=week, task_id=task_id, shift=shift, planned_on=one.planned_on,
            planned_at=one.planned_at if one.planned_on else None, set_at=now(), set_by=by.person_id,
        )
        for (task_id, shift), one in {(one.task_id, one.shift): one for one in goals}.items()
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    record(
        session, by=by.person_id, action="set_week_goals", subject="unit", subject_id=node.id,
        detail={"week": week.isoformat(), "goals": [[row.task_id, row.shift] for row in rows]},
    )  # fmt: skip
    return rows


# Improvement actions.


@dataclass(frozen=True)
class Planned:
    """What is said about an action."""

    what: str
    owner_id: int
    figure: Figure
    target: float
    due_on: date
    follow_up_on: date | None = None


@command
def begin_action(session: Session, unit_id: int, planned: Planned, *, by: Actor) -> ImprovementAction:
    """The action, with the figure as it is now as what it is held against."""
    node = _unit(session, unit_id, by)
    what = _check(session, node, planned, by)
    figures = values_of(session, counts_of(session, tree(session, on=today()), node))
    action = ImprovementAction(
        unit_id=node.id, what=what, owner_id=planned.owner_id, figure=planned.figure, baseline=figures[planned.figure],
        target=planned.target, due_on=planned.due_on, follow_up_on=planned.follow_up_on, recorded_at=now(),
        recorded_by=by.person_id,
    )  # fmt: skip
    session.add(action)
    session.flush()
    _record(session, action, "begin_action", by)
    return action


@command
def change_action(session: Session, action_id: int, planned: Planned, *, seen: int, by: Actor) -> ImprovementAction:
    """The action as it is said now; `seen` is the revision that the page showed. Overtaken when somebody was first."""
    action, node = _action(session, action_id, by)
    _is_open(action, seen)
    action.what = _check(session, node, planned, by, before=action)
    action.owner_id, action.figure, action.target = planned.owner_id, planned.figure, planned.target
    action.due_on, action.follow_up_on = planned.due_on, planned.follow_up_on
    action.revision += 1
    session.flush()
    _record(session, action, "change_action", by)
    return action


@command
def follow_up_action(
    session: Session, action_id: int, note: str, *, next_on: date | None, ended: Ended | None, seen: int, by: Actor
) -> ActionFollowUp:
    """How the action stands today, with a word; the next follow-up, or how it ended."""
    action, node = _action(session, action_id, by)
    _is_open(action, seen)
    if next_on is not None and next_on < today():
        raise RuleBroken(sentence(N_("The follow-up must be today or later.")), field="next_on")
    figures = values_of(session, counts_of(session, tree(session, on=today()), node))
    written = ActionFollowUp(
        action_id=action.id, value=figures[Figure(action.figure)], note=_words(note, "note", MOST_NOTE), written_at=now(),
        written_by=by.person_id,
    )  # fmt: skip
    session.add(written)
    action.follow_up_on = None if ended else next_on
    if ended is not None:
        action.closed_at, action.closed_how, action.closed_by = now(), ended, by.person_id
    action.revision += 1
    session.flush()
    if ended is not None:
        _record(session, action, "close_action", by)
    else:
        _record(session, action, "follow_up_action", by)
    return written


def _action(session: Session, action_id: int, by: Actor) -> tuple[ImprovementAction, Node]:
    action = session.scalars(
        select(ImprovementAction).where(ImprovementAction.id == action_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if action is None:
        raise NotFound
    node = tree(session, on=today()).by_id.get(action.unit_id)
    if node is None or not by.may(Permission.BOARD_KEEP, node.path):
        authorise(by, Permission.BOARD_KEEP)
        raise NotFound
    return action, node


def _is_open(action: ImprovementAction, seen: int) -> None:
    if action.closed_at is not None or action.revision != seen:
        raise Overtaken(
            sentence(N_("Somebody has changed the action meanwhile. Nothing was saved. What you wrote is still here."))
        )


def _check(
    session: Session, node: Node, planned: Planned, by: Actor, *, before: ImprovementAction | None = None
) -> str:
    what = _words(planned.what, "what", MOST_WORDS)
    if not what:
        raise RuleBroken(sentence(N_("Write what is to be done.")), field="what")
    able = {person for person, _name in owners_for(session, node)} | {by.person_id}
    if before is not None:
        able.add(before.owner_id)
    if planned.owner_id not in able:
        raise RuleBroken(sentence(N_("Choose who sees to it.")), field="owner")
    check_target(planned.figure, planned.target)
    if before is None or before.due_on != planned.due_on or before.follow_up_on != planned.follow_up_on:
        check_days(planned.due_on, planned.follow_up_on, on=today())
    return what


def _record(session: Session, action: ImprovementAction, verb: str, by: Actor) -> None:
    record(
        session, by=by.person_id, action=verb, subject="improvement_action", subject_id=action.id,
        detail={"unit": action.unit_id, "figure": Figure(action.figure).value, "target": action.target},
    )  # fmt: skip


# Who can be asked.


@command
def say_yes(session: Session, area_ids: Iterable[int], *, by: Actor) -> set[int]:
    """The areas about which she stands on the wall from now on, in the place of those she had; none takes her off it."""
    authorise(by, Permission.OWN_READ)
    session.execute(select(Person.id).where(Person.id == by.person_id).with_for_update())
    wanted = set(session.scalars(select(Area.id).where(Area.id.in_(list(area_ids)))))
    before = set(session.scalars(select(HelperYes.area_id).where(HelperYes.person_id == by.person_id)))
    if wanted == before:
        return wanted
    session.execute(
        delete(HelperYes).where(
            HelperYes.municipality_id == tenant_id(session), HelperYes.person_id == by.person_id,
            HelperYes.area_id.in_(before - wanted),
        )
    )  # fmt: skip
    session.add_all(
        [HelperYes(person_id=by.person_id, area_id=area, said_at=now()) for area in sorted(wanted - before)]
    )
    session.flush()
    record(
        session,
        by=by.person_id,
        action="change_helper_yes",
        subject="person",
        subject_id=by.person_id,
        person_id=by.person_id,
    )
    return wanted
