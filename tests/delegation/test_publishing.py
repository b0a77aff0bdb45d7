"""What keeps a version from being approved, each with a sentence that says what to do; and one version on every date."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from competence.access.rules import Role
from competence.catalogue.rules import Reserved
from competence.delegation.commands import (
    Framework,
    GroundGiven,
    NewCell,
    approve_version,
    lift_stop,
    new_draft,
    restrict,
    stop_task,
)
from competence.delegation.commands.drafts import discard_draft, make_draft
from competence.delegation.commands.editing import edit_cell, undo_last
from competence.delegation.commands.hearing import open_hearing, withdraw_version
from competence.delegation.drafting import Wording
from competence.delegation.models import MatrixVersion, Stop
from competence.delegation.rules import CellRule, Ground, Version
from competence.foundation.clock import now, set_to, today
from competence.foundation.errors import NotFound, RuleBroken

DAY = timedelta(days=1)


@pytest.fixture
def nurse(world):
    return world.role(world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)


def drafted(world, *cells):
    """The number of a draft as a file brings it: nobody has looked at its cells."""
    return new_draft(world.session, cells, by=None).number


def refused(world, nurse, number, first=None, **said):
    with world.session.begin_nested() as step:
        with pytest.raises(RuleBroken) as broken:
            approve_version(world.session, number, valid_from=first or today() + DAY, by=nurse.actor, **said)
        step.rollback()
    assert world.session.get(MatrixVersion, world.version.id).valid_to is None, "what holds holds on"
    return broken.value


@pytest.mark.parametrize("days", [-300, -1, 0])
def test_a_version_is_never_in_force_before_the_day_after_its_approval(world, nurse, days):
    broken = refused(world, nurse, drafted(world), today() + days * DAY)
    assert broken.field == "valid_from"
    assert "Choose tomorrow or later" in broken.message.msgid


@pytest.mark.parametrize("days", [5, 4])
def test_two_versions_never_begin_on_one_day_or_out_of_turn(world, nurse, days):
    approve_version(world.session, drafted(world), valid_from=today() + 5 * DAY, by=nurse.actor)
    number = drafted(world)
    with pytest.raises(RuleBroken, match="is already approved from") as broken:
        approve_version(world.session, number, valid_from=today() + days * DAY, by=nurse.actor)
    assert broken.value.field == "valid_from"
    assert broken.value.message.params == {"number": 2, "day": today() + 5 * DAY}


def test_a_reserved_cell_without_ground_is_named(world, nurse):
    pump = world.task("Pumpe", reserved=Reserved.YES)
    broken = refused(world, nurse, drafted(world, NewCell(pump.id, world.groups["SSH"].id, CellRule.MAY_GENERAL)))
    assert broken.field == "grounds"
    assert broken.message.params["task"] == "Pumpe"


@pytest.mark.parametrize(
    "framework", [None, {"giver": "Krag", "instruction": "", "instruction_version": "2"}, {"giver": "Krag"}]
)
def test_a_framework_delegation_without_its_instruction_is_none(world, nurse, framework):
    pump = world.task("Pumpe", reserved=Reserved.YES)
    cell = NewCell(pump.id, world.groups["SSH"].id, CellRule.MAY_GENERAL, ground=Ground.FRAMEWORK, framework=framework)
    assert "write giver, instruction and version" in refused(world, nurse, drafted(world, cell)).message.msgid


@pytest.mark.parametrize(
    ("rule_", "ground"), [(CellRule.DELEGATION_ONLY, None), (CellRule.MAY_GENERAL, Ground.DOCTORS_ORDER)]
)
def test_a_task_that_can_never_be_delegated_is_refused_also_from_a_file(world, nurse, rule_, ground):
    never = world.task("Dødsattest", reserved=Reserved.YES, never_delegated="VEJ 115")
    number = drafted(world, NewCell(never.id, world.groups["SSH"].id, rule_, ground=ground))
    assert "can never be delegated" in refused(world, nurse, number).message.msgid


def test_a_framework_stated_at_the_approval_does_not_open_what_can_never_be_delegated(world, nurse):
    world.groups["SPL"].has_reserved_scope = True
    never = world.task("Dødsattest", reserved=Reserved.YES, never_delegated="VEJ 115")
    number = drafted(world, NewCell(never.id, world.groups["SPL"].id, CellRule.CORE))
    cells = {cell_id: GroundGiven(Ground.FRAMEWORK, Framework("Krag", "Attest", "1")) for cell_id in range(1, 50)}
    assert "can never be delegated" in refused(world, nurse, number, grounds=cells).message.msgid
    own = {cell_id: GroundGiven(Ground.OWN_RIGHT) for cell_id in range(1, 50)}
    assert approve_version(world.session, number, valid_from=today() + DAY, by=nurse.actor, grounds=own).approved_at


def test_own_right_from_a_file_is_refused_to_a_group_without_a_scope(world, nurse):
    pump = world.task("Pumpe", reserved=Reserved.YES)
    cell = NewCell(pump.id, world.groups["SSH"].id, CellRule.CORE, ground=Ground.OWN_RIGHT)
    assert "no reserved scope" in refused(world, nurse, drafted(world, cell)).message.msgid


def in_force(session, on: date) -> list[int]:
    rows = session.query(MatrixVersion).populate_existing().all()
    return [
        row.number
        for row in rows
        if Version(row.id, row.number, row.valid_from, row.valid_to, row.approved_at is not None).in_force(on)
    ]


NUMBERS = st.integers(1, 6)


class Lives(RuleBasedStateMachine):
    """A municipality that has published nothing yet: days go by, and everybody does what the pages let them do."""

    world: Any
    nurse: Any
    task: Any

    def __init__(self) -> None:
        super().__init__()
        self.session = self.world.session
        self.point = self.session.begin_nested()
        only = self.session.get(MatrixVersion, self.world.version.id)
        only.valid_from = only.valid_to = only.approved_at = only.approved_by = None
        self.session.flush()
        self.moment = now()
        self.held: dict[date, list[int]] = {}
        """What was in force on each day while it lasted."""
        self.published_on: date | None = None

    def teardown(self) -> None:
        self.point.rollback()
        self.session.expire_all()

    def attempt(self, act: Any) -> None:
        """What is refused has changed nothing."""
        with set_to(self.moment), self.session.begin_nested() as step:
            try:
                act()
            except (RuleBroken, NotFound):
                step.rollback()

    @rule(source=st.one_of(st.none(), NUMBERS))
    def draft(self, source: int | None) -> None:
        self.attempt(lambda: make_draft(self.session, from_number=source, by=self.nurse.actor))

    @rule(number=NUMBERS, to=st.sampled_from([CellRule.MUST, CellRule.NOT_ALLOWED, CellRule.MAY_GENERAL]))
    def edit(self, number: int, to: CellRule) -> None:
        place = (self.task.id, self.world.groups["SSH"].id)
        self.attempt(lambda: edit_cell(self.session, number, *place, Wording(to), seen=0, by=self.nurse.actor))

    @rule(number=NUMBERS)
    def undo(self, number: int) -> None:
        self.attempt(lambda: undo_last(self.session, number, by=self.nurse.actor))

    @rule(number=NUMBERS)
    def hear(self, number: int) -> None:
        self.attempt(
            lambda: open_hearing(
                self.session, number, until=today() + DAY, roles=[Role.LEADER], person_ids=[], by=self.nurse.actor
            )
        )

    @rule(number=NUMBERS)
    def discard(self, number: int) -> None:
        self.attempt(lambda: discard_draft(self.session, number, by=self.nurse.actor))

    @rule(number=NUMBERS, days=st.integers(-2, 9))
    def approve(self, number: int, days: int) -> None:
        self.attempt(
            lambda: approve_version(self.session, number, valid_from=today() + days * DAY, by=self.nurse.actor)
        )

    @rule(number=NUMBERS)
    def withdraw(self, number: int) -> None:
        self.attempt(lambda: withdraw_version(self.session, number, by=self.nurse.actor))

    @rule()
    def stop(self) -> None:
        self.attempt(
            lambda: stop_task(
                self.session, self.task.id, unit_id=self.world.root.id, staff_group_id=None,
                valid_to=today() + 3 * DAY, reason="Fejl", by=self.nurse.actor,
            )
        )  # fmt: skip

    @rule()
    def lift(self) -> None:
        last = self.session.query(Stop).order_by(Stop.id.desc()).first()
        if last is not None:
            self.attempt(lambda: lift_stop(self.session, last.id, by=self.nurse.actor))

    @rule()
    def be_stricter(self) -> None:
        self.attempt(
            lambda: restrict(
                self.session, self.task.id, unit_id=self.world.team.id, staff_group_id=None, minimum_level=None,
                reason="Kun i dag", by=self.nurse.actor,
            )
        )  # fmt: skip

    @rule(days=st.integers(1, 6))
    def days_go_by(self, days: int) -> None:
        with set_to(self.moment):
            for ahead in range(days):
                self.held[today() + ahead * DAY] = in_force(self.session, today() + ahead * DAY)
        self.moment += days * DAY

    @invariant()
    def exactly_one_version_is_in_force_from_the_first_publication_on(self) -> None:
        starts = [row.valid_from for row in self.session.query(MatrixVersion).populate_existing() if row.valid_from]
        with set_to(self.moment):
            on = today()
        first = min(starts, default=None)
        for ahead in range(-3, 16):
            day = on + ahead * DAY
            holding = in_force(self.session, day)
            assert len(holding) == (1 if first is not None and day >= first else 0), (day, holding, starts)
        if self.published_on is not None:
            assert first == self.published_on, "a first publication that has begun is there for good"
        elif first is not None and first <= on:
            self.published_on = first
        for day, holding in self.held.items():
            assert in_force(self.session, day) == holding, f"{day} is past, and says something else now"


def test_no_sequence_of_edits_leaves_a_date_without_exactly_one_version(world, nurse):
    lives = type("LivesHere", (Lives,), {"world": world, "nurse": nurse, "task": world.task()})
    run_state_machine_as_test(
        lives,
        settings=settings(
            max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
