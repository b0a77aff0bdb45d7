"""Personal delegations and task transfers: what they are called, what they must say, and how one stands on a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from competence.foundation.clock import add_months, local
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, sentence


class DelegationKind(StrEnum):
    """Konkret delegation and rammedelegation are of reserved tasks; any other task is transferred."""

    CONCRETE = "concrete"
    FRAMEWORK = "framework"
    TRANSFER = "transfer"


KIND_NAMES: Mapping[DelegationKind, str] = {
    DelegationKind.CONCRETE: N_("Concrete delegation"),
    DelegationKind.FRAMEWORK: N_("Framework delegation"),
    DelegationKind.TRANSFER: N_("Task transfer"),
}

KIND_SENTENCES: Mapping[DelegationKind, str] = {
    DelegationKind.CONCRETE: N_("One reserved task for one citizen in one situation, until a day you name."),
    DelegationKind.FRAMEWORK: N_(
        "A reserved task over time, for one citizen, a group or all. It asks for a written instruction."
    ),
    DelegationKind.TRANSFER: N_("A task that the law does not reserve. It is not delegation, but the same agreement."),
}


class Scope(StrEnum):
    """For whom it counts."""

    CITIZEN = "citizen"
    GROUP = "group"
    ALL = "all"


SCOPE_NAMES: Mapping[Scope, str] = {
    Scope.CITIZEN: N_("One citizen"),
    Scope.GROUP: N_("A group of citizens"),
    Scope.ALL: N_("All citizens"),
}


class Supervision(StrEnum):
    """In what form the giver, or somebody for her, looks after it."""

    PRESENT = "present"
    TALK = "talk"
    RECORDS = "records"


SUPERVISION_NAMES: Mapping[Supervision, str] = {
    Supervision.PRESENT: N_("Present while the task is done"),
    Supervision.TALK: N_("A talk about the task"),
    Supervision.RECORDS: N_("Reading what was written in the care record"),
}


class Told(StrEnum):
    """Why somebody was told of a stop."""

    LEADER = "leader"
    GUIDE = "guide"
    HOLDER = "holder"


TOLD_NAMES: Mapping[Told, str] = {
    Told.LEADER: N_("leader"),
    Told.GUIDE: N_("learning guide"),
    Told.HOLDER: N_("may do the task"),
}


class Step(StrEnum):
    """The events of a delegation, all in the receiver's chain."""

    DELEGATED = "delegated"
    ACCEPTED = "delegation_accepted"
    DECLINED = "delegation_declined"
    ENDED = "delegation_ended"
    SUPERVISED = "delegation_supervised"
    TAKEN_OVER = "delegation_taken_over"


class Status(StrEnum):
    """How a delegation stands on a day."""

    WAITING = "waiting"
    COMING = "coming"
    IN_FORCE = "in_force"
    DECLINED = "declined"
    ENDED = "ended"


STATUS_NAMES: Mapping[Status, str] = {
    Status.WAITING: N_("Waits for the receiver's yes"),
    Status.COMING: N_("Has not begun"),
    Status.IN_FORCE: N_("In force"),
    Status.DECLINED: N_("Declined"),
    Status.ENDED: N_("Has ended"),
}

REMIND_DAYS = 14
"""So many days before a supervision is due it is shown as near."""


@dataclass(frozen=True)
class Terms:
    """What a giver writes. Texts are squeezed; days are half-open."""

    kind: DelegationKind
    scope: Scope
    valid_from: date
    valid_to: date | None
    instructed_on: date
    names_citizen: bool = False
    group: str = ""
    conditions: str = ""
    instruction: str = ""
    instruction_version: str = ""
    instructor: str = ""
    """The name of who instructed, where it was not the giver herself."""
    supervisor_id: int | None = None
    """None: the giver."""
    supervision: Supervision = Supervision.PRESENT
    supervise_on: date | None = None
    supervise_months: int | None = None
    onward: bool = False


def check(terms: Terms, *, reserved: bool, never: str, on: date) -> None:
    """Nothing. RuleBroken, at its field, when the terms are not what the law or the agreement asks for.

    `never`: on what ground the task can never be delegated, "" when it can. Source: domain.md (b), 4 to 7 and 10.
    """
    transfer = terms.kind is DelegationKind.TRANSFER
    if never:
        raise RuleBroken(
            sentence(N_("This task can never be given to somebody else: %(ground)s. It must be done in person."), ground=never),
            field="task",
        )  # fmt: skip
    if reserved and transfer:
        raise RuleBroken(
            sentence(N_("The law reserves this task. Choose a concrete delegation or a framework delegation.")), field="kind"
        )  # fmt: skip
    if not reserved and not transfer:
        raise RuleBroken(sentence(N_("The law does not reserve this task. Choose a task transfer.")), field="kind")
    if terms.kind is DelegationKind.CONCRETE and terms.scope is not Scope.CITIZEN:
        raise RuleBroken(
            sentence(N_("A concrete delegation is for one citizen. Choose one citizen, or a framework delegation.")),
            field="scope",
        )
    if terms.scope is Scope.CITIZEN and not terms.names_citizen:
        raise RuleBroken(sentence(N_("Write the care system's reference of the citizen.")), field="citizen")
    if terms.scope is Scope.GROUP and not terms.group:
        raise RuleBroken(sentence(N_("Write which citizens belong to the group.")), field="group")
    if terms.kind is DelegationKind.FRAMEWORK and not terms.instruction:
        raise RuleBroken(
            sentence(N_("A framework delegation asks for a written instruction. Write its name.")), field="instruction"
        )
    if terms.instruction and not terms.instruction_version:
        raise RuleBroken(
            sentence(N_("Write the version of the instruction, so that it is clear what was agreed.")),
            field="instruction_version",
        )
    _check_days(terms, on=on)


def _check_days(terms: Terms, *, on: date) -> None:
    if terms.valid_from < on:
        raise RuleBroken(
            sentence(N_("A right is not given back in time. The first day can be today or later.")), field="valid_from"
        )
    if terms.valid_to is not None and terms.valid_to <= terms.valid_from:
        raise RuleBroken(sentence(N_("The last day lies before the first day.")), field="valid_through")
    if terms.kind is DelegationKind.CONCRETE and terms.valid_to is None:
        raise RuleBroken(
            sentence(N_("A concrete delegation is for one situation. Choose its last day.")), field="valid_through"
        )
    if terms.instructed_on > on:
        raise RuleBroken(
            sentence(N_("The instruction must have been given. Write the day it was.")), field="instructed_on"
        )
    planned = terms.supervise_on
    if planned is not None and (
        planned < terms.valid_from or (terms.valid_to is not None and planned >= terms.valid_to)
    ):
        raise RuleBroken(
            sentence(N_("The supervision must lie between the first and the last day.")), field="supervise_on"
        )


@dataclass(frozen=True)
class Happening:
    """One event of a delegation."""

    step: Step
    at: datetime
    by: int | None
    fields: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0

    @property
    def on(self) -> date:
        """The Danish day on which it happened."""
        return local(self.at).date()


@dataclass(frozen=True)
class Agreement:
    """How a delegation stands after some of its events."""

    giver_id: int | None
    valid_from: date
    valid_to: date | None
    supervise_on: date | None = None
    supervise_months: int | None = None
    accepted_on: date | None = None
    declined_on: date | None = None
    ended_on: date | None = None
    taken_over_on: date | None = None
    supervised_on: date | None = None

    def status(self, on: date) -> Status:
        """How it stands on the day, by what is agreed. What it rests on is the rule's to judge."""
        if self.declined_on is not None:
            return Status.DECLINED
        if self.valid_to is not None and self.valid_to <= on:
            return Status.ENDED
        if self.accepted_on is None:
            return Status.WAITING
        return Status.COMING if max(self.valid_from, self.accepted_on) > on else Status.IN_FORCE


def after(events: Iterable[Happening]) -> Agreement | None:
    """The agreement after the events, in the order of the chain; None before the first."""
    found: Agreement | None = None
    for event in events:
        if event.step is Step.DELEGATED:
            found = Agreement(
                event.by, _day(event, "valid_from") or event.on, _day(event, "valid_to"), _day(event, "supervise_on"),
                event.fields.get("supervise_months"),
            )  # fmt: skip
        elif found is not None:
            found = _then(found, event)
    return found


def _then(found: Agreement, event: Happening) -> Agreement:
    match event.step:
        case Step.ACCEPTED:
            return replace(found, accepted_on=event.on)
        case Step.DECLINED:
            return replace(found, declined_on=event.on, valid_to=_ends(found, event.on))
        case Step.ENDED:
            return replace(found, ended_on=event.on, valid_to=_ends(found, event.on))
        case Step.TAKEN_OVER:
            return replace(found, giver_id=event.by, taken_over_on=event.on)
        case Step.SUPERVISED:
            done = _day(event, "on") or event.on
            return replace(found, supervised_on=done, supervise_on=_day(event, "next"))
        case _:
            return found


def _ends(found: Agreement, on: date) -> date:
    day = max(on, found.valid_from)
    return min(day, found.valid_to) if found.valid_to else day


def _day(event: Happening, name: str) -> date | None:
    value = event.fields.get(name)
    return date.fromisoformat(value) if value else None


def known_on(events: Iterable[Happening], day: date) -> Agreement | None:
    """The agreement as it was at the end of the day."""
    return after(event for event in events if event.on <= day)


def next_supervision(done_on: date, months: int | None, valid_to: date | None) -> date | None:
    """The day of the next supervision; None where it was the only one or the delegation ends before."""
    if not months:
        return None
    day = add_months(done_on, months)
    return day if valid_to is None or day < valid_to else None


def supervision_state(supervise_on: date | None, on: date) -> str:
    """ "overdue", "near" or "planned" on the day; "" where none is planned."""
    if supervise_on is None:
        return ""
    if supervise_on < on:
        return "overdue"
    return "near" if supervise_on <= on + timedelta(days=REMIND_DAYS) else "planned"


def may_give_onward(
    *, onward: bool, scope: Scope, citizen_id: int | None, valid_to: date | None, wants: Scope, wants_citizen: int | None,
    wants_valid_to: date | None, wants_onward: bool,
) -> bool:  # fmt: skip
    """Whether a delegation with these terms lets its receiver give that onward: no wider, no longer, and no further."""
    covered = scope is Scope.ALL or (scope is wants and citizen_id == wants_citizen and scope is not Scope.GROUP)
    lasts = valid_to is None or (wants_valid_to is not None and wants_valid_to <= valid_to)
    return onward and covered and lasts and not wants_onward
