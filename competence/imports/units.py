"""The organisation tree from a list: enhed, overordnet, type."""

from collections.abc import Sequence
from dataclasses import dataclass

from competence.foundation.text import N_, sentence, squeeze
from competence.imports.collecting import Collector, units_called
from competence.imports.grid import Workbook
from competence.imports.headings import Field, Record, read_list
from competence.imports.known import KnownUnit, MappingFile, key
from competence.imports.parsed import Parsed, Place

FIELDS = (
    Field("unit", "enhed", ("enhedsnavn", "enhedens navn", "navn", "organisationsenhed", "afdeling"), required=True),
    Field(
        "parent",
        "overordnet",
        ("overordnet enhed", "overenhed", "hører under", "ligger under", "under", "del af", "hører til"),
        required=True,
    ),
    Field("kind", "type", ("enhedstype", "slags", "enhedens type", "art"), required=True),
)


@dataclass(frozen=True)
class NewUnit:
    """A unit as the file has it."""

    place: Place
    name: str
    kind: str
    """In lower case, as "team"."""
    parent_row: int | None
    """The place in the rows of the parent, which comes before it; None when the parent is not in the file."""
    parent_id: int | None
    """The parent that the municipality already has; None with parent_row None: it is a root."""
    existing_id: int | None
    """The unit of ours that it is."""


@dataclass(frozen=True)
class _Read:
    """A row before its parent is found."""

    record: Record
    name: str
    kind: str
    parent: str


def parse_units(
    workbook: Workbook, *, existing: Sequence[KnownUnit] = (), mapping: MappingFile | None = None
) -> Parsed[NewUnit]:
    """The units with each parent before its children, whatever the file's order."""
    mapping = mapping or MappingFile()
    listing = read_list(workbook, FIELDS, mapping, alone=())
    collect = Collector(listing, mapping)
    read: list[_Read] = []
    for record in listing.records:
        collect.begin()
        name = collect.text(record, "unit", longest=120, heading="enhed")
        kind = collect.text(record, "kind", longest=60, heading="type").casefold()
        above = collect.text(record, "parent", longest=300)
        if collect.is_clean:
            read.append(_Read(record, name, kind, above))
    parents = _parents(read, existing, collect)
    order = _in_order(read, parents, collect)
    place = {row: index for index, row in enumerate(order)}
    rows = []
    for row in order:
        parent = parents.get(row)
        rows.append(
            NewUnit(
                place=read[row].record.place,
                name=read[row].name,
                kind=read[row].kind,
                parent_row=place.get(parent) if isinstance(parent, int) else None,
                parent_id=parent.id if isinstance(parent, KnownUnit) else None,
                existing_id=_existing(read, parents, row, existing),
            )
        )
    return Parsed(tuple(rows), tuple(collect.problems), tuple(collect.unmapped), listing.skipped)


def _parents(
    read: Sequence[_Read], existing: Sequence[KnownUnit], collect: Collector
) -> dict[int, int | KnownUnit | None]:
    """Row -> its parent's row, a unit of ours, or None for a root. Rows with a problem are left out."""
    by_name: dict[str, list[int]] = {}
    for row, unit in enumerate(read):
        by_name.setdefault(key(unit.name), []).append(row)
    parents: dict[int, int | KnownUnit | None] = {}
    seen: dict[tuple[str, str], _Read] = {}
    for row, unit in enumerate(read):
        twin = seen.setdefault((key(unit.name), key(unit.parent)), unit)
        if twin is not unit:
            said = sentence(
                N_("“%(unit)s” stands in row %(row)s too. Remove one of them."),
                unit=unit.name,
                row=str(twin.record.place.row),
            )
            collect.wrong(unit.record, "unit", said)
            continue
        if not unit.parent:
            parents[row] = None
            continue
        rows, ours = _called(unit.parent, read, by_name), units_called(unit.parent, existing)
        if len(rows) == 1:
            parents[row] = rows[0]
        elif not rows and len(ours) == 1:
            parents[row] = ours[0]
        elif rows or ours:
            said = sentence(
                N_(
                    "Several units are called “%(unit)s”. Write the unit above it first, as “Distrikt Nord / %(unit)s”."
                ),
                unit=unit.parent,
            )
            collect.wrong(unit.record, "parent", said)
        else:
            said = sentence(
                N_("The unit above, “%(unit)s”, is not in the file. Add it, or correct its name."), unit=unit.parent
            )
            collect.wrong(unit.record, "parent", said)
    return parents


def _called(text: str, read: Sequence[_Read], by_name: dict[str, list[int]]) -> list[int]:
    """The rows that a parent's text may mean; "A / B" means B right below A."""
    rows = by_name.get(key(text), [])
    if rows or "/" not in text.replace(">", "/"):
        return rows
    above, _, name = text.replace(">", "/").rpartition("/")
    last = key(above.rpartition("/")[2])
    return [row for row in by_name.get(key(name), []) if key(read[row].parent).endswith(last)]


def _in_order(read: Sequence[_Read], parents: dict[int, int | KnownUnit | None], collect: Collector) -> list[int]:
    """The rows with each parent before its children; units that stand above themselves are problems."""
    order: list[int] = []
    done: set[int] = set()
    for start in sorted(parents):
        path: list[int] = []
        row: int | KnownUnit | None = start
        while isinstance(row, int) and row in parents and row not in done and row not in path:
            path.append(row)
            row = parents[row]
        if isinstance(row, int) and row in path:
            for circling in path[path.index(row) :]:
                names = " → ".join(squeeze(read[r].name) for r in [*path[path.index(row) :], row])
                said = sentence(N_("The units stand above each other in a circle: %(units)s."), units=names)
                collect.wrong(read[circling].record, "parent", said)
        for each in reversed(path):
            done.add(each)
            order.append(each)
    return order


def _existing(
    read: Sequence[_Read], parents: dict[int, int | KnownUnit | None], row: int, existing: Sequence[KnownUnit]
) -> int | None:
    """The id of the unit of ours with the same name under a parent of the same name."""
    parent = parents.get(row)
    above = read[parent].name if isinstance(parent, int) else parent.name if isinstance(parent, KnownUnit) else ""
    same = [
        u for u in existing if key(u.name) == key(read[row].name) and key(u.above[0] if u.above else "") == key(above)
    ]
    return same[0].id if len(same) == 1 else None
