"""The hearing of a draft: asked for, commented on, answered; and a coming version withdrawn."""

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, current_app, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from competence.access.rules import ROLE_NAMES, Actor, Permission, Reach, Role
from competence.access.web import requires
from competence.config import Settings
from competence.delegation import letters, queries
from competence.delegation.commands import root_unit
from competence.delegation.commands.hearing import (
    answer_comment,
    comment,
    open_hearing,
    remind_hearing,
    withdraw_version,
)
from competence.delegation.draft_forms import CommentForm, HearingForm
from competence.delegation.queries.explaining import get_task
from competence.delegation.queries.hearing import HEARD, asked, can_be_asked, comments_on, email_of, invited
from competence.delegation.views.drafts import may_edit, numbered
from competence.delegation.views.standing import state_of, title_of
from competence.foundation import addresses, mail
from competence.foundation.changes import foresee
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.web import db, say, show, transaction

bp = Blueprint("hearing", __name__, url_prefix="/matrix/hearing")

READERS = (Permission.MATRIX_COMMENT, Permission.MATRIX_EDIT, Permission.MATRIX_APPROVE)


def _place() -> tuple[int, int] | None:
    task_id = request.values.get("task", type=int)
    group_id = request.values.get("group", type=int)
    return (task_id, group_id) if task_id is not None and group_id is not None else None


def _cell_name(place: tuple[int, int] | None) -> str:
    if place is None:
        return ""
    group = queries.staff_groups(db.session).get(place[1])
    if group is None:
        raise NotFound
    return f"{get_task(db.session, place[0]).name} × {group.short_name}"


@bp.get("/<int:number>")
@requires(any_of=READERS)
def show_hearing(number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Who is asked until when, what has been said, and what waits for an answer."""
    return _page(number, actor, CommentForm(), HearingForm(people=can_be_asked(db.session, on=today())))


def _page(
    number: int,
    actor: Actor,
    comment_form: CommentForm,
    form: HearingForm,
    *,
    refused: tuple[int, str, str] | None = None,
) -> ResponseReturnValue:
    """`refused`: (comment id, the answer as it was typed, why it was refused)."""
    version = numbered(queries.read_versions(db.session), number)
    called, edits = invited(db.session, version.id), may_edit(actor)
    if not edits and not called.include(actor):
        return redirect(url_for("matrix.show_version", number=number))
    if not form.is_submitted():
        form.until.data = version.hearing_until or today() + timedelta(days=14)
        form.roles.data = sorted(role.value for role in called.roles) or [Role.LEADER.value, Role.COMMITTEE.value]
        form.people.data = list(called.persons)
    place = _place()
    runs = version.is_open and version.hearing_until is not None and version.hearing_until >= today()
    said = comments_on(db.session, version.id)
    people = asked(db.session, version.id, on=today()) if edits else []
    return render_template(
        "matrix/hearing.html",
        form=form if form.errors else comment_form,
        hearing_form=form,
        comment_form=comment_form,
        version=version,
        title=title_of(version),
        state=state_of(version),
        asked=[say(ROLE_NAMES[role]) for role in HEARD if role in called.roles] + list(called.persons.values()),
        people=people,
        silent=sum(1 for one in people if not one.has_commented),
        may_remind=edits and runs,
        comments=said,
        unanswered=sum(1 for one in said if one.is_open),
        may_edit=edits and version.is_open,
        may_comment=runs and (called.include(actor) or edits) and actor.may(Permission.MATRIX_COMMENT),
        refused=refused,
        place=place,
        cell=_cell_name(place),
    )


@bp.post("/<int:number>/open")
@requires(Permission.MATRIX_EDIT)
def ask(number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Ask for comments until a day."""
    version = numbered(queries.read_versions(db.session), number)
    if not version.is_open or not may_edit(actor):
        return redirect(url_for("matrix.show_version", number=number))
    form = HearingForm(people=can_be_asked(db.session, on=today()))
    if form.validate_on_submit():
        try:
            with transaction() as session:
                open_hearing(
                    session, number, until=form.until.data or today(), roles=[Role(code) for code in form.roles.data or ()],
                    person_ids=form.people.data or [], by=actor,
                )  # fmt: skip
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(
                _(
                    "The draft is in hearing. Those you asked see it at the bell, on “My path” and on the division of tasks."
                )
            )
            _mail_each(
                letters.asking(
                    [one for one in asked(db.session, version.id, on=today()) if one.person_id != actor.person_id],
                    number=number, municipality=g.municipality.name, until=form.until.data or today(),
                    link=addresses.address(".show_hearing", number=number),
                )
            )  # fmt: skip
            return redirect(url_for(".show_hearing", number=number))
    return _page(number, actor, CommentForm(formdata=None), form)


@bp.post("/<int:number>/remind")
@requires(Permission.MATRIX_EDIT)
def remind(number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Remind those who are asked and have said nothing."""
    version = numbered(queries.read_versions(db.session), number)
    if not version.is_open or not may_edit(actor):
        return redirect(url_for("matrix.show_version", number=number))
    try:
        with transaction() as session:
            silent = remind_hearing(session, number, by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        due = letters.reminding(
            silent, number=number, municipality=g.municipality.name, until=version.hearing_until or today(),
            link=addresses.address(".show_hearing", number=number),
        )  # fmt: skip
        if _mail_each(due) is None:
            flash(
                _(
                    "No mail server is named, so nobody was mailed. It still waits at the bell of those who have not commented."
                )
            )
    return redirect(url_for(".show_hearing", number=number))


def _mail_each(due: Sequence[mail.Letter]) -> int | None:
    """To how many the letters went, which is said; None where no mail server is named."""
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.smtp_url:
        return None
    try:
        taken = len(mail.send_all(settings.smtp_url, sender=settings.mail_from, letters=due)) if due else 0
    except OSError:
        taken = 0
    if taken < len(due):
        missed = len(due) - taken
        flash(
            ngettext(
                "%(num)s mail could not be sent. Tell them yourself.",
                "%(num)s mails could not be sent. Tell them yourself.",
                missed,
            ),
            "error",
        )
    if taken:
        flash(ngettext("%(num)s person has been mailed.", "%(num)s persons have been mailed.", taken))
    return taken


@bp.post("/<int:number>/comment")
@requires(Permission.MATRIX_COMMENT)
def write(number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A comment on the draft, or on one of its cells."""
    version = numbered(queries.read_versions(db.session), number)
    if not version.is_open or not (may_edit(actor) or invited(db.session, version.id).include(actor)):
        return redirect(url_for("matrix.show_version", number=number))
    form = CommentForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                comment(session, number, form.text.data or "", place=_place(), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("Your comment is saved."))
            return redirect(url_for(".show_hearing", number=number))
    return _page(number, actor, form, HearingForm(people=can_be_asked(db.session, on=today()), formdata=None))


@bp.post("/<int:number>/answer/<int:comment_id>")
@requires(Permission.MATRIX_EDIT)
def answer(number: int, comment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Answer a comment; then it is no longer open."""
    version = numbered(queries.read_versions(db.session), number)
    if comment_id not in {one.id for one in comments_on(db.session, version.id)}:
        raise NotFound
    if not may_edit(actor):
        return redirect(url_for("matrix.show_version", number=number))
    try:
        with transaction() as session:
            said = answer_comment(session, comment_id, request.form.get("answer", ""), by=actor)
            writer = said.written_by
    except Overtaken as broken:
        flash(say(broken.message), "error")
    except RuleBroken as broken:
        refused = (comment_id, request.form.get("answer", ""), say(broken.message))
        forms = CommentForm(formdata=None), HearingForm(people=can_be_asked(db.session, on=today()), formdata=None)
        return make_response(_page(number, actor, *forms, refused=refused), 422)
    else:
        flash(_("The comment is answered."))
        address = email_of(db.session, writer) if writer != actor.person_id else ""
        if address:
            said_to = letters.answering(
                address,
                number=number,
                municipality=g.municipality.name,
                link=addresses.address(".show_hearing", number=number),
            )
            _mail_each([said_to])
    return redirect(url_for(".show_hearing", number=number))


@bp.post("/<int:number>/withdraw")
@requires(Permission.MATRIX_APPROVE)
def withdraw(number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Make a coming version a draft again."""
    numbered(queries.read_versions(db.session), number)
    if not actor.may(Permission.MATRIX_APPROVE, root_unit(db.session).path):
        return redirect(url_for("matrix.show_version", number=number))
    try:
        withdraw_it = foresee(db.session, lambda session: withdraw_version(session, number, by=actor))
        with transaction() as session:
            withdraw_it(session)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("Version %(number)s is a draft again. The one before it holds on.", number=number))
    return redirect(url_for("drafts.index"))
