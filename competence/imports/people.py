"""Employees from a list: one row for each employment, so that a person may stand in several."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from competence.foundation.clock import day_after
from competence.foundation.text import N_, Sentence, sentence, squeeze
from competence.imports.collecting import Collector
from competence.imports.grid import Workbook
from competence.imports.headings import Field, Record, read_list
from competence.imports.known import Known, KnownUnit, MappingFile, key, with_short_forms
from competence.imports.parsed import Parsed, Place

FIELDS = (
    Field(
        "number",
        "medarbejdernummer",
        (
            *("medarbejdernr", "medarb.nr", "medarb. nummer", "medarbejder nr", "lønnummer", "lønnr", "tjenestenummer"),
            *("tjenestenr", "personalenummer", "personalenr", "ansættelsesnummer", "medarbejder-id", "employee number"),
        ),
        required=True,
    ),
    Field("name", "navn", ("fulde navn", "medarbejder", "medarbejdernavn", "medarbejderens navn")),
    Field("first_name", "fornavn", ("fornavne",)),
    Field("last_name", "efternavn", ("efternavne",)),
    Field("email", "e-mail", ("mail", "mailadresse", "e-mailadresse", "arbejdsmail", "e-post")),
    Field("unit", "enhed", ("team", "afdeling", "arbejdssted", "tjenestested", "arbejdsplads"), required=True),
    Field(
        "staff_group",
        "faggruppe",
        ("stilling", "stillingsbetegnelse", "profession", "uddannelse", "personalegruppe", "titel"),
        required=True,
    ),
    Field("shifts", "vagter", ("vagt", "faste vagter", "fast vagt", "vagtlag", "vagttype")),
    Field(
        "valid_from",
        "fra",
        ("ansat fra", "ansat den", "ansat", "startdato", "fra dato", "ansættelsesdato", "tiltrådt", "gælder fra"),
        required=True,
    ),
    Field(
        "valid_through",
        "til",
        (
            "til og med",
            "t.o.m",
            "ansat til",
            "ansat til og med",
            "slutdato",
            "til dato",
            "sidste dag",
            "gælder til og med",
        ),
    ),
    Field("is_floater", "flyver", ("flyverkorps", "flyver ja/nej", "er flyver")),
    Field(
        "authorisation_checked_on",
        "autorisation kontrolleret den",
        (
            *("autorisation kontrolleret", "autorisation tjekket", "autorisation tjekket den", "autorisationskontrol"),
            *(
                "autorisation set",
                "autorisation slået op",
                "autorisation slået op den",
                "autorisation kontrolleret dato",
            ),
        ),
    ),
)
_MAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}")


@dataclass(frozen=True)
class NewEmployment:
    """A row: a person in a unit and staff group."""

    place: Place
    number: str
    name: str
    email: str | None
    unit_id: int
    staff_group: str
    """Our code."""
    shifts: str
    """Letters in the order D, A, N; empty = none fixed."""
    valid_from: date
    valid_to: date | None
    """First day it no longer runs; the file's "til" is the day before."""
    is_floater: bool
    authorisation_checked_on: date | None


def parse_people(
    workbook: Workbook,
    *,
    units: Sequence[KnownUnit],
    staff_groups: Sequence[Known],
    today: date,
    mapping: MappingFile | None = None,
) -> Parsed[NewEmployment]:
    """The employments of the file. A number that stands twice is one person, with one name and one mail address."""
    mapping = mapping or MappingFile()
    groups = with_short_forms(staff_groups)
    listing = read_list(workbook, FIELDS, mapping, alone=("number",))
    collect = Collector(listing, mapping)
    if listing.records and not listing.fields & {"name"} and not {"first_name", "last_name"} <= listing.fields:
        said = sentence(N_("The column “%(heading)s” is missing."), heading="navn")
        collect.problems.append(listing.records[0].place.problem(said))
        return Parsed((), tuple(collect.problems), tuple(collect.unmapped), listing.skipped)
    rows: list[NewEmployment] = []
    for record in listing.records:
        collect.begin()
        number = collect.text(record, "number", longest=40, heading="medarbejdernummer")
        name = _name(record, collect)
        email = _email(record, collect)
        unit = collect.unit(record, "unit", units, heading="enhed")
        group = collect.staff_group(record, "staff_group", groups, heading="faggruppe")
        shifts = collect.shifts(record, "shifts")
        valid_from = collect.day(record, "valid_from", heading="fra")
        valid_through = collect.day(record, "valid_through")
        floater = collect.yes(record, "is_floater")
        checked = collect.day(record, "authorisation_checked_on")
        if valid_from and valid_through and valid_through < valid_from:
            collect.wrong(record, "valid_through", sentence(N_("The last day lies before the first day.")))
        if checked and checked > today:
            said = sentence(N_("The authorisation cannot have been checked on a day that has not come yet."))
            collect.wrong(record, "authorisation_checked_on", said)
        if collect.is_clean and unit and group and valid_from:
            rows.append(
                NewEmployment(
                    place=record.place,
                    number=number,
                    name=name,
                    email=email or None,
                    unit_id=unit.id,
                    staff_group=group.code,
                    shifts=shifts,
                    valid_from=valid_from,
                    valid_to=day_after(valid_through),
                    is_floater=floater,
                    authorisation_checked_on=checked,
                )
            )
    _agree(rows, collect)
    return Parsed(tuple(rows), tuple(collect.problems), tuple(collect.unmapped), listing.skipped)


def _name(record: Record, collect: Collector) -> str:
    """First name first; "Lykke, Hanne" is turned round."""
    if "name" in record.values:
        name = collect.text(record, "name", longest=120, heading="navn")
        last, comma, first = name.partition(",")
        return squeeze(f"{first} {last}") if comma and first.strip() and last.strip() else name
    first = collect.text(record, "first_name", longest=60, heading="fornavn")
    return squeeze(f"{first} {collect.text(record, 'last_name', longest=60, heading='efternavn')}")


def _email(record: Record, collect: Collector) -> str:
    """The mail address in lower case, or ""."""
    email = collect.text(record, "email", longest=255).removeprefix("mailto:").casefold()
    if email and not _MAIL.fullmatch(email):
        collect.wrong(record, "email", sentence(N_("“%(email)s” is not a mail address."), email=email[:60]))
    return email


def _agree(rows: Sequence[NewEmployment], collect: Collector) -> None:
    """Notes numbers with two names or mails, mails with two numbers, and employments said twice."""
    persons: dict[str, NewEmployment] = {}
    mails: dict[str, NewEmployment] = {}
    employments: dict[tuple[str, int, str], list[NewEmployment]] = {}
    for row in rows:
        first = persons.setdefault(row.number, row)
        said: tuple[str, Sentence] | None = None
        if key(first.name) != key(row.name):
            said = "name", _elsewhere(N_("Number %(number)s has another name in row %(row)s."), first)
        elif (first.email or row.email) != (row.email or first.email):
            said = "email", _elsewhere(N_("Number %(number)s has another mail address in row %(row)s."), first)
        elif row.email and (other := mails.setdefault(row.email, row)).number != row.number:
            said = "email", _elsewhere(N_("The mail address belongs to number %(number)s in row %(row)s too."), other)
        twins = employments.setdefault((row.number, row.unit_id, row.staff_group), [])
        twin = next((t for t in twins if _overlap(t, row)), None)
        twins.append(row)
        if twin and not said:
            text = N_("Number %(number)s has the same employment in row %(row)s too, with dates that overlap.")
            said = "number", _elsewhere(text, twin)
        if said:
            collect.problems.append(row.place.problem(said[1], said[0]))


def _elsewhere(msgid: str, other: NewEmployment) -> Sentence:
    """The sentence that points to another row."""
    return sentence(msgid, number=other.number, row=str(other.place.row))


def _overlap(one: NewEmployment, other: NewEmployment) -> bool:
    """Whether both run on some day."""
    return (one.valid_to is None or other.valid_from < one.valid_to) and (
        other.valid_to is None or one.valid_from < other.valid_to
    )
