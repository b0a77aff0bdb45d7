"""What stands in the fields of a task's row: symbols, levels and notes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from competence.delegation.rules import ENTITLING, CellRule
from competence.foundation.text import N_, Sentence, looks_like_cpr, sentence, squeeze
from competence.imports.fields import read_level, shown
from competence.imports.footnotes import Surroundings
from competence.imports.grid import Value, address, column_letter
from competence.imports.known import symbol_key
from competence.imports.layout import GroupColumn
from competence.imports.matrix.found import MatrixCell, Use
from competence.imports.matrix.rows import Rows
from competence.imports.parsed import cpr_sentence
from competence.imports.symbols import Symbol, split_marks, take_apart


class Fields:
    """The fields of one sheet, with the footnotes and legends around its table."""

    def __init__(self, rows: Rows, around: Surroundings) -> None:
        self.rows, self.around, self.reader = rows, around, rows.reader
        self.used: set[str] = set()
        """The symbols that stand in fields."""

    def cells(self, row: int) -> Iterator[MatrixCell]:
        """The row's fields; those that cannot be read become problems."""
        task_level = self._level(row, self.rows.layout.level)
        for group in self.rows.layout.groups:
            value = self.rows.filled.at(row, group.column)
            symbol = self._symbol(value, group, address(row, group.column))
            if symbol.rule is None:
                text = value if isinstance(value, str) else value.isoformat()
                self.reader.unmapped.setdefault(shown(text))
                legend = next((x for x in self.around.legends if symbol_key(x.symbol) == symbol_key(text)), None)
                if legend:
                    said = sentence(
                        N_(
                            "“%(symbol)s” (“%(meaning)s”) is not a symbol we know. Say what it means by a mapping file."
                        ),
                        symbol=shown(text),
                        meaning=shown(legend.meaning),
                    )
                else:
                    said = sentence(
                        N_("“%(symbol)s” is not a symbol we know. Say what it means by a mapping file."),
                        symbol=shown(text),
                    )
                self.reader.wrong(self.rows.sheet, row, group.column, said)
                continue
            level = symbol.level or self._level(row, group.level_column) or task_level
            entitles = symbol.rule in ENTITLING
            notes = [
                *([symbol.note] if symbol.note else []),
                *self.notes(symbol.marks),
                *self.comment(row, group.column),
            ]
            notes += [
                squeeze(self.rows.text(row, column)) for column in group.note_columns if self.rows.text(row, column)
            ]
            if symbol.rule is not CellRule.UNDECIDED:
                notes += self.notes(group.marks)
            for known in group.groups:
                yield MatrixCell(
                    column_letter(group.column),
                    known.code,
                    symbol.rule,
                    (level or 1) if entitles else None,
                    level_not_stated=entitles and level is None,
                    notes=tuple(dict.fromkeys(notes)),
                )

    def _symbol(self, value: Value, group: GroupColumn, place: str) -> Symbol:
        """The field's symbol."""
        if not isinstance(value, str):
            return Symbol(None)
        names = [name for known in group.groups for name in (known.code, *known.names)]
        mapping = self.reader.mapping
        bare, symbol = take_apart(
            value, levels=self.reader.levels, notes=self.around.notes, own=mapping.symbols, group_names=names
        )
        self.used |= {symbol_key(value), symbol_key(split_marks(value)[0])}
        own = symbol_key(bare)
        use = self.reader.uses.setdefault(own, Use(squeeze(bare), place, symbol.rule))
        use.count += 1
        if symbol.level is None and own in mapping.levels:
            symbol = replace(symbol, level=mapping.levels[own])
        return replace(symbol, note=squeeze(bare)) if own in mapping.kept and not symbol.note else symbol

    def _level(self, row: int, column: int | None) -> int | None:
        """The level in a column of levels."""
        if column is None:
            return None
        level = read_level(self.rows.filled.at(row, column), self.reader.levels)
        if isinstance(level, Sentence):
            self.reader.wrong(self.rows.sheet, row, column, level)
            return None
        return level

    def notes(self, marks: Sequence[str]) -> tuple[str, ...]:
        """The footnotes the marks point to; a mark without a footnote stays as it is."""
        return tuple(self.around.notes.get(mark, mark) for mark in marks)

    def comment(self, row: int, column: int) -> tuple[str, ...]:
        """The note that Excel shows on the field."""
        note = self.rows.sheet.comments.get((row, column), "")
        if looks_like_cpr(note):
            self.reader.wrong(self.rows.sheet, row, column, cpr_sentence())
            return ()
        return (squeeze(note),) if note else ()
