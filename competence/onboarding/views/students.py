"""A student's stage and supervisor, with what came before."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.accounts.queries import names_of
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.web import db, say, show, transaction
from competence.onboarding import commands
from competence.onboarding.forms import StageForm, people
from competence.onboarding.queries.ahead import colleagues
from competence.onboarding.queries.programmes import reach_of
from competence.onboarding.queries.students import Student, get_student, stages_of
from competence.onboarding.views.showing import group_word

bp = Blueprint("students", __name__, url_prefix="/onboarding/students/<int:student_id>")


@bp.get("")
@requires(any_of=(Permission.ONBOARDING_KEEP, Permission.ONBOARDING_TICK, Permission.OWN_READ))
def one(student_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The stage that stands, and the history; for her leader the form for the next one."""
    found = get_student(db.session, student_id, within=reach_of(actor), reader_id=actor.person_id)
    form = None
    if actor.may(Permission.ONBOARDING_KEEP, found.unit.path) and not _has_ended(found):
        form = _form(found, actor)
    return page(found, form)


def _has_ended(found: Student) -> bool:
    return found.employment.valid_to is not None and found.employment.valid_to <= today()


def _form(found: Student, actor: Actor) -> StageForm:
    employment, stage = found.employment, found.stage
    chosen = [(stage.supervisor_id, found.supervisor)] if stage is not None and found.supervisor else []
    return StageForm(
        people(colleagues(db.session, actor, found.unit.path, but=employment.person_id), *chosen),
        data={
            "begins_on": max(today(), employment.valid_from), "supervisor": stage.supervisor_id if stage else None,
            "opens": employment.stage_from is not None, "seen": str(stage.id if stage else 0),
        },
    )  # fmt: skip


def page(found: Student, form: StageForm | None) -> ResponseReturnValue:
    """The page, with the form as it was filled in."""
    looked_at(person_id=found.employment.person_id)
    stages = stages_of(db.session, found.employment.id)
    names = names_of(db.session, {one.supervisor_id for one in stages} | {one.recorded_by for one in stages})
    return render_template(
        "onboarding/student.html", found=found, form=form, stages=stages, names=names, today=today(),
        group_word=group_word,
    ), 422 if form is not None and form.errors else 200  # fmt: skip


@bp.post("/stage")
@requires(Permission.ONBOARDING_KEEP)
def move(student_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The student's next stage."""
    found = get_student(db.session, student_id, within=within)
    if _has_ended(found):
        raise NotFound
    form = _form(found, actor)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.move_stage(session, student_id, form.to_command(), seen=form.revision, by=actor)
        except Overtaken as broken:
            flash(say(broken.message), "error")
            return redirect(url_for(".one", student_id=student_id))
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The stage is noted."))
            return redirect(url_for(".one", student_id=student_id))
    return page(found, form)
