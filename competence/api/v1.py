"""The questions of other systems, answered in JSON: who may, and may she. By a key in the header; no cookie counts here."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any, cast

from flask import Blueprint as PlainBlueprint
from flask import Flask, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_smorest import Api, Blueprint
from marshmallow import RAISE, Schema
from werkzeug.exceptions import HTTPException, UnprocessableEntity

from competence.access.rules import Permission
from competence.access.web import public
from competence.accounts.commands import TooManyTries, note_try
from competence.accounts.rules import key_hash
from competence.api import schemas
from competence.api.answers import SHIFTS, Words, may_answer, who_may_answer
from competence.api.commands import note_call
from competence.api.problems import MEDIA_TYPE, Problem, drawn, is_api, marked
from competence.api.queries import holder_of, must_wait_until
from competence.api.rules import WINDOW, KeyHolder, bearer
from competence.catalogue.queries.scales import level_names_on
from competence.coverage.duties import duty_at
from competence.coverage.queries.asking import may_she, person_of
from competence.coverage.queries.board import BoardTask
from competence.coverage.queries.finder import who_may
from competence.coverage.queries.one import stops_over
from competence.coverage.queries.places import Node, Tree, tree
from competence.coverage.queries.searching import get_task, named_tasks
from competence.coverage.rules import Shift
from competence.coverage.views.choices import FARTHEST
from competence.delegation.queries.drafts import limit_texts
from competence.foundation.clock import local, now, today
from competence.foundation.errors import NotAllowed, NotFound
from competence.foundation.text import N_, sentence
from competence.foundation.web import after_reading, db
from competence.organisation.queries import settings_of

PREFIX = "/api/v1"
VERSION = "1.0.0"
ABOUT = (
    "Who may do a task in the municipality's elder care, and may this employee: the same answers as on the pages of "
    "Kompetencetavlen. Three verdicts: may; may_when, within the limits that stand beside it; may_not. The system never "
    "answers for the citizen's state. Never in an answer: history, notes, absence, citizens."
)

bp = Blueprint("api", __name__, url_prefix=PREFIX)
document_bp = PlainBlueprint("api_document", __name__)
View = Callable[..., ResponseReturnValue]


def keyed(permission: Permission) -> Callable[[View], View]:
    """A decorator: the view runs for a key that carries the permission, and is given it as `holder`; others get a problem."""

    def decorate(view: View) -> View:
        @wraps(view)
        def run(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            return view(*args, holder=_holder(permission), **kwargs)

        run.__dict__["keyed"] = permission
        return run

    return decorate


def _holder(permission: Permission) -> KeyHolder:
    token = bearer(request.headers.get("Authorization"))
    holder = holder_of(db.session, token) if token else None
    if holder is None:
        if token:
            _note_wrong_key()
        said = N_("Send a key that counts: Authorization: Bearer kt_...")
        raise Problem(401, sentence(said), headers={"WWW-Authenticate": 'Bearer realm="Kompetencetavlen"'})
    if not holder.may(permission):
        raise Problem(
            403, sentence(N_("The key was not made for this question. Ask the municipality's administrator."))
        )
    until = must_wait_until(db.session, holder.key_id)
    if until is not None:
        raise _slower(max(1, -int(-(until - now()).total_seconds() // 1)))
    return holder


def _note_wrong_key() -> None:
    """Nothing. Problem 429 when too many wrong keys have come from the address."""
    address = key_hash(cast(str, current_app.secret_key), "key", request.remote_addr or "?")
    try:
        with db.own_session() as session:
            note_try(session, {"key": address})
            session.commit()
    except TooManyTries:
        raise _slower(int(WINDOW.total_seconds())) from None


def _slower(seconds: int) -> Problem:
    said = sentence(N_("Wait %(seconds)s seconds and ask again."), seconds=seconds)
    return Problem(429, said, headers={"Retry-After": str(seconds)})


@dataclass(frozen=True)
class _Asked:
    """A question, understood."""

    units: Tree
    task: BoardTask
    on: date
    shift: Shift | None


def _understood(said: dict[str, Any], *, needs_shift: bool) -> _Asked:
    """The question's task and duty. Problem 422 at the field that says nothing that can be asked; 404 for no such task."""
    on, shift = _duty(said, needs_shift=needs_shift)
    units = tree(db.session, on=today())
    try:
        return _Asked(units, get_task(db.session, said["task"], on=on), on, shift)
    except NotFound:
        raise Problem(404, sentence(N_("The catalogue has no task of that code or id."))) from None


def _duty(said: dict[str, Any], *, needs_shift: bool) -> tuple[date, Shift | None]:
    settings = settings_of(db.session)
    running_on, running = duty_at(local(now()), settings)
    shift: Shift | None
    if said.get("at") is not None:
        if said.get("on") is not None or said.get("shift") is not None:
            raise Problem(422, fields={"at": sentence(N_("Say either at, or on and shift."))})
        on, shift = duty_at(local(_in_reach(said["at"])), settings)
        name = "at"
    else:
        name = "on"
        shift = SHIFTS[said["shift"]] if said.get("shift") else None
        on = said.get("on") or (running_on if shift in (None, running) and needs_shift else today())
        if shift is None and needs_shift:
            if said.get("on") is not None:
                raise Problem(422, fields={"shift": sentence(N_("Say which shift: day, evening or night."))})
            shift = running
    earliest = running_on if shift is running else today()
    if on < earliest:
        raise Problem(422, fields={name: sentence(N_("That duty is over. Ask about one that runs or is to come."))})
    if on - today() > FARTHEST:
        raise Problem(422, fields={name: sentence(N_("That day is too far ahead."))})
    return on, shift


def _in_reach(at: datetime) -> datetime:
    """The moment. Problem 422 for one so far away that no calendar can tell its Danish day."""
    if abs(at.year - today().year) > FARTHEST.days // 365:
        raise Problem(422, fields={"at": sentence(N_("That day is too far ahead."))})
    return at


def _unit(said: str, units: Tree, holder: KeyHolder) -> Node:
    """The unit of that id, else of that name. Problem 404 out of reach, 422 where the name is several units'."""
    within = holder.reach()
    node = units.by_id.get(int(said)) if said.isascii() and said.isdigit() and len(said) < 19 else None
    named = [node] if node is not None else [one for one in units.nodes if one.name.casefold() == said.casefold()]
    reached = [one for one in named if within.covers(one.path)]
    if len(reached) > 1:
        raise Problem(422, fields={"unit": sentence(N_("Several units have that name. Send the unit's id."))})
    if not reached:
        raise Problem(404, sentence(N_("The key reaches no unit of that id or name.")))
    return reached[0]


def _words(on: date) -> Words:
    return Words(
        level_names_on(db.session, on),
        {text: code for code, text, _when in limit_texts(db.session)},
        {one.id: one.codes[0] for one in named_tasks(db.session, on) if one.codes},
        local(now()),
    )


EXPECTED = {
    "task": N_("Send the task's code or id."),
    "unit": N_("Send the unit's id or name."),
    "employee": N_("Send the employee's number."),
    "on": N_("Send the day as 2026-06-09."),
    "shift": N_("Say which shift: day, evening or night."),
    "at": N_("Send the moment with its offset, as 2026-06-09T15:00:00+02:00."),
}
NO_PART = N_("This is no part of the question.")
PROBLEMS = {
    400: "The request cannot be understood.",
    401: "No key, or one that is unknown, has ended or was taken back.",
    403: "The key was not made for this question.",
    404: "Nothing of that id, code, name or number within the key's reach.",
    405: "Only GET is answered.",
    422: "Something in the question is missing or wrong; `errors` says what.",
    429: "Too many questions; `Retry-After` says how many seconds to wait.",
}


def question(
    rule: str, permission: Permission, asked: type[Schema], answer: type[Schema], *, name: str, summary: str
) -> Callable[[View], View]:
    """A decorator: the view answers the question at the address, and stands in the document with all it may answer."""

    def decorate(view: View) -> View:
        shown: Any = bp.response(200, answer)(view)
        shown = keyed(permission)(bp.arguments(asked, location="query", unknown=RAISE)(shown))
        shown = bp.doc(security=[{"key": []}], operationId=name, summary=summary)(shown)
        for status, about in PROBLEMS.items():
            shown = bp.alt_response(status, schema=schemas.ProblemDetails, description=about, content_type=MEDIA_TYPE)(
                shown
            )
        shown.provide_automatic_options = False  # what the document does not name is not answered
        return cast(View, bp.get(rule)(shown))

    return decorate


@question(
    "/who-may", Permission.WHO_MAY_ASK, schemas.WhoMayQuestion, schemas.WhoMayAnswer, name="whoMay",
    summary="Who may do the task there and then?",
)  # fmt: skip
def who_may_do(said: dict[str, Any], *, holder: KeyHolder) -> ResponseReturnValue:
    """Those who may in the unit on that shift, next door, and the line to call when nobody may."""
    asked = _understood(said, needs_shift=True)
    unit = _unit(said["unit"], asked.units, holder)
    assert asked.shift is not None
    found = who_may(db.session, asked.units, unit, asked.task, on=asked.on, shift=asked.shift, explained=True)
    stopped = any(asked.on <= stop.last_day for stop in stops_over(db.session, unit, now(), task_id=asked.task.id))
    page = request.endpoint or ""
    after_reading(lambda session: note_call(session, holder, page=page, unit_id=unit.id))
    return _answered(who_may_answer(found, _words(asked.on), stopped=stopped))


@question(
    "/may", Permission.WHO_MAY_PERSON, schemas.MayQuestion, schemas.MayAnswer, name="may",
    summary="May this employee do the task then?",
)  # fmt: skip
def may_do(said: dict[str, Any], *, holder: KeyHolder) -> ResponseReturnValue:
    """The verdict under each of her employments within the key's reach. Without a shift the day alone is asked about."""
    asked = _understood(said, needs_shift=False)
    try:
        person_id = person_of(db.session, said["employee"])
        found = may_she(
            db.session, asked.units, person_id, [asked.task], on=asked.on, shift=asked.shift, within=holder.reach()
        )  # fmt: skip
    except NotFound:
        raise Problem(404, sentence(N_("The key reaches no employee of that number."))) from None
    page = request.endpoint or ""
    after_reading(lambda session: note_call(session, holder, page=page, person_id=person_id))
    return _answered(may_answer(found, asked.task, _words(asked.on)))


def _answered(said: dict[str, Any]) -> Response:
    return marked(Response(json.dumps(said, ensure_ascii=False), mimetype="application/json"))


@document_bp.get(f"{PREFIX}/openapi.json", provide_automatic_options=False)
@public
def document() -> ResponseReturnValue:
    """What can be asked and how it is answered, as an OpenAPI document. Holds nothing of any municipality."""
    return jsonify(current_app.extensions["openapi"])


class _Api(Api):  # type: ignore[misc]
    """The library's own handler would turn the errors of every page into JSON."""

    def _register_error_handlers(self) -> None:
        return None


def connect(app: Flask) -> None:
    """Nothing; the application answers other systems, and its document is drawn once."""
    api = _Api(
        app,
        spec_kwargs={
            "title": "Kompetencetavlen", "version": VERSION, "openapi_version": "3.1.0",
            "info": {"description": ABOUT, "license": {"name": "MIT", "identifier": "MIT"}},
        },
    )  # fmt: skip
    api.spec.components.security_scheme(
        "key", {"type": "http", "scheme": "bearer", "description": "A key that the administrator has made."}
    )
    api.register_blueprint(bp)
    app.register_blueprint(document_bp)
    app.extensions["openapi"] = api.spec.to_dict()
    app.register_error_handler(Problem, drawn)


def problem_of(error: Exception) -> ResponseReturnValue | None:
    """The error as a problem where another system asked; None on a page."""
    if not is_api():
        return None
    if isinstance(error, UnprocessableEntity):
        wrong = getattr(error, "data", {}).get("messages", {}).get("query", {})
        return drawn(Problem(422, fields={field: sentence(EXPECTED.get(field, NO_PART)) for field in wrong}))
    if isinstance(error, NotFound):
        return drawn(Problem(404))
    if isinstance(error, NotAllowed):
        return drawn(Problem(403))
    if isinstance(error, HTTPException) and error.code:
        headers = {"Allow": ", ".join(getattr(error, "valid_methods", None) or ())} if error.code == 405 else {}
        return drawn(Problem(error.code, headers=headers))
    return drawn(Problem(500))
