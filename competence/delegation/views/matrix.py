"""The matrix, read: any version, a task, a cell with all its reasons; and the approval of a draft."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import ROLE_NAMES, Actor, Assigned, Permission, Reach, Role
from competence.access.web import requires
from competence.accounts.web import needs_proof, prove_self
from competence.catalogue.queries.instructions import instruction_on
from competence.catalogue.queries.scales import changed_between, level_names_on
from competence.delegation import commands, queries
from competence.delegation.approving import KIND, Approval
from competence.delegation.forms import ApproveForm
from competence.delegation.queries import Board, ReadVersion, Row
from competence.delegation.queries.hearing import hearings_for, open_comments
from competence.delegation.queries.local import local_rules
from competence.delegation.rules import GROUND_NAMES, RULE_NAMES, CellRule, CellTerms, Ground
from competence.delegation.views.drafts import may_edit
from competence.delegation.views.drawing import (
    Look,
    facts_of,
    history_words,
    in_words,
    sign_of,
    times_and_months,
    words,
)
from competence.delegation.views.local import local_words
from competence.delegation.views.standing import STEPS, LookKey, draw, state_of, step_of, tabs_of, title_of
from competence.foundation.changes import foresee, rehearse
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import day, db, say, show, transaction
from competence.jobs.commands import ask
from competence.jobs.queries import unfinished
from competence.jobs.views import wake
from competence.people.queries import how_many_employments

bp = Blueprint("matrix", __name__, url_prefix="/matrix")
AT_ONCE = 500
"""Employments whose answers are made within a request; more are made in the background."""


@bp.get("")
@requires(Permission.MATRIX_READ)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The version in force, on the day that is asked for, else today; when none is, the newest."""
    versions = queries.read_versions(db.session)
    typed = (request.args.get("on") or "").strip()
    try:
        asked = date.fromisoformat(typed) if typed else None
    except ValueError:
        flash(_("Write the day as year-month-day, for example 2026-03-01."), "error")
        asked = None
    held = next((v for v in versions if v.in_force(asked)), None) if asked else None
    version = held or queries.version_to_open(versions, today())
    if version is None:
        return render_template("matrix/empty.html")
    return _board(actor, versions, version, then=_then(versions, held, asked) if asked else None)


@dataclass(frozen=True)
class Then:
    """What held on a day that somebody asks about."""

    on: date
    words: str
    local: int
    """How many units were stricter that day."""


def _then(versions: list[ReadVersion], held: ReadVersion | None, on: date) -> Then:
    local = sum(1 for rule in local_rules(db.session) if rule.holds(on))
    if held is not None:
        words = _("On %(day)s %(version)s held: %(state)s.", day=day(on), version=title_of(held), state=state_of(held))
        return Then(on, words, local)
    first = min((v.valid_from for v in versions if v.valid_from and not v.is_draft), default=None)
    if first is None:
        return Then(on, _("No version held on %(day)s: none has been approved yet.", day=day(on)), local)
    words = _("No version held on %(day)s. The first one begins on %(first)s.", day=day(on), first=day(first))
    return Then(on, words, local)


@bp.get("/<int:number>")
@requires(Permission.MATRIX_READ)
def show_version(number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One version, on the day that is asked about when it held then."""
    versions = queries.read_versions(db.session)
    version = _numbered(versions, number)
    asked = _asked(version)
    return _board(actor, versions, version, then=_then(versions, version, asked) if asked else None)


def _asked(version: ReadVersion) -> date | None:
    """The day of `?on=` when the version held then; None: it is read as it stands, or as it ended."""
    asked = request.args.get("on", type=date.fromisoformat)
    return asked if asked and version.in_force(asked) else None


bp.app_context_processor(words)


def _numbered(versions: list[ReadVersion], number: int) -> ReadVersion:
    version = next((v for v in versions if v.number == number), None)
    if version is None:
        raise NotFound
    return version


def _board(
    actor: Actor, versions: list[ReadVersion], version: ReadVersion, *, then: Then | None = None
) -> ResponseReturnValue:
    on = then.on if then and version.in_force(then.on) else None
    board = queries.read_board(db.session, versions, version, on=today(), asked=on)
    levels = queries.levels_in(db.session, version, on)
    before = level_names_on(db.session, board.compared_on) if board.compared_on else levels
    asked, only_changes = (request.args.get("q") or "").strip(), bool(request.args.get("changes"))
    approving = unfinished(db.session, KIND, str(version.number)) if version.is_open else ()
    looks: dict[LookKey, Look] = {}
    areas = []
    for area in board.areas:
        rows = [
            (
                row,
                [draw(cell.terms, looks, levels) for cell in row.cells],
                [draw(c.before, looks, before) for c in row.cells],
            )
            for row in area.rows
            if _wanted(row, area.name, asked, only_changes)
        ]
        if rows:
            areas.append((area, rows))
    return render_template(
        "matrix/index.html",
        board=board,
        version=version,
        areas=areas,
        looks=looks,
        tabs_of_versions=tabs_of(versions, version),
        stands=step_of(version),
        steps=[say(step) for step in STEPS],
        edit_url=_edit_url(actor, version),
        then=then,
        on=on.isoformat() if on else None,
        today=today(),
        hearings=hearings_for(db.session, actor, on=today()) if actor.may(Permission.MATRIX_COMMENT) else [],
        approved=_approval(version),
        times=times_and_months,
        q=asked,
        only_changes=only_changes,
        changes=[(c, in_words(c.before, before), in_words(c.after, levels), sign_of(c.after)) for c in board.changes],
        rescaled=board.compared_on is not None
        and changed_between(db.session, board.compared_on, on or version.asked_on),
        may_approve=version.is_open and not approving and _may_approve(actor),
        approving=approving,
    )


def _wanted(row: Row, area: str, asked: str, only_changes: bool) -> bool:
    if only_changes and not row.has_changed:
        return False
    return not asked or asked.casefold() in row.name.casefold() or asked.casefold() in area.casefold()


def _edit_url(actor: Actor, version: ReadVersion) -> str:
    """Where the version is edited; "" when it is no open draft, or she may not."""
    if not version.is_open or not may_edit(actor):
        return ""
    return url_for("editing.grid", number=version.number)


def _in_hearing(actor: Actor, version: ReadVersion) -> bool:
    """Whether she is asked to comment on the version now."""
    if not actor.may(Permission.MATRIX_COMMENT):
        return False
    return any(number == version.number for number, _until in hearings_for(db.session, actor, on=today()))


def _approval(version: ReadVersion) -> str:
    """Who approved the version, as what, and when; "" for a draft."""
    if version.approved_at is None:
        return ""
    if not version.approved_by:
        return str(_("Approved %(day)s.", day=day(version.approved_at)))
    role = say(ROLE_NAMES[version.role]) if version.role else version.approved_as
    if not role:
        return str(_("Approved by %(name)s, %(day)s.", name=version.approved_by, day=day(version.approved_at)))
    return str(
        _("Approved by %(name)s, %(role)s, %(day)s.", name=version.approved_by, role=role, day=day(version.approved_at))
    )


@bp.get("/<int:number>/<int:task_id>")
@requires(Permission.MATRIX_READ)
def task(number: int, task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A task in a version: every staff group's cell, the examples, and what must be shown."""
    version = _numbered(queries.read_versions(db.session), number)
    asked = _asked(version)
    page, levels = (
        queries.read_task(db.session, version, task_id, asked=asked),
        queries.levels_in(db.session, version, asked),
    )
    return render_template(
        "matrix/task.html",
        page=page,
        version=version,
        cells=[
            (group, terms, followed, sign_of(terms), in_words(terms, levels)) for group, terms, followed in page.cells
        ],
        on=asked,
        examples=[(example, say(RULE_NAMES[example.rule])) for example in page.examples],
        instruction=instruction_on(db.session, page.task, today()),
        may_edit=bool(_edit_url(actor, version)),
    )


@bp.get("/<int:number>/<int:task_id>/<int:staff_group_id>")
@requires(Permission.MATRIX_READ)
def cell(number: int, task_id: int, staff_group_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One cell with every reason: a fragment for the popover, a page of its own without script."""
    versions = queries.read_versions(db.session)
    version = _numbered(versions, number)
    asked = _asked(version)
    page = queries.read_cell(db.session, versions, version, task_id, staff_group_id, asked=asked)
    levels = queries.levels_in(db.session, version, asked)
    return render_template(
        "matrix/why.html" if request.headers.get("HX-Request") else "matrix/cell.html",
        page=page,
        sign_parts=sign_of(page.terms),
        verdict=in_words(page.terms, levels),
        facts=facts_of(page, levels),
        on=asked,
        history=history_words(page, partial(queries.levels_in, db.session)),
        examples=[(example, say(RULE_NAMES[example.rule])) for example in page.examples],
        draft=page.version.is_draft,
        local=[
            (rule, local_words(rule, asked))
            for rule in local_rules(db.session, task_id=task_id, group_id=staff_group_id)
            if (rule.holds(asked) if asked else not rule.is_over(today()))
        ],
        restrict_url=url_for("local.new", task=task_id, group=staff_group_id)
        if actor.may(Permission.MATRIX_RESTRICT) and page.terms.entitles
        else "",
        may_edit=bool(_edit_url(actor, page.version)),
        may_comment=_in_hearing(actor, page.version),
        agreed=_agreements(page, actor),
    )


def _agreements(page: queries.CellPage, actor: Actor) -> list[tuple[str, str]]:
    """(words, address) of the delegations on which the cell rests, for those who read them."""
    terms, found = page.terms, []
    if terms.rule is CellRule.DELEGATION_ONLY and actor.may(Permission.DELEGATION_READ):
        url = url_for("delegations.index", task=page.task.id, _anchor="units")
        found.append((_("Who has it by delegation or task transfer"), url))
    if terms.ground is Ground.FRAMEWORK and actor.may(Permission.FRAMEWORK_WRITE, commands.root_unit(db.session).path):
        found.append((_("The framework delegations to staff groups"), url_for("frameworks.index")))
    return found


def _approver_role(actor: Actor) -> Role | None:
    """The role by which she approves for the whole municipality: the one she works in when it can; None when none can."""
    root = commands.root_unit(db.session)
    able: list[Assigned] = [
        a for a in actor.roles if Actor(0, None, "", (a,)).may(Permission.MATRIX_APPROVE, root.path)
    ]
    roles = [a.role for a in able]
    if actor.home_role in roles:
        return actor.home_role
    return roles[0] if roles else None


def _may_approve(actor: Actor) -> bool:
    return _approver_role(actor) is not None


@bp.route("/<int:number>/approve", methods=["GET", "POST"])
@requires(Permission.MATRIX_APPROVE)
def approve(number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Approve a draft by name: what it does, the grounds that are missing, the first day, and the statement that is signed."""
    versions = queries.read_versions(db.session)
    version, role = _numbered(versions, number), _approver_role(actor)
    if not version.is_open or role is None:
        return redirect(url_for(".show_version", number=number))
    asks_password = needs_proof(actor)
    unanswered = open_comments(db.session, version.id)
    form = ApproveForm(asks_password=asks_password, unanswered=unanswered)
    missing = commands.ungrounded(db.session, version.id)
    if form.validate_on_submit():
        approval = Approval(
            number, form.valid_from.data or date.min, role.value,
            form.grounds([cell.id for cell, _task, _group in missing]), form.reads_comments(),
        )  # fmt: skip
        try:
            if asks_password:
                prove_self(actor, form.password.data or "")
            job = _approve(approval, actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            if job is not None:
                return redirect(url_for("jobs.job", job_id=job))
            flash(say(approval.told))
            return redirect(url_for(".show_version", number=number))
    board = queries.read_board(db.session, versions, version, on=today())
    return render_template(
        "matrix/approve.html",
        form=form,
        version=version,
        board=board,
        missing=[
            (cell, task_row, group, request.form.get(f"ground-{cell.id}", "")) for cell, task_row, group in missing
        ],
        typed=request.form,
        grounds=[(ground.value, say(name)) for ground, name in GROUND_NAMES.items()],
        own_right=Ground.OWN_RIGHT.value,
        counts=_counts(board),
        role=say(ROLE_NAMES[role]),
        tomorrow=today() + timedelta(days=1),
        unanswered=unanswered,
    )


def _approve(approval: Approval, actor: Actor) -> int | None:
    """None when it is approved; where many are touched, the job that approves it. RuleBroken when it cannot be."""
    approve_it = partial(approval, by=actor)
    if how_many_employments(db.session) <= AT_ONCE:
        ready = foresee(db.session, approve_it)
        with transaction() as session:
            ready(session)
        return None
    rehearse(db.session, approve_it, lambda _session, _touched: None)
    with transaction() as session:
        job = ask(
            session, KIND, str(approval.number), title=_("Approval of version %(number)s", number=approval.number),
            leads_to=url_for(".show_version", number=approval.number), said=approval.as_json(), by=actor,
        )  # fmt: skip
    wake()
    return job.id


def _counts(board: Board) -> list[tuple[dict[str, object], str, int]]:
    """(sign, rule in words, how many cells) of the rules that the version uses."""
    return [
        (sign_of(CellTerms(rule)), say(RULE_NAMES[rule]), board.rules[rule])
        for rule in CellRule
        if board.rules.get(rule)
    ]
