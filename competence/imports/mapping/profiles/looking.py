"""Looks up what stands on a sheet with profiles: its columns by what they mean, its words, tasks and footnotes. Pure."""

from competence.delegation.rules import CellRule
from competence.foundation.text import N_, sentence, squeeze
from competence.imports.fields import read_level
from competence.imports.footnotes import is_outside, read_surroundings, row_text
from competence.imports.grid import Sheet, address
from competence.imports.groupnames import groups_called
from competence.imports.known import IGNORE, Known, Register, key, symbol_key, with_short_forms
from competence.imports.mapping.answers import text_of
from competence.imports.mapping.profiles.around import (
    Around,
)
from competence.imports.mapping.profiles.choices import (
    AREA,
    ASKS,
    FIELDS,
    GROUP,
    LABELS,
    LEVEL,
    NOTE,
    NOTHING,
    PRACTICE,
    STATEMENT,
    YES,
    Meant,
    ProfileChoices,
)
from competence.imports.mapping.profiles.columns import (
    NO_MAPPING,
    ProfileOurs,
    columns_of,
    named_level,
)
from competence.imports.mapping.profiles.found import (
    AskedRow,
    Word,
    apart,
    asked_key,
    filled_in,
    word_key,
)
from competence.imports.mapping.profiles.putting import Putting
from competence.imports.symbols import VOCABULARY
from competence.imports.tasknames import name_task

_NO = (CellRule.NOT_ALLOWED, CellRule.NOT_RELEVANT, CellRule.UNDECIDED)


class Looking:
    """Looks things up on one sheet, and keeps what must be asked."""

    def __init__(self, sheet: Sheet, choices: ProfileChoices, ours: ProfileOurs) -> None:
        self.sheet, self.choices, self.ours = sheet, choices, ours
        self.top, self.bottom = choices.head
        self.columns = {one.column: one for one in columns_of(sheet, choices, ours)}
        self.meant = {c: choices.columns.get(one.key, Meant(NOTHING)) for c, one in self.columns.items()}
        self.fields = [c for c, one in self.meant.items() if one.role in FIELDS]
        self.labels = [c for role in LABELS for c in self.having(role)]
        self.filled = filled_in(sheet, frozenset(self.fields))
        self.tasks, self.groups = Register(ours.tasks), with_short_forms(ours.groups)
        self.put = Putting(sheet, ours.tasks)
        self.around = Around()
        self.words: dict[str, Word] = {}
        self.asked: dict[str, AskedRow] = {}
        self.end = self._end()
        self.outside = read_surroundings(sheet, header=self.top, end=self.end)
        self.legends = {symbol_key(one.symbol): one.meaning for one in self.outside.legends}
        self.notes_used: set[str] = set()
        self.merged = {
            (row, column)
            for one in self.filled.spans
            if one.right > one.left or one.bottom > one.top
            for column in self.fields
            if one.left <= column <= one.right
            for row in range(one.top, min(one.bottom, len(sheet.rows) - 1) + 1)
        }
        """The fields that are part of a merged one."""

    def having(self, *roles: str) -> list[int]:
        """The columns that mean one of these, from the left."""
        return [c for c, one in self.meant.items() if one.role in roles]

    def text(self, row: int, column: int) -> str:
        """What stands there, merged cells filled in."""
        return text_of(self.filled.at(row, column))

    def first(self, row: int, role: str) -> tuple[str, int | None]:
        """What the row says in the column of the role, and the column; ("", None) without one."""
        column = next(iter(self.having(role)), None)
        return ("", None) if column is None else (self.text(row, column), column)

    def own(self, row: int) -> dict[int, str]:
        """Column -> what stands in the row itself, notes and columns without a meaning aside."""
        return {
            c: text_of(self.sheet.at(row, c))
            for c, one in self.meant.items()
            if one.role not in (NOTE, NOTHING) and self.sheet.at(row, c)
        }

    def _end(self) -> int:
        """The first row below the table: lines such as footnotes at the foot of the sheet are not part of it."""
        end = len(self.sheet.rows)
        several = len(self.having(*FIELDS, *LABELS, GROUP, AREA, LEVEL, PRACTICE)) > 1
        while end > self.bottom + 1:
            row = end - 1
            outside = several and not self._speaks(row) and is_outside(row_text(self.sheet, row), below=True)
            if any(self.sheet.rows[row]) and not outside:
                break
            end -= 1
        return end

    def _speaks(self, row: int) -> bool:
        """Whether the row says something of a profile, and more than a line below the table does."""
        own = self.own(row)
        first = next(iter(own.values()), "")
        beside = [c for c in own if c not in self.labels]
        said = beside if not self.fields else [c for c in self.fields if self.text(row, c)]
        return bool(said) and any(map(str.isalnum, first)) and len(own) > 1

    def headings_of(self, column: int) -> set[str]:
        """What the rows of headings say over the column, as `key` makes it."""
        return {key(text_of(self.sheet.at(row, column))) for row in range(self.top, self.bottom + 1)} - {""}

    def marked(self, row: int, column: int, text: str) -> tuple[str, list[str]]:
        """The text without footnote marks, and its footnotes; a mark without a footnote stays, and is doubtful."""
        bare, notes, unknown = apart(squeeze(text), self.outside.notes)
        self.notes_used |= set(notes)
        if unknown:
            said = sentence(N_("No footnote says what %(marks)s means."), marks=", ".join(unknown))
            self.put.row(row).doubt(said)
        return bare, notes

    def comment(self, row: int, column: int) -> tuple[str, ...]:
        """The note that Excel shows on the field."""
        note = squeeze(self.sheet.comments.get((row, column), ""))
        return (note,) if note else ()

    def named(self, row: int, text: str) -> str | None:
        """The code of ours, STATEMENT or IGNORE; None while it has not been said."""
        named = name_task(text, self.tasks, NO_MAPPING)
        if len(named.tasks) == 1:
            return named.tasks[0].code
        one = AskedRow(row + 1, named.name, unclear=named.unclear)
        self.asked.setdefault(one.key, one)
        said = self.choices.tasks.get(asked_key(named.name, alone=False))
        if said in (STATEMENT, IGNORE) or (said and self.tasks.by_code(said)):
            known = said not in (STATEMENT, IGNORE)
            self.put.row(row).remark(
                sentence(N_("You said which task it is.") if known else N_("You said that it is a statement."))
                if said != IGNORE else sentence(N_("You said to leave it out."))
            )  # fmt: skip
            return said
        return None

    # Words

    def word(self, kind: str, text: str, row: int, column: int, *, on_task: bool = False) -> tuple[str, int] | None:
        """What the word was said to mean; None while it has not been."""
        name = word_key(kind, text)
        one = self.words.get(name)
        if one is None:
            known, alike = self.known(kind, text, on_task)
            one = self.words[name] = Word(
                kind, squeeze(text), address(row, column), known, alike, self.legends.get(symbol_key(text), "")
            )
        one.count += 1
        one.on_task |= on_task
        one.on_statement |= not on_task
        one.wants_level |= kind == ASKS and not (self.meant[column].level or self.having(LEVEL) or self.choices.level)
        return self.choices.words.get(name)

    def known(self, kind: str, text: str, on_task: bool) -> tuple[str, tuple[Known, ...]]:
        """(what the word means as we read it, the staff groups that it may name)."""
        if kind == GROUP:
            named, settled = groups_called(text, self.groups, NO_MAPPING)
            return (named[0].code if settled and len(named) == 1 else ""), named
        if kind == LEVEL:
            rank = named_level(text, self.ours.profile_levels) or read_level(text, self.ours.profile_levels)
        else:
            rank = read_level(text, self.ours.practice_levels)
        if isinstance(rank, int) and rank:
            return str(rank), ()
        rule = VOCABULARY.get(symbol_key(text)) if kind == ASKS else None
        if rule in _NO:
            return IGNORE, ()
        return (YES if rule is CellRule.CORE and not on_task else ""), ()
