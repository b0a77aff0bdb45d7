"""Keeping paths, walking them with both yeses, and being seen by one's leader and nobody else."""

import pytest
from sqlalchemy import select

from competence.access.rules import Permission, Role
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, today
from competence.foundation.errors import NotAllowed, NotFound, Overtaken, RuleBroken
from competence.learning.models import Activity, Goal, PlannedActivity
from competence.learning.rules import Origin, Part
from competence.paths import commands
from competence.paths.commands import NewPath
from competence.paths.models import LearningPath, PathPlacing, PathStep, PathWish
from competence.paths.queries.paths import get_route, routes
from competence.paths.queries.placed import candidates, waiting_count, walkers_of, walkers_within, wishes_within
from competence.paths.rules import Step, StepKind

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class Vejen:
    """A path of two steps for helpers: insulin at level 2, then an activity that waits; Dorthe leads Amira and Camilla."""

    def __init__(self, world):
        self.world, self.session = world, world.session
        self.task = world.task("Insulin med pen")
        world.cell(self.task, "SPL", CellRule.CORE)
        world.cell(self.task, "SSH", CellRule.MAY_GENERAL)
        office = world.unit("Staben", "stab", under=world.root)
        self.nurse = world.role(
            world.person("Marianne Holm", "SPL", unit=office, shifts=""), Role.DEVELOPMENT_NURSE, over=world.root
        )
        self.leader = world.role(
            world.person("Dorthe Nygaard", "SPL", unit=office, shifts=""), Role.LEADER, over=world.team
        )
        self.amira, self.camilla = world.person("Amira Haddad"), world.person("Camilla Brandt")
        self.activity = Activity(code="A20-12", name="Netværk", part=Part.COLLEAGUES, minutes=120)
        self.session.add(self.activity)
        self.session.flush()
        self.path = self.make("Vejen frem")
        world.settle().session.commit()

    def make(self, name, **said):
        """A path with both steps, approved."""
        by = self.nurse.actor
        row = commands.create_path(
            self.session, NewPath(name, "Specialist", from_group_ids=[self.world.groups["SSH"].id], **said), by=by
        )
        commands.add_step(self.session, row.id, Step(0, StepKind.TASK, 6, task_id=self.task.id, level=2), seen=1, by=by)
        commands.add_step(
            self.session, row.id, Step(0, StepKind.ACTIVITY, 4, True, activity_id=self.activity.id), seen=2, by=by
        )
        commands.approve_path(self.session, row.id, seen=3, by=by)
        return row

    def holds(self, someone):
        """She holds the task now."""
        self.world.signed(someone, self.task, 2, by=self.nurse)
        self.world.settle().session.commit()


@pytest.fixture
def vejen(world):
    return Vejen(world)


def test_a_leader_puts_her_on_a_path_and_it_waits_for_her_own_yes(vejen):
    by = vejen.leader.actor
    [placing] = commands.place_on_path(vejen.session, vejen.path.id, [vejen.amira.employment.id], by=by)
    assert (placing.employee_yes_on, placing.leader_yes_on) == (None, today())
    assert waiting_count(vejen.session, vejen.amira.actor) == 1
    assert commands.place_on_path(vejen.session, vejen.path.id, [vejen.amira.employment.id], by=by) == []
    with pytest.raises(NotFound):
        commands.answer_placing(vejen.session, placing.id, yes=True, by=vejen.camilla.actor)
    commands.answer_placing(vejen.session, placing.id, yes=True, by=vejen.amira.actor)
    [walker] = walkers_of(vejen.session, vejen.amira.person.id)
    assert (walker.runs, walker.walked.done) == (True, 0)
    vejen.holds(vejen.amira)
    [walker] = walkers_of(vejen.session, vejen.amira.person.id)
    assert (walker.walked.done, walker.walked.following, walker.walked.open) == (1, 1, (False, True))
    commands.end_placing(vejen.session, placing.id, by=vejen.amira.actor)
    assert walkers_of(vejen.session, vejen.amira.person.id) == []


def test_she_asks_herself_and_her_leader_says_yes(vejen):
    placing = commands.ask_for_path(vejen.session, vejen.path.id, by=vejen.amira.actor)
    assert commands.ask_for_path(vejen.session, vejen.path.id, by=vejen.amira.actor).id == placing.id
    assert waiting_count(vejen.session, vejen.leader.actor) == 1
    assert waiting_count(vejen.session, vejen.amira.actor) == 0
    for nobody, refusal in ((vejen.camilla, NotAllowed), (vejen.nurse, NotAllowed)):
        with pytest.raises(refusal):
            commands.agree_placing(vejen.session, placing.id, yes=True, by=nobody.actor)
    commands.agree_placing(vejen.session, placing.id, yes=True, by=vejen.leader.actor)
    [walker] = walkers_within(vejen.session, vejen.leader.actor.reach(Permission.PATH_PLACE), but=0)
    assert (walker.runs, walker.placing.leader_id) == (True, vejen.leader.person.id)


def test_a_step_goes_into_the_plan_once_it_can_be_begun(vejen):
    placing = commands.ask_for_path(vejen.session, vejen.path.id, by=vejen.amira.actor)
    commands.agree_placing(vejen.session, placing.id, yes=True, by=vejen.leader.actor)
    first, second = get_route(vejen.session, vejen.path.id).steps
    with pytest.raises(RuleBroken):
        commands.plan_step(vejen.session, placing.id, second.id, by=vejen.amira.actor)
    with pytest.raises(NotFound):
        commands.plan_step(vejen.session, placing.id, first.id, by=vejen.camilla.actor)
    goal = commands.plan_step(vejen.session, placing.id, first.id, by=vejen.leader.actor)
    assert isinstance(goal, Goal)
    assert (goal.origin, goal.task_id, goal.level, goal.yes_on) == (Origin.PATH, vejen.task.id, 2, None)
    vejen.holds(vejen.amira)
    with pytest.raises(RuleBroken):
        commands.plan_step(vejen.session, placing.id, first.id, by=vejen.amira.actor)
    activity = commands.plan_step(vejen.session, placing.id, second.id, by=vejen.amira.actor)
    assert isinstance(activity, PlannedActivity)
    assert activity.yes_on == today()
    activity.done_on = today()
    vejen.session.flush()
    assert walkers_of(vejen.session, vejen.amira.person.id)[0].walked.complete


@ON_SQLITE
def test_who_cannot_be_put_on_a_path_is_said_why(vejen):
    by, path = vejen.leader.actor, vejen.path
    emil = vejen.world.person("Emil Bruun", "UFA")
    elsewhere = vejen.world.person("Ulla Udenfor", unit=vejen.world.unit("Team Skoven", under=vejen.world.root))
    gone = vejen.world.person("Gerda Gået", until=today())
    for someone in (emil, gone):
        with pytest.raises(RuleBroken) as refused:
            commands.place_on_path(vejen.session, path.id, [someone.employment.id], by=by)
        assert someone.name in str(refused.value.message)
    with pytest.raises(NotFound):
        commands.place_on_path(vejen.session, path.id, [elsewhere.employment.id], by=by)
    with pytest.raises(NotAllowed):
        commands.place_on_path(vejen.session, path.id, [vejen.amira.employment.id], by=vejen.camilla.actor)
    with pytest.raises(RuleBroken):
        commands.ask_for_path(vejen.session, path.id, by=emil.actor)
    with pytest.raises(RuleBroken):
        commands.place_on_path(vejen.session, path.id, [], by=by)


@ON_SQLITE
def test_one_path_comes_before_another(vejen):
    second = vejen.make("Vejen videre", needs_path_id=vejen.path.id)
    with pytest.raises(RuleBroken) as refused:
        commands.ask_for_path(vejen.session, second.id, by=vejen.amira.actor)
    assert "Vejen frem" in str(refused.value.message)
    with pytest.raises(RuleBroken):
        commands.place_on_path(vejen.session, second.id, [vejen.amira.employment.id], by=vejen.leader.actor)
    with pytest.raises(RuleBroken):
        commands.change_path(
            vejen.session, vejen.path.id, NewPath("Vejen frem", "Specialist", needs_path_id=second.id), seen=3,
            by=vejen.nurse.actor,
        )  # fmt: skip
    vejen.holds(vejen.amira)
    vejen.session.add(
        PlannedActivity(
            employment_id=vejen.amira.employment.id, activity_id=vejen.activity.id, name="Netværk", part=Part.COLLEAGUES,
            minutes=120, origin=Origin.OWN, done_on=today(), recorded_at=now(), recorded_by=vejen.amira.person.id,
        )
    )  # fmt: skip
    vejen.session.flush()
    assert commands.ask_for_path(vejen.session, second.id, by=vejen.amira.actor).id


def test_a_change_makes_a_path_a_draft_again_and_nobody_is_put_on_a_draft(vejen):
    by, path = vejen.nurse.actor, vejen.path
    commands.move_step(vejen.session, path.id, get_route(vejen.session, path.id).steps[1].id, up=True, seen=3, by=by)
    route = get_route(vejen.session, path.id)
    assert ([step.kind for step in route.steps], route.in_use) == ([StepKind.ACTIVITY, StepKind.TASK], False)
    with pytest.raises(RuleBroken):
        commands.ask_for_path(vejen.session, path.id, by=vejen.amira.actor)
    with pytest.raises(Overtaken):
        commands.approve_path(vejen.session, path.id, seen=3, by=by)
    commands.remove_step(vejen.session, path.id, route.steps[0].id, seen=4, by=by)
    vejen.task.archived_on = today()
    vejen.session.flush()
    with pytest.raises(RuleBroken):
        commands.approve_path(vejen.session, path.id, seen=5, by=by)
    vejen.task.archived_on = None
    vejen.session.flush()
    commands.approve_path(vejen.session, path.id, seen=5, by=by)
    commands.archive_path(vejen.session, path.id, seen=5, by=by)
    assert routes(vejen.session) == []
    assert [one.id for one in routes(vejen.session, archived=True)] == [path.id]
    for nobody in (vejen.leader, vejen.amira):
        with pytest.raises(NotAllowed):
            commands.restore_path(vejen.session, path.id, seen=6, by=nobody.actor)


@ON_SQLITE
@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.EMPLOYEE, Role.SIGNER, Role.LEADER)])
def test_a_wish_is_seen_by_her_leader_and_by_no_other_role(vejen, role):
    commands.say_wishes(vejen.session, ["role:guide", f"path:{vejen.path.id}"], by=vejen.amira.actor)
    other = vejen.world.role(vejen.world.person("Vera", "UFA", unit=vejen.world.root, shifts=""), role)
    reach = other.actor.reach(Permission.PATH_PLACE)
    assert wishes_within(vejen.session, reach, but=0) == []
    assert walkers_within(vejen.session, reach, but=0) == []
    [wished] = wishes_within(vejen.session, vejen.leader.actor.reach(Permission.PATH_PLACE), but=0)
    assert (wished.name, wished.aims) == ("Amira Haddad", (f"path:{vejen.path.id}", "role:guide"))
    away = vejen.world.role(
        vejen.world.person("Lis Leder", unit=vejen.world.unit("Team Skoven", under=vejen.world.root)), Role.LEADER
    )
    assert wishes_within(vejen.session, away.actor.reach(Permission.PATH_PLACE), but=0) == []


def test_a_wish_is_taken_back_and_leaves_nothing(vejen):
    commands.say_wishes(vejen.session, ["role:guide"], by=vejen.amira.actor)
    assert commands.say_wishes(vejen.session, [], by=vejen.amira.actor) == 0
    assert vejen.session.scalars(select(PathWish)).all() == []
    for aim in ("role:director", "path:9999", "noget"):
        with pytest.raises(NotFound):
            commands.say_wishes(vejen.session, [aim], by=vejen.amira.actor)


@ON_SQLITE
def test_shipped_paths_come_once_as_drafts_and_what_is_not_there_is_left_out(vejen):
    paths = [{"code": "UV1", "name_da": "A", "about_da": "", "leads_to_da": "B", "from_groups": "SSH;XX", "to_group": "",
              "needs_path": "", "source": "editorial"}]  # fmt: skip
    common = {"path": "UV1", "group": "", "level": "1", "weeks": "2", "waits": "no"}
    steps = [
        common | {"kind": "task", "what": "Insulin med pen"}, common | {"kind": "task", "what": "Findes ikke"},
        common | {"kind": "gate", "what": "ONB99"}, common | {"kind": "activity", "what": "A10-01", "level": ""},
    ]  # fmt: skip
    listed = [{"code": "A10-01", "name_da": "E-læring", "category": "10", "area": "", "typical_hours": "1,5",
               "who_leads": "", "source": "editorial"}]  # fmt: skip
    [made] = commands.take_shipped(vejen.session, paths, steps, listed)
    assert made.approved_at is None
    kinds = vejen.session.scalars(select(PathStep.kind).where(PathStep.path_id == made.id).order_by(PathStep.position))
    assert list(kinds) == ["task", "activity"]
    assert vejen.session.scalars(select(Activity.minutes).where(Activity.code == "A10-01")).one() == 90
    assert commands.take_shipped(vejen.session, paths, steps, listed) == []


@ON_SQLITE
def test_a_leader_sees_how_far_each_is_before_she_asks(vejen):
    vejen.holds(vejen.camilla)
    within = vejen.leader.actor.reach(Permission.PATH_PLACE)
    found = candidates(vejen.session, get_route(vejen.session, vejen.path.id), within, but=0)
    assert [(one.name, one.walked.done, one.walked.weeks_left) for one in found] == [
        ("Camilla Brandt", 1, 4), ("Amira Haddad", 0, 10)
    ]  # fmt: skip


@ON_SQLITE
def test_the_pages_from_the_map_to_the_leaders_yes(vejen, signed_in):
    amira, leader, nurse = signed_in(vejen.amira), signed_in(vejen.leader), signed_in(vejen.nurse)
    path = f"/paths/{vejen.path.id}"
    page = amira.get("/paths").text
    assert "Vejen frem" in page
    assert "<svg" in page
    assert "Insulin med pen, niveau øvet" in amira.get(path).text
    assert amira.post(f"/me{path.replace('/paths/', '/paths/ask/')}").location == "/me/paths"
    placing = vejen.session.scalars(select(PathPlacing)).one()
    assert "har bedt om det" in leader.get("/paths/people").text
    assert leader.post(f"/paths/placings/{placing.id}/agree", data={"answer": "yes"}).status_code == 302
    assert "Sæt det i min plan" in amira.get("/me/paths").text
    assert amira.post("/me/paths/wishes", data={"aims": ["role:guide"]}).status_code == 302
    assert "Læringsvejleder" in leader.get("/paths/people").text
    assert nurse.get("/paths/people").status_code == 403
    wrong = nurse.post(f"{path}/steps?kind=task", data={"task": "0", "level": "2", "weeks": "x", "seen": "3"})
    assert wrong.status_code == 422
    said = {"task": str(vejen.task.id), "level": "3", "weeks": "5", "seen": "3"}
    assert nurse.post(f"{path}/steps?kind=task", data=said).status_code == 302
    assert "kladde" in nurse.get(path).text
    assert amira.get(path).status_code == 200, "she walks it still"
    vejen.session.rollback()
    assert signed_in(vejen.camilla).get(path).status_code == 404
    assert nurse.post(f"{path}/approve", data={"seen": "4"}).location == path
    vejen.session.expire_all()
    assert vejen.session.get(LearningPath, vejen.path.id).approved_by == vejen.nurse.person.id
