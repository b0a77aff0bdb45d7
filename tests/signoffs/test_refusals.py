"""What is refused, and in which words: each sentence says what to do next."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from competence.access.rules import Role
from competence.audit.models import CitizenReference
from competence.audit.sealing import Seal
from competence.catalogue.models import TaskGate, TaskPrerequisite
from competence.catalogue.rules import GateKind
from competence.decision.asking import ask
from competence.delegation.rules import CellRule
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, NotFound, Overtaken, RuleBroken
from competence.signoffs import commands
from competence.signoffs.rules import ObservationKind
from tests.signoffs.bedside import Bedside, in_danish

CPR = "010190-1234"


def refused(act: Callable[[], Any], *, field: str | None = None) -> str:
    """The Danish sentence with which the act is refused, at the field."""
    with pytest.raises(RuleBroken) as broken:
        act()
    assert broken.value.field == field
    return in_danish(broken.value.message)


def test_one_does_not_sign_for_oneself(bedside: Bedside) -> None:
    guide = bedside.guide
    new = commands.NewSignOff(bedside.task.id, 1, today(), ticked=(1,))
    said = refused(lambda: commands.sign_off(bedside.world.session, guide.employment.id, new, by=guide.actor))
    assert (
        said == "Du kan ikke skrive under for dig selv. Spørg en læringsvejleder eller en kollega, der må skrive under."
    )


def test_one_does_not_watch_oneself(bedside: Bedside) -> None:
    guide = bedside.guide
    new = commands.NewObservation(ObservationKind.ALONE, today())
    said = refused(
        lambda: commands.observe(bedside.world.session, guide.employment.id, bedside.task.id, new, by=guide.actor)
    )
    assert said == "Du kan ikke være din egen vejleder. Bed en kollega om at se med."


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (CellRule.ASSISTS, "Faggruppen medvirker ved opgaven, og der kan ikke skrives under på den (opgavedeling, version 1)."),
        (CellRule.NOT_ALLOWED, "Det er ikke faggruppens opgave (opgavedeling, version 1). Der kan ikke skrives under på den."),
        (CellRule.NOT_RELEVANT, "Opgaven er ikke relevant for faggruppen (opgavedeling, version 1). "
            "Der kan ikke skrives under på den."),
        (CellRule.UNDECIDED, "Det er ikke afklaret, om faggruppen må udføre opgaven. "
            "Der kan ikke skrives under på den, før det er besluttet."),
    ],
)  # fmt: skip
def test_a_cell_that_never_entitles_is_refused_with_the_rules_text(
    bedside: Bedside, rule: CellRule, words: str
) -> None:
    bedside.task = bedside.world.task("En anden opgave")
    bedside.world.cell(bedside.task, "SSH", rule)
    bedside.approve_again()
    assert refused(bedside.sign, field="task") == words


def test_a_signer_holds_the_task_herself(bedside: Bedside) -> None:
    bedside.task = bedside.world.task("Sondeernæring")
    bedside.world.cell(bedside.task, "SSH", CellRule.MAY_GENERAL, observed_times=0)
    bedside.approve_again()
    bedside.world.settle()
    assert refused(bedside.sign) == "Du kan kun skrive under på opgaver, du selv må udføre. Spørg en kollega, der må."


def test_a_signer_signs_up_to_her_own_level(bedside: Bedside) -> None:
    said = refused(lambda: bedside.sign(level=3), field="level")
    assert said == "Du har selv opgaven på niveau 2 og kan skrive under til og med det niveau."


def test_a_helper_who_is_no_guide_cannot_sign(bedside: Bedside) -> None:
    world = bedside.world
    colleague = world.person("Camilla Brandt", "SSH")
    bedside.guide = colleague
    with pytest.raises(NotAllowed):
        bedside.sign()


def test_a_helper_appointed_guide_may_sign_what_she_holds(bedside: Bedside) -> None:
    world = bedside.world
    colleague = world.role(world.person("Camilla Brandt", "SSH"), Role.GUIDE)
    world.signed(colleague, bedside.task, level=2)
    world.settle()
    bedside.guide = colleague
    event = bedside.sign(level=2)
    fields = world.session.execute(_event(bedside, event.seq)).scalar_one()
    assert fields["ground"] == {"as": "guide", "group": "SSH", "own_level": 2}


def _event(bedside: Bedside, seq: int) -> Any:
    from competence.foundation.orm import scoped
    from competence.signoffs.queries import EVENTS

    return scoped(bedside.world.session, EVENTS, EVENTS.c.fields).where(
        EVENTS.c.person_id == bedside.helper.person.id, EVENTS.c.seq == seq
    )


def test_a_group_that_may_not_sign_cannot_although_its_role_still_says_so(bedside: Bedside) -> None:
    bedside.world.groups["SPL"].may_sign = False
    bedside.guide = bedside.world.person("Karen Winther", "SPL")
    bedside.world.settle()
    said = refused(bedside.sign)
    assert said.startswith("Kun læringsvejledere, udviklingssygeplejersker og de faggrupper, kommunen har valgt")


def test_a_first_day_in_the_past_is_refused(bedside: Bedside) -> None:
    said = refused(lambda: bedside.sign(valid_from=today() - timedelta(days=1)), field="valid_from")
    assert said == "En ret gives ikke tilbage i tiden. Første dag kan være i dag eller senere."


def test_a_date_before_the_employment_is_refused(bedside: Bedside) -> None:
    begun = bedside.helper.employment.valid_from
    new = commands.NewObservation(ObservationKind.SAW, begun - timedelta(days=1))
    said = refused(
        lambda: commands.observe(
            bedside.world.session, bedside.helper.employment.id, bedside.task.id, new, by=bedside.guide.actor
        ),
        field="observed_on",
    )
    assert said == f"Datoen ligger før ansættelsen, som begyndte {begun}."


def test_an_ended_employment_is_not_signed_for(bedside: Bedside) -> None:
    bedside.helper.employment.valid_to = today()
    bedside.world.session.flush()
    assert refused(bedside.sign, field="valid_from") == "Ansættelsen er ophørt."


def test_times_criteria_gates_and_other_tasks_are_asked_for(bedside: Bedside) -> None:
    world, task = bedside.world, bedside.task
    other = world.task("Medicingivning")
    world.cell(other, "SSH", CellRule.MAY_GENERAL)
    bedside.approve_again()
    world.session.add(TaskPrerequisite(task_id=task.id, needs_task_id=other.id))
    gate = TaskGate(
        task_id=task.id, staff_group_id=world.groups["SSH"].id, code="K1", kind=GateKind.COURSE, name="Kursus i insulin"
    )
    world.session.add(gate)
    world.session.flush()
    assert (
        refused(lambda: bedside.sign(ticked=()), field="gates")
        == "Dette skal være holdt og bestået først: Kursus i insulin."
    )
    passed = commands.NewObservation(ObservationKind.COURSE, today(), "K1")
    commands.observe(world.session, bedside.helper.employment.id, task.id, passed, by=bedside.guide.actor)
    assert refused(bedside.sign, field="prerequisites") == "Opgaven Medicingivning skal være på plads først."
    world.signed(bedside.helper, other)
    world.settle()
    assert refused(lambda: bedside.sign(ticked=()), field="criteria") == "1 punkt er ikke vist endnu."
    assert bedside.sign().seq


def test_missing_times_are_counted(bedside: Bedside) -> None:
    bedside.task.observed_times = 3
    world = bedside.world
    bedside.task = world.task("Kateterpleje", observed_times=3)
    world.cell(bedside.task, "SPL", CellRule.CORE)
    world.cell(bedside.task, "SSH", CellRule.MAY_GENERAL)
    bedside.approve_again()
    world.observed(bedside.helper, bedside.task, by=bedside.guide, kind=ObservationKind.SAW)
    world.settle()
    assert (
        refused(bedside.sign, field="times") == "1 af 3 gange er registreret. Registrér resten, før du skriver under."
    )


def test_a_gate_is_recorded_as_what_it_is(bedside: Bedside) -> None:
    world = bedside.world
    world.session.add(
        TaskGate(
            task_id=bedside.task.id,
            staff_group_id=world.groups["SSH"].id,
            code="D1",
            kind=GateKind.DIALOGUE,
            name="Dialog",
        )
    )
    world.session.flush()
    course = commands.NewObservation(ObservationKind.COURSE, today(), "D1")
    unknown = commands.NewObservation(ObservationKind.COURSE, today(), "XX")
    where = (world.session, bedside.helper.employment.id, bedside.task.id)
    assert refused(lambda: commands.observe(*where, course, by=bedside.guide.actor), field="gates") == (
        "Det skal registreres som det, det er: Dialog."
    )
    with pytest.raises(NotFound):
        commands.observe(*where, unknown, by=bedside.guide.actor)


def test_a_level_must_be_chosen_and_be_one_of_the_scale(bedside: Bedside) -> None:
    assert refused(lambda: bedside.sign(level=0), field="level") == "Vælg det niveau, du har set."
    assert refused(lambda: bedside.sign(level=9), field="level") == "Vælg det niveau, du har set."


def test_a_lower_level_asks_for_a_reason_and_then_replaces(bedside: Bedside) -> None:
    world = bedside.world
    world.signed(bedside.helper, bedside.task, level=2, days_ago=30)
    world.settle()
    said = refused(lambda: bedside.sign(level=1), field="lower_reason")
    assert said == "Niveauet er lavere end det, der gælder nu (2). Skriv hvorfor."
    event = bedside.sign(level=1, lower_reason="Har ikke haft opgaven længe")
    assert _level(bedside) == 2, "the old one stands until the new one is accepted"
    commands.accept(world.session, event.seq, by=bedside.helper.actor)
    assert _level(bedside) == 1


def _level(bedside: Bedside, on: date | None = None) -> int:
    answer = ask(bedside.world.session, bedside.helper.employment.id, bedside.task.id, on=on or today())
    return answer.level


def test_a_cpr_number_is_refused_in_every_text(bedside: Bedside) -> None:
    words = "Skriv aldrig en borgers navn eller CPR-nummer. Tag nummeret ud."
    assert refused(lambda: bedside.sign(note=f"Hos {CPR}"), field="note") == words
    assert refused(lambda: bedside.sign(lower_reason=CPR), field="lower_reason") == words
    seq = bedside.sign().seq
    session, helper = bedside.world.session, bedside.helper
    assert refused(lambda: commands.not_yet(session, seq, reason=CPR, by=helper.actor), field="reason") == words
    revoke = lambda: commands.revoke(session, helper.employment.id, seq, reason=CPR, by=bedside.guide.actor)  # noqa: E731
    assert refused(revoke, field="reason") == words


def test_a_last_day_after_the_matrix_or_before_the_first_is_refused(bedside: Bedside) -> None:
    said = refused(lambda: bedside.sign(valid_to=today() + timedelta(days=900)), field="valid_through")
    assert said.startswith("Efter opgavedelingen kan den højst gælde til og med")
    assert refused(lambda: bedside.sign(valid_to=today()), field="valid_through").startswith(
        "Den sidste dag kan ikke ligge før"
    )


def test_an_unaccepted_renewal_stands_in_the_way_of_another(bedside: Bedside) -> None:
    bedside.sign()
    again = refused(bedside.sign)
    assert again == "Du har allerede skrevet under på dette. Det venter på medarbejderens eget ja. Intet er ændret."
    bedside.guide = bedside.world.role(bedside.world.person("Maja Lind", "SPL"), Role.GUIDE)
    bedside.world.settle()
    other = refused(bedside.sign)
    assert (
        other
        == "Hanne Lykke har allerede skrevet under på dette. Det venter på medarbejderens eget ja. Intet er ændret."
    )


def test_a_signer_who_saw_an_older_page_is_told_who_was_first(bedside: Bedside) -> None:
    first = bedside.sign(expects=0)
    commands.accept(bedside.world.session, first.seq, by=bedside.helper.actor)
    bedside.guide = bedside.world.role(bedside.world.person("Maja Lind", "SPL"), Role.GUIDE)
    bedside.world.observed(bedside.helper, bedside.task)
    bedside.world.settle()
    with pytest.raises(Overtaken) as told:
        bedside.sign(expects=0)
    assert (
        in_danish(told.value.message)
        == "Hanne Lykke skrev under, mens du havde siden åben. Intet er ændret. Se siden igen."
    )


def test_a_citizen_specific_task_asks_for_the_care_systems_reference(bedside: Bedside) -> None:
    world = bedside.world
    bedside.task = world.task("Kompressionsbind")
    world.cell(bedside.task, "SPL", CellRule.CORE)
    world.cell(bedside.task, "SSH", CellRule.MAY_CITIZEN)
    bedside.approve_again()
    world.observed(bedside.helper, bedside.task, by=bedside.guide)
    world.settle()
    seal = Seal("en hemmelighed til prøver", world.municipality.salt)

    def name(text: str) -> CitizenReference:
        return commands.name_citizen(
            world.session, bedside.helper.employment.id, text, seal=seal, by=bedside.guide.actor
        )

    asked = "Opgaven skrives under for én bestemt borger. Skriv omsorgssystemets reference."
    assert refused(bedside.sign, field="citizen") == asked
    assert refused(lambda: name("  "), field="citizen") == asked
    for cpr in (CPR, "0101901234", "010190 1234"):
        assert refused(partial(name, cpr), field="citizen") == (
            "Det ligner et CPR-nummer. Skriv omsorgssystemets egen reference, aldrig CPR-nummeret."
        )
    assert refused(lambda: name("Anna Hansen"), field="citizen") == (
        "Skriv referencen, som omsorgssystemet viser den, med dens nummer og uden navn."
    )
    citizen = name("b-47110815 ")
    assert name("B-47110815").id == citizen.id, "found again however it is typed"
    row = world.session.get(CitizenReference, citizen.id)
    assert row is not None
    assert row.sealed is not None
    assert b"47110815" not in row.sealed
    assert seal.open(row.sealed) == "b-47110815"
    event = bedside.sign(citizen_id=citizen.id)
    fields = world.session.execute(_event(bedside, event.seq)).scalar_one()
    assert "47110815" not in str(fields)
    commands.accept(world.session, event.seq, by=bedside.helper.actor)
    assert _level(bedside) == 0, "never in coverage"
    answer = ask(world.session, bedside.helper.employment.id, bedside.task.id, on=today(), citizen=citizen.id)
    assert answer.level == 1
    bedside.task = world.task("Insulin i pumpe")
    world.cell(bedside.task, "SSH", CellRule.MAY_GENERAL, observed_times=0)
    bedside.approve_again()
    assert refused(lambda: bedside.sign(citizen_id=citizen.id), field="citizen") == (
        "Opgaven skrives under for alle borgere. Lad referencen være tom."
    )
