"""The pulse: a round is opened, closed, and answered so that nobody can tell who said what."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import case, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.coverage.queries.places import tree
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.orm import tenant_id
from competence.foundation.text import N_, sentence
from competence.organisation.models import Municipality
from competence.strategy.models import PulseAnswered, PulseRound, PulseTally
from competence.strategy.queries.pulse import asked_of, ran, units_of_round
from competence.strategy.rules.pulse import Answer, check_rest, check_round


@command
def open_round(session: Session, unit_ids: Iterable[int], begins: date, last: date, *, by: Actor) -> PulseRound:
    """The round: who works in the units and all below them is asked. All its sums stand there from now on, as 0.

    RuleBroken when it cannot run so, or comes too near to another one. NotFound when a unit is out of reach.
    """
    units = tree(session, on=today())
    asked: list[int] = []
    for unit_id in dict.fromkeys(unit_ids):
        node = units.by_id.get(unit_id)
        if node is None or not by.may(Permission.PULSE_OPEN, node.path):
            authorise(by, Permission.PULSE_OPEN)
            raise NotFound
        asked += [one.id for one in units.below(node)]
    if not asked:
        raise RuleBroken(sentence(N_("Choose the units whose employees are asked.")), field="units")
    begins, ends = check_round(begins, last, on=today())
    # Of two who open a round at once the later waits, and sees the earlier one's.
    session.execute(select(Municipality.id).where(Municipality.id == tenant_id(session)).with_for_update())
    check_rest(begins, ends, asked, ran(session))
    row = PulseRound(begins=begins, ends=ends, opened_by=by.person_id, opened_at=now())
    session.add(row)
    session.flush()
    session.add_all(
        PulseTally(round_id=row.id, unit_id=unit, answer=answer, number=0)
        for unit in sorted(set(asked)) for answer in Answer
    )  # fmt: skip
    session.flush()
    record(
        session, by=by.person_id, action="open_pulse", subject="pulse_round", subject_id=row.id,
        detail={"units": sorted(set(unit_ids)), "ends": ends.isoformat()},
    )  # fmt: skip
    return row


@command
def close_round(session: Session, round_id: int, *, by: Actor) -> PulseRound:
    """The round, whose last day was yesterday. RuleBroken when it is over, or began today: nobody is asked for less than a day.

    NotFound unless all of its units lie within reach.
    """
    row = session.scalars(select(PulseRound).where(PulseRound.id == round_id).with_for_update()).one_or_none()
    units = tree(session, on=today())
    asked = units_of_round(session, round_id)
    reach = by.reach(Permission.PULSE_OPEN)
    if row is None or not all(reach.covers(units.by_id[one].path) for one in asked if one in units.by_id):
        authorise(by, Permission.PULSE_OPEN)
        raise NotFound
    if row.ends <= today():
        raise RuleBroken(sentence(N_("The round is over already.")))
    if row.begins >= today():
        raise RuleBroken(sentence(N_("The round has not run for a day yet.")))
    row.ends = today()
    session.flush()
    record(session, by=by.person_id, action="close_pulse", subject="pulse_round", subject_id=row.id)
    return row


@command
def answer_pulse(session: Session, answer: Answer, *, by: Actor) -> None:
    """Nothing; the answer is added to the sum of her unit, and it is noted apart that she has answered.

    No audit entry: it would hold the moment and her id. All five sums of the unit are written, so that the database's own
    marks on rows do not tell which one was hers either. RuleBroken when nothing is asked, or she has answered.
    """
    authorise(by, Permission.OWN_READ)
    asked = asked_of(session, by.person_id)
    if asked is None:
        raise RuleBroken(sentence(N_("You have answered, or the round is over. Thank you.")))
    try:
        with session.begin_nested():
            session.add(PulseAnswered(round_id=asked.round_id, person_id=by.person_id))
            session.flush()
    except IntegrityError as twice:
        raise RuleBroken(sentence(N_("You have answered, or the round is over. Thank you."))) from twice
    session.execute(
        update(PulseTally)
        .where(PulseTally.round_id == asked.round_id, PulseTally.unit_id == asked.unit_id)
        .values(number=PulseTally.number + case((PulseTally.answer == answer.value, 1), else_=0)),
        execution_options={"synchronize_session": False},
    )
