"""A duty roster from a list: one row for each duty, with staff number, start and end, and the unit where it is not her own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from competence.foundation.clock import last_day
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, Sentence, sentence, squeeze
from competence.imports.collecting import Collector
from competence.imports.fields import shown
from competence.imports.headings import Field, Listing, Record
from competence.imports.known import KnownUnit, MappingFile, key
from competence.imports.moments import When, moment, read_times, read_when
from competence.imports.parsed import Parsed, Place, Problem
from competence.roster.commands import Roster, RosterPlan, check_times, of_rows
from competence.roster.queries import Staff
from competence.roster.rules import Covered, Employed, Planned, employment_for, overlaps, wall_of

FIELDS = (
    Field(
        "number",
        "medarbejdernummer",
        (
            *("medarbejdernr", "medarb.nr", "medarb. nummer", "medarbejder nr", "lønnummer", "lønnr", "tjenestenummer"),
            *("tjenestenr", "personalenummer", "personalenr", "ansættelsesnummer", "medarbejder-id", "arbejdsmail"),
        ),
        required=True,
    ),
    Field("date", "dato", ("dag", "vagtdato", "startdato", "dato fra")),
    Field("start", "start", ("fra", "mødetid", "starttid", "starttidspunkt", "møder", "begynder", "kl. fra")),
    Field("end_date", "slutdato", ("dato til",)),
    Field("end", "slut", ("til", "sluttid", "sluttidspunkt", "slutter", "fri kl", "kl. til")),
    Field("times", "tid", ("tidsrum", "arbejdstid", "fra-til", "vagttid")),
    Field("unit", "enhed", ("team", "afdeling", "arbejdssted", "tjenestested", "arbejdsplads")),
    Field("roster", "vagtplan", ("plan", "vagtplanens navn")),
    Field("key", "vagt-id", ("vagtid", "vagtnummer", "vagt nr", "nøgle")),
)
WITHOUT_TIMES = ("start", "times")
"""At least one of these columns must be there."""
LONGEST_NAME = 80


@dataclass(frozen=True)
class RosterRow:
    """What a row says: a duty, or that somebody has none."""

    place: Place
    number: str
    person_id: int
    roster: str
    day: date | None
    """The day on which it starts; where nobody works the day that is named, if one is."""
    duty: Planned | None


def parse_roster(
    listing: Listing, *, units: Sequence[KnownUnit], paths: Mapping[int, str], staff: Staff,
    mapping: MappingFile | None = None, called: Mapping[str, int] | None = None, name: str = "",
) -> Parsed[RosterRow]:  # fmt: skip
    """The duties of the file, each checked by itself, against the people, and against the others.

    `units` are those within reach, `paths` those of all units; `called`: what the file's own words for units were said to
    mean, by `key` (none of ours: the employee's own); `name`: the roster that rows belong to which say none.
    """
    mapping = mapping or MappingFile()
    collect = Collector(listing, mapping)
    if listing.records and not listing.fields & set(WITHOUT_TIMES):
        said = sentence(N_("The column “%(heading)s” is missing."), heading="start")
        collect.problems.append(listing.records[0].place.problem(said))
        return Parsed((), tuple(collect.problems), tuple(collect.unmapped), listing.skipped)
    reader = _Reader(collect, units, paths, staff, called or {}, name)
    rows = [row for record in listing.records if (row := reader.row(record)) is not None]
    _agree(rows, collect)
    return Parsed(tuple(rows), tuple(collect.problems), tuple(collect.unmapped), listing.skipped)


class _Reader:
    """Reads the rows of one file."""

    def __init__(
        self, collect: Collector, units: Sequence[KnownUnit], paths: Mapping[int, str], staff: Staff,
        called: Mapping[str, int], name: str,
    ) -> None:  # fmt: skip
        self.collect, self.units, self.paths, self.staff, self.called, self.name = (
            collect, units, paths, staff, called, name,
        )  # fmt: skip
        self.within = {unit.id for unit in units}
        self.by_id = {unit.id: unit for unit in units}

    def row(self, record: Record) -> RosterRow | None:
        """What the row says; None after a problem."""
        self.collect.begin()
        number = self.collect.text(record, "number", longest=255, heading="medarbejdernummer")
        roster = self.collect.text(record, "roster", longest=LONGEST_NAME) or self.name
        external = self.collect.text(record, "key", longest=LONGEST_NAME)
        person = self._person(record, number) if number else None
        unit = self._unit(record)
        said = self._times(record)
        free = self._day(record) if said is None else None
        if not self.collect.is_clean or person is None:
            return None
        if said is None:
            return RosterRow(record.place, number, person, roster, free, None)
        starts_at, ends_at = said
        on = wall_of(starts_at).date()
        hers = self._employment(record, number, person, unit, on)
        if hers is None:
            return None
        at = unit.id if unit else hers.unit_id
        duty = Planned(person, hers.employment_id, at, starts_at, ends_at, roster, external)
        return RosterRow(record.place, number, person, roster, on, duty)

    def _person(self, record: Record, number: str) -> int | None:
        found = self.staff.persons.get(number)
        if found is None and "@" in number:
            found = self.staff.persons.get(number.removeprefix("mailto:").casefold())
        if found is None:
            said = sentence(N_("Nobody has the staff number %(number)s. Load the employees first, or correct it."),
                            number=shown(number))  # fmt: skip
            self.collect.wrong(record, "number", said)
        return found

    def _unit(self, record: Record) -> KnownUnit | None:
        text = record.text("unit")
        if not text:
            return None
        if key(text) in self.called:
            return self.by_id.get(self.called[key(text)])
        return self.collect.unit(record, "unit", self.units, heading="enhed")

    def _employment(
        self, record: Record, number: str, person: int, unit: KnownUnit | None, on: date
    ) -> Employed | None:
        """Her employment on the day. None, noted, when none runs, or nobody can tell which."""
        hers = self.staff.employments.get(person, ())
        running = [one for one in hers if one.runs(on)]
        if not running:
            self.collect.wrong(record, "number", _not_employed(number, hers, on))
            return None
        found = employment_for(running, on=on, unit=(unit.id, self.paths[unit.id]) if unit else None)
        if found is None:
            said = sentence(
                N_("Number %(number)s works in several units on %(day)s. Write the unit."), number=number, day=on
            )
            self.collect.wrong(record, "unit" if "unit" in record.values else "number", said)
        elif unit is None and found.unit_id not in self.within:
            said = sentence(
                N_("Number %(number)s works in a unit that you do not reach. Write the unit where the duty is."),
                number=number,
            )
            self.collect.wrong(record, "number", said)
            return None
        return found

    def _when(self, record: Record, field: str) -> When | None:
        value = read_when(record.values.get(field, ""))
        if isinstance(value, Sentence):
            self.collect.wrong(record, field, value)
            return None
        return value

    def _day(self, record: Record) -> date | None:
        """The day that a row without times names."""
        for field in ("date", "start"):
            named = read_when(record.values.get(field, ""))
            if isinstance(named, When):
                return named.on
        return None

    def _times(self, record: Record) -> tuple[datetime, datetime] | None:
        """From and to in UTC; None after a problem, and where the row says that nobody works."""
        begins, ends = self._when(record, "start"), self._when(record, "end")
        named = self._when(record, "date")
        last = self._when(record, "end_date")
        if not self.collect.is_clean:
            return None
        if "times" in record.values and (begins is None or begins.minute is None):
            both = read_times(record.values["times"])
            if isinstance(both, Sentence):
                self.collect.wrong(record, "times", both)
                return None
            if both is not None:
                on = begins.on if begins else None
                begins, ends = When(on, both[0].minute), both[1]
        if named is not None and named.on is None:
            said = sentence(
                N_("“%(value)s” is not a date we can read. Write it as 9.6.2026."), value=record.text("date")
            )
            self.collect.wrong(record, "date", said)
            return None
        if (begins is None or begins.minute is None) and (ends is None or ends.minute is None):
            if begins is not None and ends is not None:
                self.collect.wrong(record, "start", sentence(N_("The times of day are missing.")))
            return None
        return self._put_together(record, begins, ends, named, last)

    def _put_together(
        self, record: Record, begins: When | None, ends: When | None, named: When | None, last: When | None
    ) -> tuple[datetime, datetime] | None:
        """The two moments. One day named: an end that is no later than the start lies on the next morning."""
        at_start, at_end = _at(record, "start"), _at(record, "end")
        if begins is None:
            return self._wrong(record, at_start, sentence(N_("It is not said when the duty begins.")))
        if ends is None:
            return self._wrong(record, at_end, sentence(N_("It is not said when the duty ends.")))
        first = begins.on or (named.on if named else None)
        if first is None:
            return self._wrong(record, at_start, sentence(N_("It is not said on which day the duty begins.")))
        if named is not None and begins.on is not None and named.on != begins.on:
            said = sentence(N_("The day stands in two columns, and they do not agree."))
            return self._wrong(record, "date", said)
        until = ends.on or (last.on if last else None)
        if until is not None and until < first:
            return self._wrong(record, at_end, sentence(N_("The duty ends before it begins.")))
        starts_at = moment(first, begins)
        if isinstance(starts_at, Sentence):
            return self._wrong(record, at_start, starts_at)
        over_midnight = until is None and (ends.minute or 0) <= (begins.minute or 0)
        if over_midnight and ends.minute == begins.minute and ends.summer == begins.summer:
            said = sentence(N_("The duty ends when it begins. Write the day on which it ends too."))
            return self._wrong(record, at_end, said)
        try:
            ends_at = moment(until or first + timedelta(days=over_midnight), ends)
        except OverflowError:
            ends_at = sentence(N_("The year %(year)s cannot be right. Check the date."), year=str(first.year))
        if isinstance(ends_at, Sentence):
            return self._wrong(record, at_end, ends_at)
        try:
            check_times(starts_at, ends_at)
        except RuleBroken as broken:
            return self._wrong(record, at_end if broken.field == "end" else at_start, broken.message)
        return starts_at, ends_at

    def _wrong(self, record: Record, field: str, said: Sentence) -> tuple[datetime, datetime] | None:
        """None; the problem is noted."""
        self.collect.wrong(record, field, said)
        return None


def _at(record: Record, field: str) -> str:
    """The column that says it: its own, or the one with both times."""
    return field if field in record.values else "times"


def _not_employed(number: str, hers: Sequence[Employed], on: date) -> Sentence:
    """Why somebody has no employment on the day: it has ended, or not begun."""
    ended = [one.valid_to for one in hers if one.valid_to is not None and one.valid_to <= on]
    begins = [one.valid_from for one in hers if one.valid_from > on]
    if begins and (not ended or min(begins) - on < on - max(ended)):
        text = N_("Number %(number)s is not employed on %(day)s: the employment begins on %(first)s.")
        return sentence(text, number=number, day=on, first=min(begins))
    if ended:
        text = N_("Number %(number)s is not employed on %(day)s: the employment ended on %(last)s.")
        return sentence(text, number=number, day=on, last=last_day(max(ended)))
    return sentence(N_("Number %(number)s has no employment."), number=number)


def _agree(rows: Sequence[RosterRow], collect: Collector) -> None:
    """Notes duties of one person at the same time, and keys that stand twice."""
    there = [row for row in rows if row.duty is not None]
    for at, earlier in overlaps([row.duty for row in there if row.duty is not None]):
        one, other = there[at], there[earlier]
        same = one.duty is not None and other.duty is not None and one.duty.span == other.duty.span
        text = (
            N_("Number %(number)s has the same duty in %(place)s. Remove one of them.")
            if same
            else N_("Number %(number)s is on duty at the same time in %(place)s. Remove or change one of them.")
        )
        collect.problems.append(one.place.problem(sentence(text, number=one.number, place=where(other.place)), "start"))
    seen: dict[tuple[str, str], RosterRow] = {}
    for row in there:
        if row.duty is not None and row.duty.key:
            twin = seen.setdefault((row.duty.roster, row.duty.key), row)
            if twin is not row:
                said = sentence(N_("The same duty number stands in %(place)s too."), place=where(twin.place))
                collect.problems.append(row.place.problem(said, "key"))


def where(place: Place) -> Sentence:
    """As "row 7", with the sheet where there are several."""
    if place.sheet:
        return sentence(N_("row %(row)s on the sheet %(sheet)s"), row=str(place.row), sheet=squeeze(place.sheet))
    return sentence(N_("row %(row)s"), row=str(place.row))


def roster_of(rows: Sequence[RosterRow]) -> Roster:
    """What the rows say, as the command takes it."""
    return of_rows(
        [row.duty for row in rows if row.duty is not None],
        [Covered(row.person_id, row.roster) for row in rows],
        [row.day for row in rows if row.day is not None],
    )


def remarks_of(rows: Sequence[RosterRow], plan: RosterPlan) -> Iterator[Problem]:
    """What to look at before it is taken in: people who are on duty elsewhere then, and those whom the file does not name."""
    there = [row for row in rows if row.duty is not None]
    for at, other, sees in plan.crossing:
        row = there[at]
        params = {"number": row.number, "start": other.duty.starts_at, "end": other.duty.ends_at}
        if not sees:
            text = N_(
                "Number %(number)s is on duty elsewhere at the same time, from %(start)s to %(end)s. Both are kept."
            )
        elif other.duty.roster != row.roster:
            params["roster"] = other.duty.roster or sentence(N_("the common roster"))
            text = N_(
                "Number %(number)s is on duty at the same time in %(roster)s, from %(start)s to %(end)s. Both are kept."
            )
        else:
            text = N_(
                "Number %(number)s is on duty at the same time by an earlier roster, from %(start)s to %(end)s. Both are kept."
            )
        yield row.place.problem(sentence(text, **params), "start")
    numbers = {row.person_id: row.number for row in rows}
    for gone in plan.changes.removed:
        duty = gone.duty
        yield Problem(
            "", None, "",
            sentence(
                N_("Number %(number)s: the duty from %(start)s to %(end)s is no longer in the file. It is removed."),
                number=numbers.get(duty.person_id, ""), start=duty.starts_at, end=duty.ends_at,
            ),
        )  # fmt: skip
    if plan.unnamed:
        yield Problem(
            "", None, "",
            sentence(
                N_("On duty in the same units and days, but not in the file: %(count)s people. Their duties stay."),
                count=plan.unnamed,
            ),
        )  # fmt: skip
