"""Who was allowed what on a past date: the question, its answer on a page, and the way to it as files."""

from datetime import date
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at_all, requires, role_and_purpose
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, Overtaken
from competence.foundation.web import db, transaction
from competence.inspection import queries
from competence.inspection.forms import QuestionForm, WhenForm
from competence.inspection.pack import Question
from competence.inspection.queries import Choice
from competence.inspection.rules import About
from competence.inspection.views import proving, words
from competence.jobs.commands import ask
from competence.jobs.queries import unfinished
from competence.jobs.views import wake

bp = Blueprint("inspection", __name__, url_prefix="/inspection")

AT_ONCE = 6_000
"""Answers (employments times tasks) that are put together while the page is fetched; more, in the background."""
KIND = "inspection"
PAGES = {About.UNIT: ("unit", "unit_id"), About.PERSON: ("person", "person_id"), About.TASK: ("task", "task_id")}
"""What is asked about -> the page and its parameter."""


@bp.errorhandler(NotAllowed)
def hidden(_error: NotAllowed) -> ResponseReturnValue:
    """For whoever has no access, or whose access has ended, there is no such page."""
    return render_template("errors/404.html"), 404


@bp.get("")
@requires(Permission.INSPECTION_READ)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The question. One that names exactly one thing leads straight to its answer."""
    asked = "on" in request.args
    units = queries.unit_choices(db.session, within=within)
    said = request.args if asked else MultiDict({"on": today().isoformat()})
    form = QuestionForm(said, units=[(str(one.id), one.name) for one in units])
    found: list[Choice] = []
    if asked and form.validate():
        text = (form.q.data or "").strip()
        if not text and (form.unit.data or "").isdigit():
            return redirect(address(About.UNIT, int(form.unit.data), *form.days))
        found = queries.found_by(db.session, text, within=within)
        if len(found) == 1:
            return redirect(address(found[0].about, found[0].id, *form.days))
        if not found:
            form.q.errors = [
                _("Nobody and nothing within your reach is called that. Try a part of the name.")
                if text
                else _("Write a name, or choose a unit.")
            ]
    page = render_template(
        "inspection/index.html", form=form, access=queries.access_of(db.session, actor, on=today()),
        found=[(one, address(one.about, one.id, *form.days)) for one in found], today=today(),
    )  # fmt: skip
    return page, 422 if form.errors else 200


@bp.get("/unit/<int:unit_id>")
@requires(Permission.INSPECTION_READ)
def unit(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Everybody in a unit and below it."""
    return _answer(About.UNIT, unit_id, actor, within)


@bp.get("/person/<int:person_id>")
@requires(Permission.INSPECTION_READ)
def person(person_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One person, with all her employments within reach."""
    return _answer(About.PERSON, person_id, actor, within)


@bp.get("/task/<int:task_id>")
@requires(Permission.INSPECTION_READ)
def task(task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One task, with everybody within reach."""
    return _answer(About.TASK, task_id, actor, within)


@bp.post("/unit/<int:unit_id>/make")
@requires(Permission.INSPECTION_READ)
def make_unit(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Begin to make a large unit's pack in the background."""
    return _make(About.UNIT, unit_id, actor, within)


@bp.post("/task/<int:task_id>/make")
@requires(Permission.INSPECTION_READ)
def make_task(task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The same for a task that many may do."""
    return _make(About.TASK, task_id, actor, within)


def address(about: About, asked_id: int, first: date, last: date, *, form: str = "") -> str:
    """Of the answer's page, or of its file ("pdf", "sheet")."""
    page, parameter = PAGES[about]
    endpoint = f"inspection_files.{page}_{form}" if form else f"inspection.{page}"
    named: dict[str, Any] = {parameter: asked_id, "on": first.isoformat()}
    if last != first:
        named["through"] = last.isoformat()
    return url_for(endpoint, **named)


def _make_url(about: About, asked_id: int) -> str:
    page, parameter = PAGES[about]
    named: dict[str, Any] = {parameter: asked_id}
    return url_for(f".make_{page}", **named)


def when(said: MultiDict[str, str]) -> WhenForm:
    """The days of an address; today where it names none."""
    return WhenForm(said if "on" in said else MultiDict({"on": today().isoformat()}))


def _answer(about: About, asked_id: int, actor: Actor, within: Reach) -> ResponseReturnValue:
    title, place = queries.title_of(db.session, about, asked_id, within=within)
    form = when(request.args)
    shown = {
        "form": form,
        "about": about,
        "title": title or _("Name erased"),
        "place": place,
        "today": today(),
        "asked_id": asked_id,
    }
    if not form.validate():
        return render_template("inspection/answer.html", pack=None, size=0, **shown), 422
    question = Question(about, asked_id, *form.days)
    size = queries.size_of(db.session, question, within=within)
    shown |= {
        "days": words.period(question), "access": queries.access_of(db.session, actor, on=today()),
        "pdf_url": address(about, asked_id, *form.days, form="pdf"),
        "sheet_url": address(about, asked_id, *form.days, form="sheet"), "size": size,
    }  # fmt: skip
    if size > AT_ONCE:
        return render_template(
            "inspection/answer.html", pack=None, kept=queries.packs_kept(db.session, question, by=actor.person_id),
            making=unfinished(db.session, KIND, subject(question, actor)), question=question,
            make_url=_make_url(about, asked_id), **shown,
        )  # fmt: skip
    pack = queries.pack_of(db.session, question, within=within)
    looked_at_all(pack.persons)
    return render_template(
        "inspection/answer.html", pack=pack, posts=words.posts(pack), tables=words.tables(pack),
        proof=proving.proof_table(pack), anchor=proving.anchor_text(pack), question=question, address=address, **shown,
    )  # fmt: skip


def subject(question: Question, actor: Actor) -> str:
    """What tells two such jobs apart."""
    days = f"{question.first:%y%m%d}-{question.last:%y%m%d}"
    return f"{question.about[0]}{question.id} {days} {actor.person_id}"


def _make(about: About, asked_id: int, actor: Actor, within: Reach) -> ResponseReturnValue:
    title, _place = queries.title_of(db.session, about, asked_id, within=within)
    form = WhenForm(request.form)
    if not form.validate():
        return redirect(address(about, asked_id, today(), today()))
    question = Question(about, asked_id, *form.days)
    if queries.size_of(db.session, question, within=within) <= AT_ONCE:
        return redirect(address(about, asked_id, *form.days))
    role, _purpose = role_and_purpose(actor)
    try:
        with transaction() as session:
            job = ask(
                session, KIND, subject(question, actor), leads_to=address(about, asked_id, *form.days),
                title=_("Inspection pack: %(what)s, %(when)s", what=title, when=words.period(question)),
                said={
                    "about": about.value, "id": asked_id, "first": question.first.isoformat(),
                    "last": question.last.isoformat(), "role": role.value, "municipality": g.municipality.name,
                },
                by=actor,
            )  # fmt: skip
    except Overtaken:
        return redirect(address(about, asked_id, *form.days))
    wake()
    return redirect(url_for("jobs.job", job_id=job.id))
