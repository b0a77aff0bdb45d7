"""Reads our own export back: the table, the sheet with all that each field says, and that of their limits."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from competence.catalogue.rules.scales import EarlierScale, Turn, asked_through, held_through
from competence.delegation.rules import ENTITLING, CellRule
from competence.foundation.text import N_, Sentence, looks_like_cpr, sentence
from competence.imports.fields import shown
from competence.imports.grid import Sheet, Workbook, column_letter
from competence.imports.known import Known, Register, key, symbol_key
from competence.imports.matrix.found import MatrixCell, MatrixTask
from competence.imports.matrix.whole import HEADINGS, Problems, WholeCell, read_whole
from competence.imports.parsed import Parsed, Problem, at, cpr_sentence
from competence.imports.symbols import read_symbol

TABLE, FIELDS, LIMITS, ABOUT = "Opgavedeling", "Felter", "Vilkår", "Om filen"
MARKER = "Kompetencetavlen, opgavedeling, format 1"
TABLE_HEADINGS = ("Kode", "Område", "Opgave")
NAMES = "Niveauer"
"""Before the names of the file's levels, the lowest first, in the sheet about the file."""
LIMIT_HEADINGS = ("Opgavekode", "Faggruppe", "Kode", "Vilkår", "Må, når")

Place = tuple[str, str]
"""(task's code, staff group's code)"""


def is_exported(workbook: Workbook) -> bool:
    """Whether the workbook is one that we made."""
    about = _sheet(workbook, ABOUT)
    return about is not None and about.at(0, 0) == MARKER


def _sheet(workbook: Workbook, name: str) -> Sheet | None:
    return next((sheet for sheet in workbook.sheets if sheet.name == name), None)


def read_exported(
    workbook: Workbook, tasks: Register, groups: Register, levels: Sequence[str], earlier: Sequence[EarlierScale] = ()
) -> Parsed[MatrixTask]:
    """Its tasks with whole cells, in today's `levels`: those of an earlier scale are read through the changes since.

    The table and the sheet of fields must say the same, or the fields' row be gone.
    """
    return _Export(workbook, tasks, groups, levels, earlier).read()


class _Export:
    def __init__(
        self,
        workbook: Workbook,
        tasks: Register,
        groups: Register,
        levels: Sequence[str],
        earlier: Sequence[EarlierScale],
    ) -> None:
        self.workbook, self.tasks, self.groups, self.highest = workbook, tasks, groups, len(levels)
        names = self._names()
        then = next((one for one in earlier if one.names == names), None) if names != tuple(levels) else None
        self.levels: Sequence[str] = then.names if then else levels
        self.turns: Sequence[Turn] = then.since if then else ()
        self.problems: list[Problem] = []
        self.used: set[Place] = set()

    def read(self) -> Parsed[MatrixTask]:
        """All of it."""
        table = _sheet(self.workbook, TABLE)
        if table is None or tuple(table.at(0, column) for column in range(3)) != TABLE_HEADINGS:
            said = sentence(
                N_("The sheet “%(sheet)s” must begin with the columns %(columns)s."), sheet=TABLE,
                columns=", ".join(TABLE_HEADINGS),
            )  # fmt: skip
            return Parsed((), (Problem("", None, "", said),))
        for sheet in self.workbook.sheets:
            for row, values in enumerate(sheet.rows):
                for column, value in enumerate(values):
                    if isinstance(value, str) and looks_like_cpr(value):
                        self.wrong(sheet, row, column, cpr_sentence())
        fields = self._fields(self._limits())
        rows = self._table(table, fields)
        for place, (row, _cell) in fields.items():
            if place not in self.used:
                said = sentence(
                    N_("The field stands only here. Write it in “%(sheet)s” too, or delete this row."), sheet=TABLE
                )
                self.problems.append(Problem(FIELDS, row + 1, "", said))
        return Parsed(tuple(rows), tuple(self.problems))

    def _names(self) -> tuple[str, ...]:
        """The names of the levels in the file, the lowest first; none in a file from before they were written."""
        about = _sheet(self.workbook, ABOUT)
        rows = about.rows if about else ()
        return next((tuple(str(name) for name in row[1:] if name) for row in rows if row and row[0] == NAMES), ())

    def today(self, rule: CellRule, level: int | None) -> int | None:
        """The level of the file's own scale as today's reads it: what is held by education, else what is asked for."""
        if level is None or not self.turns:
            return level
        read = held_through if rule is CellRule.CORE else asked_through
        return min(self.highest, read(level, self.turns))

    def whole_today(self, cell: WholeCell) -> WholeCell:
        """The same of all that a field says."""
        said = cell.wording
        if not self.turns:
            return cell
        least = None if said.minimum_level is None else self.today(CellRule.MUST, said.minimum_level)
        return replace(
            cell,
            wording=replace(said, minimum_level=least, education_level=self.today(CellRule.CORE, said.education_level)),
        )

    def wrong(self, sheet: Sheet, row: int, column: int | None, said: Sentence) -> None:
        """Nothing; the problem stands at the place."""
        self.problems.append(at(sheet.name, row, column, said))

    def _limits(self) -> dict[Place, list[dict[str, str]]]:
        sheet = _sheet(self.workbook, LIMITS)
        found: dict[Place, list[dict[str, str]]] = {}
        for row in range(1, len(sheet.rows) if sheet else 0):
            assert sheet is not None
            task, group, code, text, when = (str(sheet.at(row, column)) for column in range(5))
            if task and text:
                found.setdefault((task, group), []).append({"code": code, "text": text, "when": when})
        return found

    def _fields(self, limits: Mapping[Place, list[dict[str, str]]]) -> dict[Place, tuple[int, WholeCell]]:
        sheet = _sheet(self.workbook, FIELDS)
        if sheet is None:
            return {}
        columns = {heading: column for column, heading in enumerate(sheet.rows[0] if sheet.rows else ())}
        missing = [heading for heading in HEADINGS.values() if heading not in columns]
        if missing:
            self.wrong(sheet, 0, None, sentence(N_("The column “%(heading)s” is missing."), heading=missing[0]))
            return {}
        found: dict[Place, tuple[int, WholeCell]] = {}
        for row in range(1, len(sheet.rows)):
            values = {field: sheet.at(row, columns[heading]) for field, heading in HEADINGS.items()}
            if not any(values.values()):
                continue
            place = str(values["task"]), str(values["group"])
            if place in found:
                said = sentence(
                    N_("The field stands in row %(row)s too. Delete one of them."), row=str(found[place][0] + 1)
                )
                self.wrong(sheet, row, None, said)
                continue
            cell = read_whole(values, tuple(limits.get(place, ())), len(self.levels))
            if isinstance(cell, Problems):
                for field, wrong in cell.by_field.items():
                    self.wrong(sheet, row, columns[HEADINGS[field]], wrong)
                self.used.add(place)
            else:
                found[place] = row, cell
        return found

    def _columns(self, table: Sheet) -> dict[int, Known]:
        """The staff group of each column; a heading that is none of ours, or one for the second time, is a problem."""
        found: dict[int, Known] = {}
        for column in range(len(TABLE_HEADINGS), len(table.rows[0])):
            heading = str(table.at(0, column))
            if not heading:
                continue
            named = self.groups.find(heading)
            if len(named) != 1:
                said = sentence(
                    N_("“%(heading)s” is not a staff group we know. Write its code."), heading=shown(heading)
                )
                self.wrong(table, 0, column, said)
            elif named[0] in found.values():
                said = sentence(
                    N_("%(group)s has two columns. Put them together, and delete one."), group=named[0].name
                )
                self.wrong(table, 0, column, said)
            else:
                found[column] = named[0]
        return found

    def _table(self, table: Sheet, fields: Mapping[Place, tuple[int, WholeCell]]) -> list[MatrixTask]:
        columns, seen = self._columns(table), dict[str, int]()
        rows: list[MatrixTask] = []
        for row in range(1, len(table.rows)):
            code, area, name = (str(table.at(row, column)) for column in range(3))
            if not any(table.rows[row]):
                continue
            if not name and not code:
                self.wrong(table, row, 2, sentence(N_("The row has symbols but no task. Write the task's name.")))
                continue
            task = self._task(table, row, code, name)
            place = task or f"{key(name)} "
            if place in seen:
                said = sentence(
                    N_("“%(task)s” stands in row %(row)s too. Put the two rows together, and delete one."),
                    task=shown(name or code), row=str(seen[place] + 1),
                )  # fmt: skip
                self.wrong(table, row, 2, said)
                continue
            seen[place] = row
            cells = [
                cell
                for column, group in columns.items()
                if (cell := self._cell(table, row, column, group, code, fields)) is not None
            ]
            rows.append(MatrixTask(table.name, row + 1, name or code, task, area, tuple(cells)))
        return rows

    def _task(self, table: Sheet, row: int, code: str, name: str) -> str | None:
        """Our code; None for a new task."""
        if code:
            known = self.tasks.by_code(code)
            if known is None:
                said = sentence(
                    N_("You have no task with the code %(code)s in use. Empty the code to make a new task, or delete the row."),
                    code=shown(code),
                )  # fmt: skip
                self.wrong(table, row, 0, said)
                return code
            return known.code
        found = self.tasks.find(name)
        if len(found) > 1:
            said = sentence(N_("Several tasks are called “%(task)s”. Write the task's code instead."), task=shown(name))
            self.wrong(table, row, 2, said)
        return found[0].code if found else None

    def _cell(
        self,
        table: Sheet,
        row: int,
        column: int,
        group: Known,
        code: str,
        fields: Mapping[Place, tuple[int, WholeCell]],
    ) -> MatrixCell | None:
        """The field; None where neither sheet says anything."""
        value = table.at(row, column)
        text = value if isinstance(value, str) else value.isoformat()
        letter, place = column_letter(column), (code, group.code)
        if place in fields:
            self.used.add(place)
            at_row, whole = fields[place]
            if symbol_key(text) != symbol_key(whole.symbol):
                said = sentence(
                    N_(
                        "Here stands “%(here)s”, but “%(there)s” in row %(row)s of “%(sheet)s”."
                        " Write the same, or delete that row."
                    ),
                    here=shown(text), there=whole.symbol, row=str(at_row + 1), sheet=FIELDS,
                )  # fmt: skip
                self.wrong(table, row, column, said)
            whole = self.whole_today(whole)
            said_level = whole.wording.education_level or whole.wording.minimum_level
            return MatrixCell(
                letter, group.code, whole.wording.rule, said_level, level_not_stated=whole.wording.level_not_stated,
                notes=(whole.wording.note,) if whole.wording.note else (), whole=whole,
            )  # fmt: skip
        if not text or place in self.used:
            return None
        symbol = read_symbol(text, levels=self.levels, notes={}, own={})
        if symbol.rule is None:
            self.wrong(table, row, column, sentence(N_("“%(symbol)s” is not a symbol we know."), symbol=shown(text)))
            return None
        entitles = symbol.rule in ENTITLING
        notes = (*((symbol.note,) if symbol.note else ()), *symbol.marks)
        return MatrixCell(
            letter, group.code, symbol.rule, self.today(symbol.rule, symbol.level or 1) if entitles else None,
            level_not_stated=entitles and symbol.level is None, notes=notes,
        )  # fmt: skip
