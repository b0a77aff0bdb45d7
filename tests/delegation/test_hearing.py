"""A draft is heard, approved and withdrawn; and exactly one version is in force on every date."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from competence.access.rules import Role
from competence.audit.models import EvidenceEvent
from competence.catalogue.rules import Reserved
from competence.delegation.commands import approve_version
from competence.delegation.commands.drafts import discard_draft, make_draft
from competence.delegation.commands.editing import edit_cell
from competence.delegation.commands.hearing import answer_comment, comment, open_hearing, withdraw_version
from competence.delegation.drafting import Wording
from competence.delegation.models import FrameworkDelegation, MatrixVersion
from competence.delegation.queries.hearing import comments_on, hearings_for, open_comments
from competence.delegation.rules import CellRule, Ground, Version
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, Overtaken, RuleBroken

TOMORROW = timedelta(days=1)


@pytest.fixture
def nurse(world):
    return world.role(world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)


@pytest.fixture
def member(world):
    return world.role(world.person("Gitte Vang", "SSA"), Role.COMMITTEE, over=world.root)


@pytest.fixture
def leader(world):
    return world.role(world.person("Lars Bisgaard", "SPL"), Role.LEADER, over=world.team)


def heard(world, nurse, *, roles=(Role.COMMITTEE,), persons=(), days=7):
    draft = make_draft(world.session, from_number=1, by=nurse.actor)
    open_hearing(
        world.session, draft.number, until=today() + timedelta(days=days), roles=list(roles), person_ids=list(persons),
        by=nurse.actor,
    )  # fmt: skip
    return draft


def test_those_who_are_asked_comment_and_others_do_not(world, nurse, member, leader):
    task = world.task()
    draft = heard(world, nurse)
    place = (task.id, world.groups["SSH"].id)
    comment(world.session, draft.number, "Er der tid til oplæring?", place=place, by=member.actor)
    with pytest.raises(NotAllowed):
        comment(world.session, draft.number, "Også mig", by=leader.actor)
    with pytest.raises(NotAllowed):
        comment(world.session, draft.number, "Også mig", by=world.person().actor)
    assert hearings_for(world.session, member.actor, on=today()) == [(draft.number, today() + timedelta(days=7))]
    assert not hearings_for(world.session, leader.actor, on=today())
    said = comments_on(world.session, draft.id)[0]
    assert (said.by, said.task_id, said.is_open) == ("Gitte Vang", task.id, True)
    assert said.cell.startswith("Insulin med pen × ")


def test_a_named_person_is_asked_alone(world, nurse, leader):
    draft = heard(world, nurse, roles=(), persons=(leader.person.id,))
    comment(world.session, draft.number, "Fint", by=leader.actor)
    assert open_comments(world.session, draft.id) == 1


@pytest.mark.parametrize(("text", "sentence"), [(" ", "Write your comment"), ("Else 010203-1234", "CPR")])
def test_a_comment_says_something_and_names_nobody(world, nurse, member, text, sentence):
    draft = heard(world, nurse)
    with pytest.raises(RuleBroken, match=sentence):
        comment(world.session, draft.number, text, by=member.actor)


def test_a_hearing_is_over_after_its_last_day_and_asks_somebody(world, nurse, member):
    draft = heard(world, nurse)
    with pytest.raises(RuleBroken, match="today or later"):
        open_hearing(
            world.session, draft.number, until=today() - TOMORROW, roles=[Role.LEADER], person_ids=[], by=nurse.actor
        )
    with pytest.raises(RuleBroken, match="at least one"):
        open_hearing(world.session, draft.number, until=today(), roles=[], person_ids=[], by=nurse.actor)
    draft.hearing_until = today() - TOMORROW
    with pytest.raises(RuleBroken, match="The hearing ended"):
        comment(world.session, draft.number, "For sent", by=member.actor)


def test_a_version_with_open_comments_is_approved_only_knowingly(world, nurse, member):
    draft = heard(world, nurse)
    said = comment(world.session, draft.number, "Er der tid?", by=member.actor)
    first = today() + TOMORROW
    with pytest.raises(RuleBroken, match="1 comments of the hearing have no answer") as refused:
        approve_version(world.session, draft.number, valid_from=first, by=nurse.actor)
    assert refused.value.field == "despite_comments"
    answer_comment(world.session, said.id, "Ja, i marts.", by=nurse.actor)
    with pytest.raises(Overtaken, match="already been answered"):
        answer_comment(world.session, said.id, "Nej", by=nurse.actor)
    approve_version(world.session, draft.number, valid_from=first, by=nurse.actor)


def test_an_approver_who_knows_of_the_comments_may_go_on(world, nurse, member):
    draft = heard(world, nurse)
    comment(world.session, draft.number, "Er der tid?", by=member.actor)
    approved = approve_version(
        world.session, draft.number, valid_from=today() + TOMORROW, by=nurse.actor, despite_comments=True
    )
    assert approved.approved_at is not None


def test_a_given_up_draft_is_not_approved(world, nurse):
    make_draft(world.session, from_number=1, by=nurse.actor)
    discard_draft(world.session, 2, by=nurse.actor)
    with pytest.raises(Overtaken, match="given up"):
        approve_version(world.session, 2, valid_from=today() + TOMORROW, by=nurse.actor)


def test_a_framework_delegation_that_a_cell_names_is_recorded_when_it_is_approved(world, nurse):
    task = world.task(reserved=Reserved.YES)
    make_draft(world.session, from_number=1, by=nurse.actor)
    named = {"giver": "Overlæge Krag", "instruction": "Insulin", "instruction_version": "4"}
    said = Wording(CellRule.MAY_GENERAL, ground=Ground.FRAMEWORK, framework=named)
    edit_cell(world.session, 2, task.id, world.groups["SSH"].id, said, seen=0, by=nurse.actor)
    approve_version(world.session, 2, valid_from=today() + TOMORROW, by=nurse.actor)
    given_now = world.session.query(FrameworkDelegation).one()
    assert (given_now.giver_text, given_now.instruction, given_now.instruction_version) == (
        "Overlæge Krag",
        "Insulin",
        "4",
    )
    make_draft(world.session, from_number=2, by=nurse.actor)
    approve_version(world.session, 3, valid_from=today() + 2 * TOMORROW, by=nurse.actor)
    assert world.session.query(FrameworkDelegation).count() == 1, "the same one is not written twice"


def test_a_framework_without_an_instruction_keeps_a_version_from_being_approved(world, nurse):
    task = world.task("Pumpe", reserved=Reserved.YES)
    world.cell(task, "SSH", CellRule.MAY_GENERAL, ground=Ground.FRAMEWORK)
    make_draft(world.session, from_number=1, by=nurse.actor)
    with pytest.raises(RuleBroken, match="no instruction is named") as refused:
        approve_version(world.session, 2, valid_from=today() + TOMORROW, by=nurse.actor)
    assert refused.value.field == "grounds"


def test_a_coming_version_is_withdrawn_before_its_first_day(world, nurse):
    make_draft(world.session, from_number=1, by=nurse.actor)
    approve_version(world.session, 2, valid_from=today() + TOMORROW, by=nurse.actor)
    with pytest.raises(RuleBroken, match="in force since"):
        withdraw_version(world.session, 1, by=nurse.actor)
    withdrawn = withdraw_version(world.session, 2, by=nurse.actor)
    assert (withdrawn.approved_at, withdrawn.valid_from) == (None, None)
    world.session.refresh(world.version)
    assert world.version.valid_to is None
    assert (
        world.session.query(EvidenceEvent).filter(EvidenceEvent.kind == "matrix_withdrawn").one().fields["version"] == 2
    )
    with pytest.raises(Overtaken, match="nothing to withdraw"):
        withdraw_version(world.session, 2, by=nurse.actor)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("draft"), st.integers(1, 6)),
        st.tuples(st.just("edit"), st.integers(1, 6)),
        st.tuples(st.just("discard"), st.integers(1, 6)),
        st.tuples(st.just("approve"), st.integers(1, 6), st.integers(-1, 12)),
        st.tuples(st.just("withdraw"), st.integers(1, 6)),
    ),
    max_size=14,
)


def in_force(session, on):
    rows = session.query(MatrixVersion).populate_existing().all()
    return [
        row.number
        for row in rows
        if Version(row.id, row.number, row.valid_from, row.valid_to, row.approved_at is not None).in_force(on)
    ]


@settings(max_examples=15)
@given(steps=STEPS)
def test_exactly_one_version_is_in_force_whatever_is_drafted_approved_and_withdrawn(world, nurse, steps):
    task = world.session.info.setdefault("a_task", None) or world.task(f"Opgave {id(steps)}")
    world.session.info["a_task"] = task
    now = in_force(world.session, today())
    for what, number, *more in steps:
        with world.session.begin_nested() as step:
            try:
                _take(world, nurse, task, what, number, more)
            except (RuleBroken, Overtaken):
                step.rollback()
            except Exception as error:
                if type(error).__name__ != "NotFound":
                    raise
                step.rollback()
        for days in range(14):
            assert len(in_force(world.session, today() + timedelta(days=days))) == 1, (what, number, more, days)
        assert in_force(world.session, today()) == now, "nothing is changed back in time or from today"


def _take(world, nurse, task, what, number, more):
    session, by = world.session, nurse.actor
    if what == "draft":
        make_draft(session, from_number=number, by=by)
    elif what == "edit":
        rule = CellRule.MUST if number % 2 else CellRule.NOT_ALLOWED
        edit_cell(session, number, task.id, world.groups["SSH"].id, Wording(rule), seen=0, by=by)
    elif what == "discard":
        discard_draft(session, number, by=by)
    elif what == "approve":
        approve_version(session, number, valid_from=today() + timedelta(days=more[0]), by=by)
    else:
        withdraw_version(session, number, by=by)
