"""A unit's requirements kept as a table: typed, checked, and saved in one go."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue.queries import level_names
from competence.coverage import commands
from competence.coverage.commands import MOST_PEOPLE, Kept, Other, OthersChanged, Wish
from competence.coverage.forms import SheetForm
from competence.coverage.queries.places import Node, Tree, kinds, tree
from competence.coverage.queries.sheet import Field, Line, lines_of
from competence.coverage.queries.written import NOTHING, Drawn, drawn_rows, said_in
from competence.coverage.rules import SHIFT_NAMES, Need, Shift
from competence.coverage.sheet import Pair, pair_of
from competence.coverage.views.choices import day_of
from competence.coverage.views.requirements import bp
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import clock_time, day, db, say, show, transaction

MOST_AT_ONCE = 40
"""Of so many tasks the whole table is drawn; of more, one subject area at a time."""
DAYS = ("w", "h")
"""Weekday, and weekend or public holiday, in the names of fields."""


@dataclass(frozen=True)
class Chosen:
    """What the address asks for."""

    on: date
    kind: str
    area: int | None
    search: str

    @property
    def query(self) -> dict[str, Any]:
        """As the arguments of an address."""
        on = self.on.isoformat() if self.on != today() else None
        return {"on": on, "kind": self.kind or None, "area": self.area, "q": self.search or None}


@dataclass
class Row:
    """A task as it is drawn: what stands in each field, as text."""

    line: Line
    numbers: dict[tuple[Shift, str], str]
    level: str
    """Empty: the fields have different ones."""
    unstable: str
    students: str
    """"1", "0", or empty: the fields differ."""
    mixed: bool
    seen: str
    others: dict[Shift, Other] = field(default_factory=dict)
    wrong: set[str] = field(default_factory=set)


@bp.route("/<int:unit_id>/sheet", methods=["GET", "POST"])
@requires(Permission.REQUIREMENT_WRITE)
def sheet(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The table of what is said for the unit, or for the units of a kind below it; saved whole, or not at all."""
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    below = kinds(units.below(node)[1:])
    chosen = _chosen(below)
    form = SheetForm()
    if request.method == "GET":
        return _page(units, node, chosen, form, within)
    if not form.validate_on_submit():
        return _page(units, node, chosen, form, within), 422
    lines = {line.task.id: line for line in lines_of(db.session, node, chosen.kind, on=chosen.on)}
    typed = Typed.of(request.form, lines.values(), drawn_by(node, chosen.kind, request.form))
    form.wrong |= typed.wrong
    if not form.wrong:
        try:
            with transaction() as session:
                kept = commands.keep_requirements(
                    session, node.id, typed.wishes, by=actor, unit_kind=chosen.kind, begins=chosen.on
                )
        except OthersChanged as others:
            form.wrong |= {
                f"n-{task}-{shift}-w": _meanwhile(lines[task], shift, one)
                for (task, shift), one in others.spots.items()
            }
            typed.others = dict(others.spots)
            form.form_errors = [say(others.message)]
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(saved(kept))
            return redirect(url_for(".sheet", unit_id=node.id, **chosen.query))
    return _page(units, node, chosen, form, within, typed), 422


def _chosen(below: Sequence[str]) -> Chosen:
    args = request.args
    kind = args.get("kind", "")
    if kind and kind not in below:
        raise NotFound
    on = args.get("on", today(), type=day_of)
    return Chosen(max(on, today()), kind, args.get("area", type=int), args.get("q", "").strip()[:100])


def saved(kept: Kept) -> str:
    """What was written, in a sentence."""
    said = []
    if kept.set:
        said.append(ngettext("One requirement is saved.", "%(num)s requirements are saved.", kept.set))
    if kept.ended:
        said.append(ngettext("One has ended.", "%(num)s have ended.", kept.ended))
    return " ".join(said) or str(_("Nothing was changed."))


def _meanwhile(line: Line, shift: Shift, one: Other) -> str:
    place = {"task": line.task.name, "shift": say(SHIFT_NAMES[shift]).lower(), "now": pair_words(one.pair)}
    if one.by and one.at is not None:
        said = _("%(task)s, %(shift)s: %(name)s wrote %(now)s on %(day)s at %(time)s.", name=one.by, day=day(one.at),
                 time=clock_time(one.at), **place)  # fmt: skip
    else:
        said = _("%(task)s, %(shift)s: it is %(now)s now.", **place)
    return f"{said} {_('Your own figure still stands in the field. Save again to use it.')}"


def pair_words(pair: Pair) -> str:
    """As "2", or "2 on weekdays and 1 on weekends"; "nothing" where nothing is said."""
    if pair.weekday == pair.weekend:
        return need_words(pair.weekday)
    weekday, weekend = need_words(pair.weekday), need_words(pair.weekend)
    return str(_("%(weekday)s on weekdays and %(weekend)s on weekends", weekday=weekday, weekend=weekend))


def need_words(need: Need | None) -> str:
    """As "2 at level 1"."""
    if need is None:
        return str(_("nothing"))
    return str(_("%(need)s at level %(level)s", need=need.need, level=need.level))


def drawn_by(node: Node, kind: str, sent: Mapping[str, str]) -> dict[tuple[int, Shift], tuple[Drawn, Pair]]:
    """(task, shift) -> what the page that was sent in showed, by the ids that it names."""
    read = {}
    for name, text in sent.items():
        start, _dash, task = name.partition("-")
        if start == "seen" and task.isdecimal() and len(task) < 10:
            for shift, some in zip(Shift, text.split(","), strict=False):
                read[int(task), shift] = ids_of(some)
    says = drawn_rows(db.session, node.id, kind, {number for drawn in read.values() for number in drawn})
    return {spot: (drawn, pair_of(said_in(drawn, says))) for spot, drawn in read.items()}


def ids_of(text: str) -> Drawn:
    """What a page says that it showed, as "12.0.14"; nothing when it cannot be read."""
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isdecimal() and len(part) < 10 for part in parts):
        return NOTHING
    return int(parts[0]), int(parts[1]), int(parts[2])


@dataclass
class Typed:
    """What somebody has typed into the table."""

    numbers: dict[tuple[int, Shift, str], str]
    """Only where it is not what the page showed: what nobody has touched is drawn as it stands now."""
    levels: dict[int, str]
    flags: dict[tuple[int, str], str]
    wishes: dict[tuple[int, Shift], Wish]
    wrong: dict[str, str]
    others: dict[tuple[int, Shift], Other] = field(default_factory=dict)

    @classmethod
    def of(
        cls, sent: MultiDict[str, str], lines: Iterable[Line], drawn: Mapping[tuple[int, Shift], tuple[Drawn, Pair]]
    ) -> "Typed":
        """From the fields that were sent, against what the page showed."""
        typed = cls({}, {}, {}, {}, {})
        for line in lines:
            if (line.task.id, Shift.DAY) in drawn:
                typed._read(sent, line, {shift: drawn.get((line.task.id, shift), (NOTHING, Pair())) for shift in Shift})
        return typed

    def _read(self, sent: MultiDict[str, str], line: Line, drawn: Mapping[Shift, tuple[Drawn, Pair]]) -> None:
        task = line.task.id
        seen = in_row(line, [pair for _drawn, pair in drawn.values()])
        level = sent.get(f"l-{task}", "")
        unstable, students = (
            sent.get(f"{name}-{task}", "" if one == "" else "0")
            for name, one in (("u", seen.unstable), ("s", seen.students))
        )
        if (level, unstable, students) != (seen.level, seen.unstable, seen.students):
            self.levels[task] = level
            self.flags |= {(task, "u"): unstable, (task, "s"): students}
        for shift in Shift:
            ids, pair = drawn[shift]
            wanted: list[Need | None] = []
            for name, before in zip(DAYS, (pair.weekday, pair.weekend), strict=True):
                text = sent.get(f"n-{task}-{shift}-{name}", "").strip()
                number = _number(text)
                if number is None and text:
                    self.wrong[f"n-{task}-{shift}-{name}"] = _(
                        "%(task)s, %(shift)s: write a whole number from 0 to %(most)s, or leave it empty.",
                        task=line.task.name, shift=say(SHIFT_NAMES[shift]).lower(), most=MOST_PEOPLE,
                    )  # fmt: skip
                if text != _text(before):
                    self.numbers[task, shift, name] = text
                plain = before or Need(0, seen.level_or_default, seen.unstable == "1", seen.students == "1")
                wanted.append(
                    Need(
                        number,
                        int(level) if level.isdecimal() and len(level) < 4 else plain.level,
                        plain.also_unstable if unstable == "" else unstable == "1",
                        plain.students_count if students == "" else students == "1",
                    )
                    if number is not None
                    else None
                )
            if Pair(*wanted) != pair:
                self.wishes[task, shift] = Wish(Pair(*wanted), ids)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 4 and int(text) <= MOST_PEOPLE else None


def _text(need: Need | None) -> str:
    return str(need.need) if need is not None else ""


@dataclass(frozen=True)
class InRow:
    """Level and flags that all fields of a task share; empty where they differ."""

    level: str
    unstable: str
    students: str
    level_or_default: int


def in_row(line: Line, pairs: Iterable[Pair]) -> InRow:
    """Of what the pairs ask for; where nothing is asked for here, what is inherited, so that a new number changes no more."""
    needs = [one for pair in pairs for one in (pair.weekday, pair.weekend) if one is not None]
    inherited = [
        one for some in line.fields.values() for one in (some.inherited.weekday, some.inherited.weekend) if one
    ]
    levels, unstable, students = (
        {getattr(one, name) for one in (needs or inherited)} for name in ("level", "also_unstable", "students_count")
    )
    default = min(levels, default=1)
    if not needs and len(levels) > 1:
        levels = {default}
    return InRow(
        str(next(iter(levels), 1)) if len(levels) < 2 else "",
        _flag(unstable if needs or len(unstable) < 2 else {False}),
        _flag(students if needs or len(students) < 2 else {False}),
        default,
    )


def _flag(said: set[bool]) -> str:
    return "" if len(said) > 1 else "1" if True in said else "0"


def rows_of(lines: Iterable[Line], typed: Typed | None) -> Iterator[Row]:
    """The rows as they are drawn: what stands now, and over it what has been typed."""
    for line in lines:
        task = line.task.id
        now = in_row(line, [some.own for some in line.fields.values()])
        numbers = {}
        for shift, some in line.fields.items():
            for name, need in zip(DAYS, (some.own.weekday, some.own.weekend), strict=True):
                numbers[shift, name] = typed.numbers.get((task, shift, name), _text(need)) if typed else _text(need)
        yield Row(
            line,
            numbers,
            typed.levels.get(task, now.level) if typed else now.level,
            typed.flags.get((task, "u"), now.unstable) if typed else now.unstable,
            typed.flags.get((task, "s"), now.students) if typed else now.students,
            "" in (now.level, now.unstable, now.students),
            ",".join(".".join(map(str, line.fields[shift].drawn)) for shift in Shift),
            {shift: one for (one_task, shift), one in typed.others.items() if one_task == task} if typed else {},
            {name for name in typed.wrong if name.split("-")[1] == str(task)} if typed else set(),
        )


def _page(units: Tree, node: Node, chosen: Chosen, form: SheetForm, within: Reach, typed: Typed | None = None) -> str:
    lines = lines_of(db.session, node, chosen.kind, on=chosen.on)
    areas = list(dict.fromkeys((line.task.area_id, line.task.area) for line in lines))
    area = chosen.area
    if area is None and not chosen.search and len(lines) > MOST_AT_ONCE and areas:
        area = areas[0][0]
    if chosen.search:
        shown = [line for line in lines if chosen.search.casefold() in line.task.name.casefold()][:MOST_AT_ONCE]
    else:
        shown = [line for line in lines if area in (None, line.task.area_id)]
    return render_template(
        "requirements/sheet.html",
        form=form, node=node, chosen=chosen, area=area, areas=areas, rows=list(rows_of(shown, typed)), total=len(lines),
        kinds=kinds(units.below(node)[1:]), shifts=list(Shift), shift_names=SHIFT_NAMES, today=today(),
        origin=origin_of(units, node), levels=level_names(db.session), most=MOST_PEOPLE, many=len(lines) > MOST_AT_ONCE,
        above=[one for one in reversed(units.above(node)) if within.covers(one.path)],
    )  # fmt: skip


def origin_of(units: Tree, node: Node) -> Any:
    """A function for the template: where a field's inherited figures are said, in words."""

    def words(some: Field) -> str:
        said = []
        for one in some.origins:
            place = units.by_id.get(one.unit_id, node)
            said.append(
                _("every %(kind)s in %(unit)s", kind=one.unit_kind, unit=place.name) if one.unit_kind else place.name
            )
        return ", ".join(dict.fromkeys(said))

    return words
