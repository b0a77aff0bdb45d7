"""Requirements taken from others by ticking: from what is said for units of this kind, from another unit, from similar units."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue.queries import level_names
from competence.coverage import commands
from competence.coverage.commands import OthersChanged, Wish
from competence.coverage.forms import SheetForm
from competence.coverage.queries.board import BoardTask, tasks_on
from competence.coverage.queries.places import Node, Tree, tree
from competence.coverage.queries.sheet import (
    Field,
    Spot,
    fields_of,
    holding_in,
    said_for_kind,
    suggested_for,
    templates_for,
)
from competence.coverage.rules import SHIFT_NAMES, Need, Shift
from competence.coverage.sheet import Pair
from competence.coverage.views.requirements import bp
from competence.coverage.views.sheet import ids_of, pair_words, saved
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import db, say, show, transaction

SIMILAR = "similar"


@dataclass(frozen=True)
class Source:
    """Where requirements can be taken from."""

    key: str
    name: str


@dataclass(frozen=True)
class Offer:
    """What is said there for a task and a shift, beside what holds here."""

    task: BoardTask
    shift: Shift
    pair: Pair
    here: Pair
    inherits: bool
    """What holds here is said further up."""
    seen: str
    by: int = 0
    """Of a suggestion: how many units ask for it."""

    @property
    def key(self) -> str:
        """As a tick sends it, with the figures, so that what is taken is what was seen."""
        return f"{self.task.id}.{self.shift}.{_written(self.pair.weekday)}.{_written(self.pair.weekend)}"

    @property
    def spot(self) -> str:
        """The name of what it stands at."""
        return f"{self.task.id}-{self.shift}"

    @property
    def holds(self) -> bool:
        """Whether it is what holds here already, though it is said further up."""
        return self.pair == self.here


@bp.route("/<int:unit_id>/take", methods=["GET", "POST"])
@requires(Permission.REQUIREMENT_WRITE)
def take(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What others ask for, to be ticked and then said for this unit as its own; taken whole, or not at all."""
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    form = SheetForm()
    if request.method == "GET" or not form.validate_on_submit():
        return _page(units, node, actor, form, within), 422 if form.errors else 200
    wishes = _wishes(request.form.getlist("take"), request.form)
    if wishes is None:
        form.form_errors = [_("The page could not be read. Nothing was saved. Choose again.")]
    elif not wishes:
        form.form_errors = [_("Tick what is to be taken.")]
    else:
        try:
            with transaction() as session:
                kept = commands.keep_requirements(session, node.id, wishes, by=actor, source=_source(units, node))
        except OthersChanged as others:
            names = {task.id: task.name for task in tasks_on(db.session, today())}
            form.form_errors = [
                say(others.message),
                *(
                    _("%(task)s, %(shift)s: it is %(now)s now.", task=names.get(task, ""), shift=say(SHIFT_NAMES[shift]).lower(),
                      now=pair_words(one.pair))
                    for (task, shift), one in others.spots.items()
                ),
            ]  # fmt: skip
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(saved(kept))
            return redirect(url_for(".index", unit_id=node.id))
    return _page(units, node, actor, form, within, ticked=set(request.form.getlist("take"))), 422


def _source(units: Tree, node: Node) -> str:
    kind, _dash, number = request.args.get("from", SIMILAR).partition("-")
    place = units.by_id.get(int(number)) if number.isdecimal() and len(number) < 10 else None
    if place is None:
        return "similar units"
    return f"every {node.kind} in {place.name}"[:400] if kind == "kind" else place.name


def _wishes(ticked: Iterable[str], sent: Mapping[str, str]) -> dict[Spot, Wish] | None:
    """What the ticks ask for; None when one of them is not as the page wrote it."""
    found: dict[Spot, Wish] = {}
    for key in ticked:
        parts = key.split(".")
        if (
            len(parts) != 4
            or not parts[0].isdecimal()
            or len(parts[0]) > 9
            or parts[1] not in [one.value for one in Shift]
        ):
            return None
        read = [_read(part) for part in parts[2:]]
        if UNREADABLE in read:
            return None
        weekday, weekend = read
        seen = sent.get(f"seen-{parts[0]}-{parts[1]}", "")
        found[int(parts[0]), Shift(parts[1])] = Wish(Pair(weekday, weekend), ids_of(seen))
    return found


def _written(need: Need | None) -> str:
    if need is None:
        return "x"
    return f"{need.need}-{need.level}-{need.also_unstable:d}-{need.students_count:d}"


UNREADABLE = Need(-1)


def _read(text: str) -> Need | None:
    """What `_written` has written; UNREADABLE when it has not."""
    if text == "x":
        return None
    parts = text.split("-")
    if len(parts) != 4 or not all(part.isdecimal() and len(part) < 4 for part in parts):
        return UNREADABLE
    return Need(int(parts[0]), int(parts[1]), parts[2] == "1", parts[3] == "1")


def _page(
    units: Tree, node: Node, actor: Actor, form: SheetForm, within: Reach, *, ticked: set[str] | None = None
) -> str:
    on = today()
    reach = actor.reach(Permission.REQUIREMENT_READ)
    templates = templates_for(db.session, units, node, on=on)
    sources = [
        *([Source(SIMILAR, _("Similar units"))] if node.kind else []),
        *(Source(one.key, _("every %(kind)s in %(unit)s", kind=one.kind, unit=one.place.name)) for one in templates),
        *(Source(f"unit-{one.id}", one.name) for one in units.reached(reach) if one.id != node.id),
    ]
    chosen = request.args.get("from") or (sources[0].key if sources else "")
    if sources and chosen not in {one.key for one in sources}:
        raise NotFound
    kind, _dash, number = chosen.partition("-")
    like = None
    by: dict[Spot, int] = {}
    there: Mapping[Spot, Pair] = {}
    if chosen == SIMILAR:
        like = suggested_for(db.session, units, node, on=on)
        there, by = (
            {spot: one.pair for spot, one in like.asked.items()},
            {spot: one.by for spot, one in like.asked.items()},
        )
    elif kind == "kind":
        there = said_for_kind(db.session, node, next(one for one in templates if one.key == chosen), on=on)
    elif kind == "unit":
        there = holding_in(db.session, units.get(int(number), reach), on=on)
    offers = _offers(node, there, by)
    areas: dict[str, list[Offer]] = {}
    for one in offers:
        areas.setdefault(one.task.area, []).append(one)
    if ticked is None:
        ticked = set() if chosen == SIMILAR else {one.key for one in offers if not one.holds}
    return render_template(
        "requirements/take.html",
        form=form, node=node, sources=sources, chosen=chosen, areas=areas, ticked=ticked, like=like, shift_names=SHIFT_NAMES,
        pair_words=pair_words, suggestion=chosen == SIMILAR, levels=level_names(db.session), asked_by=asked_by,
        above=[one for one in reversed(units.above(node)) if within.covers(one.path)],
    )  # fmt: skip


def asked_by(offer: Offer, of: int) -> str:
    """How many of the similar units ask for it."""
    return str(
        ngettext(
            "%(num)s of %(of)s similar units asks for it", "%(num)s of %(of)s similar units ask for it", offer.by, of=of
        )
    )


def _offers(node: Node, there: Mapping[Spot, Pair], by: Mapping[Spot, int]) -> Sequence[Offer]:
    """What is said there and not said here as the unit's own, in the catalogue's order."""
    own = fields_of(db.session, node, "", on=today())
    found = []
    for task in tasks_on(db.session, today()):
        for shift in Shift:
            spot = (task.id, shift)
            if spot not in there or there[spot] in (Pair(), own[spot].own):
                continue
            here = _holds(own[spot])
            found.append(
                Offer(
                    task, shift, there[spot], here, own[spot].own == Pair() and here != Pair(),
                    ".".join(map(str, own[spot].drawn)), by.get(spot, 0),
                )
            )  # fmt: skip
    return found


def _holds(some: Field) -> Pair:
    return Pair(some.own.weekday or some.inherited.weekday, some.own.weekend or some.inherited.weekend)
