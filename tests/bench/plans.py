"""The leader's page of the plans of a team of about 25, against one statement and a plain template of the same fields."""

import gzip
from collections.abc import Callable
from datetime import time, timedelta

from flask import Flask, Response, render_template_string
from sqlalchemy import Engine, or_, select

from competence.access.rules import Role
from competence.accounts.commands import begin_session
from competence.accounts.models import Account, RoleAssignment
from competence.foundation.clock import now, today
from competence.foundation.orm import begin_writing, open_session
from competence.learning.models import DevelopmentPlan, Goal, PlannedActivity, PlanVersion, Talk, TalkTaker
from competence.learning.rules import GoalKind, Origin, Part, TalkKind
from competence.people.models import Employment
from tests.bench.bare import Run

READ = """
SELECT i.name, g.short_name, p.revision, p.paused_on,
  (SELECT max(v.employee_yes_at) FROM plan_version v WHERE v.municipality_id = p.municipality_id AND v.plan_id = p.id),
  (SELECT count(*) FROM goal o WHERE o.municipality_id = p.municipality_id AND o.plan_id = p.id
    AND o.yes_on IS NOT NULL AND o.reached_on IS NULL AND o.set_aside_on IS NULL),
  (SELECT min(a.begins) FROM planned_activity a WHERE a.municipality_id = e.municipality_id AND a.employment_id = e.id
    AND a.done_on IS NULL AND a.dropped_on IS NULL AND a.begins >= :day),
  (SELECT min(t.planned_on) FROM talk_taker k JOIN talk t ON t.municipality_id = k.municipality_id AND t.id = k.talk_id
    WHERE k.municipality_id = e.municipality_id AND k.employment_id = e.id AND t.held_on IS NULL)
FROM employment e
JOIN person_identity i ON i.municipality_id = e.municipality_id AND i.person_id = e.person_id
JOIN staff_group g ON g.municipality_id = e.municipality_id AND g.id = e.staff_group_id
LEFT JOIN development_plan p ON p.municipality_id = e.municipality_id AND p.employment_id = e.id AND p.ended_on IS NULL
WHERE e.municipality_id = :m AND e.unit_id = :unit AND e.valid_from <= :day AND (e.valid_to IS NULL OR e.valid_to > :day)
ORDER BY i.name
"""
PAGE = """<!doctype html><html lang="da"><title>Udvikling</title><h1>Udvikling</h1><table>
{% for one in rows %}<tr><th>{{ one[0] }} {{ one[1] }}<td>{{ one[2] or "" }} {{ one[4] or "" }} {{ one[5] }}<td>{{ one[6] or "" }}
<td>{{ one[7] or "" }}{% endfor %}</table>"""


def a_leader(engine: Engine, municipality_id: int, team: int) -> tuple[str, int]:
    """(a leader's sign-in, how many have a plan): everybody in the team has goals, activities, an agreed version and a talk."""
    on = today()
    with open_session(engine, municipality_id) as session:
        begin_writing(session)
        running = (Employment.valid_from <= on, or_(Employment.valid_to.is_(None), Employment.valid_to > on))
        people = session.execute(
            select(Employment.id, Employment.person_id)
            .where(Employment.unit_id == team, *running, Employment.is_external.is_(False))
            .order_by(Employment.id)
        ).all()
        leader = people[0].person_id
        common = {"recorded_at": now(), "recorded_by": leader}
        have = set(session.scalars(select(DevelopmentPlan.employment_id).where(DevelopmentPlan.ended_on.is_(None))))
        for one in people:
            if one.id in have:
                continue
            plan = DevelopmentPlan(employment_id=one.id, **common)
            talk = Talk(
                kind=TalkKind.MUS, unit_id=team, held_by=leader, planned_on=on + timedelta(days=9), planned_at=time(13),
                answers={}, **common,
            )  # fmt: skip
            session.add_all([plan, talk])
            session.flush()
            wish = {"kind": GoalKind.WISH, "origin": Origin.OWN, "yes_on": on}
            session.add_all(
                [
                    *(Goal(plan_id=plan.id, employment_id=one.id, words=f"Mål {n}", **wish, **common) for n in range(3)),
                    *(
                        PlannedActivity(
                            employment_id=one.id, name=f"Aktivitet {n}", part=part, minutes=60, origin=Origin.OWN, yes_on=on,
                            begins=on + timedelta(days=n), ends=on + timedelta(days=n + 1), **common,
                        )
                        for n, part in enumerate(Part)
                    ),
                    PlanVersion(
                        plan_id=plan.id, employment_id=one.id, number=1, content={"goals": [], "activities": []},
                        plan_revision=1, made_at=now(), made_by=leader, employee_yes_at=now(), leader_yes_at=now(),
                        leader_id=leader,
                    ),
                    TalkTaker(talk_id=talk.id, employment_id=one.id, prepared={}),
                ]
            )  # fmt: skip
        session.add(RoleAssignment(person_id=leader, role=Role.LEADER, unit_id=team, valid_from=on, recorded_at=now()))
        account = session.scalars(select(Account).where(Account.person_id == leader)).first()
        if account is None:
            account = Account(person_id=leader, email=f"leder{leader}@maalt.example", recorded_at=now())
            session.add(account)
        session.flush()
        token = begin_session(session, account, on_phone=False)
        session.commit()
        return token, len(people)


def bare_plans(run: Run, m: int, team: int) -> Callable[[], object]:
    """A call that reads the same of the team by one statement, draws it by a plain template, and packs it."""
    app = Flask(__name__)

    @app.get("/")
    def page() -> Response:
        rows = run(READ, {"m": m, "unit": team, "day": today().isoformat()})
        text = render_template_string(PAGE, rows=rows)
        return Response(gzip.compress(text.encode(), 6), headers={"Content-Encoding": "gzip"}, mimetype="text/html")

    client = app.test_client()
    return lambda: client.get("/").get_data()
