"""The newcomer ticks, and whoever is responsible does; when both have, what opens tasks is recorded as observed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission
from competence.accounts.queries import actor_of_person
from competence.audit.commands import record
from competence.delegation.rules import CellRule
from competence.foundation.changes import command
from competence.foundation.clock import local, now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_, sentence
from competence.onboarding.commands.common import FOLLOWERS, colleague, item_for, programme_for, words
from competence.onboarding.models import FirstShiftYes, Onboarding, OnboardingItem
from competence.onboarding.queries.gates import Opens, gates, passed
from competence.onboarding.queries.programmes import get_programme
from competence.onboarding.rules import MOST_TEXT, Side, Ticks, asked_of
from competence.organisation.models import Unit
from competence.people.models import Employment
from competence.signoffs.commands.observing import PASSED_AS, NewObservation, observe, withdraw_observation
from competence.signoffs.queries import terms_to_sign


def _side(onboarding: Onboarding, item: OnboardingItem, employment: Employment, unit: Unit, by: Actor) -> Side:
    """From which side she ticks. NotFound when she is neither the newcomer, nor follows her, nor is asked to see to it."""
    if by.person_id == employment.person_id:
        return Side.NEWCOMER
    follows = by.person_id in (onboarding.buddy_id, onboarding.mentor_id, item.responsible_id)
    if not follows and not any(by.may(one, unit.path) for one in FOLLOWERS):
        raise NotFound
    return Side.RESPONSIBLE


@command
def tick(session: Session, onboarding_id: int, item_id: int, *, by: Actor) -> OnboardingItem:
    """The item with her tick; as it was when her side had ticked it already.

    When both have ticked what opens tasks, it is recorded as observed by the one who is responsible, so that the rule opens
    what all the other gates of the task have been passed for. RuleBroken when the item is not hers to tick, was left out, the
    employment has ended or not begun, or she may not vouch for it.
    """
    onboarding, employment, unit = programme_for(session, onboarding_id, by, keep=False)
    item = item_for(session, onboarding.id, item_id)
    side = _side(onboarding, item, employment, unit, by)
    if item.left_out_at is not None:
        raise RuleBroken(sentence(N_("The item has been left out of the programme.")))
    if side not in asked_of(Ticks(item.ticks)):
        raise RuleBroken(
            sentence(N_("The one who is responsible ticks this off."))
            if side is Side.NEWCOMER
            else sentence(N_("The newcomer ticks this off herself."))
        )
    if (item.newcomer_at if side is Side.NEWCOMER else item.responsible_at) is not None:
        return item
    gate = _opens(session, item, employment)
    if gate is not None:
        _check_gate(employment, unit, side, by)
    if side is Side.NEWCOMER:
        item.newcomer_at = now()
    else:
        item.responsible_at, item.responsible_by = now(), by.person_id
    session.flush()
    record(
        session, by=by.person_id, action="tick_onboarding", subject="onboarding_item", subject_id=item.id,
        person_id=employment.person_id, detail={"item": item.code, "side": side.value},
    )  # fmt: skip
    _record_gates(session, onboarding, employment, unit, by)
    return item


def _opens(session: Session, item: OnboardingItem, employment: Employment) -> Opens | None:
    """What the item opens for her staff group; None for an item that opens nothing."""
    return gates(session).get((item.gate_code, employment.staff_group_id)) if item.gate_code else None


def _check_gate(employment: Employment, unit: Unit, side: Side, by: Actor) -> None:
    if today() < employment.valid_from:
        raise RuleBroken(
            sentence(N_("What opens tasks is ticked from the first day on, %(day)s."), day=employment.valid_from)
        )
    if side is Side.RESPONSIBLE and not by.may(Permission.SIGNOFF_OBSERVE, unit.path):
        raise RuleBroken(
            sentence(
                N_(
                    "This opens tasks, so a learning guide, a development nurse or a colleague who may sign ticks it. "
                    "Ask one of them."
                )
            )
        )


def _record_gates(session: Session, onboarding: Onboarding, employment: Employment, unit: Unit, by: Actor) -> None:
    """Nothing; each gate that both have ticked, and that has not been passed before, is recorded by whoever vouches for it.

    Where she no longer may, her tick is taken away, so that somebody else can give it.
    """
    ticked = session.scalars(
        select(OnboardingItem)
        .where(
            OnboardingItem.onboarding_id == onboarding.id, OnboardingItem.gate_code != "",
            OnboardingItem.newcomer_at.is_not(None), OnboardingItem.responsible_at.is_not(None),
            OnboardingItem.left_out_at.is_(None),
        )
        .order_by(OnboardingItem.position, OnboardingItem.id)
    ).all()  # fmt: skip
    there = passed(session, [employment.person_id]) if ticked else {}
    for item in ticked:
        gate = _opens(session, item, employment)
        if gate is None or (employment.person_id, item.gate_code) in there:
            continue
        task = _task_to_record(session, employment, gate)
        if task is None:
            continue
        observer = by if by.person_id == item.responsible_by else actor_of_person(session, item.responsible_by or 0)
        if not observer.may(Permission.SIGNOFF_OBSERVE, unit.path):
            item.responsible_at = item.responsible_by = None
            continue
        new = NewObservation(PASSED_AS[gate.kind], today(), gate_code=item.gate_code)
        observe(session, employment.id, task, new, by=observer)


def _task_to_record(session: Session, employment: Employment, gate: Opens) -> int | None:
    """One of the gate's tasks that her staff group may learn, or takes part in; None when there is none today."""
    for task in gate.tasks:
        cell, _first = terms_to_sign(session, employment, task, on=today())
        if cell.entitles or cell.rule is CellRule.ASSISTS:
            return task
    return None


@command
def untick(session: Session, onboarding_id: int, item_id: int, *, by: Actor) -> OnboardingItem:
    """The item without her own tick, the same day only. What had been recorded by it no longer counts."""
    onboarding, employment, unit = programme_for(session, onboarding_id, by, keep=False)
    item = item_for(session, onboarding.id, item_id)
    side = _side(onboarding, item, employment, unit, by)
    at = item.newcomer_at if side is Side.NEWCOMER else item.responsible_at
    if at is None:
        return item
    if side is Side.RESPONSIBLE and item.responsible_by != by.person_id:
        raise RuleBroken(sentence(N_("Only the one who ticked it can take that back.")))
    if local(at).date() != today():
        raise RuleBroken(sentence(N_("A tick can be taken back the same day only.")))
    seen = passed(session, [employment.person_id]).get((employment.person_id, item.gate_code))
    if seen is not None and item.responsible_at is not None and seen.observer_id == item.responsible_by:
        if local(seen.recorded_at).date() != today():
            raise RuleBroken(sentence(N_("A tick can be taken back the same day only.")))
        observer = by if by.person_id == seen.observer_id else actor_of_person(session, seen.observer_id or 0)
        withdraw_observation(session, seen.id, by=observer)
    if side is Side.NEWCOMER:
        item.newcomer_at = None
    else:
        item.responsible_at = item.responsible_by = None
    session.flush()
    record(
        session, by=by.person_id, action="untick_onboarding", subject="onboarding_item", subject_id=item.id,
        person_id=employment.person_id, detail={"item": item.code, "side": side.value},
    )  # fmt: skip
    return item


@command
def leave_out(session: Session, onboarding_id: int, item_id: int, *, out: bool, by: Actor) -> OnboardingItem:
    """The item, left out of this programme by its leader, or taken in again."""
    onboarding, employment, _unit = programme_for(session, onboarding_id, by)
    item = item_for(session, onboarding.id, item_id)
    if out == (item.left_out_at is not None):
        return item
    if out and (item.newcomer_at is not None or item.responsible_at is not None):
        raise RuleBroken(sentence(N_("It has been ticked already, so it stays in the programme.")))
    item.left_out_at, item.left_out_by = (now(), by.person_id) if out else (None, None)
    onboarding.revision += 1
    record(
        session, by=by.person_id, action="leave_out_onboarding", subject="onboarding_item", subject_id=item.id,
        person_id=employment.person_id, detail={"item": item.code, "out": out},
    )  # fmt: skip
    return item


@command
def ask_colleague(
    session: Session, onboarding_id: int, item_id: int, person_id: int | None, *, by: Actor
) -> OnboardingItem:
    """The item, which the colleague is asked to see to and may tick; None: whoever the words name.

    RuleBroken when nobody but the newcomer ticks it, when it is ticked already, and for somebody who works elsewhere.
    """
    onboarding, employment, _unit = programme_for(session, onboarding_id, by)
    item = item_for(session, onboarding.id, item_id)
    if person_id == item.responsible_id:
        return item
    if item.ticks == Ticks.NEWCOMER:
        raise RuleBroken(sentence(N_("The newcomer ticks this off herself.")), field="person")
    if item.responsible_at is not None:
        raise RuleBroken(sentence(N_("It has been ticked already.")), field="person")
    item.responsible_id = colleague(session, person_id, by, but=employment.person_id, field="person")
    onboarding.revision += 1
    record(
        session, by=by.person_id, action="ask_onboarding_colleague", subject="onboarding_item", subject_id=item.id,
        person_id=employment.person_id, detail={"item": item.code},
    )  # fmt: skip
    return item


@command
def give_first_shift_yes(session: Session, onboarding_id: int, *, words_: str = "", by: Actor) -> FirstShiftYes:
    """The leader's written yes to the first shift; the one there is when it has been given. It gives no right to any task.

    RuleBroken when something of the smallest safe set is not in place, or none is asked for.
    """
    text = words(words_, "words", MOST_TEXT)
    onboarding, employment, _unit = programme_for(session, onboarding_id, by)
    found = get_programme(session, onboarding.id, actor=by)
    if found.yes is not None:
        return found.yes
    if not found.needs_yes:
        raise RuleBroken(sentence(N_("Only temps and unskilled colleagues need a yes before their first shift.")))
    left = [one.row.name for one in found.first_shift if not one.is_done]
    if left:
        raise RuleBroken(
            sentence(N_("This must be in place before the first shift: %(items)s."), items="; ".join(left))
        )
    yes = FirstShiftYes(
        onboarding_id=onboarding.id, employment_id=employment.id, words=text, given_at=now(), given_by=by.person_id
    )
    session.add(yes)
    session.flush()
    record(
        session, by=by.person_id, action="give_first_shift_yes", subject="first_shift_yes", subject_id=yes.id,
        person_id=employment.person_id,
    )  # fmt: skip
    return yes


@command
def withdraw_first_shift_yes(session: Session, onboarding_id: int, *, by: Actor) -> None:
    """Nothing; the leader's yes no longer stands, also when it did not before."""
    onboarding, employment, _unit = programme_for(session, onboarding_id, by)
    yes = session.scalars(
        select(FirstShiftYes).where(FirstShiftYes.onboarding_id == onboarding.id, FirstShiftYes.withdrawn_at.is_(None))
    ).one_or_none()
    if yes is None:
        return
    yes.withdrawn_at, yes.withdrawn_by = now(), by.person_id
    record(
        session, by=by.person_id, action="withdraw_first_shift_yes", subject="first_shift_yes", subject_id=yes.id,
        person_id=employment.person_id,
    )  # fmt: skip
