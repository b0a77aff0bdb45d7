"""What is refused once something is signed: answers, undoing, revoking, giving back; and who comes from outside."""

from datetime import date, timedelta

import pytest

from competence.access.rules import Permission, Role
from competence.decision.asking import ask
from competence.delegation.rules import CellRule
from competence.foundation import clock
from competence.foundation.clock import now, today
from competence.foundation.errors import NotAllowed, NotFound
from competence.signoffs import commands
from competence.signoffs.queries import state_of
from tests.signoffs.bedside import Bedside
from tests.signoffs.test_refusals import refused

CPR = "010190-1234"


def test_an_answer_is_given_once_and_in_time(bedside: Bedside) -> None:
    session, helper = bedside.world.session, bedside.helper.actor
    seq = bedside.sign().seq
    commands.accept(session, seq, by=helper)
    assert refused(lambda: commands.accept(session, seq, by=helper)) == "Du har allerede sagt ja til dette."
    assert refused(lambda: commands.not_yet(session, seq, by=helper)) == "Du har allerede sagt ja til dette."
    with pytest.raises(NotFound):
        commands.accept(session, seq + 50, by=helper)
    with pytest.raises(NotFound):
        commands.accept(session, seq, by=bedside.guide.actor)


def test_without_a_yes_after_thirty_days_it_has_lapsed(bedside: Bedside) -> None:
    seq = bedside.sign().seq
    with clock.set_to(now() + timedelta(days=30)):
        said = refused(lambda: commands.accept(bedside.world.session, seq, by=bedside.helper.actor))
        assert said == "Underskriften blev ikke besvaret i tide og er bortfaldet. Bed om en ny."
        bedside.guide.employment.valid_to = None
        assert bedside.sign().seq == seq + 1


def test_not_yet_leaves_nothing_to_answer(bedside: Bedside) -> None:
    session, helper = bedside.world.session, bedside.helper.actor
    seq = bedside.sign().seq
    commands.not_yet(session, seq, by=helper)
    said = refused(lambda: commands.accept(session, seq, by=helper))
    assert said == "Du har allerede svaret ikke endnu. Din vejleder kan skrive under igen, når du er klar."
    assert bedside.sign().seq > seq, "the guide can sign again"


def test_an_undo_ends_with_the_ten_minutes_or_the_answer(bedside: Bedside) -> None:
    session, person = bedside.world.session, bedside.helper.person.id
    seq = bedside.sign().seq
    with clock.set_to(now() + timedelta(minutes=11)):
        said = refused(lambda: commands.withdraw(session, person, seq, by=bedside.guide.actor))
        assert said == "De ti minutter er gået. Underskriften kan tilbagekaldes med en begrundelse."
    other = bedside.world.role(bedside.world.person("Maja Lind", "SPL"), Role.GUIDE)
    with pytest.raises(NotFound):
        commands.withdraw(session, person, seq, by=other.actor)
    commands.accept(session, seq, by=bedside.helper.actor)
    said = refused(lambda: commands.withdraw(session, person, seq, by=bedside.guide.actor))
    assert said == "Den er besvaret og kan ikke længere fortrydes. Den kan tilbagekaldes med en begrundelse."


def test_an_undone_signature_is_as_if_it_had_not_been(bedside: Bedside) -> None:
    session, person = bedside.world.session, bedside.helper.person.id
    before = bedside.world.signed(bedside.helper, bedside.task, level=2)
    bedside.world.settle()
    seq = bedside.sign(level=2).seq
    commands.withdraw(session, person, seq, by=bedside.guide.actor)
    assert _level(bedside) == 2
    assert [s.seq for s in state_of(session, person, bedside.task.id) if not s.withdrawn] == [before]
    assert refused(lambda: commands.accept(session, seq, by=bedside.helper.actor)) == (
        "Underskriften er trukket tilbage. Der er ikke noget at svare på."
    )


def test_revoking_needs_a_reason_and_somebody_else(bedside: Bedside) -> None:
    session, helper = bedside.world.session, bedside.helper
    seq = bedside.sign().seq
    commands.accept(session, seq, by=helper.actor)
    revoke = lambda why, by: commands.revoke(session, helper.employment.id, seq, reason=why, by=by)  # noqa: E731
    assert refused(lambda: revoke(" ", bedside.guide.actor), field="reason") == (
        "Skriv hvorfor, så din kollega ved, hvad der skal ske nu."
    )
    helper.roles.append(bedside.guide.roles[-1])
    assert refused(lambda: revoke("Nej", helper.actor)) == (
        "Du kan ikke tilbagekalde din egen underskrift. Du kan give opgaven tilbage."
    )
    revoke("Instruksen er ændret", bedside.guide.actor)
    assert _level(bedside) == 0
    assert refused(lambda: revoke("Igen", bedside.guide.actor)) == "Den gælder allerede ikke mere. Intet er ændret."


def test_a_task_is_given_back_without_blame(bedside: Bedside) -> None:
    session, helper = bedside.world.session, bedside.helper.actor
    seq = bedside.sign().seq
    not_yet_hers = refused(lambda: commands.decline(session, seq, by=helper))
    assert not_yet_hers == "Du har ikke sagt ja til den endnu. Du kan svare ikke endnu."
    commands.accept(session, seq, by=helper)
    commands.decline(session, seq, by=helper)
    assert _level(bedside) == 0


def test_an_instructor_from_outside_is_recorded_by_the_development_nurse(bedside: Bedside) -> None:
    world = bedside.world
    bedside.task = world.task("Hjemmerespirator")
    world.cell(bedside.task, "SSH", CellRule.MAY_GENERAL)
    bedside.approve_again()
    world.settle()
    outside = commands.ExternalInstructor(
        "Else Friis", "Sygeplejerske", "Region Nord", today() - timedelta(days=3), "Bevis 12"
    )
    with pytest.raises(NotAllowed) as missing:
        bedside.sign(external=outside)
    assert missing.value.permission == Permission.EXTERNAL_INSTRUCTOR_RECORD
    bedside.guide = world.role(world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE)
    from dataclasses import replace

    assert refused(lambda: bedside.sign(external=replace(outside, certificate=" ")), field="certificate") == (
        "Skriv underviserens navn, profession, organisation og bevis."
    )
    ahead = replace(outside, taught_on=today() + timedelta(days=1))
    assert refused(lambda: bedside.sign(external=ahead), field="taught_on").startswith("Datoen ligger ude i fremtiden")
    assert refused(lambda: bedside.sign(external=replace(outside, name=CPR)), field="name").startswith("Skriv aldrig")
    seq = bedside.sign(external=outside, ticked=()).seq
    (signed,) = state_of(world.session, bedside.helper.person.id, bedside.task.id)
    assert signed.signer_text == "Else Friis, Sygeplejerske, Region Nord"
    commands.accept(world.session, seq, by=bedside.helper.actor)
    assert _level(bedside) == 1


def test_out_of_reach_nobody_signs(bedside: Bedside) -> None:
    world = bedside.world
    elsewhere = world.unit("Team Skoven", under=world.district)
    bedside.guide = world.role(world.person("Maja Holm", "SPL", unit=elsewhere), Role.GUIDE)
    world.settle()
    with pytest.raises(NotAllowed):
        bedside.sign()


def test_a_signature_under_a_coming_version_counts_from_its_first_day(bedside: Bedside) -> None:
    from competence.delegation.models import Cell, MatrixVersion

    world = bedside.world
    first = today() + timedelta(days=20)
    world.version.valid_to = first
    coming = MatrixVersion(number=2, valid_from=first, approved_at=now(), recorded_at=now())
    bedside.task = world.task("Sugning")
    world.cell(bedside.task, "SPL", CellRule.CORE)
    world.session.add(coming)
    world.session.flush()
    for group, rule, level in (("SSH", CellRule.MAY_GENERAL, None), ("SPL", CellRule.CORE, 2)):
        world.session.add(
            Cell(
                version_id=coming.id, task_id=bedside.task.id, staff_group_id=world.groups[group].id, rule=rule,
                minimum_level=1, education_level=level,
            )
        )  # fmt: skip
    bedside.approve_again()
    world.observed(bedside.helper, bedside.task, by=bedside.guide)
    world.settle()
    event = bedside.sign()
    commands.accept(world.session, event.seq, by=bedside.helper.actor)
    assert (_level(bedside), _level(bedside, first)) == (0, 1)


def _level(bedside: Bedside, on: date | None = None) -> int:
    answer = ask(bedside.world.session, bedside.helper.employment.id, bedside.task.id, on=on or today())
    return answer.level
