"""What units need, from a list: one row for each task and shift, or a column for each shift."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from competence.foundation.clock import day_after
from competence.foundation.text import N_, sentence, squeeze
from competence.imports.collecting import Collector, units_called
from competence.imports.fields import shown
from competence.imports.grid import Workbook
from competence.imports.headings import Field, Listing, Record, read_list
from competence.imports.known import Known, KnownUnit, MappingFile, Register, key
from competence.imports.parsed import Parsed, Place

FIELDS = (
    Field("place", "enhed eller enhedstype", ("enhed/enhedstype", "enhed / type", "gælder for")),
    Field("unit", "enhed", ("team", "afdeling", "enhedsnavn")),
    Field("kind", "enhedstype", ("type", "type enhed", "slags enhed")),
    Field("below", "under enhed", ("under", "enheder under", "inden for")),
    Field("task", "opgave", ("opgaven", "kompetence", "ydelse", "indsats", "opgavenavn"), required=True),
    Field("shift", "vagt", ("vagter", "vagtlag", "vagttype", "tidspunkt")),
    Field("need", "antal", ("mindst", "minimum", "behov", "krav", "antal mindst", "mindste antal", "bemanding")),
    Field("level", "niveau", ("mindst niveau", "mindste niveau", "praksisniveau")),
    Field("days", "dage", ("slags dag", "dagtype", "ugedage")),
    Field("also_unstable", "også ustabile forløb", ("ustabile forløb", "ustabile")),
    Field("students_count", "elever tæller med", ("elever tæller", "elever")),
    Field("valid_from", "gælder fra", ("fra", "fra dato", "første dag")),
    Field("valid_through", "gælder til og med", ("til og med", "til", "sidste dag", "gælder til")),
    Field("D", "dag", ("dagvagt",)),
    Field("A", "aften", ("aftenvagt",)),
    Field("N", "nat", ("nattevagt",)),
)
_SHIFTS = "DAN"
EVERY, WEEKDAY, WEEKEND = "every", "weekday", "weekend"
DAYS: Mapping[str, tuple[str, ...]] = {
    EVERY: ("alle dage", "alle", "hver dag", "hverdag og weekend", ""),
    WEEKDAY: ("hverdag", "hverdage", "mandag-fredag"),
    WEEKEND: (
        "weekend/helligdag",
        "weekend og helligdag",
        "weekend og helligdage",
        "weekend",
        "helligdag",
        "helligdage",
    ),
}
"""Kind of day -> what Danish files call it, our own word first."""


@dataclass(frozen=True)
class NewRequirement:
    """At least so many on a shift, at a level; for a unit, or for all units of a kind."""

    place: Place
    unit_id: int | None
    """None: `kind` says which units."""
    kind: str
    """"" when a unit is named."""
    task: str
    """Our code."""
    shift: str
    """D, A or N."""
    need: int
    level: int
    """1 when the file says nothing: whoever may do the task."""
    days: str = EVERY
    also_unstable: bool = False
    students_count: bool = False
    valid_from: date | None = None
    """None: the file names no first day."""
    valid_to: date | None = None
    """The first day on which it no longer holds."""
    below: int | None = None
    """Of a kind: the unit below which it holds; None where the file does not say."""

    def meets(self, other: "NewRequirement") -> bool:
        """Whether both would hold on some day."""
        return _first(self) < _end(other) and _first(other) < _end(self)


def _first(row: NewRequirement) -> date:
    return row.valid_from or date.min


def _end(row: NewRequirement) -> date:
    return row.valid_to or date.max


def parse_requirements(
    workbook: Workbook,
    *,
    units: Sequence[KnownUnit],
    tasks: Sequence[Known],
    levels: Sequence[str],
    mapping: MappingFile | None = None,
) -> Parsed[NewRequirement]:
    """The requirements of the file; "dag, aften" in one row makes one for each shift."""
    mapping = mapping or MappingFile()
    register = Register(tasks)
    listing = read_list(workbook, FIELDS, mapping)
    collect = Collector(listing, mapping)
    if listing.records and (missing := _missing(listing)):
        said = sentence(N_("The column “%(heading)s” is missing."), heading=missing)
        collect.problems.append(listing.records[0].place.problem(said))
        return Parsed((), tuple(collect.problems), tuple(collect.unmapped), listing.skipped)
    rows: list[NewRequirement] = []
    seen: dict[tuple[object, ...], list[NewRequirement]] = {}
    for record in listing.records:
        collect.begin()
        unit, kind = _where(record, units, collect)
        task = collect.task(record, "task", register, heading="opgave")
        level = collect.level(record, "level", levels) or 1
        needs = _needs(record, listing, collect)
        days = _days(record, collect)
        unstable, students = collect.yes(record, "also_unstable"), collect.yes(record, "students_count")
        first, last = collect.day(record, "valid_from"), collect.day(record, "valid_through")
        if first and last and last < first:
            collect.wrong(record, "valid_through", sentence(N_("The last day lies before the first one.")))
        below = collect.unit(record, "below", units, heading="") if kind and record.text("below") else None
        if not (collect.is_clean and task and (unit or kind)):
            continue
        for shift, need in needs.items():
            row = NewRequirement(
                record.place, unit.id if unit else None, kind, task.code, shift, need, level, days, unstable, students, first,
                day_after(last), below.id if below else None,
            )  # fmt: skip
            same = seen.setdefault((row.unit_id, row.below, kind, task.code, shift, days), [])
            twin = next((one for one in same if one.meets(row)), None)
            same.append(row)
            if twin is None:
                rows.append(row)
            else:
                said = sentence(
                    N_("The same unit, task and shift stand in row %(row)s too. Remove one of them."),
                    row=str(twin.place.row),
                )
                collect.wrong(record, "task", said)
    return Parsed(tuple(rows), tuple(collect.problems), tuple(collect.unmapped), listing.skipped)


def _missing(listing: Listing) -> str:
    """The heading of a column without which nothing can be said; "" when all are there."""
    if not listing.fields & {"place", "unit", "kind"}:
        return "enhed"
    if listing.fields & set(_SHIFTS):
        return ""
    return "vagt" if "shift" not in listing.fields else "antal" if "need" not in listing.fields else ""


def _where(record: Record, units: Sequence[KnownUnit], collect: Collector) -> tuple[KnownUnit | None, str]:
    """The unit, or the kind of units; both empty after a problem."""
    unit_text, kind_text, either = record.text("unit"), record.text("kind"), record.text("place")
    kinds = {key(unit.kind): unit.kind for unit in units if unit.kind}
    if unit_text:
        # A kind beside a named unit only repeats what the unit is.
        return collect.unit(record, "unit", units, heading="enhed"), ""
    field, text = ("kind", kind_text) if kind_text else ("place", either)
    if not text:
        said = sentence(N_("Write a unit, or a kind of unit."))
        collect.wrong(
            record, "unit" if "unit" in record.values else "place" if "place" in record.values else "kind", said
        )
        return None, ""
    found = units_called(text, units) if field == "place" else []
    if found and key(text) in kinds:
        said = sentence(
            N_("“%(text)s” is both a unit and a kind of unit. Use two columns: enhed and enhedstype."), text=shown(text)
        )
        collect.wrong(record, field, said)
        return None, ""
    if found:
        return collect.unit(record, field, units, heading="enhed"), ""
    if key(text) in kinds:
        return None, kinds[key(text)]
    said = sentence(
        N_("“%(text)s” is neither a unit nor a kind of unit. Import the units first, or correct it."),
        text=shown(squeeze(text)),
    )
    collect.wrong(record, field, said)
    return None, ""


def _needs(record: Record, listing: Listing, collect: Collector) -> dict[str, int]:
    """Shift -> how many."""
    needs: dict[str, int] = {}
    if listing.fields & set(_SHIFTS):
        for shift in _SHIFTS:
            if (need := collect.number(record, shift)) is not None:
                needs[shift] = need
        return needs
    shifts = collect.shifts(record, "shift", heading="vagt")
    need = collect.number(record, "need", heading="antal")
    return dict.fromkeys(shifts, need) if need is not None else {}


def _days(record: Record, collect: Collector) -> str:
    """The kind of day; every day when the file says nothing."""
    # The space counts: "hver dag" is every day, "hverdag" a weekday.
    text = record.text("days").casefold()
    for days, names in DAYS.items():
        if text in names:
            return days
    said = sentence(
        N_("“%(value)s” is not a kind of day. Write alle dage, hverdag or weekend/helligdag."),
        value=shown(record.text("days")),
    )
    collect.wrong(record, "days", said)
    return EVERY
