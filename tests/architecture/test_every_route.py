"""Every route for every role: own unit, another unit, another municipality, a role or an employment that has ended, nobody.

What is expected follows from POLICY and from how far each role reaches. A route with a parameter that `towns` does not
know fails here, so that whoever adds one says what is within reach and what is not.
"""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from competence.access.rules import Permission, Role
from competence.foundation.clock import today
from tests.architecture.towns import (
    FOREIGN_HOST,
    FOREIGNER,
    HOST,
    INSIDER,
    OUTSIDER,
    SIGNER,
    UNKNOWN,
    VISITORS,
)
from tests.architecture.walking import Step, Walk, is_own
from tests.html import problems

OPENS = frozenset({200, 302, 303, 400, 409, 410, 422})
"""What somebody who may gets; the last four for a form that was sent empty, or too late."""

MUNICIPALITY_WIDE = frozenset(
    {
        "brought.end_issuer",
        "brought.issuers",
        "frameworks.end",
        "frameworks.index",
        "frameworks.new",
        "frameworks.renew",
        "accounts.log",
        "api_keys.index",
        "api_keys.revoke",
        "practice_use.stop",
        "practice_use.use",
        "settings.settings",
        "figures.aim",
    }
)
"""Pages about all of the municipality: a role over a part of it does not reach them."""

SAVES_FOR_ALL = frozenset(
    {
        "activities.archive",
        "activities.restore",
        "areas.restore",
        "catalogue.restore",
        "profiles.new",
        "paths.approve",
        "paths.archive",
        "paths.move",
        "paths.remove",
        "paths.restore",
    }
)
"""What is kept for all of the municipality is read everywhere, and changed only by a role over all of it."""

HIDDEN = ("inspection.", "inspection_files.")
"""Pages that are not there at all for whoever lacks the permission: an inspector's access ends, and leaves no door."""

PLANS = (
    *(f"plans.{one}" for one in ("one", "lay", "pause", "resume", "end", "note", "version", "answer", "withdraw")),
    *(f"plan_goals.{one}" for one in ("new", "one", "note", "answer", "close", "open_again")),
    *(f"plan_activities.{one}" for one in ("new", "one", "change", "move", "done", "undo", "drop", "answer", "after")),
)
"""Pages of a person's plan: her own besides, which none of the visitors' is."""

ASKS_FOR = {
    "delegations.end": Permission.DELEGATION_GIVE,
    "delegations.one": Permission.DELEGATION_READ,
    "delegations.supervised": Permission.DELEGATION_GIVE,
    "programme.one": Permission.ONBOARDING_TICK,
    "programme.tick": Permission.ONBOARDING_TICK,
    "programme.untick": Permission.ONBOARDING_TICK,
    "students.one": Permission.ONBOARDING_TICK,
    "welcome_letters.letter": Permission.ONBOARDING_TICK,
    "files.file": Permission.EVIDENCE_FILE_READ,
    "files.remove": Permission.EVIDENCE_FILE_ADD,
    "signoffs.ask": Permission.SIGNOFF_ASK,
    **dict.fromkeys(PLANS, Permission.PLAN_WRITE),
}
"""What a view asks for besides, once it knows whom it is about."""


def expected(walk: Walk, step: Step) -> frozenset[int]:
    """What POLICY and reach say that the visitor gets."""
    visitor = walk.visitor
    assert visitor is not None
    if walk.keyed(step.rule):
        return frozenset({401})
    permissions = walk.permissions(step.rule)
    if not permissions:
        return OPENS | {404}
    if not visitor.has(permissions):
        return frozenset({404 if step.rule.endpoint.startswith(HIDDEN) else 403})
    if step.outside.endswith("foreign"):
        return frozenset({404})
    if is_own(step.rule) and (step.outside or UNKNOWN in step.values.values()):
        return frozenset({404})
    if step.rule.endpoint in ASKS_FOR and not visitor.has((ASKS_FOR[step.rule.endpoint],)):
        return frozenset({404})
    if step.rule.endpoint in MUNICIPALITY_WIDE and not visitor.reaches(permissions, walk.known.root_path):
        return frozenset({404})
    if step.rule.endpoint in SAVES_FOR_ALL and not visitor.reaches(permissions, walk.known.root_path):
        return frozenset({403, 404} if step.outside else {403})
    if step.outside.endswith("other"):
        # Two parameters that do not belong together are no page, however far one reaches.
        alone = len(step.values.keys() - {"task_id", "task"}) == 1
        reached = visitor.reaches(permissions, walk.known.other_path)
        return OPENS if alone and reached else OPENS | {404} if reached else frozenset({404})
    return OPENS


@pytest.mark.parametrize("name", VISITORS)
def test_each_role_opens_what_it_may_within_reach_and_nothing_else(walk: Walk, name: str):
    walk.sign_in(name)
    before = walk.stored()
    wrong = []
    allowed = []
    for step in walk.steps():
        due = expected(walk, step)
        if due == {403} and step.outside and name != first_without(walk, step):
            continue
        if due <= {403, 404}:
            answer = walk.take(step)
            if answer.status_code not in due:
                wrong.append(f"{step}: {answer.status_code}, not {sorted(due)}")
        else:
            allowed.append((step, due))
    assert walk.stored() == before, "a refused request has written something"
    bring_back = walk.keep()
    for step, due in allowed:
        answer = walk.take(step)
        if answer.status_code not in due:
            wrong.append(f"{step}: {answer.status_code}, not {sorted(due)}")
        wrong += [f"{step}: shows {leak}" for leak in leaks(walk, step, answer)]
        if answer.status_code == 200 and answer.mimetype == "text/html" and "<!doctype" in answer.text[:20].lower():
            wrong += [f"{step}: {fault}" for fault in problems(answer.text)]
        if step.method == "POST":
            bring_back()
    assert not wrong, "\n".join(wrong)


def first_without(walk: Walk, step: Step) -> str:
    """The first visitor whom the route refuses for want of a permission, which is before it has read what it is about.

    That it refuses whatever it is about is shown by her; the others are refused what is about their own team.
    """
    permissions = walk.permissions(step.rule)
    return next(name for name, visitor in walk.known.visitors.items() if not visitor.has(permissions))


def leaks(walk: Walk, step: Step, answer: TestResponse) -> list[str]:
    """Names on the page that the visitor has no business with."""
    visitor = walk.visitor
    assert visitor is not None
    if answer.mimetype not in {"text/html", "application/json"}:
        return []
    hidden = {FOREIGNER, "Fie Fremmed", "Søby Kommune"}
    roles = {a.role for a in visitor.roles}
    if not any(a.path == walk.known.root_path for a in visitor.roles):
        hidden |= {OUTSIDER, "Olga Vejleder"}
    if roles <= {Role.DIRECTOR, Role.HR, Role.COMMITTEE}:
        hidden |= set(walk.known.working)
    if roles == {Role.PLANNER} and step.rule.endpoint != "people.index":  # there she stands as any colleague
        hidden |= {SIGNER}
    if is_own(step.rule):  # who has signed one's own sign-off is one's own business
        hidden -= {SIGNER}
    return sorted(name for name in hidden - {visitor.name} if name in answer.text)


def test_a_colleague_is_shown_without_her_level_or_how_long_it_lasts(walk: Walk):
    walk.sign_in("employee")
    answer = walk.client.get("/who-may?q=Insulin+med+pen&shift=D", base_url=f"http://{HOST}")
    own, _heading, shown = answer.text.partition("<main")[2].partition("</main")[0].partition("Kolleger, du kan spørge")
    assert "Må jeg" in own or "Du må" in own
    assert INSIDER in shown
    assert INSIDER not in own
    for word in ("basis", "øvet", "ekspert", "niveau", "gælder til og med", "udløber", SIGNER):
        assert word.lower() not in shown.lower(), word


def test_whoever_is_signed_out_is_asked_to_sign_in(walk: Walk):
    before = walk.stored()
    _assert_signed_out(walk)
    assert walk.stored() == before, "somebody whom nobody knows has written something"


def _assert_signed_out(walk: Walk, **arguments: Any) -> None:
    wrong = []
    for step in walk.steps():
        if not walk.permissions(step.rule):
            continue
        answer = walk.take(step, **arguments)
        if answer.status_code != 302 or not answer.location.startswith("/sign-in"):
            wrong.append(f"{step}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_a_sign_in_to_one_municipality_is_none_to_another(walk: Walk):
    walk.sign_in("development_nurse of all")
    cookie = walk.client.get_cookie("kompetence", domain=HOST)
    assert cookie is not None
    walk.client.set_cookie("kompetence", cookie.value, domain=FOREIGN_HOST)
    _assert_signed_out(walk, base_url=f"http://{FOREIGN_HOST}")


def test_with_the_last_employment_all_access_ends_at_once(walk: Walk):
    walk.sign_in("guide")
    assert walk.visitor is not None
    walk.write("UPDATE employment SET valid_to = ? WHERE person_id = ?", str(today()), walk.visitor.person_id)
    _assert_signed_out(walk)


def test_with_the_account_all_access_ends_at_once(walk: Walk):
    walk.sign_in("leader")
    assert walk.visitor is not None
    walk.write("UPDATE account SET disabled_at = recorded_at WHERE person_id = ?", walk.visitor.person_id)
    _assert_signed_out(walk)


def test_a_host_name_that_nobody_has_shows_nothing(walk: Walk):
    walk.sign_in("leader")
    for step in walk.steps():
        if step.rule.endpoint != "healthz":
            assert walk.take(step, base_url="http://andetsteds.example").status_code == 404, str(step)


def test_what_does_not_exist_is_not_found(walk: Walk):
    walk.sign_in("administrator of all")
    assert walk.client.get(f"/units/{UNKNOWN}", base_url=f"http://{HOST}").status_code == 404
