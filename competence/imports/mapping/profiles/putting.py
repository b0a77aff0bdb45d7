"""What comes of a row: statements and tasks for staff groups, each once, and everything that cannot be taken. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from competence.foundation.text import N_, Sentence, looks_like_cpr, sentence, squeeze
from competence.imports.grid import Sheet, column_letter
from competence.imports.known import Known, key
from competence.imports.mapping.profiles.found import LeftOut, Made
from competence.imports.parsed import Place, Problem, at, cpr_sentence
from competence.imports.profiles import LONGEST_TEXT, ProfileRow

REMARK = "Bemærkning"


@dataclass(frozen=True)
class Target:
    """Where something belongs."""

    groups: tuple[str, ...]
    area: str
    level: int


class Putting:
    """All that has come of the rows so far."""

    def __init__(self, sheet: Sheet, tasks: Sequence[Known]) -> None:
        self.sheet = sheet
        self.names = {task.code: task.name for task in tasks}
        self.made: dict[int, Made] = {}
        self.problems: dict[Problem, None] = {}
        self.left_out: list[LeftOut] = []
        self.used: set[tuple[int, int]] = set()
        """(row, column) from 0 of the fields that something came of, or that were refused."""
        self._tasks: dict[tuple[str, int, str], ProfileRow] = {}
        self._statements: dict[tuple[str, int, str, str], ProfileRow] = {}

    def row(self, row: int) -> Made:
        """What comes of the row, counted from 0."""
        return self.made.setdefault(row, Made(row + 1))

    def source(self, row: int, column: int, text: str) -> None:
        """Nothing; the field is part of what the row says."""
        self.used.add((row, column))
        said = (column_letter(column), text)
        if said not in self.row(row).sources:
            self.row(row).sources.append(said)

    def wrong(self, row: int, column: int | None, said: Sentence) -> None:
        """Nothing; the problem stands at the field, at the row where `column` is None."""
        if column is not None:
            self.used.add((row, column))
        self.problems[at(self.sheet.name, row, column, said)] = None

    def leave(self, row: int, column: int | None, text: str, why: Sentence) -> None:
        """Nothing; the field (the row where `column` is None) is listed as left out."""
        if column is not None:
            self.used.add((row, column))
        else:
            self.used |= {(row, c) for c in range(len(self.sheet.rows[row]))}
        self.left_out.append(LeftOut(row + 1, "" if column is None else column_letter(column), squeeze(text), why))

    def sound(self, row: int, column: int, target: Target) -> bool:
        """Whether it is said where the field belongs; what is not said becomes a problem."""
        missing = [
            said
            for there, said in (
                (target.groups, N_("Nothing says which staff group the row is for.")),
                (target.area, N_("Nothing says which area the row belongs to.")),
                (target.level, N_("Nothing says which profile level the row is for.")),
            )
            if not there
        ]
        for said in missing:
            self.wrong(row, column, sentence(said))
        return not missing

    def statement(self, row: int, column: int, target: Target, text: str, notes: Sequence[str] = ()) -> None:
        """Nothing; the statement is put for each staff group, its notes in brackets behind it."""
        if not self.sound(row, column, target):
            return
        made = self.row(row)
        whole = _with(text, notes)
        if notes:
            made.remark(sentence(N_("A note stands in brackets behind its statement.")))
        if said := _unfit(whole):
            self.wrong(row, column, said)
            return
        for group in target.groups:
            new = ProfileRow(self._place(row, column), group, target.area, target.level, whole)
            self._add_statement(made, new)

    def _add_statement(self, made: Made, new: ProfileRow) -> None:
        place = (new.staff_group, new.level, key(new.area), key(new.text))
        twin = self._statements.setdefault(place, new)
        if twin is new:
            made.rows.append(new)
        else:
            made.remark(sentence(N_("The same stands in row %(row)s too. It is kept once."), row=str(twin.place.row)))

    def task(
        self, row: int, column: int, target: Target, code: str, practice: int, notes: Sequence[str] = ()
    ) -> None:  # fmt: skip
        """Nothing; the task is asked for at a practice level. Its notes become a statement beside it."""
        if not self.sound(row, column, target):
            return
        made = self.row(row)
        for group in target.groups:
            new = ProfileRow(self._place(row, column), group, target.area, target.level, "", code, practice)
            twin = self._tasks.setdefault((group, target.level, code), new)
            if twin is new:
                made.rows.append(new)
            elif (twin.practice_level, key(twin.area)) == (practice, key(target.area)):
                made.remark(
                    sentence(N_("The same stands in row %(row)s too. It is kept once."), row=str(twin.place.row))
                )
            else:
                said = N_(
                    "“%(task)s” stands in row %(row)s too, for the same staff group and profile level, but with another "
                    "practice level or area. Correct the file, and choose it again."
                )
                self.wrong(row, column, sentence(said, task=self.names.get(code, code), row=str(twin.place.row)))
        if notes:
            self._beside(row, column, target, f"{self.names.get(code, code)}: {'; '.join(notes)}")

    def _beside(self, row: int, column: int, target: Target, text: str) -> None:
        """Nothing; the note becomes a statement of its own."""
        self.statement(row, column, target, text)
        self.row(row).remark(sentence(N_("A note becomes a statement of its own.")))

    def notes(self, row: int, column: int, notes: Sequence[str]) -> None:
        """Nothing; notes on the whole row are kept: with its one statement, else as a statement at its lowest level."""
        made = self.row(row)
        if not made.rows:
            self.leave(row, column, "; ".join(notes), sentence(N_("Nothing else of the row comes along.")))
            return
        for group in dict.fromkeys(one.staff_group for one in made.rows):
            own = [one for one in made.rows if one.staff_group == group]
            if len(own) == 1 and own[0].text:
                self._lengthen(made, row, column, own[0], notes)
                continue
            lowest = min(own, key=lambda one: one.level)
            named = {one.task for one in own}
            code = lowest.task if len(named) == 1 else ""
            about = self.names.get(code, code) if code else REMARK
            self._beside(row, column, Target((group,), lowest.area, lowest.level), f"{about}: {'; '.join(notes)}")

    def _lengthen(self, made: Made, row: int, column: int, own: ProfileRow, notes: Sequence[str]) -> None:
        whole = _with(own.text, notes)
        if said := _unfit(whole):
            self.wrong(row, column, said)
            return
        made.rows[made.rows.index(own)] = replace(own, text=whole)
        made.remark(sentence(N_("A note stands in brackets behind its statement.")))

    def _place(self, row: int, column: int) -> Place:
        return Place(self.sheet.name, row + 1, {"text": column_letter(column), "task": column_letter(column)})

    def look_over(self) -> None:
        """Nothing; a task that a lower profile level asks for already, at the same level or higher, is doubtful."""
        asked: dict[tuple[str, str], list[ProfileRow]] = {}
        for (group, _level, code), one in self._tasks.items():
            asked.setdefault((group, code), []).append(one)
        for (_group, code), some in asked.items():
            for one in some:
                if any(o.level < one.level and o.practice_level >= one.practice_level for o in some):
                    self.row(one.place.row - 1).doubt(
                        sentence(
                            N_("A lower profile level asks for “%(task)s” already."), task=self.names.get(code, code)
                        )
                    )


def _with(text: str, notes: Sequence[str]) -> str:
    return f"{text} ({'; '.join(notes)})" if notes else text


def _unfit(text: str) -> Sentence | None:
    """Why the text cannot be a statement; None when it can."""
    if looks_like_cpr(text):
        return cpr_sentence()
    if len(text) > LONGEST_TEXT:
        return sentence(N_("The text is too long: at most %(longest)s characters."), longest=str(LONGEST_TEXT))
    return None


def sums(rows: Sequence[ProfileRow]) -> Mapping[str, tuple[int, int, int]]:
    """Staff group -> (areas, statements, tasks) that its draft gets, in the order of the file."""
    return {
        group: (
            len({key(one.area) for one in rows if one.staff_group == group}),
            sum(1 for one in rows if one.staff_group == group and one.text),
            sum(1 for one in rows if one.staff_group == group and one.task),
        )
        for group in dict.fromkeys(one.staff_group for one in rows)
    }
