"""What a draft's cell may say, and how drafts are edited by several at once."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competence.access.rules import Role
from competence.catalogue.rules import Reserved
from competence.delegation.commands.drafts import describe_draft, discard_draft, make_draft
from competence.delegation.commands.editing import ChangedMeanwhile, edit_area, edit_cell, undo_change, undo_last
from competence.delegation.commands.versions import approve_version
from competence.delegation.drafting import Law, Terms, Wording, check_lawful, tidied, wording
from competence.delegation.models import Cell
from competence.delegation.queries import cell_for
from competence.delegation.queries.drafts import change_log, draft_cell, latest_change
from competence.delegation.rules import ENTITLING, CellRule, Ground, LeaderPart
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, Overtaken, RuleBroken

OPEN = Law("Insulin", "Hjælper", reserved=False, has_reserved_scope=False)
RESERVED = Law("Insulin", "Hjælper", reserved=True, has_reserved_scope=False)
NEVER = Law("Dødsattest", "Hjælper", reserved=True, has_reserved_scope=False, never_delegated="VEJ 115, 4")
FRAMEWORK = {"giver": "Overlæge Krag", "instruction": "Insulin", "instruction_version": "4"}
UNWRITTEN, NUMBERED = FRAMEWORK | {"instruction": " "}, FRAMEWORK | {"giver": "0102031234"}
RULES = st.sampled_from(list(CellRule))
LIMITS = st.fixed_dictionaries({"code": st.just(""), "text": st.sampled_from(["stabil", " Stabil ", "kendt"])})
WORDINGS = st.builds(
    Wording,
    rule=RULES,
    minimum_level=st.none() | st.integers(1, 3),
    education_level=st.none() | st.integers(1, 3),
    observed_times=st.none() | st.integers(0, 20),
    validity_months=st.none() | st.integers(0, 120),
    ground=st.none() | st.sampled_from(list(Ground)),
    agreed_with_leader=st.sampled_from(list(LeaderPart)),
    limits=st.lists(LIMITS).map(tuple),
    note=st.sampled_from(["", "  Kun   fast dosis "]),
)  # fmt: skip


@given(WORDINGS, st.booleans())
def test_a_wording_is_kept_and_read_as_it_was(said, reserved):
    said = tidied(said, RESERVED if reserved else OPEN)
    assert wording(said.columns()) == said
    assert tidied(said, RESERVED if reserved else OPEN) == said, "tidying twice changes nothing"


@given(WORDINGS)
def test_a_rule_that_never_entitles_keeps_no_terms(said):
    kept = tidied(said, RESERVED)
    if said.rule not in ENTITLING:
        assert kept == Wording(said.rule, note=kept.note, source=kept.source)


@given(WORDINGS)
def test_what_can_never_be_delegated_is_no_groups_without_a_scope_of_its_own(said):
    said = tidied(said, NEVER)
    if said.rule in ENTITLING:
        with pytest.raises(RuleBroken, match="can never be delegated"):
            check_lawful(said, NEVER)


@pytest.mark.parametrize(
    ("said", "law", "field", "sentence"),
    [
        (Wording(CellRule.CORE, ground=Ground.OWN_RIGHT), RESERVED, "ground", "no reserved scope"),
        (Wording(CellRule.MUST, ground=Ground.FRAMEWORK), RESERVED, "ground", "needs its giver"),
        (Wording(CellRule.MUST, ground=Ground.FRAMEWORK, framework=UNWRITTEN), RESERVED, "ground", "needs its"),
        (Wording(CellRule.MUST, minimum_level=4), OPEN, "minimum_level", "3 levels"),
        (Wording(CellRule.CORE, minimum_level=3, education_level=1), OPEN, "education_level", "below the minimum"),
        (Wording(CellRule.MUST, observed_times=21), OPEN, "observed_times", "from 0 to 20"),
        (Wording(CellRule.MUST, validity_months=-1), OPEN, "validity_months", "0: it does not lapse"),
        (Wording(CellRule.NOT_ALLOWED, note="Else 010203-1234"), OPEN, "note", "CPR"),
        (Wording(CellRule.MUST, limits=({"text": "Else 010203-1234"},)), OPEN, "own_limits", "CPR"),
        (Wording(CellRule.MUST, ground=Ground.FRAMEWORK, framework=NUMBERED), RESERVED, "giver", "CPR"),
    ],
)  # fmt: skip
def test_a_wording_that_contradicts_the_law_or_itself_is_refused_at_its_field(said, law, field, sentence):
    with pytest.raises(RuleBroken, match=sentence) as refused:
        check_lawful(tidied(said, law), law)
    assert refused.value.field == field


@given(WORDINGS, st.none() | RULES, st.none() | st.integers(1, 3))
def test_a_bulk_edit_changes_only_what_it_sets(said, rule, level):
    changed = Terms(rule=rule, minimum_level=level).put_on(said)
    assert changed.rule == (rule or said.rule)
    assert changed.note == said.note
    if changed.rule in ENTITLING and level:
        assert changed.minimum_level == level
    if not rule and not level:
        assert changed == said


@pytest.fixture
def nurse(world):
    return world.role(world.person("Marianne Holm", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)


@pytest.fixture
def colleague(world):
    return world.role(world.person("Dorthe Nygaard", "SPL"), Role.DEVELOPMENT_NURSE, over=world.root)


def place(world, task, group="SSH"):
    return task.id, world.groups[group].id


def test_a_draft_begins_with_the_cells_of_the_version_it_is_made_from(world, nurse):
    insulin = world.task()
    world.cell(insulin, "SSH", CellRule.MAY_GENERAL, minimum_level=2, note="Kun fast dosis")
    draft = make_draft(world.session, from_number=1, name="Efterår", by=nurse.actor)
    assert (draft.number, draft.name, draft.based_on_id, draft.valid_from) == (2, "Efterår", world.version.id, None)
    said = draft_cell(world.session, draft.id, place(world, insulin)).said
    assert (said.rule, said.minimum_level, said.note) == (CellRule.MAY_GENERAL, 2, "Kun fast dosis")
    empty = make_draft(world.session, from_number=None, by=nurse.actor)
    assert draft_cell(world.session, empty.id, place(world, insulin)).said is None


def test_only_who_keeps_the_matrix_for_the_whole_municipality_drafts_it(world):
    leader = world.role(world.person("Lars Bisgaard", "SPL"), Role.LEADER, over=world.root)
    with pytest.raises(NotAllowed):
        make_draft(world.session, from_number=1, by=leader.actor)


def test_an_edited_cell_is_kept_with_who_when_from_and_to(world, nurse):
    insulin = world.task()
    world.cell(insulin, "SSH", CellRule.NOT_ALLOWED)
    make_draft(world.session, from_number=1, by=nurse.actor)
    change = edit_cell(
        world.session, 2, *place(world, insulin), Wording(CellRule.MAY_GENERAL, minimum_level=2), seen=0,
        reason="Morgenbesøg samles", by=nurse.actor,
    )  # fmt: skip
    line = change_log(world.session, change.version_id)[0]
    assert (line.by_name, line.reason) == ("Marianne Holm", "Morgenbesøg samles")
    assert (line.before.rule, line.after.rule, line.after.minimum_level) == (
        CellRule.NOT_ALLOWED,
        CellRule.MAY_GENERAL,
        2,
    )
    in_force = world.session.query(Cell).filter_by(version_id=world.version.id).one()
    assert in_force.rule == CellRule.NOT_ALLOWED, "the version in force is untouched"


def test_saving_what_already_stands_writes_nothing(world, nurse):
    insulin = world.task()
    world.cell(insulin, "SSH", CellRule.NOT_ALLOWED)
    draft = make_draft(world.session, from_number=1, by=nurse.actor)
    assert (
        edit_cell(world.session, 2, *place(world, insulin), Wording(CellRule.NOT_ALLOWED), seen=0, by=nurse.actor)
        is None
    )
    assert latest_change(world.session, draft.id) == 0


def test_two_who_edit_one_cell_never_overwrite_each_other(world, nurse, colleague):
    insulin = world.task()
    draft = make_draft(world.session, from_number=1, by=nurse.actor)
    where = place(world, insulin)
    edit_cell(world.session, 2, *where, Wording(CellRule.MUST), seen=0, by=nurse.actor)
    with pytest.raises(ChangedMeanwhile) as meanwhile:
        edit_cell(world.session, 2, *where, Wording(CellRule.NOT_ALLOWED), seen=0, by=colleague.actor)
    kept = draft_cell(world.session, draft.id, where)
    assert kept.said.rule is CellRule.MUST
    assert kept.changed_by == "Marianne Holm"
    edit_cell(
        world.session, 2, *where, Wording(CellRule.NOT_ALLOWED), seen=meanwhile.value.revision, by=colleague.actor
    )
    assert draft_cell(world.session, draft.id, where).said.rule is CellRule.NOT_ALLOWED


def test_an_approved_or_given_up_draft_is_not_edited(world, nurse):
    insulin = world.task()
    with pytest.raises(Overtaken, match="never edited"):
        edit_cell(world.session, 1, *place(world, insulin), Wording(CellRule.MUST), seen=0, by=nurse.actor)
    make_draft(world.session, from_number=1, by=nurse.actor)
    describe_draft(world.session, 2, name="Vinter", description="Til MED", by=nurse.actor)
    given_up = discard_draft(world.session, 2, by=nurse.actor)
    assert given_up.discarded_at is not None
    with pytest.raises(Overtaken, match="given up"):
        edit_cell(world.session, 2, *place(world, insulin), Wording(CellRule.MUST), seen=0, by=nurse.actor)


def test_an_area_is_edited_in_one_go_except_where_the_law_forbids(world, nurse):
    insulin, drops = world.task("Insulin"), world.task("Øjendråber")
    world.task("Dødsattest", reserved=Reserved.YES, never_delegated="VEJ 115, 4")
    draft = make_draft(world.session, from_number=1, by=nurse.actor)
    groups = [world.groups["SSH"].id, world.groups["UFA"].id]
    terms = Terms(rule=CellRule.MAY_GENERAL, minimum_level=2, observed_times=3)
    changes = edit_area(
        world.session, 2, area_id=world.area.id, staff_group_ids=groups, terms=terms, seen=0, by=nurse.actor
    )
    assert {(one.task_id, one.staff_group_id) for one in changes} == {
        (t.id, g) for t in (insulin, drops) for g in groups
    }
    undo_last(world.session, 2, by=nurse.actor)
    assert world.session.query(Cell).filter_by(version_id=draft.id).count() == 0, "one undo takes the whole edit back"


@pytest.mark.parametrize(
    ("rule", "ground"),
    [
        (CellRule.DELEGATION_ONLY, None),
        (CellRule.MAY_GENERAL, Ground.FRAMEWORK),
        (CellRule.MUST, Ground.DOCTORS_ORDER),
        (CellRule.CORE, Ground.DOCTORS_ORDER),
    ],
)
def test_a_version_that_came_from_a_file_is_not_published_with_what_can_never_be_delegated(world, nurse, rule, ground):
    never = world.task("Dødsattest", reserved=Reserved.YES, never_delegated="VEJ 115, 4")
    draft = make_draft(world.session, from_number=1, by=nurse.actor)
    cell = world.cell(never, "SSH", rule, ground=ground)
    cell.version_id = draft.id
    world.session.flush()
    with pytest.raises(RuleBroken, match="can never be delegated"):
        approve_version(world.session, 2, valid_from=today() + timedelta(days=1), by=nurse.actor)
    cell.rule, cell.ground = CellRule.NOT_ALLOWED, None
    world.session.flush()
    assert approve_version(world.session, 2, valid_from=today() + timedelta(days=1), by=nurse.actor).approved_at


def test_a_bulk_edit_of_a_list_that_has_changed_is_looked_at_again(world, nurse, colleague):
    insulin = world.task()
    make_draft(world.session, from_number=1, by=nurse.actor)
    edit_cell(world.session, 2, *place(world, insulin), Wording(CellRule.MUST), seen=0, by=colleague.actor)
    with pytest.raises(Overtaken, match="Look at it again"):
        edit_area(
            world.session, 2, area_id=None, staff_group_ids=[world.groups["SSH"].id], seen=0,
            terms=Terms(rule=CellRule.NOT_ALLOWED), by=nurse.actor,
        )  # fmt: skip


def test_a_change_is_undone_unless_the_cell_was_changed_since(world, nurse, colleague):
    insulin = world.task()
    draft = make_draft(world.session, from_number=1, by=nurse.actor)
    where = place(world, insulin)
    first = edit_cell(world.session, 2, *where, Wording(CellRule.MUST), seen=0, by=nurse.actor)
    second = edit_cell(world.session, 2, *where, Wording(CellRule.NOT_ALLOWED), seen=first.id, by=colleague.actor)
    with pytest.raises(Overtaken, match="Undo the later change first"):
        undo_change(world.session, 2, first.id, by=nurse.actor)
    with pytest.raises(Overtaken, match="Undo the later change first"):
        undo_last(world.session, 2, by=nurse.actor)
    undo_change(world.session, 2, second.id, by=nurse.actor)
    assert draft_cell(world.session, draft.id, where).said.rule is CellRule.MUST
    with pytest.raises(Overtaken, match="already been undone"):
        undo_change(world.session, 2, second.id, by=nurse.actor)
    undo_last(world.session, 2, by=nurse.actor)
    assert draft_cell(world.session, draft.id, where).said is None
    with pytest.raises(RuleBroken, match="no change"):
        undo_last(world.session, 2, by=nurse.actor)
    assert len(change_log(world.session, draft.id)) == 4, "the log keeps what was undone"


def test_a_draft_counts_for_nobody(world, nurse):
    insulin = world.task()
    make_draft(world.session, from_number=1, by=nurse.actor)
    edit_cell(world.session, 2, *place(world, insulin), Wording(CellRule.CORE), seen=0, by=nurse.actor)
    later = today() + timedelta(days=9)
    terms = cell_for(world.session, insulin.id, world.groups["SSH"].id, stage_from=None, on=later)
    assert terms.rule is CellRule.UNDECIDED
