"""Writing a draft: its areas, its texts, tasks from the matrix; approving it, or taking it away."""

from datetime import date, timedelta

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import ROLE_NAMES, Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue.queries import level_names
from competence.catalogue.rules import ScaleKind
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.web import day, db, say, show, transaction
from competence.profiles import commands, queries
from competence.profiles.forms import (
    NEW_ROWS,
    ApproveForm,
    AreaForm,
    BulkForm,
    TaskRow,
    TextsForm,
    rows_sent,
    wanted_tasks,
)
from competence.profiles.rules import Content
from competence.profiles.views.blueprint import Read, bp, may, read


def _draft(staff_group_id: int, number: int, actor: Actor, permission: Permission) -> Read | None:
    """The draft; None when it may no longer be changed, or not by her."""
    page = read(staff_group_id, number)
    return page if page.version.is_draft and may(actor, permission) else None


def _back(staff_group_id: int, number: int) -> ResponseReturnValue:
    return redirect(url_for(".version", staff_group_id=staff_group_id, number=number))


@bp.post("/<int:staff_group_id>/draft")
@requires(Permission.PROFILE_WRITE)
def new(staff_group_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A draft, as a copy of the group's newest version."""
    group = queries.get_group(db.session, staff_group_id)
    try:
        with transaction() as session:
            number = commands.new_draft(session, group.id, by=actor).number
    except RuleBroken as broken:
        flash(say(broken.message), "error")
        return redirect(url_for(".index"))
    flash(_("The draft is made."))
    return _back(group.id, number)


@bp.route("/<int:staff_group_id>/<int:number>/area", methods=["GET", "POST"])
@requires(Permission.PROFILE_WRITE)
def area(staff_group_id: int, number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One area of a draft (`?area=`), or a new one: statements and tasks at each level."""
    page = _draft(staff_group_id, number, actor, Permission.PROFILE_WRITE)
    if page is None:
        return _back(staff_group_id, number)
    name = request.args.get("area") or None
    levels = level_names(db.session, ScaleKind.PROFILE)
    form = AreaForm.with_levels(levels)()
    now: Content | None = None
    if not form.is_submitted():
        if name is not None and name not in page.content.areas:
            raise NotFound
        form.fill(page.content, name, levels)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.change_area(
                    session, staff_group_id, number, name, form.to_text(levels), seen=form.seen.data or "", by=actor
                )
        except RuleBroken as broken:
            show(broken, form)
            if isinstance(broken, Overtaken):
                now = read(staff_group_id, number).content
                form.seen.data = now.mark(name or "")
        else:
            flash(_("Saved: %(area)s.", area=form.name.data))
            return _back(staff_group_id, number)
    rows = rows_sent() if form.is_submitted() else _rows(page.content, name)
    return render_template(
        "profiles/area.html",
        form=form,
        page=page,
        name=name,
        levels=levels,
        practice=level_names(db.session),
        rows=[*(row for row in rows if row.task), *[TaskRow()] * NEW_ROWS],
        tasks=queries.tasks_by_id(db.session),
        now=now,
    )


def _rows(said: Content, name: str | None) -> list[TaskRow]:
    own = sorted((one for one in said.tasks if one.area == name), key=lambda one: one.level)
    return [TaskRow(str(one.task_id), str(one.level), str(one.practice_level)) for one in own]


@bp.route("/<int:staff_group_id>/<int:number>/texts", methods=["GET", "POST"])
@requires(Permission.PROFILE_WRITE)
def texts(staff_group_id: int, number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The function description of a draft: purpose and responsibilities."""
    page = _draft(staff_group_id, number, actor, Permission.PROFILE_WRITE)
    if page is None:
        return _back(staff_group_id, number)
    form, now = TextsForm(), None
    if not form.is_submitted():
        form.purpose.data, form.responsibilities.data = page.content.purpose, page.content.responsibilities
        form.seen.data = page.content.texts_mark
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.change_texts(
                    session, staff_group_id, number, purpose=form.purpose.data or "",
                    responsibilities=form.responsibilities.data or "", seen=form.seen.data or "", by=actor,
                )  # fmt: skip
        except RuleBroken as broken:
            show(broken, form)
            if isinstance(broken, Overtaken):
                now = read(staff_group_id, number).content
                form.seen.data = now.texts_mark
        else:
            flash(_("The function description is saved."))
            return _back(staff_group_id, number)
    return render_template("profiles/texts.html", form=form, page=page, now=now)


@bp.route("/<int:staff_group_id>/<int:number>/tasks", methods=["GET", "POST"])
@requires(Permission.PROFILE_WRITE)
def tasks(staff_group_id: int, number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Tasks that the division of tasks gives the whole group and that the draft does not ask for: taken up together."""
    page = _draft(staff_group_id, number, actor, Permission.PROFILE_WRITE)
    if page is None:
        return _back(staff_group_id, number)
    levels = level_names(db.session, ScaleKind.PROFILE)
    form = BulkForm()
    form.level_for_all.choices = [("", _("Take none that is not chosen")), *((str(r), n) for r, n in levels.items())]
    if form.validate_on_submit():
        try:
            wanted = wanted_tasks(rows_sent(), level_for_all=form.level_for_all.data or "")
            with transaction() as session:
                commands.add_tasks(session, staff_group_id, number, wanted, by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("Tasks added to the draft: %(count)s.", count=len(wanted)))
            return _back(staff_group_id, number)
    named = {one.task_id for one in page.content.tasks}
    known, areas = queries.tasks_by_id(db.session), queries.areas_by_id(db.session)
    suggested = current_app.extensions["matrix_suggestions"](db.session, staff_group_id, today())
    sent = {row.task: row for row in rows_sent()} if form.is_submitted() else {}
    rows = []
    for task_id, rule, practice in suggested:
        task = known.get(task_id)
        if task is not None and task.archived_on is None and task_id not in named:
            usual = TaskRow(str(task_id), "all", str(practice), areas.get(task.area_id, ""))
            rows.append((task, rule, sent.get(str(task_id), usual)))
    rows.sort(key=lambda row: (row[2].area, row[0].position, row[0].id))
    return render_template(
        "profiles/tasks.html", form=form, page=page, rows=rows, levels=levels, practice=level_names(db.session),
        areas=sorted({*page.content.areas, *areas.values()}),
    )  # fmt: skip


@bp.route("/<int:staff_group_id>/<int:number>/approve", methods=["GET", "POST"])
@requires(Permission.PROFILE_APPROVE)
def approve(staff_group_id: int, number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Approve a draft by name, in force from a day."""
    page = _draft(staff_group_id, number, actor, Permission.PROFILE_APPROVE)
    if page is None:
        return _back(staff_group_id, number)
    form = ApproveForm()
    if not form.is_submitted():
        form.seen.data = page.content.mark()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.approve_profile(
                    session, staff_group_id, number, valid_from=form.valid_from.data or date.min,
                    why=form.why.data or "", seen=form.seen.data or "", by=actor,
                )  # fmt: skip
        except RuleBroken as broken:
            show(broken, form)
            if isinstance(broken, Overtaken):
                page = read(staff_group_id, number)
                form.seen.data = page.content.mark()
        else:
            flash(
                _(
                    "Version %(number)s is approved and in force from %(day)s.",
                    number=number,
                    day=day(form.valid_from.data),
                )
            )
            return _back(staff_group_id, number)
    before = next((one for one in page.listed if one.in_force(today())), None)
    return render_template(
        "profiles/approve.html", form=form, page=page, before=before, role=say(ROLE_NAMES[actor.home_role]),
        tomorrow=today() + timedelta(days=1),
    )  # fmt: skip


@bp.route("/<int:staff_group_id>/<int:number>/discard", methods=["GET", "POST"])
@requires(Permission.PROFILE_WRITE)
def discard(staff_group_id: int, number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Take a draft away, after one question."""
    page = _draft(staff_group_id, number, actor, Permission.PROFILE_WRITE)
    if page is None:
        return _back(staff_group_id, number)
    if request.method == "POST":
        with transaction() as session:
            commands.discard_draft(session, staff_group_id, number, by=actor)
        flash(_("The draft is taken away."))
        return redirect(url_for(".index"))
    return render_template("profiles/discard.html", page=page)
