"""The server's clock jumps: the order of a chain is its places, and nothing that follows is of an earlier moment."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from competence.audit.chain import NewEvent, append, breaks, link_all
from competence.audit.inspecting import Inspection
from competence.audit.models import EvidenceEvent
from competence.decision.commands import differences
from competence.foundation.clock import local, midnight, now, set_to, today
from competence.foundation.orm import begin_writing
from competence.signoffs import commands, projection
from competence.signoffs.queries import state_of
from tests.signoffs.bedside import Bedside

BACK = [timedelta(minutes=3), timedelta(hours=5), timedelta(days=1), timedelta(days=40)]


@pytest.mark.parametrize("back", BACK, ids=str)
def test_a_yes_given_when_the_clock_has_gone_back_is_not_older_than_the_signature(
    bedside: Bedside, back: timedelta
) -> None:
    world = bedside.world
    signed = bedside.sign()
    world.session.commit()
    begin_writing(world.session)
    with set_to(signed.recorded_at - back):
        answered = commands.accept(world.session, signed.seq, by=bedside.helper.actor)
        world.session.commit()
    assert (answered.seq, answered.recorded_at) == (signed.seq + 1, signed.recorded_at)
    (state,) = state_of(world.session, bedside.helper.person.id, bedside.task.id)
    assert state.accepted_on == local(signed.recorded_at).date()
    assert state.in_force(today())
    assert breaks(world.session) == []
    assert projection.differences(world.session, on=today()) == []
    assert differences(world.session) == []


def test_over_midnight_what_was_signed_tomorrow_can_be_answered_today(bedside: Bedside) -> None:
    """The clock stood two minutes past midnight; put right, it is five to. The right begins with the day it was signed."""
    world = bedside.world
    tomorrow = today() + timedelta(days=1)
    with set_to(midnight(tomorrow) + timedelta(minutes=2)):
        signed = bedside.sign(valid_from=tomorrow)
        world.session.commit()
    begin_writing(world.session)
    with set_to(midnight(tomorrow) - timedelta(minutes=5)):
        commands.accept(world.session, signed.seq, by=bedside.helper.actor)
        world.session.commit()
        assert projection.differences(world.session, on=today()) == []
    with set_to(midnight(tomorrow) + timedelta(hours=8)):
        (state,) = state_of(world.session, bedside.helper.person.id, bedside.task.id)
        assert state.accepted_on == tomorrow
        assert state.in_force(today())
        assert projection.differences(world.session, on=today()) == []


def test_a_clock_that_has_been_ahead_is_told_by_the_check(bedside: Bedside) -> None:
    world = bedside.world
    with set_to(now() + timedelta(days=400)):
        append(world.session, NewEvent(bedside.guide.person.id, "matrix_approved", fields={}))
    later = append(world.session, NewEvent(bedside.guide.person.id, "matrix_approved", fields={}))
    world.session.commit()
    assert later.recorded_at > now() + timedelta(days=399)
    looking = Inspection(world.session)
    broken = breaks(world.session, seen=lambda link, _id, who: looking.see(link, who))
    found = looking.found(broken, key=None)
    assert not found.problems
    assert any(str(bedside.guide.person.id) == str(one.params.get("person")) for one in found.warnings)


@settings(max_examples=60)
@given(st.lists(st.integers(-100_000, 100_000), min_size=1, max_size=12))
def test_however_the_clock_jumps_a_chain_never_goes_back(jumps: list[int]) -> None:
    moment = datetime(2026, 6, 9, 8, 48, tzinfo=UTC)
    heads: dict[int, tuple[int, str]] = {5: (0, "")}
    since: dict[int, datetime] = {}
    recorded: list[datetime] = []
    for jump in jumps:
        moment += timedelta(seconds=jump)
        with set_to(moment):
            linked = link_all(1, [NewEvent(5, "signed")], heads, since=since)
        heads, since = linked.heads, {5: linked.rows[-1]["recorded_at"]}
        recorded.append(linked.rows[-1]["recorded_at"])
        assert recorded[-1] >= moment
    assert recorded == sorted(recorded)
    assert heads[5][0] == len(jumps)


def test_a_transaction_that_writes_twice_keeps_the_moment_too(bedside: Bedside) -> None:
    world = bedside.world
    first = append(world.session, NewEvent(bedside.guide.person.id, "matrix_approved", fields={}))
    with set_to(now() - timedelta(hours=1)):
        second = append(world.session, NewEvent(bedside.guide.person.id, "matrix_approved", fields={}))
    world.session.commit()
    assert second.recorded_at == first.recorded_at
    stored = world.session.scalars(
        select(EvidenceEvent.recorded_at)
        .where(EvidenceEvent.person_id == bedside.guide.person.id)
        .order_by(EvidenceEvent.seq)
    ).all()
    assert list(stored) == [first.recorded_at] * 2
