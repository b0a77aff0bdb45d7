"""What is read of a matrix: its tasks with their fields, and what is wrong or left out."""

from collections.abc import Sequence
from dataclasses import dataclass

from competence.delegation.rules import CellRule
from competence.foundation.text import Sentence
from competence.imports.grid import Sheet
from competence.imports.known import Known, MappingFile, Register
from competence.imports.matrix.whole import WholeCell
from competence.imports.parsed import Problem, Skipped, at


@dataclass(frozen=True)
class MatrixCell:
    """One field: a task and a staff group."""

    column: str
    """The letter Excel shows."""
    staff_group: str
    """Our code."""
    rule: CellRule
    level: int | None
    """The rank on the practice scale: education's level for core, else the minimum. None where nobody may do the task."""
    level_not_stated: bool = False
    """The file names no level; 1 is then used, and said to be so."""
    notes: tuple[str, ...] = ()
    """Footnotes and notes on the field; a mark without a text is kept as the mark."""
    whole: WholeCell | None = None
    """All that the cell says, when the file is our own export; nothing is then filled in."""


@dataclass(frozen=True)
class MatrixTask:
    """One row, or one of several tasks that a mapping file makes of it."""

    sheet: str
    row: int
    """As Excel shows it."""
    name: str
    """In their words, without numbering and marks."""
    task: str | None
    """Our code; None: a task of their own, new to us."""
    area: str
    """The heading it stands under; "" without one."""
    cells: tuple[MatrixCell, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """A row whose name we cannot settle: a task that we do not know, one of several, or a line without symbols."""

    row: int
    """As Excel shows it."""
    name: str
    unclear: tuple[Known, ...] = ()
    """Ours between which we cannot choose."""
    alone: bool = False
    """It has no symbols: a task that is not decided at all, or a heading."""


@dataclass
class Use:
    """A symbol as it stands in fields."""

    text: str
    example: str
    """The first field's address, as "C7"."""
    rule: CellRule | None
    """As we read it; None: we do not know it."""
    count: int = 0
    legend: str = ""
    """What the file itself says that it means."""
    contradicts: bool = False
    """The file says otherwise than we read it."""


class Reader:
    """What has been read so far, over all sheets."""

    def __init__(
        self, tasks: Register, groups: Register, levels: Sequence[str], areas: set[str], mapping: MappingFile
    ) -> None:
        self.tasks, self.groups, self.levels, self.areas, self.mapping = tasks, groups, levels, areas, mapping
        self.rows: list[MatrixTask] = []
        self.problems: list[Problem] = []
        self.unmapped: dict[str, None] = {}
        self.skipped: list[Skipped] = []
        self.seen: dict[str, tuple[str, int]] = {}
        """Our code, or the key of their own name -> where the task stood."""
        self.asked: list[Asked] = []
        self.uses: dict[str, Use] = {}
        """The symbols in the fields by their key, in the order in which they are met."""

    def wrong(self, sheet: Sheet, row: int, column: int | None, said: Sentence) -> None:
        """Nothing; the problem stands at the field, at the row where `column` is None."""
        self.problems.append(at(sheet.name, row, column, said))
