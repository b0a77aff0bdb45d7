"""The pulse: who is asked, that an answer cannot be tied to a person, and what is shown when a round is over."""

from datetime import timedelta

import pytest
from sqlalchemy import func, inspect, select, text

from competence.audit.models import AccessEntry, AuditEntry
from competence.coverage.queries.places import tree
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, RuleBroken
from competence.strategy.commands.pulse import answer_pulse, close_round, open_round
from competence.strategy.models import PulseAnswered, PulseTally
from competence.strategy.queries.pulse import asked_of, rounds_of
from competence.strategy.rules.pulse import Answer

IN_A_WEEK = timedelta(days=7)


def opened(town):
    return open_round(town.session, [town.world.root.id], today(), today() + IN_A_WEEK, by=town.hr.actor)


def test_everybody_is_asked_once_and_a_round_shows_nothing_before_it_is_over(town):
    row = opened(town)
    first = town.staff[0]
    assert asked_of(town.session, first.person.id).round_id == row.id
    answer_pulse(town.session, Answer.AGREE, by=first.actor)
    assert asked_of(town.session, first.person.id) is None
    with pytest.raises(RuleBroken):
        answer_pulse(town.session, Answer.NOT_AT_ALL, by=first.actor)
    for one in town.staff[1:]:
        answer_pulse(town.session, Answer.AGREE, by=one.actor)
    units = tree(town.session, on=today())
    assert rounds_of(town.session, units)[0].results == {}
    town.over(row)
    (found,) = rounds_of(town.session, units)
    assert found.results[town.world.root.id].answered == 13
    assert found.results[town.world.root.id].can == 100.0


def test_a_small_team_is_hidden_and_the_one_by_which_it_could_be_found(town):
    row = opened(town)
    small, large = town.staff[:3], town.staff[6:]
    for one in (*small, *large):
        answer_pulse(town.session, Answer.DISAGREE, by=one.actor)
    town.over(row)
    (found,) = rounds_of(town.session, tree(town.session, on=today()))
    assert set(found.results) == {town.world.root.id, town.world.district.id}


def test_no_row_ties_an_answer_to_a_person(town, database):
    opened(town)
    ids = [row.id for row in town.session.scalars(select(PulseTally).order_by(PulseTally.id))]
    before = {one: town.session.scalar(select(func.count()).select_from(one)) for one in (AuditEntry, AccessEntry)}
    town.session.commit()
    # They answer in another order than they are listed, each something else.
    for one, answer in zip(town.staff[4::-1], Answer, strict=True):
        answer_pulse(town.session, answer, by=one.actor)
        town.session.commit()
    columns = {column.name for column in inspect(PulseTally).columns}
    assert columns == {"id", "round_id", "unit_id", "answer", "number", "municipality_id"}
    assert {column.name for column in inspect(PulseAnswered).columns} == {
        "id", "round_id", "person_id", "municipality_id"
    }  # fmt: skip
    # No row was made by an answer, so that no id follows the order of those who answered; and nothing else was written.
    town.session.expire_all()
    assert [row.id for row in town.session.scalars(select(PulseTally).order_by(PulseTally.id))] == ids
    for one, number in before.items():
        assert town.session.scalar(select(func.count()).select_from(one)) == number
    if database.dialect == "postgresql":
        # Nor does the database know which sum the last one changed: her transaction wrote all five of her unit.
        marks = town.session.execute(
            text("SELECT count(DISTINCT xmin::text) FROM pulse_tally WHERE municipality_id = :m AND unit_id = :unit"),
            {"m": town.world.municipality.id, "unit": town.world.team.id},
        ).scalar_one()
        assert marks == 1


def test_who_opens_and_closes_a_round(town):
    for reader in (town.leader, town.committee, town.staff[0]):
        with pytest.raises(NotAllowed):
            open_round(town.session, [town.world.team.id], today(), today() + IN_A_WEEK, by=reader.actor)
    row = opened(town)
    with pytest.raises(RuleBroken):
        opened(town)
    with pytest.raises(RuleBroken):
        close_round(town.session, row.id, by=town.hr.actor)
    row.begins = today() - timedelta(days=3)
    town.session.flush()
    assert close_round(town.session, row.id, by=town.hr.actor).ends == today()
    assert asked_of(town.session, town.staff[0].person.id) is None
