"""The editor of a draft: the grid, one cell as a sheet beside it or a page of its own, and an area at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue.queries import level_names
from competence.catalogue.rules import Reserved
from competence.catalogue.words import validity_words
from competence.delegation import queries
from competence.delegation.commands.editing import ChangedMeanwhile, edit_area, edit_cell
from competence.delegation.draft_forms import BulkForm, CellForm
from competence.delegation.drafting import MAIN_RULES, Wording
from competence.delegation.queries import Board, CellPage, ReadVersion
from competence.delegation.queries.drafts import (
    DraftCell,
    LogLine,
    areas,
    change_log,
    draft_cell,
    latest_change,
    limit_texts,
    plan_bulk,
)
from competence.delegation.queries.terms import task_says
from competence.delegation.rules import GROUND_NAMES, RULE_NAMES, UNDECIDED, CellRule, CellTerms, Ground, differs
from competence.delegation.views.drafts import log_words, may_edit, numbered
from competence.delegation.views.drawing import Look, in_words, look_of, sign_of
from competence.delegation.views.standing import STEPS, state_of, step_of, tabs_of, title_of
from competence.delegation.views.table import editor_table
from competence.delegation.views.wording import change_in_words, parts_of, said_in_words, terms_of
from competence.foundation.clock import today
from competence.foundation.editions import remembered
from competence.foundation.errors import RuleBroken
from competence.foundation.web import clock_time, db, language, say, show, transaction
from competence.people.models import StaffGroup

bp = Blueprint("editing", __name__, url_prefix="/matrix/drafts")

TOLD = 5
"""Changes of others that are told one by one."""
SHOWN = 12
"""Changes beside the grid; the rest stand in the log."""


@dataclass(frozen=True)
class Standing:
    """A change, or several made at once, that has not been undone."""

    id: int
    title: str
    words: str
    by: str
    at: str


def _standing(lines: list[LogLine]) -> list[Standing]:
    """The newest changes that stand, one more than are shown."""
    batches: dict[str, list[LogLine]] = {}
    for line in lines:
        if not line.undone and line.undoes_id is None:
            batches.setdefault(line.batch, []).append(line)
    shown = list(batches.values())[: SHOWN + 1]
    words = _words_of([several[0] for several in shown])
    return [
        Standing(
            several[0].id,
            f"{several[0].task} × {several[0].group.short_name}"
            if len(several) == 1
            else ngettext("%(num)s cell at once", "%(num)s cells at once", len(several)),
            words[several[0].id],
            several[0].by_name,
            clock_time(several[0].at),
        )
        for several in shown
    ]  # fmt: skip


def _words_of(lines: list[LogLine]) -> dict[int, str]:
    """Change -> its words. What was written never changes, so they are kept until the scale does."""
    key = ("words", tuple(line.id for line in lines), language())
    return remembered(db.session, key, lambda _session: {line.id: log_words(line) for line in lines})


@dataclass(frozen=True)
class Behind:
    """A cell of the grid, drawn anew after a change."""

    task_id: int
    column: int
    """Its place among the staff groups, from 0."""
    look: Look | None
    old: Look | None
    """As the version before says, where the draft says something else."""


def _behind(
    versions: list[ReadVersion], version: ReadVersion, board: Board, places: Iterable[tuple[int, int]]
) -> list[Behind]:
    """The cells at the places that the grid shows."""
    levels = level_names(db.session)
    before = queries.version_before(versions, version, today())
    cells = queries.cells_of(db.session, version.id, version.number)
    olds = queries.cells_of(db.session, before.id, before.number) if before else {}
    columns = {column.id: index for index, column in enumerate(board.columns)}
    found = []
    for place in sorted(set(places)):
        now, was = cells.get(place), olds.get(place, UNDECIDED)
        if place[1] in columns:
            changed = before is not None and differs(was, now or UNDECIDED)
            found.append(
                Behind(
                    place[0], columns[place[1]], look_of(now, levels) if now else None,
                    look_of(was, levels) if changed else None,
                )
            )  # fmt: skip
    return found


def _board(versions: list[ReadVersion], version: ReadVersion) -> Board:
    return queries.read_board(db.session, versions, version, on=today(), every=True)


def _draft(number: int) -> tuple[list[ReadVersion], ReadVersion]:
    versions = queries.read_versions(db.session)
    return versions, numbered(versions, number)


@bp.get("/<int:number>")
@requires(Permission.MATRIX_EDIT)
def grid(number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The draft with every task and staff group: a cell opens its form."""
    versions, version = _draft(number)
    if not version.is_open or not may_edit(actor):
        return redirect(url_for("matrix.show_version", number=number))
    asked, only_changes = (request.args.get("q") or "").strip(), bool(request.args.get("changes"))
    signs_only = request.args.get("view") == "signs"
    table = editor_table(
        db.session, versions, version, asked=asked, only_changes=only_changes, signs_only=signs_only, on=today()
    )
    log = list(change_log(db.session, version.id))
    standing = _standing(log)
    kept: dict[str, Any] = {"q": asked or None, "changes": 1 if only_changes else None}
    return render_template(
        "matrix/edit.html",
        signs_only=signs_only,
        views=[
            ("", _("Sign and word"), url_for(".grid", number=number, **kept), not signs_only),
            ("signs", _("Sign only"), url_for(".grid", number=number, view="signs", **kept), signs_only),
        ],
        table=table,
        version=version,
        title=title_of(version),
        state=state_of(version),
        tabs_of_versions=tabs_of(versions, version),
        stands=step_of(version),
        steps=[say(step) for step in STEPS],
        q=asked,
        only_changes=only_changes,
        standing=standing[:SHOWN],
        more=len(standing) > SHOWN,
        can_undo=any(one.by == actor.person_id for one in log if not one.undone and one.undoes_id is None),
        saved_at=clock_time(log[0].at) if log else "",
        latest=log[0].id if log else 0,
    )


@bp.get("/<int:number>/since")
@requires(Permission.MATRIX_EDIT)
def since(number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What others have changed since the page was opened: a line for it, asked for now and then."""
    after, drawn = request.args.get("after", 0, type=int), request.args.get("shown", 0, type=int)
    versions, version = _draft(number)
    lines = change_log(db.session, version.id, after=after)
    others = [line for line in lines if line.by != actor.person_id]
    fresh = [line.place for line in others if line.id > drawn]
    return render_template(
        "matrix/edit_since.html",
        version=version,
        after=after,
        latest=max([drawn, *(line.id for line in lines)]),
        lines=[(line, log_words(line)) for line in others[:TOLD]],
        behind=_behind(versions, version, _board(versions, version), fresh) if fresh else [],
        names=sorted({line.by_name or _("somebody") for line in others}),
        cells=len({line.place for line in others}),
        at=clock_time(others[0].at) if others else "",
    )


@bp.route("/<int:number>/<int:task_id>/<int:staff_group_id>", methods=["GET", "POST"])
@requires(Permission.MATRIX_EDIT)
def cell(number: int, task_id: int, staff_group_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One cell's form: a fragment for the sheet, a page of its own without script."""
    versions, version = _draft(number)
    page = queries.read_cell(db.session, versions, version, task_id, staff_group_id)
    if not version.is_open or not may_edit(actor):
        return redirect(url_for("matrix.cell", number=number, task_id=task_id, staff_group_id=staff_group_id))
    place, levels = (task_id, staff_group_id), level_names(db.session)
    stands = draft_cell(db.session, version.id, place)
    form = CellForm(levels=levels, limits=limit_texts(db.session), critical=page.task.critical)
    meanwhile = None
    if not form.is_submitted():
        form.fill(stands.said or Wording(CellRule.UNDECIDED), stands.revision)
    elif form.validate():
        try:
            with transaction() as session:
                change = edit_cell(
                    session, number, *place, form.wording(stands.said), seen=int(form.seen.data or 0),
                    reason=form.reason.data or "", by=actor,
                )  # fmt: skip
        except ChangedMeanwhile as broken:
            meanwhile = draft_cell(db.session, version.id, place)
            form.seen.data = str(broken.revision)
            show(broken, form)
        except RuleBroken as broken:
            show(broken, form)
        else:
            if request.headers.get("HX-Request"):
                return _saved(actor, number, page, change.id if change else None)
            flash(_("Saved in the draft.") if change else _("The cell already said so. Nothing was written."))
            return redirect(url_for(".grid", number=number))
    return _form_page(versions, version, page, form, stands, meanwhile)


def _form_page(
    versions: list[ReadVersion], version: ReadVersion, page: CellPage, form: CellForm, stands: DraftCell,
    meanwhile: DraftCell | None,
) -> ResponseReturnValue:  # fmt: skip
    levels = level_names(db.session)
    before = queries.version_before(versions, version, today())
    was = _terms_in(before, page) if before else None
    group = db.session.get(StaffGroup, page.group.id)
    signs = {rule.value: sign_of(CellTerms(rule)) for rule in CellRule}
    return render_template(
        "matrix/edit_cell_part.html" if request.headers.get("HX-Request") else "matrix/edit_cell.html",
        page=page,
        version=version,
        title=title_of(version),
        form=form,
        signs=signs,
        main=[rule.value for rule in MAIN_RULES],
        now=_("Now in version %(number)s: %(words)s", number=before.number, words=in_words(was, levels))
        if before and was
        else "",
        terms_hint=_terms_hint(page),
        asks_ground=page.task.reserved != Reserved.NO,
        own_right=Ground.OWN_RIGHT.value if group and group.has_reserved_scope else "",
        examples=[(example, say(RULE_NAMES[example.rule])) for example in page.examples],
        stands=stands,
        meanwhile=meanwhile,
        theirs=[(_("rule"), said_in_words(meanwhile.said, levels)), *_parts(meanwhile, levels)] if meanwhile else [],
        chosen_limits=[limit["text"] for limit in stands.said.limits] if stands.said else [],
        ground_words=say(GROUND_NAMES[stands.said.ground]) if stands.said and stands.said.ground else "",
        action=url_for(".cell", number=version.number, task_id=page.task.id, staff_group_id=page.group.id),
    )


def _terms_hint(page: CellPage) -> str:
    """What an empty number means."""
    times, validity = task_says(db.session, page.task.id, page.group.id)
    seen, counts = ngettext("%(num)s time", "%(num)s times", times), validity_words(validity)
    return str(_("Empty: as the task says (%(times)s, %(counts)s). 0 months: no end.", times=seen, counts=counts))


def _parts(cell: DraftCell, levels: dict[int, str]) -> list[tuple[str, str]]:
    return list(parts_of(cell.said, levels).items()) if cell.said else []


def _terms_in(version: ReadVersion, page: CellPage) -> CellTerms:
    cells = queries.cells_of(db.session, version.id, version.number)
    return cells.get((page.task.id, page.group.id), UNDECIDED)


def _saved(actor: Actor, number: int, page: CellPage, change_id: int | None) -> ResponseReturnValue:
    """The sheet after saving, and with it the cell and the list of changes for the page behind."""
    versions, version = _draft(number)
    levels = level_names(db.session)
    now = queries.cells_of(db.session, version.id, version.number).get((page.task.id, page.group.id))
    log = list(change_log(db.session, version.id))
    standing = _standing(log)
    board = _board(versions, version)
    page_part = render_template(
        "matrix/edit_saved.html",
        page=page,
        version=version,
        behind=next(iter(_behind(versions, version, board, [(page.task.id, page.group.id)])), None),
        changed=len(board.changes),
        words=in_words(now or UNDECIDED, levels),
        change_id=change_id,
        standing=standing[:SHOWN],
        more=len(standing) > SHOWN,
        saved_at=clock_time(log[0].at) if log else "",
    )
    return page_part, {"HX-Trigger": "draft-changed"} if change_id else {}


@bp.route("/<int:number>/bulk", methods=["GET", "POST"])
@requires(Permission.MATRIX_EDIT)
def bulk(number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The same terms for several staff groups on an area's tasks: first what it changes, then saved."""
    _versions, version = _draft(number)
    if not version.is_open or not may_edit(actor):
        return redirect(url_for("matrix.show_version", number=number))
    levels = level_names(db.session)
    form = BulkForm(
        areas=areas(db.session),
        groups=[(group.id, group.name) for group in queries.staff_groups(db.session).values()],
        levels=levels,
    )
    lines = None
    if form.validate_on_submit():
        terms = form.terms()
        try:
            if not terms:
                raise RuleBroken(_("Choose what the cells shall say."), field="rule")
            latest, _dot, shown = (form.seen.data or "0").partition(".")
            if request.form.get("save") and shown == _chosen(form):
                with transaction() as session:
                    changes = edit_area(
                        session, number, area_id=form.area.data, staff_group_ids=form.groups.data or [], terms=terms,
                        seen=int(latest or 0), reason=form.reason.data or "", by=actor,
                    )  # fmt: skip
                flash(ngettext("%(num)s cell changed.", "%(num)s cells changed.", len(changes)))
                return redirect(url_for(".grid", number=number))
        except RuleBroken as broken:
            show(broken, form)
        if terms:
            form.seen.data = f"{latest_change(db.session, version.id)}.{_chosen(form)}"
            lines = [
                (line, change_in_words(line.before, line.after, levels), sign_of(terms_of(line.after)))
                for line in plan_bulk(db.session, version.id, form.area.data, form.groups.data or [], terms)
            ]
    return render_template(
        "matrix/bulk.html",
        form=form,
        version=version,
        title=title_of(version),
        preview=lines is not None,
        lines=[one for one in lines or () if not one[0].problem],
        problems=[one[0] for one in lines or () if one[0].problem],
    )


def _chosen(form: BulkForm) -> str:
    """What the list was made of, so that nothing but what it showed is saved."""
    terms = form.terms()
    parts = (
        form.area.data, *sorted(form.groups.data or ()), terms.rule, terms.minimum_level, terms.observed_times,
        terms.validity_months, terms.agreed_with_leader,
    )  # fmt: skip
    return "-".join("" if part is None else str(part) for part in parts)
