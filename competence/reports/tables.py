"""The tables of the pages about coverage as rows for a spreadsheet, made of what each page shows, so that the figures agree."""

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _

from competence.coverage.heat import Field
from competence.coverage.queries.gaps_today import UnitGaps
from competence.coverage.queries.latent import Elsewhere, Latent
from competence.coverage.queries.places import Node
from competence.coverage.queries.rostered import UnitRoster
from competence.coverage.queries.wide import UnitCounts
from competence.coverage.rules import SHIFT_NAMES, STANDING_NAMES, STATUS_NAMES, Shift, Standing
from competence.coverage.views.figures import counts_by_area
from competence.figures.look import Look
from competence.figures.rules import FIGURE_NAMES, Figure, Sums, months_before
from competence.figures.views.cards import ABOUT_PEOPLE, SHOWN_MONTHS
from competence.figures.views.overview import Overview, area_lines, lines_of
from competence.forecast.views.forecast import Line, TeamAhead
from competence.forecast.views.units import UnitsAhead
from competence.foundation.spreadsheets import Content
from competence.foundation.web import clock_time, say
from competence.learning.models import Activity
from competence.learning.queries.plans import Names
from competence.learning.rules import PART_NAMES, Part
from competence.meetings.queries import ShownAction
from competence.meetings.rules import ENDED_NAMES
from competence.meetings.rules import FIGURE_NAMES as BOARD_FIGURES

Rows = list[list[Content]]


def _shift(shift: Shift) -> str:
    return say(SHIFT_NAMES[shift])


def _yes(said: bool) -> str:
    return str(_("critical")) if said else ""


def _of_field(one: Field) -> list[Content]:
    return [one.needs, round(one.met, 1), one.gaps, one.critical_gaps, one.vulnerable, word_of(one)]


def word_of(one: Field) -> str:
    """How a field of the heat map stands, as its legend says it."""
    words: tuple[str, ...] = (
        _("covered"), _("covered, but vulnerable"), _("1 gap"), _("1 gap in a critical task"), _("2 gaps or more")
    )  # fmt: skip
    return words[one.heat - 1]


def _field_heads() -> list[Content]:
    return [
        _("Needs"), _("Met, per cent"), _("Gaps"), _("Critical gaps"), _("Vulnerable"), _("How it stands")
    ]  # fmt: skip


# The overview.


def figures_table(found: Overview) -> Rows:
    """The key figures as the cards say them."""
    rows: Rows = [
        [_("Key figure"), _("Value"), _("Unit of the value"), _("Change since"), _("Note"), _("Targets")],
    ]
    for card in found.cards:
        value = None if found.small and card.figure in ABOUT_PEOPLE else found.sums.value(card.figure)
        rows.append(
            [
                card.name,
                _value(card.figure, value),
                card.unit,
                f"{card.arrow} {card.change}".strip(),
                card.note,
                card.target,
            ]
        )
    rows.append([found.learnt.name, found.learnt.value, "", "", found.learnt.note, ""])
    return rows


def _value(figure: Figure, value: float | None) -> Content:
    """As the cards round it: per cent with one decimal, the rest whole."""
    return round(value, 1) if value is not None and figure is Figure.MET else _whole(value)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def areas_table(found: Overview) -> Rows:
    """A row for each subject area of each unit with needs in it; of one unit alone by shift."""
    look = found.look
    rows: Rows = [
        [_("Subject area"), _("Unit above"), _("Unit"), *([_("Shift")] * found.heat.by_shift), *_field_heads()]
    ]
    leaves = [one for top in found.tops for one in look.leaves(top)]
    for area, name in look.shown_areas:
        for one in leaves:
            above = look.units.by_id.get(one.parent_id or 0)
            head: list[Content] = [name, above.name if above else "", one.name]
            if found.heat.by_shift:
                for shift, field in zip(Shift, look.by_shift(one, area), strict=True):
                    if field.needs:
                        rows.append([*head, _shift(shift), *_of_field(field)])
                continue
            fields = look.by_shift(one, area)
            field = sum(fields, Field())
            if field.needs:
                rows.append([*head, *_of_field(field)])
    return rows


def units_table(found: Overview) -> Rows:
    """Each unit with its figures, with all below it; what is hidden says so."""
    look = found.look
    rows: Rows = [
        [
            _("Unit"), _("Unit above"), _("Kind"), _("Needs"), _("Met, per cent"), _("Gaps"), _("With a plan"),
            _("Critical gaps"), _("Vulnerable"), _("Lapse soon"), _("Lapses soon and is planned"), _("Wait for a yes"),
            _("Days to signature"), _("Employees"),
        ]
    ]  # fmt: skip
    for line in lines_of(look, found.tops, found.hidden):
        node, sums = line["node"], line["sums"]
        above = look.units.by_id.get(node.parent_id or 0)
        people: list[Content] = [sums.expiring, sums.renewing, sums.waiting, _whole(line["wait"]), sums.people]
        rows.append(
            [
                node.name, above.name if above else "", node.kind, sums.needs, line["share"], sums.gaps,
                sums.planned if sums.gaps else None, sums.critical_gaps, sums.vulnerable,
                *([_("hidden")] * len(people) if line["hidden"] else people),
            ]
        )  # fmt: skip
    return rows


def districts_table(found: Overview) -> Rows:
    """The units right below on the same scale, and the average of all."""
    strips = found.districts.strips if found.districts else ()
    rows: Rows = [[_("Unit"), *(f"{strip.name} ({strip.hint})" for strip in strips)]]
    if found.districts:
        for at, (node, _letter) in enumerate(found.districts.units):
            rows.append([node.name, *(strip.values[at] for strip in strips)])
        rows.append([_("Average of all"), *(strip.average for strip in strips)])
    return rows


def months_table(found: Overview) -> Rows:
    """The figures month by month as they were kept, those of the day last, and the targets below."""
    shown = [figure for figure in Figure if not (found.small and figure in ABOUT_PEOPLE)]
    rows: Rows = [[_("Month"), *(say(FIGURE_NAMES[figure]) for figure in shown)]]
    for month in months_before(found.look.on, SHOWN_MONTHS):
        if month in found.past.months:
            rows.append([month, *_values(found.past.months[month], shown)])
    rows.append([found.look.on, *_values(found.sums, shown)])
    rows.append([_("Targets"), *(found.aims.get(figure) for figure in shown)])
    return rows


def _values(sums: Sums, shown: Sequence[Figure]) -> list[Content]:
    return [_value(figure, sums.value(figure)) for figure in shown]


def area_table(look: Look, top: Node, area_id: int, *, shifts_apart: bool) -> Rows:
    """How the units stand in the subject area, those with most gaps first: on each shift, or on all together."""
    rows: Rows = [[_("Unit"), _("Shift"), *_field_heads()]]
    names = [_shift(shift) for shift in Shift] if shifts_apart else [_("All")]
    for line in area_lines(look, top, area_id, shifts_apart=shifts_apart):
        for name, field in zip(names, line["fields"], strict=True):
            if field.needs:
                rows.append([line["node"].name, name, *_of_field(field)])
    return rows


# Have and need.


def counts_table(found: UnitCounts, hidden: set[Shift], on: date, *, only: int | None = None) -> Rows:
    """A row for each task and shift in which the unit needs somebody; of a hidden shift nothing is told."""
    rows: Rows = [
        [_("Subject area"), _("Task"), _("Critical"), _("Shift"), _("Have"), _("Need"), _("How it stands")],
    ]
    for area, lines in counts_by_area(found, hidden, on, only=only):
        for line in lines:
            task = line["task"]
            for shift, field in zip(Shift, line["fields"], strict=True):
                count = field["count"]
                if count.need:
                    numbers: list[Content] = [_("hidden")] * 2 if field["hidden"] else [count.have, count.need]
                    stands = _("hidden") if field["hidden"] else say(STATUS_NAMES[count.status])
                    rows.append([area, task.name, _yes(task.critical), _shift(shift), *numbers, stands])
    return rows


def gaps_table(units: Sequence[UnitGaps]) -> Rows:
    """Today's gaps by unit and shift."""
    rows: Rows = [
        [_("Unit"), _("Subject area"), _("Task"), _("Critical"), _("Shift"), _("Have"), _("Need"), _("Missing")]
    ]
    for one in units:
        for gap in one.gaps:
            rows.append(
                [
                    one.unit.name, gap.task.area, gap.task.name, _yes(gap.task.critical), _shift(gap.shift), gap.count.have,
                    gap.count.need, gap.count.missing,
                ]
            )  # fmt: skip
    return rows


def latent_table(found: Latent) -> Rows:
    """Both lists of the page, by task."""
    rows: Rows = [
        [_("List"), _("Task"), _("Critical"), _("Needed"), _("Holders"), _("Held by"), _("A gap elsewhere")],
    ]
    for single in found.single:
        needed = ", ".join(_shift(shift) for shift in single.shifts)
        rows.append(
            [
                _("Held by one person alone"),
                single.task.name,
                _yes(single.task.critical),
                needed,
                1,
                single.holder.name,
                "",
            ]
        )
    for spare in found.unneeded:
        names = ", ".join(one.name for one in spare.holders)
        rows.append(
            [
                _("Held and not needed here"), spare.task.name, _yes(spare.task.critical), "", len(spare.holders), names,
                _elsewhere(spare.elsewhere),
            ]
        )  # fmt: skip
    return rows


def _elsewhere(found: Elsewhere) -> str:
    said = [one.name for one in found.within]
    if found.beyond:
        said.append(_("%(number)s outside your reach", number=found.beyond))
    return ", ".join(said)


# The days ahead.


def opens_table(lines: Sequence[Line]) -> Rows:
    """What opens, by its first day; the reasons name somebody only for those who see names."""
    rows: Rows = [
        [
            _("Opens on"), _("Through"), _("Subject area"), _("Task"), _("Critical"), _("Shift"), _("Days"), _("Have before"),
            _("Need before"), _("Have then"), _("Need then"), _("How it stands"), _("Why"),
        ]
    ]  # fmt: skip
    for line in lines:
        opening, task = line.opening, line.task
        rows.append(
            [
                opening.day, line.last, task.area, task.name, _yes(task.critical), line.shift, line.days, *opening.before,
                *opening.after, say(STATUS_NAMES[opening.status]), " ".join(line.reasons),
            ]
        )  # fmt: skip
    return rows


def ahead_table(found: TeamAhead) -> Rows:
    """The most that stand open on one day of each month."""
    rows: Rows = [[_("Month"), _("Gaps"), _("Critical"), _("Vulnerable")]]
    return rows + [[first, most.gaps, most.critical, most.vulnerable] for first, most in found.months()]


def units_ahead_table(found: UnitsAhead) -> Rows:
    """Gaps of each unit today and on the first of each month that follows."""
    rows: Rows = [[_("Unit"), _("Kind"), *(day.strftime("%d-%m-%Y") for day in found.days)]]
    for row in found.rows:
        hidden = _("hidden") if found.hides else _("no requirement")
        fields: list[Content] = [field.gaps for field in row.fields] if row.fields else [hidden] * len(found.days)
        rows.append([row.node.name, row.node.kind, *fields])
    return rows


# The roster.


def week_table(found: UnitRoster, days: Sequence[date]) -> Rows:
    """Each shift of the days with each task it needs: how many are on duty, have and need; no names."""
    rows: Rows = [
        [
            _("Day"), _("Shift"), _("By the roster"), _("On duty"), _("Subject area"), _("Task"), _("Critical"), _("Have"),
            _("Need"), _("How it stands"),
        ]
    ]  # fmt: skip
    for day in days:
        for shift in Shift:
            manned = found.shifts[day, shift]
            head: list[Content] = [day, _shift(shift), _("yes") if day in found.rostered else _("no"), manned.on_duty]
            for task_id, count in manned.counts.items():
                task = found.tasks[task_id]
                stands = say(STATUS_NAMES[count.status])
                rows.append([*head, task.area, task.name, _yes(task.critical), count.have, count.need, stands])
            if not manned.counts:
                rows.append(head)
    return rows


def duties_table(found: UnitRoster, days: Sequence[date]) -> Rows:
    """Who is on each shift; for those who see names."""
    rows: Rows = [[_("Day"), _("Shift"), _("Name"), _("Staff group"), _("From"), _("Until"), _("Counts")]]
    for day in days:
        for shift in Shift:
            manned = found.shifts[day, shift]
            for one in manned.people:
                worker, span = one.duty.worker, one.duty.span
                apart = "" if worker.standing is Standing.FIXED else say(STANDING_NAMES[worker.standing])
                times: list[Content] = (
                    [clock_time(span.starts_at), clock_time(span.ends_at)] if manned.by_roster else ["", ""]
                )
                stands = _("away, does not count") if worker.absent else apart or _("yes")
                rows.append([day, _shift(shift), one.someone.name, one.someone.group, *times, stands])
    return rows


# Improvement actions.


def actions_table(found: Sequence[ShownAction], on: date) -> Rows:
    """The actions as their page lists them; owners only where the reader sees names."""
    rows: Rows = [
        [
            _("What is done"), _("Unit"), _("Figure"), _("From"), _("To"), _("Reached by"), _("Follow-up"), _("How it stands"),
            _("Owner"),
        ]
    ]  # fmt: skip
    for one in found:
        action = one.action
        ended = say(ENDED_NAMES[action.closed_how]) if action.closed_how else ""
        stands = ended or (_("past its date") if action.due_on < on else _("under way"))
        rows.append(
            [
                action.what, one.unit.name, say(BOARD_FIGURES[action.figure]), _short(action.baseline), _short(action.target),
                action.due_on,
                action.follow_up_on, stands, one.owner,
            ]
        )  # fmt: skip
    return rows


def _short(value: float) -> float | int:
    return int(value) if value == int(value) else value


# Development.


def activities_table(found: Sequence[Activity], names: Names) -> Rows:
    """The municipality's list of activities to learn by."""
    rows: Rows = [
        [
            _("Code"), _("Activity"), _("Part"), _("Where the learning comes from"), _("Subject area"), _("Hours"),
            _("Who leads it"), _("Where"), _("Task that it leads to"), _("Level that it leads to"), _("Price"), _("About it"),
            _("Source"),
        ]
    ]  # fmt: skip
    for one in found:
        rows.append(
            [
                one.code, one.name, int(one.part), say(PART_NAMES[Part(one.part)]), one.area,
                round(one.minutes / 60, 2) if one.minutes else None, one.who_leads, one.place,
                names.tasks.get(one.task_id or 0, ""), names.practice.get(one.level or 0, ""), one.price or None, one.about,
                one.source,
            ]
        )  # fmt: skip
    return rows
