"""Which staff group follows which: seen, and changed."""

from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.foundation.changes import foresee
from competence.foundation.clock import last_day, today
from competence.foundation.errors import Overtaken, RuleBroken
from competence.foundation.web import db, say, show, transaction
from competence.people.commands import follow_group, follow_mark, let_sign, signers_mark
from competence.people.rules import FROM_THE_START
from competence.profiles import queries
from competence.profiles.forms import FollowForm
from competence.profiles.views.blueprint import bp, may


@bp.get("/follows")
@requires(Permission.PROFILE_READ)
def follows(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Every staff group with the one it follows, how many people it is about, and what has been changed."""
    groups, follows, counts = (
        queries.groups(db.session),
        queries.follows(db.session),
        queries.heads(db.session, today()),
    )
    names = {group.id: group.name for group in groups}
    return render_template(
        "profiles/follows.html",
        rows=[(group, follows.get(group.id), counts.get(group.id, 0)) for group in groups],
        names=names,
        history=queries.followed(db.session),
        from_the_start=FROM_THE_START,
        last_day=last_day,
        may_change=may(actor, Permission.STAFF_GROUP_WRITE),
        signers=signers_mark(groups),
    )


@bp.post("/follows/signers")
@requires(Permission.STAFF_GROUP_WRITE)
def signers(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The ticked staff groups may sign from now on, and no others."""
    if not may(actor, Permission.STAFF_GROUP_WRITE):
        return redirect(url_for(".follows"))
    try:
        with transaction() as session:
            changed = let_sign(session, request.form.getlist("group"), seen=request.form.get("seen", ""), by=actor)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(_("Saved. What has been signed before still stands.") if changed else _("Nothing was changed."))
    return redirect(url_for(".follows", _anchor="signers"))


@bp.route("/follows/<int:staff_group_id>", methods=["GET", "POST"])
@requires(Permission.STAFF_GROUP_WRITE)
def follow(staff_group_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What one staff group follows from now on."""
    group = queries.get_group(db.session, staff_group_id)
    if not may(actor, Permission.STAFF_GROUP_WRITE):
        return redirect(url_for(".follows"))
    row = queries.follows(db.session).get(group.id)
    form = FollowForm()
    form.follows.choices = [
        ("", _("None: the group stands alone")),
        *((one.id, one.name) for one in queries.groups(db.session) if one.id != group.id),
    ]
    if not form.is_submitted():
        form.follows.data = row.follows_id if row else None
        form.from_stage.data = (row.from_stage if row else "") or ""
        form.seen.data = follow_mark(row)
    if form.validate_on_submit():
        try:
            change = foresee(
                db.session,
                partial(
                    follow_group, staff_group_id=group.id, follows_id=form.follows.data,
                    from_stage=form.from_stage.data or "", seen=form.seen.data or "", by=actor,
                ),
            )  # fmt: skip
            with transaction() as session:
                change(session)
        except RuleBroken as broken:
            show(broken, form)
            if isinstance(broken, Overtaken):
                row = queries.follows(db.session).get(group.id)
                form.seen.data = follow_mark(row)
        else:
            flash(_("Saved for %(group)s. Everybody's answers in the group have been made again.", group=group.name))
            return redirect(url_for(".follows"))
    followed = queries.get_group(db.session, row.follows_id).name if row else ""
    return render_template(
        "profiles/follow.html", form=form, group=group, row=row, followed=followed,
        heads=queries.heads(db.session, today()).get(group.id, 0),
    )  # fmt: skip
