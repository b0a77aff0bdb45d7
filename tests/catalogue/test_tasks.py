"""Tasks and areas: added, changed, archived, and what is kept of what they were."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from competence.access.rules import Role
from competence.audit.models import AuditEntry
from competence.catalogue.commands import (
    AreaFacts,
    NewPicture,
    add_area,
    add_task,
    archive_area,
    archive_task,
    change_area,
    change_task,
    restore_task,
    set_picture,
)
from competence.catalogue.models import Area, Task, TaskCriterion, TaskGate, TaskPicture, TaskRevision
from competence.catalogue.queries import criteria_of
from competence.catalogue.queries.tasks import Wanted, facts_of, history_of, listed
from competence.catalogue.rules import FOR_GOOD, GateKind, Reserved, TaskKind, Validity, YearDay
from competence.catalogue.rules.pictures import MOST_BYTES, media_type
from competence.catalogue.rules.tasks import (
    GateFacts,
    Needed,
    TaskFacts,
    document,
    facts_in,
    merged,
    needed_in_a_ring,
)
from competence.coverage.rules import Shift
from competence.decision.commands import differences
from competence.delegation.rules import CellRule
from competence.entitlements.models import Entitlement
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, Overtaken, RuleBroken

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
TEXTS = st.sampled_from(["", "Skyl kateteret", "Giv insulin"])
VALIDITIES = st.one_of(
    st.just(FOR_GOOD),
    st.integers(1, 120).map(lambda months: Validity(months=months)),
    st.tuples(st.integers(1, 12), st.integers(1, 28)).map(lambda at: Validity(each=YearDay(*at))),
)
FACTS = st.builds(
    TaskFacts, area_id=st.integers(1, 3), name=st.sampled_from(["Insulin", "Sonde"]), kind=st.sampled_from(TaskKind),
    plain_text=TEXTS, description=TEXTS, critical=st.booleans(), fsiii_code=TEXTS, legal_basis=TEXTS,
    reserved=st.sampled_from(Reserved), reserved_basis=TEXTS, never_delegated=TEXTS, people_needed=st.integers(1, 3),
    observed_times=st.integers(0, 5), renewal_observed_times=st.none() | st.integers(0, 3),
    criteria=st.lists(st.sampled_from(["Håndhygiejne", "Dosis"]), unique=True).map(tuple),
    needs=st.lists(st.builds(Needed, st.integers(1, 3), st.booleans()), max_size=2).map(tuple),
    gates=st.lists(
        st.builds(
            GateFacts, st.sampled_from(["A", "B"]), st.sampled_from(GateKind), TEXTS,
            st.lists(st.integers(1, 3), unique=True).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    validity=VALIDITIES, group_validity=st.lists(st.tuples(st.integers(1, 3), VALIDITIES), max_size=2).map(tuple),
)  # fmt: skip


def said(world, name: str = "Skylning af blærekateter", **parts) -> TaskFacts:
    return TaskFacts(area_id=world.area.id, name=name, **parts)


@given(FACTS)
def test_a_revision_keeps_all_that_was_said(facts):
    assert facts_in(document(facts, archived_on=None, picture="")) == facts


@given(FACTS, FACTS, FACTS)
def test_what_another_changed_is_taken_and_what_one_typed_is_kept(base, mine, theirs):
    together, both = merged(base, mine, theirs)
    for part in vars(base):
        one, other = getattr(mine, part), getattr(theirs, part)
        if one == getattr(base, part):
            assert getattr(together, part) == other
        else:
            assert getattr(together, part) == one
        assert (part in both) == (one != getattr(base, part) and other != getattr(base, part) and one != other)


@given(st.dictionaries(st.integers(1, 6), st.lists(st.integers(1, 6), max_size=3), max_size=6), st.integers(1, 6))
def test_a_task_never_comes_to_need_itself(known, task):
    known.pop(task, None)
    for need in range(1, 7):
        if need != task and needed_in_a_ring(task, [need], known) is None:
            seen, left = set(), [need]
            while left:
                one = left.pop()
                assert one != task
                if one not in seen:
                    seen.add(one)
                    left += known.get(one, [])


def test_a_new_task_has_all_that_was_said_and_a_slot_of_its_own(world, nurse):
    first, group = world.task(), world.groups["UFA"].id
    facts = said(
        world, plain_text="Skyl kateteret", critical=True, reserved=Reserved.PARTLY, reserved_basis="§ 74",
        never_delegated="dødsattest",
        observed_times=3, renewal_observed_times=1, criteria=("Håndhygiejne", "Skyller langsomt"), people_needed=2,
        needs=(Needed(first.id, must_hold=True),),
        gates=(GateFacts("KURSUS1", GateKind.COURSE, "Kursus i kateter", (group,)),),
        validity=Validity(each=YearDay(3, 1)), group_validity=((group, Validity(months=6)),),
    )  # fmt: skip
    task = add_task(world.session, facts, by=nurse.actor, why="Ny opgave fra januar")
    assert facts_of(world.session, task) == facts
    assert (task.slot, task.code) == (first.slot + 1, "EGEN-SKYLNING-AF-BLAEREKATETER")
    (change,) = history_of(world.session, task.id)
    assert (change.by, change.why) == ("Marianne Holm", "Ny opgave fra januar")


@pytest.mark.parametrize(
    ("field", "parts"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "insulin MED pen"}),
        ("name", {"name": "Ring til 010190-1234"}),
        ("area_id", {"area_id": 0}),
        ("reserved_basis", {"reserved": Reserved.YES}),
        ("never_delegated", {"never_delegated": "dødsattest"}),
        ("observed_times", {"observed_times": -1}),
        ("renewal_observed_times", {"observed_times": 2, "renewal_observed_times": 3}),
        ("people_needed", {"people_needed": 0}),
        ("criteria", {"criteria": ("x" * 301,)}),
        ("validity_months", {"validity": Validity(months=121)}),
        ("need_1", {"needs": (Needed(999_999),)}),
        ("gate_1_groups", {"gates": (GateFacts("K", GateKind.COURSE, "Kursus", ()),)}),
        ("gate_1_name", {"gates": (GateFacts("K", GateKind.COURSE, "", (1,)),)}),
        ("gate_1_code", {"gates": (GateFacts("ampps", GateKind.COURSE, "Et andet kursus", (1,)),)}),
        ("gate_1_kind", {"gates": (GateFacts("E1", GateKind.E_LEARNING, "E-læring", (1,)),)}),
        (
            "gate_2_kind",
            {
                "gates": (
                    GateFacts("D1", GateKind.DIALOGUE, "Dialog", (1,)),
                    GateFacts("E1", GateKind.E_LEARNING, "E-læring", (1, 2)),
                )
            },
        ),
    ],
)
def test_what_no_task_can_be_is_refused_at_its_field(world, nurse, field, parts):
    insulin = world.task("Insulin med pen")
    world.session.add(
        TaskGate(
            task_id=insulin.id, staff_group_id=world.groups["UFA"].id, code="AMPPS", kind="course", name="Medicinkursus"
        )
    )
    world.session.flush()
    facts = {"name": "Sondeernæring", "area_id": world.area.id} | parts
    with pytest.raises(RuleBroken) as broken:
        add_task(world.session, TaskFacts(**facts), by=nurse.actor)
    assert broken.value.field == field
    assert world.session.scalars(select(Task)).all() == [insulin]


def test_two_tasks_cannot_each_come_before_the_other(world, nurse):
    first, second = world.task("Medicin"), world.task("Insulin")
    facts = facts_of(world.session, second)
    second = change_task(
        world.session, second.id, said(world, "Insulin", needs=(Needed(first.id),)), seen=1, by=nurse.actor
    )
    with pytest.raises(RuleBroken, match="Insulin itself asks for this task first"):
        change_task(world.session, first.id, said(world, "Medicin", needs=(Needed(second.id),)), seen=1, by=nurse.actor)
    assert facts.needs == ()


def test_only_whoever_keeps_the_whole_municipalitys_catalogue_may_change_it(world, nurse):
    local = world.role(world.person("Karen Winther", "SPL"), Role.DEVELOPMENT_NURSE, over=world.team)
    leader = world.role(world.person("Lars Bisgaard", "SPL"), Role.LEADER, over=world.root)
    for someone in (local, leader, world.person()):
        with pytest.raises(NotAllowed):
            add_task(world.session, said(world), by=someone.actor)


def test_a_page_that_is_out_of_date_is_told_and_overwrites_nothing(world, nurse):
    other = world.role(world.person("Karen Winther", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)
    task = world.task("Insulin")
    change_task(world.session, task.id, said(world, "Insulin med pen"), seen=1, by=other.actor)
    with pytest.raises(Overtaken, match="Karen Winther changed this"):
        change_task(world.session, task.id, said(world, "Insulin, pen"), seen=1, by=nurse.actor)
    assert task.name == "Insulin med pen"


def test_a_change_says_who_why_and_what_it_was_before(world, nurse):
    task = world.task("Insulin", observed_times=3)
    change_task(
        world.session,
        task.id,
        said(world, "Insulin", observed_times=5),
        seen=1,
        by=nurse.actor,
        why="Efter en hændelse",
    )
    change, first = history_of(world.session, task.id)
    assert (change.by, change.why, change.parts) == ("Marianne Holm", "Efter en hændelse", ("observed_times",))
    assert (first.after["observed_times"], change.after["observed_times"]) == (3, 5)
    entry = world.session.scalars(select(AuditEntry).where(AuditEntry.action == "change_task")).one()
    assert entry.detail == {"revision": 2, "changed": ["observed_times"]}


def test_saving_without_a_change_leaves_no_trace(world, nurse):
    task = world.task("Insulin")
    change_task(world.session, task.id, facts_of(world.session, task), seen=1, by=nurse.actor)
    assert task.revision == 1
    assert world.session.scalars(select(TaskRevision)).all() == []


def test_a_point_keeps_its_number_when_others_move_and_a_number_is_never_given_again(world, nurse):
    task = world.task("Insulin")

    def points(*texts: str) -> dict[str, int]:
        change_task(world.session, task.id, said(world, "Insulin", criteria=texts), seen=task.revision, by=nurse.actor)
        assert [one.text for one in criteria_of(world.session, task.id)] == list(texts)
        rows = world.session.scalars(select(TaskCriterion).where(TaskCriterion.task_id == task.id))
        return {row.text: row.position for row in rows}

    assert points("Håndhygiejne", "Dosis") == {"Håndhygiejne": 1, "Dosis": 2}
    assert points("Pen", "Dosis", "Håndhygiejne") == {"Håndhygiejne": 1, "Dosis": 2, "Pen": 3}
    assert points("Dosis") == {"Dosis": 2}
    assert points("Dosis", "Ny") == {"Dosis": 2, "Ny": 4}


def test_a_task_that_must_be_held_closes_at_once_for_whoever_does_not_hold_it(world, nurse):
    first, second = world.task("Medicin"), world.task("Insulin")
    for task in (first, second):
        world.cell(task, "SSH", CellRule.MAY_GENERAL)
    camilla = world.person()
    world.signed(camilla, second)
    world.settle()

    def held() -> int:
        rows = world.session.scalars(
            select(Entitlement).where(
                Entitlement.employment_id == camilla.employment.id, Entitlement.task_id == second.id
            )
        )
        return max((row.level for row in rows if row.valid_from <= today()), default=0)

    assert held() == 2
    facts = said(world, "Insulin", needs=(Needed(first.id, must_hold=True),), observed_times=1)
    change_task(world.session, second.id, facts, seen=1, by=nurse.actor)
    assert held() == 0
    assert not list(differences(world.session))


def test_a_task_that_the_division_of_tasks_or_needs_use_is_not_archived(world, nurse):
    insulin, drops, sonde = world.task("Insulin"), world.task("Øjendrypning"), world.task("Sonde")
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL)
    world.cell(drops, "SSH", CellRule.NOT_ALLOWED)
    world.requirement(sonde, Shift.DAY, 1)
    for task, why in (
        (insulin, "Version 1 of the division of tasks gives the task to"),
        (sonde, "1 staffing need asks"),
    ):
        with pytest.raises(RuleBroken, match=why):
            archive_task(world.session, task.id, from_day=today(), seen=1, by=nurse.actor)
    archive_task(world.session, drops.id, from_day=today(), seen=1, by=nurse.actor, why="Laves af apoteket")
    assert [task.name for _area, tasks in listed(world.session, Wanted(), on=today()) for task in tasks] == [
        "Insulin",
        "Sonde",
    ]
    assert listed(world.session, Wanted(archived=True), on=today())[0][1][0].name == "Øjendrypning"
    restore_task(world.session, drops.id, seen=drops.revision, by=nurse.actor)
    assert drops.archived_on is None
    assert [change.parts for change in history_of(world.session, drops.id)][:2] == [("archived_on",), ("archived_on",)]


def test_a_task_is_not_archived_back_in_time_nor_while_another_asks_for_it_first(world, nurse):
    first, second = world.task("Medicin"), world.task("Insulin")
    change_task(world.session, second.id, said(world, "Insulin", needs=(Needed(first.id),)), seen=1, by=nurse.actor)
    with pytest.raises(RuleBroken, match="today or later"):
        archive_task(world.session, second.id, from_day=today() - timedelta(days=1), seen=2, by=nurse.actor)
    with pytest.raises(RuleBroken, match="The task Insulin asks for this one first"):
        archive_task(world.session, first.id, from_day=today(), seen=1, by=nurse.actor)


def test_areas_are_named_ordered_and_archived_when_empty(world, nurse):
    sår = add_area(world.session, AreaFacts("Sår", 1), by=nurse.actor)
    ernæring = add_area(world.session, AreaFacts("Ernæring"), by=nurse.actor)

    def order() -> list[str]:
        return list(world.session.scalars(select(Area.name).order_by(Area.position)))

    assert order() == ["Sår", "Medicinhåndtering", "Ernæring"]
    change_area(world.session, ernæring.id, AreaFacts("Ernæring og væske", 2), seen=ernæring.revision, by=nurse.actor)
    assert order() == ["Sår", "Ernæring og væske", "Medicinhåndtering"]
    with pytest.raises(RuleBroken, match="already an area called Ernæring og væske"):
        add_area(world.session, AreaFacts("ERNÆRING og væske"), by=nurse.actor)
    world.task("Insulin")
    with pytest.raises(RuleBroken, match="the first is Insulin"):
        archive_area(world.session, world.area.id, from_day=today(), seen=world.area.revision, by=nurse.actor)
    archive_area(world.session, sår.id, from_day=today(), seen=sår.revision, by=nurse.actor)
    with pytest.raises(RuleBroken) as broken:
        add_task(world.session, TaskFacts(area_id=sår.id, name="Sårpleje"), by=nurse.actor)
    assert broken.value.field == "area_id"
    with pytest.raises(Overtaken):
        change_area(world.session, ernæring.id, AreaFacts("Kost"), seen=1, by=nurse.actor)


@pytest.mark.parametrize(
    ("content", "kind"),
    [(PNG, "image/png"), (b"\xff\xd8\xff\xe0", "image/jpeg"), (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp")],
)
def test_a_picture_is_what_its_bytes_are(content, kind):
    assert media_type(content) == kind


@pytest.mark.parametrize("content", [b"", b"<svg onload='alert(1)'/>", b"GIF89a", PNG + b"0" * MOST_BYTES])
def test_anything_but_a_small_picture_is_refused(content):
    with pytest.raises(RuleBroken):
        media_type(content)


def test_a_picture_replaces_the_one_before_and_stands_in_the_history(world, nurse):
    task = world.task("Insulin")
    set_picture(world.session, task.id, NewPicture(PNG), by=nurse.actor)
    set_picture(world.session, task.id, NewPicture(b"\xff\xd8\xff\xe0"), by=nurse.actor)
    assert world.session.scalars(select(TaskPicture.media_type)).all() == ["image/jpeg"]
    assert [change.parts for change in history_of(world.session, task.id)] == [("picture",), ("picture",), ()]
