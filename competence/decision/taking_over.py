"""Delegations whose giver has left or lost what they rest on: until when they run, and who takes them over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Reach
from competence.audit.chain import lock_chains
from competence.catalogue.models import Task
from competence.decision.queries import DELEGATIONS, book, delegated
from competence.decision.rules import Delegated
from competence.delegation.agreements import Scope, Step
from competence.delegation.commands import follow, ground_to_give
from competence.delegation.models import Delegation
from competence.delegation.queries import DelegationLine, delegations_within, works_within
from competence.foundation.changes import command
from competence.foundation.clock import last_day, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.orm import scoped
from competence.foundation.text import N_, sentence

AHEAD = timedelta(days=30)
"""A giver who is known to leave is listed so long before."""


@dataclass(frozen=True)
class ToTakeOver:
    """A delegation that somebody else must take over, or it ends."""

    line: DelegationLine
    lost_on: date
    """First day the giver no longer works here, is authorised or holds the task."""
    ends: date
    """First day it no longer counts, if nobody takes it over."""
    able: bool
    """Whether the reader can take it over."""

    @property
    def last_day(self) -> date | None:
        """The last day it counts, if nobody takes it over."""
        return last_day(self.ends)


def _judged(session: Session, delegation_ids: Iterable[int]) -> dict[int, Delegated]:
    ids = sorted(set(delegation_ids))
    rows = session.execute(scoped(session, DELEGATIONS).where(DELEGATIONS.c.id.in_(ids))).all() if ids else []
    return {row.id: one for row, one in delegated(session, rows, book(session))}


def ends_of(session: Session, delegation_ids: Iterable[int]) -> dict[int, date]:
    """Delegation -> the first day on which it no longer counts, by the rule; absent where it does not end by itself."""
    notice = book(session).settings.delegation_notice_days
    ends = {id_: one.ends(notice) for id_, one in _judged(session, delegation_ids).items()}
    return {id_: day for id_, day in ends.items() if day is not None}


def to_take_over(session: Session, *, within: Reach, actor: Actor) -> Sequence[ToTakeOver]:
    """The delegations within reach whose giver is gone or goes soon, those that end first on top."""
    on, notice = today(), book(session).settings.delegation_notice_days
    lines = {line.id: line for line in delegations_within(session, within=within)}
    found = []
    for id_, one in _judged(session, lines).items():
        ends = one.ends(notice)
        if one.giver_lost_on is not None and one.giver_lost_on <= on + AHEAD and ends is not None and ends > on:
            able = _is_able(session, lines[id_], actor)
            found.append(ToTakeOver(lines[id_], one.giver_lost_on, ends, able))
    return sorted(found, key=lambda one: (one.ends, one.line.id))


def _is_able(session: Session, line: DelegationLine, actor: Actor) -> bool:
    if actor.person_id in (line.person_id, line.giver_id):
        return False
    try:
        _ground(session, line, actor)
    except RuleBroken:
        return False
    return True


def _ground(session: Session, given: DelegationLine | Delegation, actor: Actor) -> int | None:
    task = session.scalars(select(Task).where(Task.id == given.task_id)).one()
    return ground_to_give(
        session, actor.person_id, task, citizen_id=given.citizen_id, scope=Scope(given.scope), valid_to=given.valid_to,
        onward=given.onward,
    )  # fmt: skip


@command
def take_over(session: Session, delegation_id: int, *, by: Actor) -> Delegation:
    """The delegation with `by` as its giver, on the same terms; the receiver's yes stands.

    RuleBroken when its giver still has what it rests on, when it has ended, or when `by` could not give it herself.
    """
    row = session.scalars(select(Delegation).where(Delegation.id == delegation_id)).first()
    if row is None or not any(
        works_within(session, row.person_id, within=by.reach(permission))
        for permission in (Permission.DELEGATION_GIVE, Permission.SIGNOFF_SIGN)
    ):
        raise NotFound
    lock_chains(session, [row.person_id])
    session.refresh(row)
    if by.person_id == row.person_id:
        raise RuleBroken(sentence(N_("You cannot delegate to yourself.")))
    one = _judged(session, [row.id])[row.id]
    ends = one.ends(book(session).settings.delegation_notice_days)
    if row.declined_on is not None or (ends is not None and ends <= today()):
        raise RuleBroken(sentence(N_("It has already ended.")))
    if one.giver_lost_on is None or one.giver_lost_on > today() + AHEAD:
        raise RuleBroken(sentence(N_("Its giver still has what it rests on. There is nothing to take over.")))
    before = row.giver_id
    row.rests_on_id = _ground(session, row, by)
    if row.supervisor_id == before:
        row.supervisor_id = by.person_id
    follow(
        session, row, Step.TAKEN_OVER, "take_over_delegation", by,
        fields={"rests_on": row.rests_on_id, "supervisor": row.supervisor_id, "from": before},
    )  # fmt: skip
    return row
