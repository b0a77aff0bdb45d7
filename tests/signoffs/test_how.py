"""How and where somebody was seen: what counts towards a signature, and what the signature says that it rested on."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from competence.audit.models import EvidenceEvent
from competence.decision.asking import ask
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.signoffs import commands
from competence.signoffs.models import Observation
from competence.signoffs.queries import observed_days
from competence.signoffs.rules import How, ObservationKind, Where
from tests.factories import Someone
from tests.signoffs.bedside import Bedside
from tests.signoffs.test_refusals import refused

SignIn = Callable[[object], FlaskClient]


@pytest.fixture
def bo(bedside: Bedside) -> Someone:
    """A helper whom nobody has seen do it yet."""
    bo = bedside.world.person("Bo Krogh", "SSH")
    bedside.world.settle()
    return bo


def see(bedside: Bedside, who: Someone, how: How, **where: object) -> Observation:
    new = commands.NewObservation(ObservationKind.ALONE, today(), how=how, **where)  # type: ignore[arg-type]
    return commands.observe(bedside.world.session, who.employment.id, bedside.task.id, new, by=bedside.guide.actor)


def sign(bedside: Bedside, who: Someone) -> int:
    new = commands.NewSignOff(bedside.task.id, 1, today(), ticked=(1,))
    return commands.sign_off(bedside.world.session, who.employment.id, new, by=bedside.guide.actor).seq


@pytest.mark.parametrize("how", [How.SIMULATED, How.ORAL, How.TEST])
def test_a_time_away_from_a_citizen_counts_only_where_the_task_says_so(bedside: Bedside, bo: Someone, how: How) -> None:
    session = bedside.world.session
    see(bedside, bo, how)
    said = refused(lambda: sign(bedside, bo), field="times")
    assert said == "0 af 1 gange er registreret. Registrér resten, før du skriver under."
    assert observed_days(session, [bo.person.id]) == {}
    assert ask(session, bo.employment.id, bedside.task.id, on=today()).done == 0
    setattr(bedside.task, f"counts_{how.value}", True)
    session.flush()
    assert observed_days(session, [bo.person.id]) == {bo.person.id: {bedside.task.id: (today(),)}}
    assert sign(bedside, bo)


def test_the_list_of_days_and_the_task_say_the_same_of_every_way(bedside: Bedside, bo: Someone) -> None:
    session = bedside.world.session
    for how in How:
        see(bedside, bo, how)
    for counted in ((), ("simulated",), ("oral", "test"), ("simulated", "oral", "test")):
        for name in ("simulated", "oral", "test"):
            setattr(bedside.task, f"counts_{name}", name in counted)
        session.flush()
        days = observed_days(session, [bo.person.id])[bo.person.id][bedside.task.id]
        assert len(days) == sum(bedside.task.counts(how) for how in How) == 1 + len(counted)


def test_the_signature_freezes_how_and_where(bedside: Bedside, bo: Someone) -> None:
    world = bedside.world
    see(bedside, bo, How.OBSERVED)
    see(bedside, bo, How.SIMULATED, place=Where.PRACTICE_ROOM)
    seq = sign(bedside, bo)
    fields = world.session.scalars(
        select(EvidenceEvent.fields).where(EvidenceEvent.person_id == bo.person.id, EvidenceEvent.seq == seq)
    ).one()
    day, guide = today().isoformat(), bedside.guide.person.id
    assert fields["observed"] == [
        {"kind": "alone", "on": day, "by": guide, "how": "observed", "unit": world.team.id},
        {"kind": "alone", "on": day, "by": guide, "how": "simulated", "place": "practice_room"},
    ]


def test_the_unit_lies_within_the_observers_reach(bedside: Bedside, bo: Someone) -> None:
    world = bedside.world
    elsewhere = world.unit("Team Skoven", under=world.district)
    with pytest.raises(NotFound):
        see(bedside, bo, How.OBSERVED, unit_id=elsewhere.id)
    said = refused(
        lambda: see(bedside, bo, How.OBSERVED, unit_id=world.team.parent_id, place=Where.CLASSROOM), field="where"
    )
    assert said == "Vælg en enhed eller et andet sted, ikke begge dele."
    assert see(bedside, bo, How.OBSERVED).unit_id == world.team.id


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_bedside_takes_how_and_where_from_its_lists_only(bedside: Bedside, bo: Someone, signed_in: SignIn) -> None:
    bedside.world.session.commit()
    guide, address = signed_in(bedside.guide), f"/sign/{bo.employment.id}/{bedside.task.id}"
    for field, typed, said in (
        ("where", "Hr. Hansen, 2. sal", "Vælg stedet fra listen."),
        ("where", "010190-1234", "Vælg stedet fra listen."),
        ("where", "987654", "Vælg stedet fra listen."),
        ("how", "guessed", "Vælg fra listen, hvordan det blev vist."),
    ):
        wrong = guide.post(address, data={"record": "alone", field: typed})
        assert (wrong.status_code, said in wrong.text) == (422, True), typed
    assert guide.post(
        address, data={"record": "alone", "how": "simulated", "where": "practice_room"}
    ).status_code == 302  # fmt: skip
    page = guide.get(address).text
    assert "Også registreret, men opgaven tæller kun gange hos en borger:" in page
    assert "simuleret" in page
    assert "0 af 1" in page
    assert guide.post(address, data={"record": "alone"}).status_code == 302
    assert "1 af 1" in guide.get(address).text
    history = guide.get(f"/people/{bo.person.id}").text
    assert "Simuleret" in history
    assert "Øvelokale" in history
