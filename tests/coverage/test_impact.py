"""What a draft would do is what it does once it is in force."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from competence.access.rules import Role
from competence.catalogue.models import TaskPrerequisite
from competence.coverage.commands import NewRequirement, set_requirement
from competence.coverage.effects import GapChange, Kind
from competence.coverage.models import ImpactReport
from competence.coverage.queries.impact import effect_of, impact_of
from competence.coverage.queries.places import tree
from competence.coverage.rules import DayKind, Shift
from competence.coverage.views import impact as views
from competence.decision.queries import EMPLOYMENTS, load
from competence.decision.rules import judge
from competence.delegation.commands.keeping import set_keeping
from competence.delegation.commands.versions import NewCell, approve_version, new_draft
from competence.delegation.queries import cells_of, read_versions
from competence.delegation.rules import CellRule, Keeping, Version
from competence.foundation.clock import today
from competence.foundation.errors import RuleBroken
from competence.foundation.orm import begin_writing

TOMORROW = timedelta(days=1)


@pytest.fixture
def nurse(world):
    return world.role(world.person("Marianne Holm", "SPL", unit=world.root), Role.DEVELOPMENT_NURSE, over=world.root)


def draft(world, cells):
    made = new_draft(
        world.session,
        [NewCell(task.id, world.groups[group].id, rule, **terms) for task, group, rule, terms in cells],
        by=None,
    )
    world.session.commit()
    return made


def impact(world, made, **said):
    first = said.pop("first_day", today() + TOMORROW)
    return impact_of(
        world.session,
        tree(world.session, on=today()),
        Version(made.id, made.number, None, None, False),
        first_day=first,
    )


def names(found, kind):
    return sorted(found.people[hit.employment_id].name for hit in found.of(kind))


def test_who_loses_who_is_too_low_and_who_gains(world, nurse):
    insulin, bath, talk = world.task("Insulin med pen"), world.task("Bad"), world.task("Svær samtale")
    for task in (insulin, bath):
        world.cell(task, "SSH", CellRule.MAY_GENERAL)
    world.cell(talk, "SSA", CellRule.NOT_ALLOWED)
    low, signed = world.person("Amira Haddad", "SSH"), world.person("Camilla Brandt", "SSH")
    assistant = world.person("Jonas Friis", "SSA")
    world.signed(low, insulin, 1, by=nurse)
    world.signed(signed, insulin, 2, by=nurse)
    world.signed(signed, bath, 2, by=nurse)
    world.settle()
    made = draft(world, [
        (insulin, "SSH", CellRule.MAY_GENERAL, {"minimum_level": 2}), (bath, "SSH", CellRule.NOT_ALLOWED, {}),
        (talk, "SSA", CellRule.MUST, {"minimum_level": 1}),
    ])  # fmt: skip
    found = impact(world, made)
    assert names(found, Kind.LOW) == ["Amira Haddad"]
    assert names(found, Kind.LOSES) == ["Camilla Brandt"]
    assert names(found, Kind.MUST) == names(found, Kind.OPENS) == ["Jonas Friis"]
    assert found.times == 1
    assert {hit.employment_id for hit in found.of(Kind.OPENS)} == {assistant.employment.id}


def test_a_gap_opens_where_the_only_one_who_may_no_longer_does(world, nurse):
    insulin = world.task("Insulin med pen")
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    only = world.person("Amira Haddad", "SSH", shifts="N")
    world.signed(only, insulin, 1, by=nurse)
    set_requirement(world.session, NewRequirement(insulin.id, Shift.NIGHT, 1, world.team.id), by=nurse.actor)
    world.settle()
    made = draft(world, [(insulin, "SSH", CellRule.NOT_ALLOWED, {})])
    gaps = impact(world, made).gaps
    assert {(gap.unit_id, gap.shift, gap.before, gap.after, gap.opens) for gap in gaps} == {
        (world.team.id, Shift.NIGHT, 1, 0, True)
    }
    set_keeping(world.session, made.number, insulin.id, world.groups["SSH"].id, Keeping.KEEP, by=nurse.actor)
    world.session.commit()
    kept = impact(world, made)
    assert kept.gaps == ()
    assert names(kept, Kind.KEEPS) == ["Amira Haddad"]


def test_a_grace_needs_a_day_that_lies_ahead(world, nurse):
    insulin = world.task("Insulin med pen")
    made = draft(world, [(insulin, "SSH", CellRule.NOT_ALLOWED, {})])
    for day in (None, today()):
        with pytest.raises(RuleBroken):
            set_keeping(
                world.session,
                made.number,
                insulin.id,
                world.groups["SSH"].id,
                Keeping.GRACE,
                keeping_to=day,
                by=nurse.actor,
            )


def town(world, nurse, seed):
    """Tasks with rules, people with signatures, and the draw that goes on."""
    draw = random.Random(seed)
    tasks = [world.task(f"Opgave {number}") for number in range(4)]
    rules = [CellRule.CORE, CellRule.MUST, CellRule.MAY_GENERAL, CellRule.NOT_ALLOWED, CellRule.ASSISTS]
    entitling = (CellRule.CORE, CellRule.MUST, CellRule.MAY_GENERAL)

    def terms(rule):
        core = {"education_level": 2} if rule is CellRule.CORE else {}
        return ({"minimum_level": draw.randint(1, 2)} if rule in entitling else {}) | core

    for task in tasks:
        for group in ("SPL", "SSA", "SSH"):
            world.cell(task, group, rule := draw.choice(rules), **terms(rule))
    for number in range(8):
        someone = world.person(f"Prøve {number}", draw.choice(["SPL", "SSA", "SSH"]))
        for task in draw.sample(tasks, 2):
            world.signed(someone, task, draw.randint(1, 3), by=nurse, days_ago=draw.randint(0, 300))
    world.settle()
    return draw, tasks, rules, terms


@pytest.mark.parametrize("seed", range(6))
def test_what_it_says_is_what_comes(world, nurse, seed):
    draw, tasks, rules, terms = town(world, nurse, seed)
    made = draft(world, [
        (task, group, rule := draw.choice(rules), terms(rule)) for task in tasks for group in ("SPL", "SSA", "SSH")
    ])  # fmt: skip
    first = today() + TOMORROW
    everybody = EMPLOYMENTS.c.id > 0

    def levels():
        return {
            (one.id, task.id): judge(one, task.id, on=first).level
            for one in load(world.session, everybody)
            for task in tasks
        }

    before = levels()
    found = impact(world, made)
    approve_version(world.session, made.number, valid_from=first, by=nurse.actor)
    world.session.commit()
    after = levels()
    lost = {place for place in before if before[place] and not after[place]}
    gained = {place for place in before if after[place] and not before[place]}
    assert {(h.employment_id, h.task_id) for h in (*found.of(Kind.LOSES), *found.of(Kind.LOW))} == lost
    assert {(h.employment_id, h.task_id) for h in found.of(Kind.GAINS)} == gained


def test_the_page_says_it_in_sentences_and_notes_what_is_kept(world, nurse, signed_in):
    insulin = world.task("Insulin med pen")
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    only = world.person("Amira Haddad", "SSH")
    world.signed(only, insulin, 1, by=nurse)
    world.settle()
    made = draft(world, [(insulin, "SSH", CellRule.NOT_ALLOWED, {})])
    client = signed_in(nurse)
    page = client.get(f"/matrix/{made.number}/impact").text
    assert "1 medarbejder: må i dag og må ikke længere." in page
    assert "Amira Haddad: Insulin med pen (i dag niveau 1)" in page
    name = f"{insulin.id}-{world.groups['SSH'].id}"
    refused = client.post(f"/matrix/{made.number}/impact", data={"cell": name, f"c{name}-keeping": "grace"})
    assert refused.status_code == 422
    assert "Skriv, hvor længe de beholder opgaven." in refused.text
    done = client.post(
        f"/matrix/{made.number}/impact", data={"cell": name, f"c{name}-keeping": "keep"}, follow_redirects=True
    )
    assert "1 medarbejder: ville have mistet den og beholder den en tid." in done.text


def test_an_employee_does_not_see_it(world, nurse, signed_in):
    made = draft(world, [])
    assert signed_in(world.person("Amira Haddad", "SSH")).get(f"/matrix/{made.number}/impact").status_code in (403, 404)


def test_whoever_loses_a_task_loses_what_asks_for_it(world, nurse):
    medicine, insulin, pump = world.task("Medicin"), world.task("Insulin med pen"), world.task("Pumpe")
    for task, need in ((insulin, medicine), (pump, insulin)):
        world.session.add(TaskPrerequisite(task_id=task.id, needs_task_id=need.id, must_hold=True))
    someone = world.person("Amira Haddad", "SSH")
    for task in (medicine, insulin, pump):
        world.cell(task, "SSH", CellRule.MAY_GENERAL)
        world.signed(someone, task, 2, by=nurse)
    world.settle()
    may = {"minimum_level": 1}
    made = draft(world, [
        (medicine, "SSH", CellRule.NOT_ALLOWED, {}), (insulin, "SSH", CellRule.MAY_GENERAL, may),
        (pump, "SSH", CellRule.MAY_GENERAL, may),
    ])  # fmt: skip
    lost = {hit.task_id for hit in impact(world, made).hits if hit.kind in (Kind.LOSES, Kind.LOW)}
    first = today() + TOMORROW
    approve_version(world.session, made.number, valid_from=first, by=nurse.actor)
    world.session.commit()
    (now_,) = load(world.session, EMPLOYMENTS.c.person_id == someone.person.id)
    assert lost == {task.id for task in (medicine, insulin, pump) if not judge(now_, task.id, on=first).level}
    assert len(lost) > 1


@pytest.mark.parametrize("seed", range(4))
def test_the_effect_of_one_cell_is_that_of_a_draft_with_that_cell_alone(world, nurse, seed):
    draw, tasks, rules, terms = town(world, nurse, seed)
    shifts = [*Shift]
    for task in tasks:
        need = NewRequirement(task.id, draw.choice(shifts), draw.randint(1, 3), world.team.id)
        set_requirement(world.session, need, by=nurse.actor)
    world.settle()
    version = read_versions(world.session)[0]
    stands = cells_of(world.session, version.id, version.number)
    for _ in range(3):
        task, group, rule = draw.choice(tasks), draw.choice(["SPL", "SSA", "SSH"]), draw.choice(rules)
        place = task.id, world.groups[group].id
        said = {key: (cell.rule, cell.minimum_level, cell.education_level) for key, cell in stands.items()}
        chosen = terms(rule)
        said[place] = (rule, chosen.get("minimum_level"), chosen.get("education_level"))
        cells = [
            NewCell(*key, what, minimum_level=least, education_level=own) for key, (what, least, own) in said.items()
        ]
        made = new_draft(world.session, cells, by=None)
        world.session.commit()
        whole = impact(world, made)
        one = effect_of(
            world.session, tree(world.session, on=today()), Version(made.id, made.number, None, None, False), place,
            first_day=today() + TOMORROW,
        )  # fmt: skip
        assert sorted(one.hits, key=str) == sorted(whole.hits, key=str)
        assert sorted(one.gaps, key=str) == sorted(whole.gaps, key=str)
        assert {h.employment_id for h in one.hits} == set(one.people)


def test_the_hours_follow_the_municipality_s_own_minutes(world, nurse, signed_in):
    talk = world.task("Svær samtale")
    world.cell(talk, "SSA", CellRule.NOT_ALLOWED)
    world.person("Jonas Friis", "SSA")
    world.settle()
    made = draft(world, [(talk, "SSA", CellRule.MUST, {"minimum_level": 1, "observed_times": 3})])
    client = signed_in(nurse)
    assert "Det kræver 3 observerede gange, omkring 6 timer." in client.get(f"/matrix/{made.number}/impact").text
    begin_writing(world.session)
    world.municipality.settings = {"observed_minutes": 30}
    world.session.commit()
    assert "Det kræver 3 observerede gange, omkring 2 timer." in client.get(f"/matrix/{made.number}/impact").text


def test_the_sheet_is_told_what_its_cell_would_do(world, nurse, signed_in):
    insulin, bath = world.task("Insulin med pen"), world.task("Bad")
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    world.cell(bath, "SSH", CellRule.MAY_GENERAL)
    for task in (insulin, bath):
        world.signed(world.person(f"Holder af {task.name}", "SSH"), task, 1, by=nurse)
    world.settle()
    made = draft(world, [(insulin, "SSH", CellRule.NOT_ALLOWED, {}), (bath, "SSH", CellRule.NOT_ALLOWED, {})])
    client, group = signed_in(nurse), world.groups["SSH"].id
    address = f"/matrix/{made.number}/impact/{insulin.id}/{group}"
    part = client.get(address, headers={"HX-Request": "true"}).text
    assert "1 medarbejder: må i dag og må ikke længere." in part
    assert "<html" not in part
    assert client.get(address).location == f"/matrix/{made.number}/impact", "a page of its own it has not"


def test_where_many_are_touched_it_is_calculated_in_the_background(world, nurse, app, signed_in, monkeypatch):
    monkeypatch.setattr(views, "AT_ONCE", 1)
    insulin = world.task("Insulin med pen")
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    world.signed(world.person("Amira Haddad", "SSH"), insulin, 1, by=nurse)
    world.settle()
    made = draft(world, [(insulin, "SSH", CellRule.NOT_ALLOWED, {})])
    client, address = signed_in(nurse), f"/matrix/{made.number}/impact"
    assert "Ikke beregnet endnu" in client.get(address).text
    job = client.post(f"{address}/calculate", data={"from": ""}).location
    app.extensions["jobs"].join(60)
    assert "Det er beregnet, hvad version" in client.get(job).text
    page = client.get(address).text
    assert "1 medarbejder: må i dag og må ikke længere." in page
    assert "Beregnet " in page
    assert "Kladden er ændret" not in page
    begin_writing(world.session)
    set_keeping(world.session, made.number, insulin.id, world.groups["SSH"].id, Keeping.KEEP, by=nurse.actor)
    world.session.commit()
    stale = client.get(address).text
    assert "Kladden er ændret, siden dette blev beregnet" in stale
    client.post(f"{address}/calculate", data={"from": ""})
    app.extensions["jobs"].join(60)
    assert "1 medarbejder: ville have mistet den og beholder den en tid." in client.get(address).text
    assert world.session.scalar(select(func.count()).select_from(ImpactReport)) == 1


def test_the_panel_beside_the_editor_counts_what_the_whole_draft_would_do(world, nurse, signed_in):
    insulin, bath = world.task("Insulin med pen"), world.task("Bad")
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    world.cell(bath, "SSH", CellRule.NOT_ALLOWED)
    one, other = world.person("Amira Haddad", "SSH", shifts="N"), world.person("Camilla Brandt", "SSH", shifts="N")
    for someone in (one, other):
        world.signed(someone, insulin, 1, by=nurse)
    set_requirement(world.session, NewRequirement(insulin.id, Shift.NIGHT, 1, world.team.id), by=nurse.actor)
    world.settle()
    client = signed_in(nurse)
    may = {"minimum_level": 1}
    nothing = draft(world, [(insulin, "SSH", CellRule.MAY_GENERAL, may), (bath, "SSH", CellRule.NOT_ALLOWED, {})])
    sheet = {"HX-Request": "true"}
    assert "Intet er ændret endnu." in client.get(f"/matrix/{nothing.number}/impact/panel", headers=sheet).text
    made = draft(world, [(insulin, "SSH", CellRule.NOT_ALLOWED, {}), (bath, "SSH", CellRule.MAY_GENERAL, may)])
    panel = client.get(f"/matrix/{made.number}/impact/panel", headers=sheet).text
    for line in (
        "medarbejdere får en ny mulighed", "medarbejdere mister en opgave", "nyt hul opstår", "Team Havnen nat", "0 → <b>1</b>",
    ):  # fmt: skip
        assert line in panel, line
    assert client.get(f"/matrix/{made.number}/impact/panel").location == f"/matrix/{made.number}/impact"
    page = client.get(f"/matrix/{made.number}/impact").text
    assert "Team Havnen, Nat (alle dage): Insulin med pen. Har 2 i dag, 0 derefter, kravet er 1." in page
    assert "1 hul opstår" in page


@pytest.mark.parametrize(
    ("before", "after", "need", "said"),
    [
        (2, 0, 1, (True, False, 0)), (2, 1, 1, (False, False, 1)), (1, 3, 1, (False, False, -1)), (0, 1, 1, (False, True, 1)),
        (1, 0, 1, (True, False, -1)), (5, 4, 2, (False, False, 0)),
    ],
)  # fmt: skip
def test_a_shift_stands_otherwise(before, after, need, said):
    change = GapChange(1, 1, Shift.DAY, DayKind.WEEKDAY, need, before, after)
    assert (change.opens, change.closes, change.vulnerable) == said
