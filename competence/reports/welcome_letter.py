"""A newcomer's welcome letter on A4: the words, who is there for her, the talks, and the programme week by week, tagged."""

from dataclasses import dataclass
from datetime import datetime

from competence.reports.passport_page import BODY, CONTENT, Gettext
from competence.reports.sheets import Sheets
from competence.reports.typography import INK2, SEMIBOLD, Face, lines_of

TITLE = Face(22, SEMIBOLD, "#1A1A1A")
SUBTITLE = Face(12, colour=INK2)
HEADING = Face(13, SEMIBOLD)
WEEK = Face(10.6, SEMIBOLD)
"""How far the words of a list stand in from their dot."""


@dataclass(frozen=True)
class LetterWeek:
    """One week of the programme, in words."""

    title: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class WelcomeLetter:
    """All that stands in the letter."""

    municipality: str
    title: str
    first_day: str
    """As "Your first day is 30 November 2026 in Team Havnen"."""
    paragraphs: tuple[str, ...]
    people: tuple[str, ...]
    talks: tuple[str, ...]
    weeks: tuple[LetterWeek, ...]
    foot: str
    issued_at: datetime


def welcome_letter_pdf(letter: WelcomeLetter, gettext: Gettext, *, language: str = "da") -> bytes:
    """The letter as a tagged A4 file; a long programme goes on over further sheets. The same letter gives the same bytes."""
    return _Sheets(letter, gettext, language).draw()


class _Sheets(Sheets):
    def __init__(self, letter: WelcomeLetter, gettext: Gettext, language: str) -> None:
        super().__init__(
            gettext, language, title=letter.title, name=gettext("Welcome letter"), municipality=letter.municipality,
            foot=letter.foot, issued_at=letter.issued_at,
        )  # fmt: skip
        self.letter = letter

    def draw(self) -> bytes:
        """The finished file."""
        letter = self.letter
        self.y -= 36
        self._lay_lines("H1", lines_of(letter.title, TITLE, CONTENT), TITLE)
        self.y -= 3
        self._lay_lines("P", lines_of(letter.first_day, SUBTITLE, CONTENT), SUBTITLE)
        self.y -= 10
        for text in letter.paragraphs:
            self._lay_lines("P", lines_of(text, BODY, CONTENT), BODY)
            self.y -= 6
        for heading, items in (
            (self._("Who is there for you"), letter.people),
            (self._("Talks with your leader"), letter.talks),
        ):
            if items:
                self._lay_heading("H2", heading, HEADING, 60)
                self._lay_list(items)
        if letter.weeks:
            self._lay_heading("H2", self._("Your programme"), HEADING, 90)
        for place, week in enumerate(letter.weeks):
            self._lay_heading(
                "H3", week.title, WEEK, 32 + BODY.leading * min(len(week.items), 4), above=8 if place else 0
            )
            self._lay_list(week.items)
        return self._finish()

    def _lay_heading(self, tag: str, text: str, face: Face, room: float, *, above: float = 14) -> None:
        self._room(room)
        self.y -= above
        self._lay_lines(tag, lines_of(text, face, CONTENT), face)
        self.y -= 2
