"""The finder's list, the page and the question about one person say what the rule says, on random worlds."""

from datetime import timedelta

import pytest
from sqlalchemy import and_

from competence.access.rules import Reach
from competence.coverage.duties import dates_of, over_duty
from competence.coverage.queries.asking import may_she
from competence.coverage.queries.board import tasks_on
from competence.coverage.queries.finder import who_may
from competence.coverage.queries.places import tree
from competence.coverage.rules import Shift
from competence.decision.queries import EMPLOYMENTS, load
from competence.decision.rules import Verdict, may
from competence.foundation.clock import today
from tests.coverage.test_stored import filled


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("ahead", "shift"), [(0, Shift.DAY), (9, Shift.NIGHT)])
def test_the_list_the_person_and_the_rule_say_the_same(world, seed, ahead, shift):
    filled(world, seed)
    floater = world.person("Freja Flyver", "SPL", unit=world.district, shifts="", is_floater=True)
    next_door = world.unit("Team Lunden", under=world.district)
    for name in ("Rikke Sander", "Bo Berg"):
        world.person(name, "SPL", unit=next_door, shifts="DN")
    for one in world.session.query(type(floater.employment)).filter_by(unit_id=world.team.id):
        one.shifts = "DN"
    world.settle()
    session, on, everywhere = world.session, today() + timedelta(days=ahead), Reach(("/",))
    units = tree(session, on=today())
    team = units.get(world.team.id, everywhere)
    facts = {one.id: one for one in load(session, and_(EMPLOYMENTS.c.id > 0))}
    for task in tasks_on(session, on):
        found = who_may(session, units, team, task, on=on, shift=shift)
        days = dates_of(on, shift, found.settings)
        listed = {}
        for groups in (found.may, found.may_when, found.apart, *(one.people for one in found.neighbours)):
            listed |= {one.someone.employment_id: one.answer for one in groups}
        for employment_id, employment in facts.items():
            # Whoever works elsewhere is asked about the team that she helps.
            place = None if employment.unit_path.startswith(team.path) else team.path
            rule = over_duty([may(employment, task.id, on=day, unit=place) for day in days])
            shown = listed.get(employment_id)
            if shown is not None:
                assert (shown.verdict, shown.level, shown.limits) == (rule.verdict, rule.level, rule.limits), task.name
            elif rule.verdict is not Verdict.MAY_NOT and place is None:
                away = any(start <= on and (end is None or on < end) for start, end in employment.absences)
                assert away, (task.name, employment_id)
        for employment in facts.values():
            if employment.valid_to is not None and employment.valid_to <= on:
                continue
            asked = may_she(session, units, employment.person_id, [task], on=on, shift=shift, within=everywhere)
            own = over_duty([may(employment, task.id, on=day) for day in days])
            answers = [
                job.answers[task.id] for job in asked.jobs if job.someone.employment_id == employment.id
            ]  # fmt: skip
            assert [(one.verdict, one.level, one.limits) for one in answers] == [(own.verdict, own.level, own.limits)]
