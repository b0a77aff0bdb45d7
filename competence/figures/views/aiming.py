"""The page on which a director sets what the municipality aims at."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.coverage.queries.places import tree
from competence.figures.commands import set_targets
from competence.figures.forms import TargetForm
from competence.figures.queries.kept import targets
from competence.figures.rules import Figure
from competence.figures.views.overview import bp
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import db, show, transaction


@bp.route("/targets", methods=["GET", "POST"])
@requires(Permission.TARGET_WRITE)
def aim(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The municipality's targets, for whoever has all of it in reach."""
    tops = tree(db.session, on=today()).children.get(None, [])
    if not tops or not within.covers(tops[0].path):
        raise NotFound
    there = targets(db.session)
    form = TargetForm(data={figure.value: value for figure, value in there.items()} | {"seen": _mark(there)})
    if form.validate_on_submit():
        try:
            with transaction() as session:
                set_targets(session, form.wanted(), seen=_seen(form.seen.data or ""), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The targets are saved."))
            return redirect(url_for(".index"))
    return render_template("figures/targets.html", form=form, figures=list(Figure)), 422 if form.errors else 200


def _mark(there: Mapping[Figure, int]) -> str:
    return ",".join(f"{figure.value}:{there[figure]}" for figure in Figure if figure in there)


def _seen(mark: str) -> dict[Figure, int]:
    """The targets of the mark; what is no mark is something else than is there."""
    try:
        return {
            Figure(name): int(value)
            for name, _colon, value in (part.partition(":") for part in mark.split(",") if part)
        }
    except ValueError:
        return {Figure.MET: -1}
