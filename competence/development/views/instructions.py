"""New versions of instructions: read and understood on one's own page, and who has not read yet."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue import commands
from competence.catalogue.queries import tasks as catalogue
from competence.catalogue.queries.instructions import get_instruction, has_read
from competence.development.queries.instructions import reading_lists
from competence.foundation.clock import last_day, today
from competence.foundation.errors import RuleBroken
from competence.foundation.web import db, say, transaction

bp = Blueprint("instructions", __name__, url_prefix="/instructions")


@bp.get("")
@requires(any_of=(Permission.SIGNOFF_AGREE, Permission.CATALOGUE_WRITE))
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Each version that is to be read, with those within reach who have not; the ones whose grace is over first."""
    on = today()
    lists = reading_lists(db.session, within, on=on)
    lists.sort(key=lambda one: not (one.is_over(on) and one.unread))
    return render_template("instructions/index.html", lists=lists, on=on, last_day=last_day)


@bp.get("/<int:instruction_id>")
@requires(Permission.OWN_READ)
def one(instruction_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What is new, the link, and the one answer that is asked for."""
    version = get_instruction(db.session, instruction_id)
    return render_template(
        "instructions/one.html", version=version, task=catalogue.get_task(db.session, version.task_id),
        read=has_read(db.session, version.id, actor.person_id), last_day=last_day(version.closes_on), today=today(),
    )  # fmt: skip


@bp.post("/<int:instruction_id>")
@requires(Permission.OWN_ANSWER)
def confirm(instruction_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """She has read and understood it."""
    try:
        with transaction() as session:
            commands.confirm_reading(session, instruction_id, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
        return redirect(url_for(".one", instruction_id=instruction_id))
    flash(_("Noted: you have read and understood it."))
    return redirect(url_for("me.path"))
