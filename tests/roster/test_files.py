"""Rosters from files: lists of every kind, calendars, and what is refused."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competence.foundation.clock import local, set_to
from competence.foundation.text import Sentence
from competence.imports.calendar import read_calendar
from competence.imports.grid import SheetProblem
from competence.imports.headings import read_list
from competence.imports.known import KnownUnit, MappingFile
from competence.imports.moments import read_when
from competence.imports.parsed import Parsed
from competence.imports.roster import FIELDS, RosterRow, parse_roster
from competence.imports.sheets import read_workbook
from competence.roster.queries import Staff
from competence.roster.rules import Employed
from tests.imports.workbooks import Rows, csv, xlsx

TODAY = datetime(2026, 10, 20, 12, tzinfo=UTC)
UNITS = (
    KnownUnit(4, "Team Havnen", "team", ("Distrikt Nord",)),
    KnownUnit(5, "Team Lunden", "team", ("Distrikt Nord",)),
)
PATHS = {4: "/1/2/4/", 5: "/1/2/5/", 9: "/1/8/9/"}
STAFF = Staff(
    {"1001": 1, "1002": 2, "1003": 3, "amira@fjordby.dk": 1},
    {
        1: [Employed(11, 1, 4, "/1/2/4/", date(2020, 1, 1), None)],
        2: [Employed(12, 2, 5, "/1/2/5/", date(2020, 1, 1), date(2026, 11, 1))],
        3: [Employed(13, 3, 9, "/1/8/9/", date(2026, 11, 15), None)],
    },
)
HEADINGS = ["Medarbejdernummer", "Dato", "Start", "Slut", "Enhed"]


def parsed(listing) -> Parsed[RosterRow]:
    with set_to(TODAY):
        return parse_roster(listing, units=UNITS, paths=PATHS, staff=STAFF)


def read(rows: Rows, *, as_csv: bool = False) -> Parsed[RosterRow]:
    data, name = (csv(rows, encoding="utf-8-sig"), "plan.csv") if as_csv else (xlsx(rows), "plan.xlsx")
    return parsed(read_list(read_workbook(data, name).with_times(), FIELDS, MappingFile(), alone=("number",)))


def said(found: Parsed[RosterRow]) -> list[tuple[int | None, str, str]]:
    return [(problem.row, problem.column, str(problem.message)) for problem in found.problems]


def times(found: Parsed[RosterRow]) -> list[tuple[str, str]]:
    assert not found.problems, said(found)
    return [
        (f"{local(row.duty.starts_at):%d.%m %H:%M}", f"{local(row.duty.ends_at):%d.%m %H:%M}")
        for row in found.rows
        if row.duty
    ]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("07:00", "15:00"),
        ("7.00", "15.00"),
        ("7", "15"),
        ("0700", "1500"),
        ("kl. 7", "kl. 15.00"),
        (time(7), time(15)),
        ("0,2916666667", "0,625"),
    ],
)
@pytest.mark.parametrize("day", ["1.11.2026", "2026-11-01", date(2026, 11, 1), "1. november 2026"])
def test_days_and_times_as_danes_and_excel_write_them(start: Any, end: Any, day: Any) -> None:
    assert times(read([HEADINGS, ["1001", day, start, end, ""]])) == [("01.11 07:00", "01.11 15:00")]


def test_day_and_time_in_one_column_and_both_times_in_one() -> None:
    both: Rows = [
        ["Medarbejdernummer", "Start", "Slut"],
        ["1001", datetime.combine(date(2026, 11, 1), time(23)), datetime.combine(date(2026, 11, 2), time(7))],
        ["1001", "3.11.2026 7.00", "3.11.2026 kl. 15.00"],
        ["1001", "2026-11-05T15:00", "23:00"],
    ]
    assert times(read(both)) == [
        ("01.11 23:00", "02.11 07:00"),
        ("03.11 07:00", "03.11 15:00"),
        ("05.11 15:00", "05.11 23:00"),
    ]
    one = [["Lønnummer", "Dato", "Arbejdstid"], ["1001", "1.11.2026", "7-15"], ["1001", "2.11.2026", "23.00–7.00"]]
    assert times(read(one, as_csv=True)) == [("01.11 07:00", "01.11 15:00"), ("02.11 23:00", "03.11 07:00")]


def test_a_night_with_one_date_ends_the_next_morning_and_a_full_end_before_the_start_is_refused() -> None:
    rows = [
        [*HEADINGS, "Slutdato"],
        ["1001", "1.11.2026", "23:00", "07:00", "", ""],
        ["1001", "3.11.2026", "23:00", "07:00", "", "3.11.2026"],
    ]
    found = read(rows)
    assert said(found) == [(3, "D", "The duty ends before it begins.")]
    assert [row.duty.ends_at for row in found.rows if row.duty] == [datetime(2026, 11, 2, 6, tzinfo=UTC)]


def test_what_is_wrong_is_told_by_row_and_column() -> None:
    rows = [
        [*HEADINGS, "Slutdato"],
        ["4711", "1.11.2026", "7", "15", "", ""],
        ["1002", "2.11.2026", "7", "15", "", ""],
        ["1003", "2.11.2026", "7", "15", "Team Havnen", ""],
        ["1001", "2.11.2026", "7", "15", "Team Skoven", ""],
        ["1001", "4.11.2026", "7", "15", "", "6.11.2026"],
        ["1001", "7.11.2026", "7", "7", "", ""],
        ["1001", "8.11.2026", "25", "15", "", ""],
        ["1001", "9.11.2026", "7", "", "", ""],
        ["1003", "20.11.2026", "7", "15", "", ""],
        ["1001", "1.11.2030", "7", "15", "", ""],
        ["010190-1234", "1.11.2026", "7", "15", "", ""],
    ]
    problems = {row: (column, text) for row, column, text in said(read(rows))}
    assert problems[2][0] == "A"
    assert "Nobody has the staff number 4711" in problems[2][1]
    assert "the employment ended on 2026-10-31" in problems[3][1]
    assert "the employment begins on 2026-11-15" in problems[4][1]
    assert problems[5][0] == "E"
    assert "longer than 24 hours" in problems[6][1]
    assert "ends when it begins" in problems[7][1]
    assert problems[8][0] == "C"
    assert "when the duty ends" in problems[9][1]
    assert "that you do not reach" in problems[10][1]
    assert "more than a year ahead" in problems[11][1]
    assert "CPR" in problems[12][1]
    assert "1234" not in problems[12][1]


def test_two_duties_at_one_time_are_refused_in_one_file() -> None:
    rows = [
        HEADINGS,
        ["1001", "2.11.2026", "7", "15", ""],
        ["1001", "2.11.2026", "14", "22", "Team Lunden"],
        ["1001", "3.11.2026", "7", "15", ""],
        ["1001", "3.11.2026", "7", "15", ""],
    ]
    assert [(row, text) for row, _column, text in said(read(rows))] == [
        (3, "Number 1001 is on duty at the same time in row 2 on the sheet Ark1. Remove or change one of them."),
        (5, "Number 1001 has the same duty in row 4 on the sheet Ark1. Remove one of them."),
    ]


def test_the_hour_that_comes_twice_must_be_told_apart_and_the_one_left_out_is_refused() -> None:
    rows = [HEADINGS, ["1001", "25.10.2026", "02:30", "10:00", ""], ["1001", "28.3.2027", "2.30", "10", ""]]
    twice, never = said(read(rows))
    assert "twice on 2026-10-25" in twice[2]
    assert "never shows 2.30" in never[2]
    rows = [
        HEADINGS,
        ["1001", "25.10.2026", "2.30 vintertid", "10:00", ""],
        ["1001", "24.10.2026", "23", "02:15 sommertid", ""],
    ]
    winter, summer = (row.duty for row in read(rows).rows)
    assert winter is not None
    assert summer is not None
    assert winter.ends_at - winter.starts_at == timedelta(hours=7.5)
    assert summer.ends_at - summer.starts_at == timedelta(hours=3.25)


def test_a_row_without_times_says_that_nobody_works() -> None:
    (row,) = read([HEADINGS, ["1001", "2.11.2026", "fri", "", ""]]).rows
    assert (row.person_id, row.day, row.duty) == (1, date(2026, 11, 2), None)


def event(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VEVENT", "UID:a1@plan", *lines, "END:VEVENT"])


def calendar(*events: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *events, "END:VCALENDAR", ""]).encode()


NIGHT = ("DTSTART;TZID=Europe/Copenhagen:20261024T230000", "DTEND;TZID=Europe/Copenhagen:20261025T070000")


def from_calendar(*events: str) -> Parsed[RosterRow]:
    with set_to(TODAY):
        return parsed(read_calendar(calendar(*events)))


@pytest.mark.parametrize(
    "who",
    [
        "X-MEDARBEJDERNUMMER:1001",
        "SUMMARY:Nattevagt (1001)",
        "SUMMARY:1001",
        "DESCRIPTION:Husk nøgle\\nMedarbejdernummer: 1001",
        'ATTENDEE;CN="Amira (1001)":mailto:x@y.dk',
        "ATTENDEE:mailto:amira@fjordby.dk",
    ],
)
def test_a_calendar_says_the_number_in_several_places_and_is_exact_when_the_clock_changes(who) -> None:
    (row,) = from_calendar(event(who, *NIGHT)).rows
    assert row.duty is not None
    assert (row.person_id, row.duty.ends_at - row.duty.starts_at) == (1, timedelta(hours=9))


def test_a_repeated_event_is_as_many_duties_as_it_says_at_seven_in_summer_as_in_winter() -> None:
    found = from_calendar(
        event(
            "SUMMARY:1001",
            "DTSTART;TZID=Europe/Copenhagen:20261021T070000",
            "DURATION:PT8H",
            "RRULE:FREQ=WEEKLY;BYDAY=WE,FR;COUNT=4",
            "EXDATE;TZID=Europe/Copenhagen:20261023T070000",
        )
    )
    assert [begins for begins, _ends in times(found)] == ["21.10 07:00", "28.10 07:00", "30.10 07:00"]


def test_what_a_calendar_cannot_mean_is_told_by_its_line() -> None:
    found = from_calendar(
        event("SUMMARY:1001", "DTSTART;VALUE=DATE:20261101"),
        event("SUMMARY:1001", "DTSTART:20261101T070000", "DURATION:PT8H", "RRULE:FREQ=WEEKLY"),
        event(
            "SUMMARY:1001",
            "DTSTART:20261101T070000",
            "DURATION:PT8H",
            "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1",
        ),
        event("SUMMARY:Nattevagt", *NIGHT),
    )
    assert [(row, text.split(".")[0]) for row, _column, text in said(found)] == [
        (4, "An event of a whole day is no duty"),
        (9, "The duty is repeated without an end"),
        (16, "We cannot read how the duty is repeated"),
        (23, "“medarbejdernummer” is empty"),
    ]


def test_a_cancelled_event_says_that_nobody_works() -> None:
    (row,) = from_calendar(event("SUMMARY:1001", "STATUS:CANCELLED", *NIGHT)).rows
    assert (row.day, row.duty) == (date(2026, 10, 24), None)


@given(st.text(max_size=40))
def test_a_time_is_read_or_refused_by_a_sentence(text: str) -> None:
    found = read_when(text)
    assert found is None or isinstance(found, Sentence) or (found.minute is None or 0 <= found.minute <= 24 * 60)


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "1001",
            "1002",
            "7",
            "7.00",
            "23:00",
            "24.00",
            "25.10.2026",
            "2026-11-01",
            "9999-12-31",
            "1.1.0001",
            "7-15",
            "2.30",
            "2.30 vintertid",
            "2026-10-25T02:30+01:00",
            "2026-10-25T02:30Z",
            "9999-12-31 23:00",
            "-",
            "fri",
            "0,5",
        ]
    ),
)


@given(st.lists(st.lists(CELLS, min_size=5, max_size=5), max_size=6))
def test_a_list_is_read_or_refused_whatever_it_holds(rows: list[list[str]]) -> None:
    try:
        found = read([HEADINGS, *rows], as_csv=True)
    except SheetProblem:
        return
    assert all(problem.message.msgid for problem in found.problems)


LINES = st.sampled_from(
    [
        "BEGIN:VEVENT",
        "END:VEVENT",
        "BEGIN:VALARM",
        "END:VALARM",
        "DTSTART:20261101T070000Z",
        "DTSTART:99991231T235959",
        "DTEND:00010101T000000",
        "DURATION:P9999999D",
        "DURATION:PT8H",
        "RRULE:FREQ=DAILY;COUNT=3;INTERVAL=0",
        "RRULE:FREQ=WEEKLY;UNTIL=20261201;BYDAY=XX",
        "RRULE:x",
        "RRULE:FREQ=DAILY;COUNT=999999999",
        "EXDATE:x",
        "RDATE:20261102T070000Z",
        "SUMMARY:1001",
        "UID:1",
        "RECURRENCE-ID:20261101T070000Z",
        "ATTENDEE:mailto:",
        "STATUS:CANCELLED",
        "LOCATION:Team Havnen",
        "X",
        ":",
        "DTSTART;TZID=Nowhere/None:20261101T070000",
    ]
)


@given(st.lists(st.one_of(LINES, st.text(max_size=10)), max_size=14), st.booleans())
def test_a_calendar_is_read_or_refused_whatever_it_holds(lines: list[str], framed: bool) -> None:
    body = ["BEGIN:VEVENT", *lines, "END:VEVENT"] if framed else lines
    try:
        found = from_calendar("\r\n".join(body))
    except SheetProblem:
        return
    assert all(problem.message.msgid for problem in found.problems)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_calendar_are_refused(data: bytes) -> None:
    with pytest.raises(SheetProblem):
        read_calendar(data)
