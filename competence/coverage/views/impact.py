"""What a draft of the division of tasks would do, in sentences with the list behind each number, before anybody is touched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.catalogue.queries import level_names
from competence.catalogue.queries.tasks import get_task
from competence.coverage.effects import Kind
from competence.coverage.forms import KeepingForm
from competence.coverage.queries.impact import Impact, effect_of, impact_of, staff_groups
from competence.coverage.queries.places import tree
from competence.coverage.queries.wide import UnitCounts, unit_counts
from competence.coverage.reporting import KIND, about, calculated
from competence.coverage.rules import DayKind
from competence.coverage.views.impact_words import gaps, listed, panel_lines, sentences
from competence.delegation.commands.keeping import set_keeping
from competence.delegation.commands.versions import ungrounded
from competence.delegation.models import MatrixVersion
from competence.delegation.queries import get_version, read_versions
from competence.delegation.rules import Keeping, Version
from competence.delegation.views.drawing import in_words
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import day, db, show, transaction
from competence.jobs.commands import ask
from competence.jobs.queries import unfinished
from competence.jobs.views import wake
from competence.organisation.queries import settings_of
from competence.people.queries import how_many_employments

bp = Blueprint("impact", __name__, url_prefix="/matrix")

MOST_GAPS = 5
"""Gaps that are told beside a cell; of more, the rest is a number."""
AT_ONCE = 2_000
"""Employments for which it is calculated while the page is fetched; for more, in the background."""
EITHER = (Permission.MATRIX_EDIT, Permission.MATRIX_APPROVE)


@dataclass(frozen=True)
class Losing:
    """A cell by which somebody loses a task, with what those keep who hold it."""

    task_id: int
    group_id: int
    title: str
    before: str
    after: str
    persons: int
    form: KeepingForm


@bp.get("/<int:number>/impact")
@requires(any_of=EITHER)
def show_impact(number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What the version would do from the day: a draft's page before it is approved."""
    return _page(number, actor, within)


@bp.post("/<int:number>/impact")
@requires(Permission.MATRIX_EDIT)
def keep(number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What those keep who lose a task by a cell of the draft."""
    form = KeepingForm(prefix=f"c{request.form.get('cell', '')}", keeping_from=None)
    task_id, _dash, group_id = request.form.get("cell", "").partition("-")
    if form.validate() and task_id.isdigit() and group_id.isdigit():
        try:
            with transaction() as session:
                set_keeping(
                    session,
                    number,
                    int(task_id),
                    int(group_id),
                    Keeping(form.keeping.data),
                    keeping_to=form.until(),
                    by=actor,
                )
            flash(_("It is noted in the draft."))
            return redirect(url_for(".show_impact", number=number) + _asked())
        except RuleBroken as broken:
            show(broken, form)
    return _page(number, actor, within, typed=form, cell=request.form.get("cell", "")), 422


@bp.post("/<int:number>/impact/calculate")
@requires(any_of=EITHER)
def calculate(number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Begin to calculate it in the background: the job's page says how far it is, and leads back."""
    version, first_day = get_version(db.session, number), _first_day(request.form)
    if version.approved_at is not None or version.discarded_at is not None:
        return redirect(url_for(".show_impact", number=number))
    subject = about(number, first_day)
    if not unfinished(db.session, KIND, subject):
        with transaction() as session:
            job = ask(
                session, KIND, subject, title=_("What version %(number)s would do from %(day)s", number=number, day=day(first_day)),
                leads_to=_address(number, first_day),
                said={"number": number, "first_day": first_day.isoformat()}, by=actor,
            )  # fmt: skip
        wake()
        return redirect(url_for("jobs.job", job_id=job.id))
    return redirect(_address(number, first_day))


@bp.get("/<int:number>/impact/panel")
@requires(any_of=EITHER)
def panel(number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What the draft as a whole would do tomorrow, in figures: beside the editor, anew after each change."""
    version = get_version(db.session, number)
    if not request.headers.get("HX-Request"):
        return redirect(url_for(".show_impact", number=number))
    units, tomorrow = tree(db.session, on=today()), today() + timedelta(days=1)
    draft, kept = _as_draft(version), None
    if how_many_employments(db.session) <= AT_ONCE:
        found: Impact | None = impact_of(db.session, units, draft, first_day=tomorrow)
    else:
        kept = calculated(db.session, draft, tomorrow)
        found = kept.impact if kept else None
    teams = [node for node in units.nodes if units.is_leaf(node)]
    bars = _bars(found, unit_counts(db.session, units, teams, days=DayKind.WEEKDAY)) if found and found.changes else []
    return render_template(
        "matrix/impact_panel.html", number=number, found=found, kept=kept, bars=bars, teams=len(teams),
        lines=panel_lines(found, units, _minutes()) if found else [],
    )  # fmt: skip


def _bars(found: Impact, teams: Sequence[UnitCounts]) -> list[tuple[str, str, int, int]]:
    """(what, its tone, today, then) of all teams on weekdays."""
    weekday = [one for one in found.gaps if one.days is DayKind.WEEKDAY]
    gaps_now, vulnerable = sum(one.gaps for one in teams), sum(one.vulnerable for one in teams)
    gaps_then = gaps_now + sum(one.opens for one in weekday) - sum(one.closes for one in weekday)
    return [
        (_("Gaps"), "gap", gaps_now, max(0, gaps_then)),
        (_("Vulnerable"), "soft", vulnerable, max(0, vulnerable + sum(one.vulnerable for one in weekday))),
    ]


@bp.get("/<int:number>/impact/<int:task_id>/<int:staff_group_id>")
@requires(any_of=EITHER)
def cell_effect(number: int, task_id: int, staff_group_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What one cell of the draft would do tomorrow, if it alone changed: shown in the sheet where it was saved."""
    version = get_version(db.session, number)
    get_task(db.session, task_id)
    if staff_group_id not in staff_groups(db.session):
        raise NotFound
    if version.approved_at is not None or not request.headers.get("HX-Request"):
        return redirect(url_for(".show_impact", number=number))
    units = tree(db.session, on=today())
    found = effect_of(
        db.session, units, _as_draft(version), (task_id, staff_group_id), first_day=today() + timedelta(days=1)
    )
    opening, closing = gaps(found, units, within)
    return render_template(
        "matrix/cell_effect.html", number=number, found=found, sentences=[s for _kind, s in sentences(found, _minutes())],
        opening=opening[:MOST_GAPS], closing=closing[:MOST_GAPS],
        more=max(0, len(opening) - MOST_GAPS) + max(0, len(closing) - MOST_GAPS),
    )  # fmt: skip


def _address(number: int, first_day: date) -> str:
    return f"{url_for('.show_impact', number=number)}?{urlencode({'from': first_day.isoformat()})}"


def _asked() -> str:
    return f"?{urlencode({'from': chosen})}" if (chosen := request.args.get("from")) else ""


def _first_day(said: Mapping[str, str]) -> date:
    """The day that was chosen; tomorrow where it is none that can be approved."""
    tomorrow = today() + timedelta(days=1)
    try:
        return max(date.fromisoformat(said.get("from", "")), tomorrow)
    except ValueError:
        return tomorrow


def _as_draft(version: MatrixVersion) -> Version:
    return Version(version.id, version.number, None, None, False)


def _minutes() -> int:
    return settings_of(db.session).observed_minutes


def _page(number: int, actor: Actor, within: Reach, *, typed: KeepingForm | None = None, cell: str = "") -> str:
    version, first_day = get_version(db.session, number), _first_day(request.args)
    units = tree(db.session, on=today())
    over = version.approved_at is not None or version.discarded_at is not None
    at_once = how_many_employments(db.session) <= AT_ONCE
    found, kept = None, None
    if not over and at_once:
        found = impact_of(db.session, units, _as_draft(version), first_day=first_day)
    elif not over:
        kept = calculated(db.session, _as_draft(version), first_day)
        found = kept.impact if kept else None
    if found:
        looked_at()
    levels = level_names(db.session)
    return render_template(
        "matrix/impact.html",
        number=number, found=found, first_day=first_day, over=over, approved=version.approved_at is not None,
        kept=kept, at_once=at_once, calculating=unfinished(db.session, KIND, about(number, first_day)),
        lists=listed(found, units, within, _minutes()) if found else [],
        gaps=gaps(found, units, within) if found else ([], []),
        losing=losing(found, levels, typed, cell) if found else [],
        ungrounded=ungrounded(db.session, version.id) if not over else [],
        may_edit=actor.may(Permission.MATRIX_EDIT), reader=actor.name, versions=read_versions(db.session),
        earliest=today() + timedelta(days=1),
    )  # fmt: skip


def losing(found: Impact, levels: Mapping[int, str], typed: KeepingForm | None, cell: str) -> list[Losing]:
    """The cells by which somebody who holds a task by a signature would lose it."""
    hit: dict[tuple[int, int], set[int]] = {}
    for one in found.hits:
        if one.kind in (Kind.LOSES, Kind.LOW, Kind.KEEPS):
            hit.setdefault((one.task_id, one.group_id), set()).add(one.person_id)
    lines = []
    for change in found.changes:
        place = change.task_id, change.group_id
        if place not in hit or not change.before.entitles:
            continue
        name = f"{change.task_id}-{change.group_id}"
        form = (
            typed if typed is not None and cell == name else KeepingForm(prefix=f"c{name}", keeping_from=change.after)
        )
        lines.append(
            Losing(
                *place, f"{change.task} × {change.group}", in_words(change.before, levels), in_words(change.after, levels),
                len(hit[place]), form,
            )
        )  # fmt: skip
    return lines
