"""Students: observed times on what they take part in, no signature before the stage opens, and a history of who and when."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from competence.access.rules import Permission, Reach, Role
from competence.decision.commands import differences
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, set_to, today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.onboarding import commands
from competence.onboarding.models import StudentStage
from competence.onboarding.queries.students import stages_of, students
from competence.people.models import StaffGroup, StaffGroupFollow
from competence.signoffs import commands as signing
from competence.signoffs.models import Observation
from competence.signoffs.rules import ObservationKind
from tests.factories import Someone, World

DAY = timedelta(days=1)


class School:
    """An SSA student who follows the helpers from her second period, and a supervisor who may sign."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.task = world.task("Personlig pleje", observed_times=1)
        world.cell(self.task, "SSA", CellRule.CORE)
        world.cell(self.task, "SSH", CellRule.MUST)
        group = StaffGroup(
            code="SSAE",
            name="SSA-elev",
            short_name="Elev",
            plural="Elever",
            authorised=False,
            is_student=True,
            position=8,
        )
        world.session.add(group)
        world.session.flush()
        world.session.add(
            StaffGroupFollow(
                staff_group_id=group.id, follows_id=world.groups["SSH"].id, from_stage="fra 2. oplæringsperiode"
            )
        )
        self.leader = world.role(world.person("Dorthe Nygaard", "UFA", unit=world.root), Role.LEADER, over=world.team)
        self.guide = world.role(world.person("Hanne Lykke", "SSA"), Role.GUIDE)
        self.student: Someone = world.person("Alma Holm", "UFA", since=today() - 30 * DAY)
        self.student.employment.staff_group_id = group.id
        world.settle()

    def move(self, stage: str, begins, *, opens: bool = False, seen: int | None = None) -> StudentStage:
        """Her stage from the day on."""
        listed = stages_of(self.world.session, self.student.employment.id)
        new = commands.NewStage(stage, self.guide.person.id, begins, opens=opens)
        last = listed[0].id if listed else 0
        return commands.move_stage(
            self.world.session,
            self.student.employment.id,
            new,
            seen=last if seen is None else seen,
            by=self.leader.actor,
        )

    def observe(self) -> Observation:
        """A time that the supervisor has seen."""
        new = signing.NewObservation(ObservationKind.ALONE, today())
        return signing.observe(self.world.session, self.student.employment.id, self.task.id, new, by=self.guide.actor)

    def sign(self) -> None:
        """A signature by the supervisor."""
        new = signing.NewSignOff(self.task.id, 1, today(), ticked=(1,), expects=0)
        signing.sign_off(self.world.session, self.student.employment.id, new, by=self.guide.actor)


@pytest.fixture
def school(world: World) -> School:
    return School(world)


def refused(act) -> str:
    with pytest.raises(RuleBroken) as broken:
        act()
    return str(broken.value.message)


def test_times_are_observed_and_nothing_is_signed_before_the_stage_opens(school: School):
    school.move("1. oplæringsperiode", today())
    assert school.observe().observer_id == school.guide.person.id
    assert "assists" in refused(school.sign)
    school.move("2. oplæringsperiode", today() + 5 * DAY, opens=True)
    assert "assists" in refused(school.sign)
    school.world.session.commit()
    with set_to(now() + 5 * DAY):
        school.sign()
    assert differences(school.world.session) == []


def test_each_change_of_stage_is_kept_with_who_and_when(school: School):
    first = school.move("1. oplæringsperiode", today())
    second = school.move("2. oplæringsperiode", today() + 10 * DAY, opens=True)
    assert (first.ends_on, second.ends_on) == (second.begins_on, None)
    assert school.student.employment.stage_from == second.begins_on
    assert [one.stage for one in stages_of(school.world.session, school.student.employment.id)] == [
        "2. oplæringsperiode", "1. oplæringsperiode",
    ]  # fmt: skip
    assert {one.recorded_by for one in school.world.session.scalars(select(StudentStage))} == {school.leader.person.id}
    school.move("3. oplæringsperiode", today() + 40 * DAY, opens=True)
    assert school.student.employment.stage_from == second.begins_on
    with pytest.raises(Overtaken):
        school.move("4. oplæringsperiode", today() + 80 * DAY, seen=first.id)
    assert "begins on" in refused(lambda: school.move("For tidligt", today() + 20 * DAY))


def test_what_is_open_is_not_closed_ahead_and_no_right_is_given_back_in_time(school: School):
    school.move("2. oplæringsperiode", today(), opens=True)
    assert "ahead" in refused(lambda: school.move("Pause i uddannelsen", today() + 3 * DAY))
    assert "today or later" in refused(lambda: school.move("3. oplæringsperiode", today() - DAY, opens=True))
    school.move("Pause i uddannelsen", today())
    assert school.student.employment.stage_from is None


def test_only_students_have_stages_and_only_her_leader_moves_them(school: School):
    session, world = school.world.session, school.world
    helper = world.person("Camilla Brandt", "SSH")
    new = commands.NewStage("1. oplæringsperiode", school.guide.person.id, today())
    assert "students" in refused(
        lambda: commands.move_stage(session, helper.employment.id, new, seen=0, by=school.leader.actor)
    )
    other = world.role(world.person("Pia", "UFA", unit=world.unit("Team Lunden", under=world.root)), Role.LEADER)
    with pytest.raises(NotFound):
        commands.move_stage(session, school.student.employment.id, new, seen=0, by=other.actor)
    school.move("1. oplæringsperiode", today())
    reach = school.leader.actor.reach
    (found,) = students(session, reach(Permission.ONBOARDING_KEEP))
    assert (found.name, found.supervisor, found.from_stage) == ("Alma Holm", "Hanne Lykke", "fra 2. oplæringsperiode")
    assert students(session, Reach()) == []
    assert len(students(session, Reach(), supervised_by=school.guide.person.id)) == 1
