"""The rule at the centre, line by line of the permission logic (product.md, "The rule at the centre")."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competence.decision.rules import (
    Employment,
    Mask,
    SignAgain,
    State,
    Stopped,
    Verdict,
    boundaries,
    intervals,
    judge,
    may,
    refusal,
)
from competence.delegation.rules import ENTITLING, CellRule, Ground, Version
from competence.signoffs.rules import EventKind, Origin
from tests.decision.facts import (
    HELPERS,
    INSULIN,
    JANUARY,
    MAY,
    NURSES,
    OTHER,
    TEAM,
    TODAY,
    accepted,
    after,
    at,
    book,
    cell,
    delegated,
    employed,
    signing,
)

DAY = timedelta(days=1)


# 1: employment, group, authorisation, stricter unit, stop


@pytest.mark.parametrize("day", [date(2023, 12, 31), date(2026, 7, 1)])
def test_nobody_may_outside_her_employment(day: date) -> None:
    helper = employed(cell(CellRule.CORE), valid_to=date(2026, 7, 1))
    assert may(helper, INSULIN, on=day).level == 0


def test_the_last_day_of_the_employment_still_counts() -> None:
    helper = employed(cell(CellRule.CORE), valid_to=date(2026, 7, 1))
    answer = may(helper, INSULIN, on=date(2026, 6, 30))
    assert (answer.level, answer.last_day) == (2, date(2026, 6, 30))


def test_a_group_without_a_cell_is_judged_by_the_group_it_follows() -> None:
    nurse = employed(book=book(cells={1: {(INSULIN, NURSES): cell(CellRule.CORE)}}, follows={HELPERS: (NURSES, None)}))
    assert may(nurse, INSULIN, on=TODAY).level == 2


def test_an_own_cell_wins_over_the_group_that_is_followed() -> None:
    cells = {1: {(INSULIN, NURSES): cell(CellRule.CORE), (INSULIN, HELPERS): cell(CellRule.NOT_ALLOWED)}}
    assert may(employed(book=book(cells=cells, follows={HELPERS: (NURSES, None)})), INSULIN, on=TODAY).level == 0


def test_a_student_assists_until_her_stage_and_may_from_it() -> None:
    rules = book(
        cells={1: {(INSULIN, NURSES): cell(CellRule.CORE)}}, follows={HELPERS: (NURSES, "fra 2. oplæringsperiode")}
    )
    student = employed(book=rules, stage_from=MAY)
    assert may(student, INSULIN, on=MAY - DAY).state is State.ASSISTS
    assert may(student, INSULIN, on=MAY).level == 2
    assert may(employed(book=rules), INSULIN, on=TODAY).state is State.ASSISTS


def test_a_group_that_needs_authorisation_may_nothing_until_it_is_checked() -> None:
    rules = book(cell(CellRule.CORE), authorised=frozenset({HELPERS}))
    unchecked = may(employed(book=rules), INSULIN, on=TODAY)
    assert (unchecked.level, unchecked.state) == (0, State.MISSING)
    assert any(reason.step == "authorisation" and not reason.holds for reason in unchecked.reasons)
    assert may(employed(book=rules, authorisation_checked_on=TODAY), INSULIN, on=TODAY).level == 2


def test_a_stricter_unit_closes_or_asks_for_more() -> None:
    signed = accepted(1, 1, JANUARY)
    closed = book(masks=(Mask(INSULIN, TEAM, None, None, JANUARY, None),))
    higher = book(masks=(Mask(INSULIN, TEAM, HELPERS, 2, JANUARY, None),))
    elsewhere = book(masks=(Mask(INSULIN, "/1/9/", None, None, JANUARY, None),))
    assert may(employed(book=closed, events=signed), INSULIN, on=TODAY).level == 0
    assert may(employed(book=higher, events=signed), INSULIN, on=TODAY).state is State.LOW
    assert may(employed(book=elsewhere, events=signed), INSULIN, on=TODAY).level == 1
    assert may(employed(book=elsewhere, events=signed), INSULIN, on=TODAY, unit="/1/9/").level == 0


def test_a_stricter_unit_never_opens() -> None:
    rules = book(cell(minimum_level=2), masks=(Mask(INSULIN, TEAM, None, 1, JANUARY, None),))
    assert may(employed(book=rules, events=accepted(1, 1, JANUARY)), INSULIN, on=TODAY).level == 0


def test_a_stop_closes_also_what_education_gives_and_only_while_it_lasts() -> None:
    stop = Stopped(INSULIN, "/1/", None, TODAY, TODAY + 3 * DAY, at(TODAY))
    nurse = employed(book=book(cell(CellRule.CORE), stops=(stop,)))
    assert [may(nurse, INSULIN, on=TODAY + n * DAY).level for n in (-1, 0, 2, 3)] == [2, 0, 0, 2]
    assert may(nurse, INSULIN, on=TODAY).state is State.STOPPED


def test_a_stop_for_another_group_changes_nothing() -> None:
    stop = Stopped(INSULIN, "/1/", NURSES, TODAY, TODAY + 3 * DAY, at(TODAY))
    assert may(employed(book=book(cell(CellRule.CORE), stops=(stop,))), INSULIN, on=TODAY).level == 2


# 2: the version in force, and the rules that never entitle


def test_no_version_in_force_means_undecided() -> None:
    nobody = employed(book=book(cell(CellRule.CORE), versions=(Version(1, 1, TODAY + DAY, None, True),)))
    assert may(nobody, INSULIN, on=TODAY).state is State.UNDECIDED
    assert may(nobody, INSULIN, on=TODAY + DAY).level == 2


def test_a_draft_entitles_nobody() -> None:
    assert (
        may(
            employed(book=book(cell(CellRule.CORE), versions=(Version(1, 1, JANUARY, None, False),))), INSULIN, on=TODAY
        ).level
        == 0
    )


@pytest.mark.parametrize("rule", [CellRule.ASSISTS, CellRule.NOT_ALLOWED, CellRule.NOT_RELEVANT, CellRule.UNDECIDED])
def test_the_four_closed_rules_never_entitle_and_refuse_with_their_text(rule: CellRule) -> None:
    answer = may(employed(cell(rule), events=accepted(1, 3, JANUARY)), INSULIN, on=TODAY)
    assert answer.level == 0
    assert refusal(answer.cell) is not None


# 3: core by education, the rest by the latest accepted sign-off


def test_core_entitles_at_the_level_of_the_education_without_a_signature() -> None:
    answer = may(employed(cell(CellRule.CORE, education_level=2)), INSULIN, on=TODAY)
    assert (answer.level, answer.basis, answer.verdict) == (2, "education", Verdict.MAY)


def test_a_signature_may_raise_a_core_level_and_never_lowers_it() -> None:
    nurse = employed(cell(CellRule.CORE, education_level=2), events=accepted(1, 3, JANUARY, to=date(2026, 6, 10)))
    assert [may(nurse, INSULIN, on=TODAY + n * DAY).level for n in (0, 1)] == [3, 2]
    lower = employed(cell(CellRule.CORE, education_level=2), events=accepted(1, 1, JANUARY))
    assert may(lower, INSULIN, on=TODAY).level == 2


@pytest.mark.parametrize("rule", [CellRule.MUST, CellRule.MAY_GENERAL])
def test_must_and_may_need_an_accepted_signature(rule: CellRule) -> None:
    assert may(employed(cell(rule)), INSULIN, on=TODAY).state is State.NOT_BEGUN
    assert may(employed(cell(rule), events=accepted(1, 2, JANUARY)), INSULIN, on=TODAY).level == 2


def test_a_signature_below_the_minimum_does_not_entitle() -> None:
    answer = may(employed(cell(minimum_level=2), events=accepted(1, 1, JANUARY)), INSULIN, on=TODAY)
    assert (answer.level, answer.state) == (0, State.LOW)


def test_a_later_lower_signoff_lowers_the_level() -> None:
    events = (*accepted(1, 3, JANUARY), *accepted(3, 2, MAY))
    assert may(employed(events=events), INSULIN, on=MAY - DAY).level == 3
    assert may(employed(events=events), INSULIN, on=TODAY).level == 2


def test_what_was_replaced_does_not_come_back() -> None:
    events = (*accepted(1, 3, JANUARY), *accepted(3, 2, MAY, to=date(2026, 6, 1)))
    assert may(employed(events=events), INSULIN, on=TODAY).state is State.LAPSED


def test_it_counts_from_the_later_of_first_day_and_yes() -> None:
    events = (signing(1, 2, JANUARY), after(2, EventKind.ACCEPTED, 1, JANUARY + 10 * DAY))
    assert may(employed(events=events), INSULIN, on=JANUARY + 9 * DAY).state is State.WAITING
    assert may(employed(events=events), INSULIN, on=JANUARY + 10 * DAY).level == 2


def test_without_a_yes_it_lapses_and_the_old_one_stands_meanwhile() -> None:
    old = accepted(1, 1, JANUARY, to=date(2027, 1, 12))
    renewal = signing(3, 2, MAY)
    helper = employed(events=(*old, renewal))
    assert may(helper, INSULIN, on=MAY + DAY).level == 1
    assert may(helper, INSULIN, on=MAY + 40 * DAY).waiting is None
    assert may(helper, INSULIN, on=MAY + 40 * DAY).level == 1


def test_a_signoff_no_longer_counts_on_the_day_it_ends() -> None:
    helper = employed(events=accepted(1, 2, JANUARY, to=TODAY))
    assert may(helper, INSULIN, on=TODAY - DAY).last_day == TODAY - DAY
    assert may(helper, INSULIN, on=TODAY).state is State.LAPSED


def test_one_from_paper_counts_until_its_time_for_a_yes_is_over() -> None:
    paper = signing(1, 2, MAY, origin=Origin.TRANSFERRED, before=TODAY)
    assert may(employed(events=(paper,)), INSULIN, on=TODAY - DAY).level == 2
    assert may(employed(events=(paper,)), INSULIN, on=TODAY).level == 0
    said_yes = (paper, after(2, EventKind.ACCEPTED, 1, TODAY - DAY))
    assert may(employed(events=said_yes), INSULIN, on=TODAY).level == 2


def test_one_from_paper_does_not_replace_an_accepted_one_until_its_own_yes() -> None:
    events = (*accepted(1, 3, JANUARY), signing(3, 1, MAY, origin=Origin.TRANSFERRED))
    assert may(employed(events=events), INSULIN, on=TODAY).level == 3


@pytest.mark.parametrize("kind", [EventKind.WITHDRAWN, EventKind.NOT_YET])
def test_a_signature_taken_back_or_answered_not_yet_is_as_if_it_had_not_been(kind: EventKind) -> None:
    events = (*accepted(1, 2, JANUARY), signing(3, 3, MAY), after(4, kind, 3, MAY))
    answer = may(employed(events=events), INSULIN, on=TODAY)
    assert (answer.level, answer.waiting) == (2, None)


def test_a_revoked_signoff_no_longer_counts_from_that_day() -> None:
    events = (*accepted(1, 2, JANUARY), after(3, EventKind.REVOKED, 1, MAY))
    assert [may(employed(events=events), INSULIN, on=day).level for day in (MAY - DAY, MAY)] == [2, 0]


def test_a_declined_task_is_on_pause_and_blameless() -> None:
    events = (*accepted(1, 2, JANUARY), after(3, EventKind.DECLINED, 1, MAY))
    assert may(employed(events=events), INSULIN, on=TODAY).state is State.PAUSED


# may_citizen and limits


def test_a_citizens_signoff_counts_for_that_citizen_only() -> None:
    yes = after(2, EventKind.ACCEPTED, 1, JANUARY)
    helper = employed(cell(CellRule.MAY_CITIZEN), events=(signing(1, 1, JANUARY, citizen=5), yes))
    assert may(helper, INSULIN, on=TODAY, citizen=5).level == 1
    assert may(helper, INSULIN, on=TODAY, citizen=6).level == 0
    nobody_named = may(helper, INSULIN, on=TODAY)
    assert (nobody_named.level, nobody_named.named_level, nobody_named.state) == (0, 1, State.VALID)


def test_limits_make_it_may_when() -> None:
    limits = (("Kun hos borgere i stabile og kendte forløb", "forløbet er stabilt og kendt"),)
    answer = may(employed(cell(limits=limits), events=accepted(1, 2, JANUARY)), INSULIN, on=TODAY)
    assert (answer.verdict, answer.limits) == (Verdict.MAY_WHEN, limits)


# 4: delegations


def test_a_personal_delegation_is_needed_besides_the_signature_only_where_the_cell_says_so() -> None:
    signed = accepted(1, 2, JANUARY)
    terms = cell(CellRule.DELEGATION_ONLY)
    assert may(employed(terms, events=signed), INSULIN, on=TODAY).state is State.MISSING
    assert may(employed(terms, delegations={INSULIN: (delegated(),)}), INSULIN, on=TODAY).level == 0
    both = may(employed(terms, events=signed, delegations={INSULIN: (delegated(),)}), INSULIN, on=TODAY)
    assert (both.level, both.basis) == (2, "delegation")
    assert may(employed(cell(ground=Ground.DOCTORS_ORDER), events=signed), INSULIN, on=TODAY).level == 2


def test_a_delegation_without_the_receivers_yes_does_not_count() -> None:
    unanswered = delegated(accepted_on=None)
    helper = employed(
        cell(CellRule.DELEGATION_ONLY), events=accepted(1, 2, JANUARY), delegations={INSULIN: (unanswered,)}
    )
    assert may(helper, INSULIN, on=TODAY).level == 0


def test_a_delegation_runs_fourteen_days_after_its_giver_left() -> None:
    left = delegated(giver_lost_on=TODAY)
    helper = employed(cell(CellRule.DELEGATION_ONLY), events=accepted(1, 2, JANUARY), delegations={INSULIN: (left,)})
    assert [may(helper, INSULIN, on=TODAY + n * DAY).level for n in (0, 13, 14)] == [2, 2, 0]
    assert may(helper, INSULIN, on=TODAY).last_day == TODAY + 13 * DAY


# 7: prerequisites that must be held


def test_losing_a_task_that_must_be_held_closes_the_one_that_rests_on_it() -> None:
    cells = {1: {(INSULIN, HELPERS): cell(), (OTHER, HELPERS): cell()}}
    events = (*accepted(1, 2, JANUARY), *accepted(3, 2, JANUARY, task=OTHER, to=TODAY))
    helper = employed(book=book(cells=cells, must_hold={INSULIN: (OTHER,)}), events=events)
    assert may(helper, INSULIN, on=TODAY - DAY).level == 2
    lost = may(helper, INSULIN, on=TODAY)
    assert (lost.level, lost.state) == (0, State.MISSING)
    assert may(replace(helper, book=book(cells=cells)), INSULIN, on=TODAY).level == 2


# 8: exemption, suspension, new instruction, long absence


def test_an_exemption_closes_also_what_education_gives_from_and_through_its_days() -> None:
    nurse = employed(cell(CellRule.CORE), exempt={INSULIN: ((MAY, TODAY),)})
    assert [may(nurse, INSULIN, on=day).level for day in (MAY - DAY, MAY, TODAY - DAY, TODAY)] == [2, 0, 0, 2]


def test_a_suspension_pauses_and_ends() -> None:
    pause = after(3, EventKind.SUSPENDED, 1, MAY, valid_from=MAY.isoformat(), valid_to=TODAY.isoformat())
    helper = employed(events=(*accepted(1, 2, JANUARY), pause))
    assert [may(helper, INSULIN, on=day).level for day in (MAY - DAY, MAY, TODAY)] == [2, 0, 2]


def test_a_new_instruction_that_asks_for_new_signatures_removes_the_old_ones_from_its_day() -> None:
    rules = book(sign_again={INSULIN: (SignAgain(MAY, MAY),)})
    assert [
        may(employed(book=rules, events=accepted(1, 2, JANUARY)), INSULIN, on=d).level for d in (MAY - DAY, MAY)
    ] == [2, 0]
    assert may(employed(book=rules, events=accepted(1, 2, MAY)), INSULIN, on=TODAY).level == 2


AWAY = date(2025, 9, 1)


def test_a_long_absence_pauses_what_rests_on_signatures_but_never_core() -> None:
    away = ((AWAY, None),)
    signed = accepted(1, 2, date(2026, 1, 2))
    helper = employed(events=signed, absences=away)
    assert may(helper, INSULIN, on=AWAY + 181 * DAY).level == 2
    assert may(helper, INSULIN, on=AWAY + 182 * DAY).state is State.PAUSED
    nurse = employed(cell(CellRule.CORE), absences=away)
    assert may(nurse, INSULIN, on=AWAY + 182 * DAY).level == 2


def test_after_less_than_a_year_rights_resume_on_return() -> None:
    helper = employed(events=accepted(1, 2, date(2026, 1, 2)), absences=((AWAY, AWAY + 300 * DAY),))
    assert may(helper, INSULIN, on=AWAY + 300 * DAY).level == 2


def test_after_a_year_one_observed_time_is_needed() -> None:
    rules = book(versions=(Version(1, 7, date(2025, 1, 1), None, True),))
    back = AWAY + 366 * DAY
    events = accepted(1, 2, date(2025, 8, 1), to=None)
    helper = employed(book=rules, events=events, absences=((AWAY, back),))
    assert may(helper, INSULIN, on=back).level == 0
    seen = replace(helper, observed={INSULIN: (back + DAY,)})
    assert [may(seen, INSULIN, on=back + n * DAY).level for n in (0, 1)] == [0, 2]


# 9: the answer says why, and what the system knew


def test_what_was_recorded_later_is_left_out() -> None:
    revoked = after(3, EventKind.REVOKED, 1, MAY)
    helper = employed(events=(*accepted(1, 2, JANUARY), revoked))
    assert may(helper, INSULIN, on=TODAY, known_at=at(MAY - DAY)).level == 2
    assert may(helper, INSULIN, on=TODAY).level == 0


def test_every_no_says_what_is_missing() -> None:
    for facts in (employed(), employed(cell(CellRule.NOT_ALLOWED)), employed(events=accepted(1, 2, JANUARY, to=MAY))):
        answer = may(facts, INSULIN, on=TODAY)
        assert answer.level == 0
        assert any(not reason.holds for reason in answer.reasons)


# Properties

days = st.dates(min_value=date(2025, 6, 1), max_value=date(2027, 12, 31))
rules = st.sampled_from(list(CellRule))


@st.composite
def employments(draw: st.DrawFn) -> Employment:
    """A helper with a random cell, random evidence, absences and exemptions."""
    terms = cell(draw(rules), minimum_level=draw(st.integers(1, 3)))
    events, seq = [], 0
    for _ in range(draw(st.integers(0, 4))):
        seq += 1
        first = draw(days)
        events.append(
            signing(seq, draw(st.integers(1, 3)), first, to=first + timedelta(days=draw(st.integers(1, 500))))
        )
        about = seq
        if draw(st.booleans()):
            seq += 1
            kind = draw(st.sampled_from([EventKind.ACCEPTED, EventKind.NOT_YET, EventKind.WITHDRAWN]))
            events.append(after(seq, kind, about, first + timedelta(days=draw(st.integers(0, 20)))))
    spans = st.tuples(days, st.integers(1, 500)).map(lambda s: (s[0], s[0] + timedelta(days=s[1])))
    return employed(
        terms,
        events=tuple(events),
        absences=tuple(draw(st.lists(spans, max_size=2))),
        exempt={INSULIN: tuple(draw(st.lists(spans, max_size=1)))},
        delegations={INSULIN: (delegated(since=draw(days)),)} if draw(st.booleans()) else {},
        observed={INSULIN: tuple(draw(st.lists(days, max_size=3)))},
    )


@given(employments(), days)
def test_only_entitling_rules_entitle(helper: Employment, day: date) -> None:
    answer = judge(helper, INSULIN, on=day)
    assert answer.level == 0 or answer.cell.rule in ENTITLING


@given(employments(), days)
def test_the_level_is_never_under_the_cells_minimum(helper: Employment, day: date) -> None:
    answer = judge(helper, INSULIN, on=day)
    assert answer.level == 0 or answer.level >= answer.cell.minimum_level


@given(employments(), days)
def test_stored_intervals_say_what_the_rule_says_on_every_day(helper: Employment, day: date) -> None:
    inside = [row for row in intervals(helper, INSULIN) if row[0] <= day and (row[1] is None or day < row[1])]
    assert [row[2] for row in inside] == [judge(helper, INSULIN, on=day).level]


@given(employments(), days)
def test_an_answer_holds_through_its_last_day(helper: Employment, day: date) -> None:
    answer = judge(helper, INSULIN, on=day)
    if answer.level and answer.valid_to is not None:
        between = [d for d in boundaries(helper, INSULIN) if day < d < answer.valid_to]
        assert all(judge(helper, INSULIN, on=d).level for d in (*between, answer.valid_to - DAY))


def test_a_signoff_whose_last_day_is_over_before_it_counts_leaves_what_it_was_to_replace() -> None:
    held = accepted(1, 2, JANUARY - 30 * DAY, to=JANUARY + 90 * DAY)
    late = signing(3, 2, JANUARY, to=JANUARY + DAY), after(4, EventKind.ACCEPTED, 3, JANUARY + DAY)
    assert judge(employed(events=(*held, *late)), INSULIN, on=JANUARY + DAY).level == 2


@given(employments(), days, st.integers(1, 3))
def test_a_signoff_without_a_yes_changes_nothing(helper: Employment, day: date, level: int) -> None:
    last = max((event.seq for event in helper.events), default=0)
    more = replace(helper, events=(*helper.events, signing(last + 1, level, day)))
    assert judge(more, INSULIN, on=day).level == judge(helper, INSULIN, on=day).level


@given(employments(), days)
def test_may_and_its_reasons_agree(helper: Employment, day: date) -> None:
    answer = may(helper, INSULIN, on=day)
    if answer.level:
        assert [reason.text.msgid for reason in answer.reasons if not reason.holds] == []
    else:
        assert answer.named_level or any(not reason.holds for reason in answer.reasons)
