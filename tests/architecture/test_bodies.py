"""The ids that a form carries: with one of another unit, or of another municipality, nothing is written.

A form whose choices or hidden fields are numbers that no list here knows fails, so that whoever adds one says what
its numbers name.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from werkzeug.exceptions import HTTPException

from competence.access.rules import Role
from competence.foundation.clock import today
from competence.profiles.rules import Content
from tests.architecture.towns import FOREIGNER, HOST, OUTSIDER, UNKNOWN, WIDE, WORKS, Ids
from tests.architecture.walking import Walk

TODAY, SOON = today().isoformat(), (today() + timedelta(days=5)).isoformat()


@dataclass(frozen=True)
class Body:
    """What is sent to a route to be taken: with ids within the team."""

    ids: Mapping[str, str]
    """Field -> the parameter whose ids it carries."""
    rest: Mapping[str, str] = field(default_factory=dict)
    place: Mapping[str, str] = field(default_factory=dict)
    """What the address names, likewise."""
    file: str = ""
    """The field that takes a credential; none named: the form takes no file."""
    unchanged: frozenset[str] = frozenset()
    """The tables in which nothing may change; none named: all of them."""


FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
PLACES = {"unit": "unit_id", "staff_group": "staff_group_id"}
BEFORE = {
    name: (today() - timedelta(days=ago)).isoformat() for name, ago in (("valid_from", 600), ("valid_through", 500))
}
PROFILE = {"staff_group_id": "staff_group_id", "number": "number"}
DRAFTED = {"number": "draft_number"}
FRAMEWORK = {
    "giver": "Læge Lise", "instruction": "Instruks 7", "instruction_version": "3", "valid_from": TODAY, "valid_through": SOON
}  # fmt: skip
ACTION = {"what": "Oplær to", "figure": "gaps", "target": "0", "due_on": SOON}
PERIOD = {"valid_from": TODAY, "valid_through": SOON}
TASK = {
    "kind": "care", "reserved": "no", "people_needed": "1", "observed_times": "1", "validity": "never", "gate_1_code": "K1",
    "gate_1_kind": "course", "gate_1_name": "Kursus",
}  # fmt: skip
ROUTE = {"name": "Vejen videre", "leads_to": "Specialist"}
TAUGHT = {
    "name": "Insulin",
    "part": "20",
    "seats": "4",
    "t0-day": SOON,
    "t0-begins": "13:00",
    "t0-ends": "15:00",
    "level": "1",
}
CLASS_IDS = {
    "units": "unit_id", "task": "task_id", "groups": "staff_group_id", "teacher": "supervisor_id", "activity": "activity_id"
}  # fmt: skip
TASK_IDS = {"area_id": "area_id", "need_1": "task_id", "need_2": "task_id", "gate_1_groups": "staff_group_id"}
PLAN = {"strategy_id": "strategy_id"}
MEASURE = {
    "title": "Hold", "part": "70", "hours": "10", "cost": "0", "funding": "own", "first_month": f"{today().year}-01-01",
    "last_month": f"{today().year}-06-01",
}  # fmt: skip
PRIORITY = {"about": "area", "title": "Insulin", "why": "none"}
BODIES = {
    "accounts.appointment": Body({"person": "deputy_id"}, {"valid_from": TODAY, "valid_through": SOON}, {"role_id": "role_id"}),
    "accounts.person": Body(
        {"unit": "unit_id"}, {"role": Role.GUIDE.value, "valid_from": TODAY}, {"person_id": "person_id"}
    ),
    "api_keys.index": Body(
        {"unit_id": "unit_id"},
        {"name": "Omsorg", "purpose": "Kørelisten", "permissions": "who_may:ask", "valid_through": SOON},
    ),
    "brought.own": Body({"task": "task_id"}, file="file"),
    "brought.person": Body({"task": "task_id"}, {}, {"person_id": "person_id"}, file="file"),
    "catalogue.change": Body(TASK_IDS, TASK | {"name": "Adrenalin nu", "seen": "1"}, {"task_id": "delegable_id"}),
    "catalogue.new": Body(TASK_IDS, TASK | {"name": "Sondeernæring"}),
    "delegations.new": Body(
        {"task": "delegable_id", "supervisor": "supervisor_id"},
        {"kind": "transfer", "scope": "all", "instructed_on": TODAY, "supervision": "talk", "valid_from": TODAY},
        {"employment": "employment_id"},
    ),
    "drafts.undo": Body({"change": "change_id"}, {}, DRAFTED),
    "editing.bulk": Body({"area": "area_id", "groups": "staff_group_id"}, {"rule": "must", "save": "1"}, DRAFTED),
    "exemptions.person": Body({"task": "task_id"}, PERIOD, {"employment_id": "employment_id"}),
    "hearing.ask": Body({"people": "asked_id"}, {"until": SOON}, DRAFTED),
    "hearing.write": Body({"task": "delegable_id", "group": "staff_group_id"}, {"text": "Er der tid?"}, DRAFTED),
    "local.new": Body(
        {"unit": "unit_id", "task": "task_id", "staff_group": "staff_group_id"},
        {"stricter": "closed", "valid_from": TODAY, "reason": "Kun i dagvagt"},
    ),
    "actions.change": Body({"owner": "person_id"}, ACTION | {"seen": "1"}, {"action_id": "action_id"}),
    "actions.new": Body({"owner": "person_id"}, ACTION, {"unit_id": "unit_id"}),
    "frameworks.new": Body({"task": "reserved_id", "staff_group": "follower_id"}, FRAMEWORK),
    "frameworks.renew": Body(
        {"task": "reserved_id", "staff_group": "staff_group_id"}, FRAMEWORK, {"framework_id": "framework_id"}
    ),
    "helping.own": Body({"areas": "area_id"}),
    "onboarding.begin": Body(
        {"buddy": "supervisor_id", "mentor": "supervisor_id"}, {"first_day": TODAY}, {"employment_id": "external_id"}
    ),
    "onboarding_templates.new": Body({"unit": "unit_id", "group": "staff_group_id"}),
    "activities.new": Body({"task": "task_id"}, {"name": "Netværk", "part": "20", "hours": "1", "level": "1"}),
    "activities.change": Body(
        {"task": "task_id"}, {"name": "Netværk", "part": "20", "hours": "1", "level": "1", "seen": "1"},
        {"activity_id": "activity_id"},
    ),
    "plan_goals.new": Body({"task": "task_id"}, {"kind": "task", "level": "1"}, {"employment_id": "employment_id"}),
    "plan_activities.new": Body(
        {"goal": "goal_id", "led_by": "supervisor_id"}, {"name": "Ilt", "part": "70", "hours": "1"},
        {"employment_id": "employment_id"},
    ),
    "plan_activities.change": Body(
        {"goal": "goal_id", "led_by": "supervisor_id"}, {"name": "Ilt", "part": "70", "hours": "1", "seen": "1"},
        {"planned_id": "planned_id"},
    ),
    "talks.group": Body({"takers": "employment_id"}, {"kind": "grus", "planned_on": SOON}, {"unit_id": "unit_id"}),
    "talks.new": Body({"takers": "employment_id"}, {"kind": "mus", "planned_on": SOON}, {"employment_id": "employment_id"}),
    "organisation.change": Body(
        {"parent": "unit_id"}, {"name": "Team Havnen", "kind": "team"}, {"unit_id": "unit_id"},
        unchanged=frozenset({"unit"})
    ),
    "organisation.new": Body({"parent": "unit_id"}, {"name": "Team Nyt", "kind": "team"}),
    "people.change": Body(PLACES, {"valid_from": SOON, "shifts": "A"}, {"employment_id": "employment_id"}),
    "people.new": Body(PLACES, {"name": "Nanna Ny", "number": "4711", "valid_from": TODAY}),
    "people.new_employment": Body(PLACES, BEFORE, {"person_id": "person_id"}),
    "people.new_external": Body(PLACES, {"name": "Vera Vikar", "agency": "Vikar A/S", **PERIOD}),
    "profiles.area": Body(
        {"task": "delegable_id"}, {"name": "Nyt", "level": "2", "practice": "1", "seen": Content().mark("")}, PROFILE
    ),
    "profiles.follow": Body({"follows": "staff_group_id"}, {"seen": ""}, {"staff_group_id": "follower_id"}),
    "profiles.tasks": Body(
        {"task": "delegable_id"}, {"area": "Nyt", "level": "2", "practice": "1", "level_for_all": ""}, PROFILE
    ),
    "programme.ask": Body(
        {"person": "supervisor_id"}, {}, {"onboarding_id": "onboarding_id", "item_id": "item_id"}
    ),
    "programme.change": Body(
        {"buddy": "supervisor_id", "mentor": "supervisor_id"}, {"first_day": TODAY, "seen": "1"},
        {"onboarding_id": "onboarding_id"},
    ),
    "requirements.new": Body(
        {"task": "task_id"}, {"shift": "A", "unit_kind": "", "day_kind": "every", "need": "1", "level": "1"}, {"unit_id": "unit_id"}
    ),
    "signoffs.ask": Body({"employment_id": "employment_id", "task_id": "delegable_id"}),
    "signoffs.bedside": Body(
        {"undo": "observation_id", "where": "unit_id"}, {}, {"employment_id": "employment_id", "task_id": "task_id"}
    ),
    "calendars.make": Body({"what": "unit_id"}),
    "class_people.choose": Body({"people": "colleague_id"}, {}, {"class_id": "class_id"}),
    "path_people.place": Body({"people": "colleague_id"}, {}, {"path_id": "path_id"}),
    "paths.change": Body({"to_group": "staff_group_id", "groups": "staff_group_id"}, ROUTE | {"seen": "1"}, {"path_id": "path_id"}),
    "paths.new": Body({"to_group": "staff_group_id", "groups": "staff_group_id", "needs": "path_id"}, ROUTE),
    "paths.steps": Body({"task": "task_id"}, {"level": "1", "weeks": "3", "seen": "1"}, {"path_id": "path_id"}),
    "teaching.change": Body(CLASS_IDS, TAUGHT | {"seen": "1"}, {"class_id": "class_id"}),
    "teaching.new": Body(CLASS_IDS, TAUGHT),
    "stops.new": Body({"task": "task_id"} | PLACES, {"valid_through": SOON, "reason": "Ny pumpe"}),
    "students.move": Body(
        {"supervisor": "supervisor_id"}, {"stage": "2. periode", "begins_on": TODAY, "seen": "0"}, {"student_id": "student_id"}
    ),
    "training_plan.ask": Body({"person": "supervisor_id"}, {}, {"unit_id": "unit_id"}),
    "training_plan.switch": Body(
        {"employment": "employment_id", "task": "task_id"}, {"seen": "1"}, {"unit_id": "unit_id"}
    ),
    "strategy.new": Body(
        {"unit": "unit_id", "copy_of": "strategy_id"}, {"kind": "year", "year": str(today().year), "title": "Ny plan"}
    ),
    "strategy.new_measure": Body({"owner": "asked_id", "priority": "priority_id"}, MEASURE, PLAN),
    "strategy.change_measure": Body(
        {"owner": "asked_id", "priority": "priority_id"}, MEASURE, PLAN | {"measure_id": "measure_id"}
    ),
    "strategy.new_priority": Body({"area": "area_id", "staff_group": "staff_group_id"}, PRIORITY, PLAN),
    "strategy.change_priority": Body(
        {"area": "area_id", "staff_group": "staff_group_id"}, PRIORITY, PLAN | {"priority_id": "priority_id"}
    ),
    "strategy.new_round": Body(
        {"units": "unit_id"},
        {"begins": (today() + timedelta(days=60)).isoformat(), "last": (today() + timedelta(days=66)).isoformat()},
    ),
    "what_if.keep": Body({"step": "step"}, {"name": "Ferie"}, {"unit_id": "unit_id"}),
}  # fmt: skip
"""Every route whose form carries ids."""

SHOWN_ONCE = frozenset({"api_keys.index", "calendars.make"})
"""What answers by showing a secret, and leads nowhere."""

SENT_AS_IT_STANDS = frozenset({"hidden", "radio", "checkbox", "submit"})
NAME_NOBODY = frozenset(
    {
        ("accounts.end_role", "listed"),
        ("actions.change", "seen"),
        ("actions.follow_up", "seen"),
        ("actions.new", "seen"),
        ("actions.one", "seen"),
        ("areas.archive", "archive-seen"),
        ("areas.change", "position"),
        ("areas.change", "seen"),
        ("areas.new", "position"),
        ("areas.new", "seen"),
        ("catalogue.archive", "archive-seen"),
        ("catalogue.change", "seen"),
        ("catalogue.new", "seen"),
        ("catalogue.restore", "seen"),
        ("drafts.new", "source"),
        ("editing.bulk", "minimum_level"),
        ("editing.bulk", "save"),
        ("editing.cell", "education_level"),
        ("editing.cell", "minimum_level"),
        ("editing.cell", "seen"),
        ("impact.keep", "cell"),
        ("delegations.new", "supervise_months"),
        ("instruction.write", "seen"),
        ("levels.confirm", "level"),
        ("local.new", "stricter"),
        ("onboarding.begin", "seen"),
        ("onboarding_templates.add", "seen"),
        ("onboarding_templates.approve", "seen"),
        ("onboarding_templates.change", "seen"),
        ("onboarding_templates.remove", "seen"),
        ("onboarding_templates.welcome", "seen"),
        ("programme.add", "seen"),
        ("programme.change", "seen"),
        ("programme.pace", "percent"),
        ("programme.pace", "seen"),
        ("students.move", "seen"),
        ("practice.done", "done_on"),
        ("practice.note", "seen"),
        ("practice.undo_done", "done_on"),
        ("profiles.area", "level"),
        ("profiles.area", "practice"),
        ("profiles.tasks", "level"),
        ("profiles.tasks", "level_for_all"),
        ("profiles.tasks", "practice"),
        ("requirements.change", "level"),
        ("requirements.new", "level"),
        ("requirements.sheet", "l-*"),
        ("requirements.sheet", "s-*"),
        ("requirements.sheet", "seen-*"),
        ("requirements.sheet", "u-*"),
        ("requirements.take", "seen-*"),
        ("requirements.take", "take"),
        ("signoffs.bedside", "criterion"),
        ("signoffs.external", "level"),
        ("signoffs.level", "expects"),
        ("signoffs.level", "level"),
        ("training_plan.agree", "seen"),
        ("training_plan.compute", "seen"),
        ("training_plan.own", "yes"),
        ("training_plan.switch", "on"),
        ("training_plan.switch", "seen"),
        ("own_paths.ask", "seen"),
        ("paths.approve", "seen"),
        ("paths.archive", "seen"),
        ("paths.change", "needs"),
        ("paths.change", "seen"),
        ("paths.move", "seen"),
        ("paths.new", "seen"),
        ("paths.remove", "seen"),
        ("paths.restore", "seen"),
        ("paths.steps", "level"),
        ("paths.steps", "seen"),
        ("teaching.cancel", "seen"),
        ("teaching.change", "level"),
        ("teaching.change", "part"),
        ("teaching.change", "seen"),
        ("teaching.new", "level"),
        ("teaching.new", "part"),
        ("teaching.new", "seen"),
        ("strategy.change_measure", "part"),
        ("strategy.decide", "seen"),
        ("strategy.need", "seen"),
        ("strategy.new_measure", "part"),
        ("strategy.write", "seen"),
        ("what_if.delete", "seen"),
        ("what_if.keep", "as_new"),
        ("what_if.keep", "seen"),
        ("what_if.share", "seen"),
        ("activities.archive", "seen"),
        ("activities.change", "level"),
        ("activities.change", "part"),
        ("activities.change", "seen"),
        ("activities.new", "level"),
        ("activities.new", "part"),
        ("activities.new", "seen"),
        ("learning.learnt", "part"),
        ("learning.learnt", "seen"),
        ("plan_activities.after", "seen"),
        ("plan_activities.change", "part"),
        ("plan_activities.change", "seen"),
        ("plan_activities.done", "seen"),
        ("plan_activities.move", "seen"),
        ("plan_activities.new", "activity"),
        ("plan_activities.new", "part"),
        ("plan_activities.new", "seen"),
        ("plan_goals.new", "level"),
        ("plan_goals.new", "profile_level"),
        ("plan_goals.new", "seen"),
        ("plan_goals.one", "level"),
        ("plan_goals.one", "seen"),
        ("plans.end", "seen"),
        ("plans.lay", "seen"),
        ("plans.note", "seen"),
        ("talks.group", "seen"),
        ("talks.move", "seen"),
        ("talks.new", "seen"),
        ("talks.prepare", "seen"),
        ("talks.write", "seen"),
    }
)
"""Numbers that are no ids: levels, places in a list, revisions, and how far a chain has come, and numbers of versions."""


def named(walk: Walk, parameter: str) -> Ids:
    """What the parameter can name; an observation is taken back by whoever made it, so that one's own is her own."""
    assert walk.visitor is not None
    ids = walk.known.ids[parameter]
    own = walk.visitor.own.get(parameter) if parameter == "observation_id" else None
    return Ids(own or ids.own, ids.other, ids.foreign)


def attempts(walk: Walk, endpoint: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(what is wrong with it, the body): each id in turn from outside; "" for the one in which all is right."""
    body = BODIES[endpoint]
    right: dict[str, Any] = dict(body.rest) | {name: str(named(walk, one).own) for name, one in body.ids.items()}
    if endpoint == "organisation.change":
        right["parent"] = str(walk.known.root_id)
    if endpoint == "talks.group":  # a talk of a group is with two at least
        right["takers"] = [right["takers"], str(walk.known.visitors["employee"].own["employment_id"])]
    yield "", _shown_first(endpoint, right)
    for name, parameter in body.ids.items():
        ids = named(walk, parameter)
        if ids.other is not None:
            yield f"{name} other", _shown_first(endpoint, right | {name: str(ids.other)})
        yield f"{name} foreign", _shown_first(endpoint, right | {name: str(ids.foreign)})


def _shown_first(endpoint: str, said: dict[str, Any]) -> dict[str, Any]:
    """The body as it is sent from the list that is shown before an area is changed."""
    if endpoint != "editing.bulk":
        return said
    return said | {"seen": f"{UNKNOWN}.{said['area']}-{said['groups']}-{said['rule']}----"}


@pytest.mark.parametrize("endpoint", BODIES)
def test_ids_from_outside_write_nothing_and_show_nobody(walk: Walk, endpoint: str):
    body, wrong, taken = BODIES[endpoint], [], 0
    permissions = walk.app.view_functions[endpoint].__dict__["requires"]
    for name, visitor in walk.known.visitors.items():
        if not visitor.has(permissions):
            continue
        walk.sign_in(name)
        bring_back = walk.keep()
        with walk.app.test_request_context(base_url=f"http://{HOST}"):
            address = walk.app.url_for(endpoint, **{key: named(walk, one).own for key, one in body.place.items()})
        before = walk.stored()
        for outside, data in attempts(walk, endpoint):
            if outside.endswith("other") and visitor.reaches(permissions, walk.known.other_path):
                continue
            file = {body.file: (BytesIO(walk.known.credential), "bevis.json")} if body.file else {}
            answer = walk.client.post(address, data=data | file, base_url=f"http://{HOST}")
            after = walk.stored()
            written = {table for table in after if after[table] != before[table]}
            if written:
                bring_back()
            if not outside:
                # A key is shown on the page that answers, since it is shown this once.
                taken += bool(written) and answer.status_code == (200 if endpoint in SHOWN_ONCE else 302)
                continue
            written &= body.unchanged or written
            if written or answer.status_code not in (200, 302, 403, 404, 422):
                wrong.append(f"{name}, {outside}: {answer.status_code}, wrote {sorted(written)}")
            shown = answer.text.partition("<main")[2]
            hidden = [FOREIGNER] if visitor.reaches(permissions, walk.known.other_path) else [FOREIGNER, OUTSIDER]
            wrong += [f"{name}, {outside}: shows {who}" for who in hidden if who in shown]
    assert not wrong, "\n".join(wrong)
    assert taken, "the form with the right ids is refused for everybody, so that a refusal says nothing"


def test_every_number_in_a_form_is_known(walk: Walk):
    unknown = set()
    for name in (*WORKS, *WIDE):
        walk.sign_in(name)
        for step in walk.steps():
            if step.method == "GET" and not step.outside:
                answer = walk.take(step)
                if answer.mimetype == "text/html" and answer.status_code == 200:
                    unknown |= set(_numbers(walk, answer.text, answer.request.path))
    known = {(endpoint, name) for endpoint, body in BODIES.items() for name in body.ids}
    assert unknown - NAME_NOBODY <= known, sorted(unknown - NAME_NOBODY - known)


def _numbers(walk: Walk, page: str, path: str) -> Iterator[tuple[str, str]]:
    """(route, field) of every choice, hidden field and button that sends a number."""
    adapter = walk.app.url_map.bind(HOST)
    for text in FORM.findall(page):
        form = _form(text)
        if (form.get("method") or "get").lower() != "post":
            continue
        try:
            endpoint, _values = adapter.match((form.get("action") or path).partition("?")[0], method="POST")
        except HTTPException as problem:
            raise AssertionError(f"{path}: a form leads to {form.get('action')}, where there is nothing") from problem
        for control in form.iter():
            if control.tag == "select":
                sent = [option.get("value") or "" for option in control.iter("option")]
            elif control.tag == "button" or (control.tag == "input" and control.get("type") in SENT_AS_IT_STANDS):
                sent = [control.get("value") or ""]
            else:
                continue
            if control.get("name") and any(one.isdigit() for one in sent):
                # A table has a field for each task of the municipality, and reads no others.
                yield endpoint, re.sub(r"^([a-z]+)-\d.*", r"\1-*", str(control.get("name")))


@cache
def _form(text: str) -> Element:
    """The form; most pages have some in common."""
    fragment: Element = html5lib.parseFragment(text, namespaceHTMLElements=False)
    (form,) = fragment.iter("form")
    return form
