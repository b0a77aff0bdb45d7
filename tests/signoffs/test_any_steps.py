"""Anybody tries anything with the commands themselves: the table decides, and answers and evidence agree afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select, update

from competence.access.rules import Role
from competence.audit.chain import breaks
from competence.decision.commands import differences
from competence.delegation.models import Cell
from competence.delegation.rules import CellRule
from competence.foundation import clock
from competence.foundation.changes import settle
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.signoffs import commands
from competence.signoffs.models import CurrentSignOff, WaitingSignOff
from competence.signoffs.projection import differences as signoff_differences
from competence.signoffs.queries import last_request, state_of
from competence.signoffs.rules import LEADS_TO, Part, Signed, Stage, Step, part_of, refusal, stage_at, stage_of
from tests.factories import Someone
from tests.signoffs.bedside import Bedside


@dataclass
class Play:
    """The bedside with somebody for every part, and dice."""

    at: Bedside
    maja: Someone
    """A second guide."""
    leader: Someone
    dice: Random

    def place(self) -> tuple[Signed, ...]:
        return state_of(self.at.world.session, self.at.helper.person.id, self.at.task.id)

    def request(self) -> Stage:
        last = last_request(self.at.world.session, self.at.helper.employment.id, self.at.task.id)
        if last is None or (last.closed_at and last.closed_how != "returned"):
            return Stage.NOT_BEGUN
        return Stage.RETURNED if last.closed_at else Stage.REQUESTED

    def steps(self) -> dict[Step, tuple[Callable[[Someone, int], object], tuple[Someone, ...]]]:
        """Step -> what does it, and who tries."""
        session, job, task = self.at.world.session, self.at.helper.employment.id, self.at.task.id
        guides, her = (self.at.guide, self.maja), (self.at.helper,)

        def requested() -> int:
            last = last_request(session, job, task)
            return last.id if last else 0

        def signing(who: Someone, _seq: int) -> object:
            new = commands.NewSignOff(task, 1, today(), ticked=(1,))
            return commands.sign_off(session, job, new, by=who.actor)

        def suspending(who: Someone, seq: int) -> object:
            first = today() + timedelta(days=self.dice.randint(0, 3))
            end = first + timedelta(days=self.dice.randint(1, 9)) if self.dice.random() < 0.6 else None
            return commands.suspend(session, job, seq, valid_from=first, valid_to=end, reason="Øv igen", by=who.actor)

        return {
            Step.ASK: (lambda who, _: commands.ask_for_sign_off(session, job, task, by=who.actor), her),
            Step.WITHDRAW_REQUEST: (lambda who, _: commands.withdraw_request(session, requested(), by=who.actor), her),
            Step.RETURN: (
                lambda who, _: commands.return_request(session, requested(), comment="Øv hånden", by=who.actor),
                guides,
            ),
            Step.SIGN: (signing, guides),
            Step.APPROVE: (lambda who, seq: commands.approve_second(session, job, seq, by=who.actor), guides),
            Step.DISAPPROVE: (
                lambda who, seq: commands.return_second(session, job, seq, comment="Øv", by=who.actor),
                guides,
            ),
            Step.ACCEPT: (lambda who, seq: commands.accept(session, seq, by=who.actor), her),
            Step.NOT_YET: (lambda who, seq: commands.not_yet(session, seq, by=who.actor), her),
            Step.WITHDRAW: (
                lambda who, seq: commands.withdraw(session, self.at.helper.person.id, seq, by=who.actor),
                guides,
            ),
            Step.SUSPEND: (suspending, (self.leader,)),
            Step.RESUME: (lambda who, seq: commands.resume(session, job, seq, by=who.actor), (self.leader,)),
            Step.REVOKE: (lambda who, seq: commands.revoke(session, job, seq, reason="Ny vej", by=who.actor), guides),
            Step.DECLINE: (lambda who, seq: commands.decline(session, seq, by=who.actor), her),
        }


ABOUT_REQUESTS = (Step.ASK, Step.WITHDRAW_REQUEST, Step.RETURN)
OTHER_GROUNDS = {Step.WITHDRAW, Step.SUSPEND, Step.WITHDRAW_REQUEST}
"""Steps that may be refused for another reason too: too late to undo, a day that does not fit, nothing to withdraw."""


@pytest.mark.parametrize("seed", range(4))
def test_no_row_of_commands_leads_out_of_the_diagram(bedside: Bedside, seed: int) -> None:
    world = bedside.world
    maja = world.role(world.person("Maja Lind", "SPL"), Role.GUIDE)
    leader = world.role(world.person("Lars Bisgaard", "SPL"), Role.LEADER)
    bedside.task.second_approval = seed % 2 == 0
    cell = world.session.scalars(select(Cell).where(Cell.rule == CellRule.MAY_GENERAL)).one()
    cell.observed_times = 0
    bedside.approve_again()
    world.settle()
    play = Play(bedside, maja, leader, Random(seed))
    moment, taken = now(), set()
    for _ in range(120):
        moment += timedelta(minutes=play.dice.choice([1, 1, 1, 5, 30, 60 * 24, 60 * 24 * 4]))
        with clock.set_to(moment):
            done = _try(play)
        if done is not None:
            taken.add(done)
    assert len(taken) > 6, "the dice came around"
    with clock.set_to(moment):
        assert breaks(world.session) == []
        assert differences(world.session) == []


def _before(play: Play, step: Step, target: Signed | None) -> Stage | None:
    """Where that stands which the step is about; None when there is no such thing."""
    place = play.place()
    if step in (Step.ASK, Step.SIGN):
        return stage_at(place, play.request(), on=today())
    if step in ABOUT_REQUESTS:
        return play.request()
    return stage_of(target, place, on=today()) if target is not None else None


def _try(play: Play) -> Step | None:
    """One step by somebody, whatever it is; the step when it was taken."""
    session, person = play.at.world.session, play.at.helper.person.id
    place = play.place()
    target = play.dice.choice(place[-2:]) if place else None
    if play.dice.random() < 0.6:  # mostly what may be done, or hardly anything would come to its yes
        fits = [step for step in play.steps() if (_before(play, step, target), step) in LEADS_TO]
        step = play.dice.choice(fits or [Step.ASK])
    else:
        step = play.dice.choice(list(play.steps()))
    act, tried = play.steps()[step]
    who = play.dice.choice(tried)
    before = _before(play, step, target)
    if before is None:
        return None
    seq = target.seq if target else 0
    part = part_of(who.actor.person_id, person=person, signer=target.signer_id if target else None)
    why = refusal(before, step, part if step is not Step.SIGN else Part.COLLEAGUE)
    try:
        act(who, seq)
    except (RuleBroken, NotFound):
        assert why is not None or step in OTHER_GROUNDS, (before, step)
        return None
    settle(session)
    if step is Step.ASK and before is Stage.REQUESTED:
        return None  # asked twice: the request there is
    assert why is None, (before, step)
    after_all = play.place()
    if step in ABOUT_REQUESTS:
        after = play.request()
    elif step is Step.SIGN:
        after = stage_at(after_all, play.request(), on=today())
    else:
        after = stage_of(next(s for s in after_all if s.seq == seq), after_all, on=today())
    assert after in LEADS_TO[before, step]
    return step


def test_a_pause_or_a_second_approval_changed_in_the_projection_is_found(bedside: Bedside) -> None:
    session, person = bedside.world.session, bedside.helper.person.id
    bedside.task.second_approval = True
    session.flush()
    seq = bedside.sign().seq
    settle(session)
    assert signoff_differences(session, on=today()) == []
    session.execute(update(WaitingSignOff).where(WaitingSignOff.person_id == person).values(lacks_second=False))
    assert signoff_differences(session, on=today()) == [(person, bedside.task.id)]
    maja = bedside.world.role(bedside.world.person("Maja Lind", "SPL"), Role.GUIDE)
    bedside.world.settle()
    commands.approve_second(session, bedside.helper.employment.id, seq, by=maja.actor)
    commands.accept(session, seq, by=bedside.helper.actor)
    assert signoff_differences(session, on=today()) == []
    session.execute(
        update(CurrentSignOff).where(CurrentSignOff.person_id == person).values(pauses=[["2026-01-01", None]])
    )
    assert signoff_differences(session, on=today()) == [(person, bedside.task.id)]
