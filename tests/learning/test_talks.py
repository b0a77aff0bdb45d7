"""Talks: planned by the leader, prepared by the employee, and read by those who take part and nobody else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from competence.access.rules import POLICY, Role
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, NotFound, Overtaken, RuleBroken
from competence.learning import commands
from competence.learning.commands import NewTalk, Written
from competence.learning.models import Talk
from competence.learning.queries.talks import get_talk, talks_of
from competence.learning.rules import TalkKind
from competence.people import retention
from tests.learning.conftest import SOON, Two

SECRET = "Jeg overvejer at søge videre"


@pytest.fixture
def talk(two: Two) -> Talk:
    """A MUS that Dorthe holds with Amira."""
    new = NewTalk(TalkKind.MUS, two.world.team.id, (two.job,), today() + SOON)
    return commands.plan_talk(two.session, new, by=two.leader.actor)


def prepare(two: Two, talk: Talk, *, show: bool, seen: int = 1) -> None:
    commands.prepare_talk(two.session, talk.id, {"learn": SECRET}, show=show, seen=seen, by=two.amira.actor)


def test_a_talk_is_planned_by_the_leader_alone(two: Two):
    new = NewTalk(TalkKind.MUS, two.world.team.id, (two.job,), today() + SOON)
    for someone in (two.amira, two.hanne):
        with pytest.raises((NotAllowed, NotFound)):
            commands.plan_talk(two.session, new, by=someone.actor)
    for wrong, field in (
        (NewTalk(TalkKind.GRUS, two.world.team.id, (two.job,), today()), "takers"),
        (NewTalk(TalkKind.MUS, two.world.team.id, (), today()), "takers"),
        (NewTalk(TalkKind.MUS, two.world.team.id, (two.job,), today() - SOON), "planned_on"),
    ):
        with pytest.raises(RuleBroken) as broken:
            commands.plan_talk(two.session, wrong, by=two.leader.actor)
        assert broken.value.field == field
    elsewhere = two.world.person("Ulla Udenfor", unit=two.world.unit("Team Skoven"))
    with pytest.raises(NotFound):
        commands.plan_talk(
            two.session,
            NewTalk(TalkKind.MUS, two.world.team.id, (elsewhere.employment.id,), today()),
            by=two.leader.actor,
        )


def test_what_she_prepares_is_hers_until_she_shows_it(two: Two, talk: Talk):
    prepare(two, talk, show=False)
    assert get_talk(two.session, talk.id, two.leader.person.id).shown() == []
    with pytest.raises(Overtaken):
        prepare(two, talk, show=True)
    prepare(two, talk, show=True, seen=2)
    (shown,) = get_talk(two.session, talk.id, two.leader.person.id).shown()
    assert shown.row.prepared == {"learn": SECRET}
    prepare(two, talk, show=False, seen=3)
    assert get_talk(two.session, talk.id, two.leader.person.id).shown() == []
    with pytest.raises(NotFound):
        commands.prepare_talk(two.session, talk.id, {}, show=True, seen=1, by=two.leader.actor)


def test_a_talk_is_held_and_written_down_by_whoever_holds_it(two: Two, talk: Talk):
    said = Written({"learn": "Sonde"}, "Karen er mentor", today(), today() + timedelta(days=300))
    other = two.world.role(two.world.person("Lone Leder", "SPL"), Role.LEADER)
    with pytest.raises(NotFound):
        commands.write_talk(two.session, talk.id, said, seen=1, by=other.actor)
    with pytest.raises(NotAllowed):
        commands.write_talk(two.session, talk.id, said, seen=1, by=two.amira.actor)
    for wrong, field in (
        (Written({}, "", today() + SOON), "held_on"),
        (Written({}, "", today() - timedelta(days=200)), "held_on"),
        (Written({}, "", today(), today()), "next_on"),
    ):
        with pytest.raises(RuleBroken) as broken:
            commands.write_talk(two.session, talk.id, wrong, seen=1, by=two.leader.actor)
        assert broken.value.field == field
    commands.write_talk(two.session, talk.id, said, seen=1, by=two.leader.actor)
    with pytest.raises(Overtaken):
        commands.write_talk(two.session, talk.id, said, seen=1, by=two.leader.actor)
    with pytest.raises(RuleBroken, match="has been held"):
        commands.cancel_talk(two.session, talk.id, by=two.leader.actor)
    assert get_talk(two.session, talk.id, two.amira.person.id).talk.agreed == "Karen er mentor"


def test_a_talk_is_moved_and_called_off(two: Two, talk: Talk):
    commands.move_talk(two.session, talk.id, today() + timedelta(days=9), None, seen=1, by=two.leader.actor)
    commands.cancel_talk(two.session, talk.id, by=two.leader.actor)
    with pytest.raises(RuleBroken, match="called off"):
        prepare(two, talk, show=False)


def test_in_a_group_each_shows_what_she_prepared_and_all_read_it(two: Two):
    lone = two.world.person("Lone Madsen")
    new = NewTalk(TalkKind.GRUS, two.world.team.id, (two.job, lone.employment.id), today() + SOON)
    talk = commands.plan_talk(two.session, new, by=two.leader.actor)
    commands.prepare_talk(two.session, talk.id, {"good": "Vi hjælper hinanden"}, show=True, seen=1, by=two.amira.actor)
    read = get_talk(two.session, talk.id, lone.person.id)
    assert [one.name for one in read.shown()] == ["Amira Haddad"]
    assert talks_of(two.session, lone.person.id) == [talk]


def test_a_talk_is_erased_a_year_after_it_was_held(two: Two, talk: Talk):
    prepare(two, talk, show=True)
    commands.write_talk(two.session, talk.id, Written({}, "Aftalt", today()), seen=1, by=two.leader.actor)
    two.session.flush()
    retention.erase(two.session, on=today() + timedelta(days=360))
    assert two.session.scalars(select(Talk)).all()
    retention.erase(two.session, on=today() + timedelta(days=367))
    two.session.expire_all()
    assert not two.session.scalars(select(Talk)).all()


ROLES = [role for role in POLICY if role is not Role.SIGNER]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", ROLES)
def test_nobody_else_sees_the_talk_whatever_she_is(two: Two, talk: Talk, role: Role, signed_in):
    prepare(two, talk, show=True)
    said = Written({"learn": "Noget om sonde"}, "Hemmeligt aftalt", today())
    commands.write_talk(two.session, talk.id, said, seen=1, by=two.leader.actor)
    someone = two.world.person("Vera Nysgerrig", "SPL")
    if role is not Role.EMPLOYEE:
        two.world.role(someone, role, over=two.world.root)
    visitor = signed_in(someone)
    addresses = [f"/talks/{talk.id}", f"/talks/{talk.id}/prepare", f"/talks/{talk.id}/write", "/talks", two.page]
    addresses += [f"/people/{two.amira.person.id}", "/plans", f"/api/v1/persons/{two.amira.person.id}"]
    for address in addresses:
        answer = visitor.get(address)
        if address.startswith(f"/talks/{talk.id}"):
            assert answer.status_code in (403, 404), address
        for words in (SECRET, "Hemmeligt", "sonde"):
            assert words not in answer.text, address
    for verb in ("move", "cancel", "write", "prepare"):
        assert visitor.post(f"/talks/{talk.id}/{verb}").status_code in (403, 404)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_two_plan_prepare_and_hold_a_talk(two: Two, signed_in):
    leader, amira = signed_in(two.leader), signed_in(two.amira)
    assert leader.post(f"/talks/new/{two.job}", data={"kind": "mus", "planned_on": ""}).status_code == 422
    there = leader.post(
        f"/talks/new/{two.job}", data={"kind": "mus", "planned_on": (today() + SOON).isoformat()}
    ).location
    assert "Medarbejderudviklingssamtale" in amira.get("/me/learning").text
    assert amira.post(f"{there}/prepare", data={"a-learn": SECRET, "seen": "1"}).location == there
    assert SECRET in amira.get(there).text
    assert SECRET not in leader.get(there).text
    assert SECRET not in leader.get(f"{there}/write").text
    amira.post(f"{there}/prepare", data={"a-learn": SECRET, "seen": "2", "show": "y"})
    assert SECRET in leader.get(f"{there}/write").text
    held = {"a-learn": "Sonde", "agreed": "Karen er mentor", "held_on": today().isoformat(), "seen": "1"}
    assert leader.post(f"{there}/write", data=held).location == there
    page = amira.get(there).text
    assert "Karen er mentor" in page
    assert "Skriv et mål fra samtalen" in page
    assert amira.get(f"{two.page}/goals/new?from=talk").status_code == 200
    overtaken = leader.post(f"{there}/write", data=held | {"agreed": "Noget andet"})
    assert overtaken.status_code == 422
    assert "Noget andet" in overtaken.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_grus_takes_several(two: Two, signed_in):
    lone = two.world.person("Lone Madsen")
    leader = signed_in(two.leader)
    page = f"/talks/group/{two.world.team.id}"
    said = {"kind": "grus", "planned_on": (today() + SOON).isoformat(), "takers": [two.job]}
    assert "Vælg mindst to" in leader.post(page, data=said).text
    there = leader.post(page, data=said | {"takers": [two.job, lone.employment.id]}).location
    assert "Amira Haddad og Lone Madsen" in leader.get(there).text
    assert leader.post(f"{there}/move", data={"planned_on": "", "seen": "1"}, follow_redirects=True).status_code == 200
    assert "aflyst" in leader.post(f"{there}/cancel", follow_redirects=True).text
