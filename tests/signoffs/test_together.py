"""One signature for many after a class: the same rule and the same evidence as one at a time, and a word for each."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from competence.access.rules import Role
from competence.audit.chain import breaks
from competence.audit.models import AuditEntry, EvidenceEvent
from competence.decision.commands import differences
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, NotFound
from competence.foundation.orm import begin_writing
from competence.signoffs import commands
from competence.signoffs.models import SignOffRequest
from competence.signoffs.queries import Matter, matters, places_of, readiness, state_of
from competence.signoffs.rules import current
from tests.factories import Someone
from tests.signoffs.bedside import Bedside, in_danish
from tests.statements import counted

SignIn = Callable[[object], FlaskClient]


def people(bedside: Bedside, count: int) -> list[Someone]:
    """More helpers who have done it once."""
    found = [bedside.world.person(f"Deltager {at}") for at in range(count)]
    for one in found:
        bedside.world.observed(one, bedside.task, by=bedside.guide)
    bedside.world.settle()
    return found


def line(bedside: Bedside, one: Someone, **changes: object) -> commands.Line:
    said: dict[str, object] = {"level": 1, "valid_from": today(), "ticked": (1,), "expects": 0} | changes
    return commands.Line(one.employment.id, commands.NewSignOff(bedside.task.id, **said))  # type: ignore[arg-type]


def together(bedside: Bedside, lines: list[commands.Line]) -> list[commands.Outcome]:
    return commands.sign_together(bedside.world.session, lines, by=bedside.guide.actor)


def frozen(bedside: Bedside, one: Someone) -> tuple[object, ...]:
    row = bedside.world.session.scalars(
        select(EvidenceEvent).where(EvidenceEvent.person_id == one.person.id, EvidenceEvent.kind == "signed")
    ).one()
    said = {name: value for name, value in row.fields.items() if name != "employment"}
    return row.seq, row.by_person_id, row.task_id, said


def test_each_has_the_same_evidence_as_a_signature_of_her_own(bedside: Bedside) -> None:
    some = people(bedside, 2)
    bedside.sign()
    outcomes = together(bedside, [line(bedside, one) for one in some])
    assert all(one.event and one.why == () for one in outcomes)
    alone = frozen(bedside, bedside.helper)
    assert [frozen(bedside, one) for one in some] == [alone, alone]
    session = bedside.world.session
    noted = select(AuditEntry.person_id).where(AuditEntry.action == "sign_off").order_by(AuditEntry.id)
    assert list(session.scalars(noted)) == [one.person.id for one in (bedside.helper, *some)]
    commands.accept(session, 1, by=some[0].actor)
    held = current(state_of(session, some[0].person.id, bedside.task.id), on=today())
    assert held is not None
    assert held.level == 1
    assert breaks(session) == []
    assert differences(session) == []


def test_who_is_not_ready_is_told_all_that_is_missing_and_nothing_is_written_about_her(bedside: Bedside) -> None:
    ready = people(bedside, 1)[0]
    new = bedside.world.person("Nadia Ny")
    bedside.world.settle()
    outcomes = together(bedside, [line(bedside, new, ticked=()), line(bedside, ready), line(bedside, bedside.guide)])
    assert [in_danish(text) for text in outcomes[0].why] == [
        "0 af 1 gange er registreret. Registrér resten, før du skriver under.", "1 punkt er ikke vist endnu.",
    ]  # fmt: skip
    assert (outcomes[0].event, outcomes[2].event) == (None, None)
    assert in_danish(outcomes[2].why[0]).startswith("Du kan ikke skrive under for dig selv.")
    assert state_of(bedside.world.session, new.person.id, bedside.task.id) == ()
    assert len(state_of(bedside.world.session, ready.person.id, bedside.task.id)) == 1


def test_sent_twice_it_writes_nothing_the_second_time(bedside: Bedside) -> None:
    some = people(bedside, 3)
    lines = [line(bedside, one) for one in some]
    together(bedside, [*lines, lines[0]])
    again = together(bedside, lines)
    assert {in_danish(one.why[0]) for one in again} == {
        "Du har allerede skrevet under på dette. Det venter på medarbejderens eget ja. Intet er ændret."
    }
    count = select(func.count()).select_from(EvidenceEvent).where(EvidenceEvent.kind == "signed")
    assert bedside.world.session.scalar(count) == 3


def test_out_of_reach_or_unknown_writes_nothing_at_all(bedside: Bedside) -> None:
    one = people(bedside, 1)[0]
    far = bedside.world.person("Fjern", unit=bedside.world.unit("Team Lunden", under=bedside.world.district))
    bedside.world.settle()
    with pytest.raises(NotAllowed):
        together(bedside, [line(bedside, one), line(bedside, far)])
    with pytest.raises(NotFound):
        together(bedside, [line(bedside, one), commands.Line(987654, line(bedside, one).new)])
    assert state_of(bedside.world.session, one.person.id, bedside.task.id) == ()


def test_a_request_is_closed_by_it(bedside: Bedside) -> None:
    one = people(bedside, 1)[0]
    session = bedside.world.session
    commands.ask_for_sign_off(session, one.employment.id, bedside.task.id, by=one.actor)
    together(bedside, [line(bedside, one)])
    session.expire_all()
    assert session.scalars(select(SignOffRequest.closed_how)).all() == ["signed"]


def test_many_are_read_with_as_many_queries_as_one_and_judged_as_at_the_bedside(bedside: Bedside) -> None:
    some = people(bedside, 4)
    session = bedside.world.session

    def read(persons: list[Someone]) -> list[Matter]:
        employments, tasks = places_of(session, [one.employment.id for one in persons], [bedside.task.id])
        wanted = [(employments[one.employment.id], tasks[bedside.task.id], (1,)) for one in persons]
        return matters(session, wanted, by=bedside.guide.actor)

    read(some)
    with counted() as one:
        read(some[:1])
    with counted() as four:
        found = read(some)
    assert len(four) == len(one)
    for person, matter in zip(some, found, strict=True):
        alone = readiness(session, person.employment, bedside.task, matter.cell, (), ticked=(1,), on=today())
        assert matter.ready == alone


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_page_says_who_is_ready_and_signs_for_those_ticked(bedside: Bedside, signed_in: SignIn) -> None:
    one, other = people(bedside, 2)
    bedside.world.role(bedside.guide, Role.DEVELOPMENT_NURSE)
    bedside.world.session.commit()
    guide = signed_in(bedside.guide)
    assert "Vælg den opgave, undervisningen handlede om." in guide.get("/classes/sign").text
    where = f"/classes/sign?task={bedside.task.id}&day={today().isoformat()}"
    page = guide.get(where)
    assert page.text.count("1 punkt er ikke vist endnu.") == 3
    shown = {"shown": "1", "seen": [f"{one.employment.id}-0"], "people": [str(one.employment.id)]}
    assert "1 punkt er ikke vist endnu." not in guide.post(where, data=shown | {"look": "1"}).text
    unchosen = guide.post(where, data=shown)
    assert unchosen.status_code == 422
    assert "Vælg det niveau, du har set." in unchosen.text
    assert "Sæt kryds ved dem, du skriver under for." in guide.post(where, data={"level": "1"}).text
    answer = guide.post(where, data=shown | {"level": "1"})
    assert answer.status_code == 200
    assert "1 underskrift er gemt" in answer.text
    assert "Intet er ændret." in guide.post(where, data=shown | {"level": "1"}).text
    bedside.world.session.commit()
    assert len(state_of(bedside.world.session, one.person.id, bedside.task.id)) == 1
    assert state_of(bedside.world.session, other.person.id, bedside.task.id) == ()
    begin_writing(bedside.world.session)
