"""Signatures on paper from a list, to be carried over as sign-offs of origin transferred."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from competence.foundation.clock import day_after
from competence.foundation.text import N_, sentence
from competence.imports.collecting import Collector
from competence.imports.grid import Workbook
from competence.imports.headings import Field, read_list
from competence.imports.known import Known, MappingFile, Register
from competence.imports.parsed import Parsed, Place
from competence.imports.people import FIELDS as PEOPLE_FIELDS

FIELDS = (
    next(field for field in PEOPLE_FIELDS if field.name == "number"),
    Field(
        "task", "opgave", ("opgaven", "kompetence", "ydelse", "indsats", "sygeplejeopgave", "opgavenavn"), required=True
    ),
    Field("level", "niveau", ("praksisniveau", "niveau på underskrift", "trin"), required=True),
    Field(
        "signed_on",
        "underskrevet den",
        ("underskrevet", "underskrift den", "underskriftsdato", "dato for underskrift", "dato", "skrevet under den"),
        required=True,
    ),
    Field(
        "signer", "underskrevet af", ("underskriver", "skrevet under af", "underskrift af", "oplært af"), required=True
    ),
    Field(
        "valid_through",
        "gælder til og med",
        ("gælder til", "gyldig til", "gyldig til og med", "til og med", "udløber", "udløbsdato", "sidste dag"),
    ),
)


@dataclass(frozen=True)
class PaperSignOff:
    """A row: somebody vouched on paper that the person does the task at the level."""

    place: Place
    number: str
    task: str
    """Our code."""
    level: int
    signed_on: date
    signer: str
    """Who signed the paper, as the paper says."""
    valid_to: date | None
    """First day it no longer counts; None when the paper names none."""


def parse_signoffs(
    workbook: Workbook,
    *,
    tasks: Sequence[Known],
    levels: Sequence[str],
    today: date,
    numbers: frozenset[str] | None = None,
    mapping: MappingFile | None = None,
) -> Parsed[PaperSignOff]:
    """The signatures of the file. `numbers` are the staff numbers that exist; None leaves that question open."""
    mapping = mapping or MappingFile()
    register = Register(tasks)
    listing = read_list(workbook, FIELDS, mapping, alone=("number",))
    collect = Collector(listing, mapping)
    rows: list[PaperSignOff] = []
    seen: dict[tuple[str, str, date], PaperSignOff] = {}
    for record in listing.records:
        collect.begin()
        number = collect.text(record, "number", longest=40, heading="medarbejdernummer")
        task = collect.task(record, "task", register, heading="opgave")
        level = collect.level(record, "level", levels, heading="niveau")
        signed_on = collect.day(record, "signed_on", heading="underskrevet den")
        signer = collect.text(record, "signer", longest=120, heading="underskrevet af")
        valid_through = collect.day(record, "valid_through")
        if number and numbers is not None and number not in numbers:
            said = sentence(
                N_("Nobody has the number %(number)s. Import the people first, or correct it."), number=number
            )
            collect.wrong(record, "number", said)
        if signed_on and signed_on > today:
            collect.wrong(record, "signed_on", sentence(N_("The signature cannot lie on a day that has not come yet.")))
        if signed_on and valid_through and valid_through < signed_on:
            collect.wrong(record, "valid_through", sentence(N_("The last day lies before the signature.")))
        if not (collect.is_clean and task and level and signed_on):
            continue
        row = PaperSignOff(record.place, number, task.code, level, signed_on, signer, day_after(valid_through))
        twin = seen.setdefault((number, task.code, signed_on), row)
        if twin is not row:
            said = sentence(
                N_("The same signature stands in row %(row)s too. Remove one of them."), row=str(twin.place.row)
            )
            collect.wrong(record, "task", said)
            continue
        rows.append(row)
    return Parsed(tuple(rows), tuple(collect.problems), tuple(collect.unmapped), listing.skipped)
