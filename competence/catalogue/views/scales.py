"""The two scales: their levels, what points at them, and changing one after having seen what it does."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Field

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue import commands
from competence.catalogue.commands.scales import Planned, checked_scale, level_uses, scale_now
from competence.catalogue.queries.scales import changes_of
from competence.catalogue.queries.tasks import task_names
from competence.catalogue.rules import ScaleKind
from competence.catalogue.rules.scales import READY, SaidLevel, Scale
from competence.catalogue.scale_forms import ScaleForm
from competence.catalogue.words import SCALE_NAMES, SCALE_TEXTS
from competence.foundation.changes import foresee
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.web import db, show, transaction


@dataclass(frozen=True)
class Line:
    """What a change makes of one level."""

    rank: int
    name: str
    becomes: str
    new_rank: int
    uses: Sequence[tuple[str, int]]
    asks: str
    """What is asked for where this level was, when that is another than it becomes; else empty."""


bp = Blueprint("scales", __name__, url_prefix="/catalogue/scales")


@bp.get("")
@requires(Permission.CATALOGUE_WRITE)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Both scales with their changes."""
    scales = [
        (kind, SCALE_NAMES[kind], SCALE_TEXTS[kind], scale_now(db.session, kind), changes_of(db.session, kind))
        for kind in (ScaleKind.PRACTICE, ScaleKind.PROFILE)
    ]
    return render_template("catalogue/scales.html", scales=scales)


def _kept(scale: Scale) -> str:
    return json.dumps([asdict(level) for level in scale], ensure_ascii=False)


def _seen(form: ScaleForm) -> Scale:
    """The scale that the page showed; none when that cannot be read any more."""
    try:
        read: list[dict[str, Any]] = json.loads(form.seen.data or "")
        return tuple(SaidLevel(str(one["name"]), str(one["meaning"])) for one in read)
    except (TypeError, ValueError, KeyError):
        return ()


@bp.route("/<scale>", methods=["GET", "POST"])
@requires(Permission.CATALOGUE_WRITE)
def change(scale: str, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The levels of one scale. What a change does is shown before it is saved."""
    if scale not in {kind.value for kind in ScaleKind}:
        raise NotFound
    kind = ScaleKind(scale)
    before, ready = scale_now(db.session, kind), READY[kind]
    form = ScaleForm()
    if not form.is_submitted():
        chosen = request.args.get("ready", type=int)
        form.fill(ready[chosen] if chosen is not None and 0 <= chosen < len(ready) else before)
        form.seen.data = _kept(before)
    elif form.validate_on_submit() and "back" not in request.form:
        try:
            becomes = form.to_becomes(len(before))
            planned = checked_scale(db.session, kind, form.to_levels(), before=before, becomes=becomes)
            if planned.after == before == _seen(form) and planned.turn is None:
                flash(_("Nothing is changed."))
                return redirect(url_for(".index"))
            if "confirmed" not in request.form and _seen(form) == before:
                return _what_it_does(form, kind, before, planned)
            run = foresee(
                db.session,
                partial(
                    commands.change_scale, scale=kind, said=form.to_levels(), becomes=becomes, seen=_seen(form), by=actor
                ),
            )  # fmt: skip
            with transaction() as session:
                run(session)
        except RuleBroken as broken:
            show(broken, form)
            if isinstance(broken, Overtaken):
                before = scale_now(db.session, kind)
                form.seen.data = _kept(before)
        else:
            flash(_("The scale is saved."))
            return redirect(url_for(".index"))
    return render_template(
        "catalogue/scale.html", form=form, kind=kind, name=SCALE_NAMES[kind], text=SCALE_TEXTS[kind], before=before,
        ready=ready, uses=level_uses(db.session, kind), rows=form.rows(),
        becoming=_becoming(form, before),
    ), 422 if form.errors else 200  # fmt: skip


def _becoming(form: ScaleForm, before: Scale) -> list[Field]:
    """What each level becomes, by the name that the level has now."""
    fields = form.becoming(len(before))
    for rank, (level, field) in enumerate(zip(before, fields, strict=True), 1):
        field.label.text = _("%(rank)s %(name)s becomes", rank=rank, name=level.name)
    return fields


def _what_it_does(form: ScaleForm, kind: ScaleKind, before: Scale, planned: Planned) -> ResponseReturnValue:
    """The change level by level with all that points at each, and who loses what by it, before it is saved."""
    uses, turn, after = level_uses(db.session, kind), planned.turn, planned.after
    lines = [
        Line(
            rank, level.name, after[new - 1].name, new,
            [(name, by_rank[rank]) for name, by_rank in uses.items() if by_rank.get(rank)],
            after[turn.asked(rank) - 1].name
            if turn is not None and kind is ScaleKind.PRACTICE and new < turn.asked(rank) <= len(after)
            else "",
        )
        for rank, (level, new) in enumerate(zip(before, planned.becomes, strict=True), 1)
    ]  # fmt: skip
    added = [(rank, level.name) for rank, level in enumerate(after, 1) if rank not in planned.becomes]
    lost = []
    if turn is not None and kind is ScaleKind.PRACTICE:
        lost = current_app.extensions["scale_effect"](db.session, turn)
    names = current_app.extensions["names_of"](db.session, {person for person, _task in lost})
    tasks = task_names(db.session)
    by_task: dict[str, list[str]] = {}
    for person, task in lost:
        by_task.setdefault(tasks.get(task, ""), []).append(names.get(person) or _("Name erased"))
    return render_template(
        "catalogue/scale_change.html", form=form, kind=kind, name=SCALE_NAMES[kind], lines=lines, added=added,
        moves=turn is not None, practice=kind is ScaleKind.PRACTICE, people=len({person for person, _task in lost}),
        lost=sorted(by_task.items()),
    )  # fmt: skip
