"""Competence profiles from a list: one row for each statement, and for each task with its practice level."""

from collections.abc import Sequence
from dataclasses import dataclass

from competence.foundation.text import N_, sentence
from competence.imports.collecting import Collector
from competence.imports.fields import shown
from competence.imports.grid import Workbook
from competence.imports.headings import Field, Record, read_list
from competence.imports.known import Known, MappingFile, Register, key, with_short_forms
from competence.imports.parsed import Parsed, Place

FIELDS = (
    Field("staff_group", "faggruppe", ("gruppe", "stilling", "profil"), required=True),
    Field("area", "område", ("fagområde", "profilområde", "kompetenceområde", "tema"), required=True),
    Field("level", "niveau", ("profilniveau", "trin"), required=True),
    Field("text", "udsagn/opgave", ("udsagn eller opgave", "udsagn", "krav", "beskrivelse", "forventning")),
    Field("task", "opgave", ("opgaven", "krævet opgave")),
    Field("practice", "øveniveau", ("praksisniveau", "niveau for opgaven", "opgavens niveau")),
)
LONGEST_AREA, LONGEST_TEXT = 120, 400


@dataclass(frozen=True)
class ProfileRow:
    """A statement, or a task with its practice level, that a staff group's profile is to have."""

    place: Place
    staff_group: str
    """Our code."""
    area: str
    level: int
    text: str
    """The statement; "" for a task."""
    task: str = ""
    """Our code; "" for a statement."""
    practice_level: int = 0


def parse_profiles(
    workbook: Workbook,
    *,
    staff_groups: Sequence[Known],
    tasks: Sequence[Known],
    profile_levels: Sequence[str],
    practice_levels: Sequence[str],
    mapping: MappingFile | None = None,
) -> Parsed[ProfileRow]:
    """The rows of the file. A row with a practice level is a task; one without is a statement, in a sentence."""
    mapping = mapping or MappingFile()
    groups, register = with_short_forms(staff_groups), Register(tasks)
    listing = read_list(workbook, FIELDS, mapping)
    collect = Collector(listing, mapping)
    rows: list[ProfileRow] = []
    seen: dict[tuple[str, ...], ProfileRow] = {}
    for record in listing.records:
        collect.begin()
        group = collect.staff_group(record, "staff_group", groups, heading="faggruppe")
        area = collect.text(record, "area", longest=LONGEST_AREA, heading="område")
        level = collect.level(record, "level", profile_levels, heading="niveau")
        text, task, practice = _said(record, collect, register, practice_levels)
        if not (collect.is_clean and group and level):
            continue
        row = ProfileRow(record.place, group.code, area, level, text, task, practice)
        place = (group.code, str(level), "task", task) if task else (group.code, str(level), key(area), key(text))
        twin = seen.setdefault(place, row)
        if twin is row:
            rows.append(row)
            continue
        said = sentence(N_("The same stands in row %(row)s too. Remove one of them."), row=str(twin.place.row))
        collect.wrong(record, "task" if record.text("task") else "text", said)
    return Parsed(tuple(rows), tuple(collect.problems), tuple(collect.unmapped), listing.skipped)


def _said(record: Record, collect: Collector, tasks: Register, levels: Sequence[str]) -> tuple[str, str, int]:
    """(statement, the task's code, practice level): one of the first two is empty, both after a problem."""
    practice = collect.level(record, "practice", levels)
    field = "task" if record.text("task") else "text"
    if practice:
        task = collect.task(record, field, tasks, heading="opgave")
        return "", task.code if task else "", practice
    text = collect.text(record, field, longest=LONGEST_TEXT, heading="udsagn/opgave")
    if text and (field == "task" or tasks.find(text)):
        said = sentence(
            N_("“%(text)s” is a task: write its practice level. A statement is a whole sentence."), text=shown(text)
        )
        collect.wrong(record, "practice" if "practice" in record.values else field, said)
    return text, "", 0
