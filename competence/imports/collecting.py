"""Goes through the rows of a list and collects all that is wrong, so that nobody has to try again and again."""

from collections.abc import Sequence
from datetime import date

from competence.foundation.text import N_, Sentence, sentence
from competence.imports.fields import read_date, read_level, read_number, read_shifts, read_text, read_yes, shown
from competence.imports.groupnames import groups_called
from competence.imports.headings import Listing, Record
from competence.imports.known import Known, KnownUnit, MappingFile, Register, key
from competence.imports.parsed import Problem


class Collector:
    """Reads fields of records; what cannot be read becomes a problem at its row and column."""

    def __init__(self, listing: Listing, mapping: MappingFile) -> None:
        self.mapping = mapping
        self.problems: list[Problem] = list(listing.problems)
        self.unmapped: list[str] = list(listing.unmapped)
        self._at_start = 0
        self._units: dict[str, list[KnownUnit]] = {}
        """What has been looked up: the same few units stand in thousands of rows."""

    def begin(self) -> None:
        """Starts a row; `is_clean` then speaks of it alone."""
        self._at_start = len(self.problems)

    @property
    def is_clean(self) -> bool:
        """Whether the row that was begun has had no problem so far."""
        return len(self.problems) == self._at_start

    def wrong(self, record: Record, field: str, message: Sentence) -> None:
        """Notes a problem at the record's field."""
        self.problems.append(record.place.problem(message, field))

    def missing(self, record: Record, field: str, heading: str) -> None:
        """Notes that the field is empty."""
        self.wrong(record, field, sentence(N_("“%(heading)s” is empty."), heading=heading))

    def unknown(self, theirs: str) -> None:
        """Notes a word of theirs that a mapping file could explain."""
        if theirs not in self.unmapped:
            self.unmapped.append(theirs)

    def text(self, record: Record, field: str, *, longest: int, heading: str = "") -> str:
        """The text; with a heading it must not be empty."""
        value = read_text(record.values.get(field, ""), longest=longest)
        if isinstance(value, Sentence):
            self.wrong(record, field, value)
            return ""
        if heading and not value:
            self.missing(record, field, heading)
        return value

    def day(self, record: Record, field: str, *, heading: str = "") -> date | None:
        """The date; with a heading it must not be empty."""
        value = read_date(record.values.get(field, ""))
        if isinstance(value, Sentence):
            self.wrong(record, field, value)
            return None
        if heading and value is None:
            self.missing(record, field, heading)
        return value

    def yes(self, record: Record, field: str) -> bool:
        """Yes or no; empty is no."""
        value = read_yes(record.values.get(field, ""))
        if isinstance(value, Sentence):
            self.wrong(record, field, value)
            return False
        return value

    def shifts(self, record: Record, field: str, *, heading: str = "") -> str:
        """Letters in the order D, A, N; with a heading it must not be empty."""
        value = read_shifts(record.values.get(field, ""), self.mapping)
        if isinstance(value, Sentence):
            self.wrong(record, field, value)
            return ""
        if heading and not value:
            self.missing(record, field, heading)
        return value

    def number(self, record: Record, field: str, *, heading: str = "") -> int | None:
        """A whole number; with a heading it must not be empty."""
        value = read_number(record.values.get(field, ""))
        if isinstance(value, Sentence):
            self.wrong(record, field, value)
            return None
        if heading and value is None:
            self.missing(record, field, heading)
        return value

    def level(self, record: Record, field: str, levels: Sequence[str], *, heading: str = "") -> int | None:
        """The rank; with a heading it must not be empty."""
        value = read_level(record.values.get(field, ""), levels)
        if isinstance(value, Sentence):
            self.wrong(record, field, value)
            return None
        if heading and value is None:
            self.missing(record, field, heading)
        return value

    def unit(self, record: Record, field: str, units: Sequence[KnownUnit], *, heading: str) -> KnownUnit | None:
        """The unit by its name, or by "Distrikt Nord / Team Havnen" where several have the same name."""
        text = self.text(record, field, longest=300, heading=heading)
        if not text:
            return None
        if text not in self._units:
            self._units[text] = units_called(text, units)
        found = self._units[text]
        if len(found) == 1:
            return found[0]
        if found:
            said = sentence(
                N_("Several units are called “%(unit)s”. Write the unit above it first, as “%(example)s”."),
                unit=shown(text),
                example=f"{found[0].above[0] if found[0].above else '…'} / {found[0].name}",
            )
        else:
            said = sentence(N_("There is no unit called “%(unit)s”. Import the units first, or correct the name."),
                            unit=shown(text))  # fmt: skip
        self.wrong(record, field, said)
        return None

    def staff_group(self, record: Record, field: str, groups: Register, *, heading: str) -> Known | None:
        """The staff group by code, name or short form, or as the mapping says."""
        text = self.text(record, field, longest=200, heading=heading)
        if not text:
            return None
        found, settled = groups_called(text, groups, self.mapping)
        if settled and len(found) == 1:
            return found[0]
        self.unknown(text)
        said = sentence(
            N_("“%(group)s” is not a staff group we know. Write one of ours, or say what it means by a mapping file."),
            group=shown(text),
        )
        self.wrong(record, field, said)
        return None

    def task(self, record: Record, field: str, tasks: Register, *, heading: str) -> Known | None:
        """The task by code or name, or as the mapping says."""
        text = self.text(record, field, longest=300, heading=heading)
        if not text:
            return None
        mapped = self.mapping.tasks.get(key(text))
        found = tasks.find(mapped[0]) if mapped and len(mapped) == 1 else tasks.find(text)
        if len(found) == 1:
            return found[0]
        if found:
            said = sentence(N_("Several tasks are called “%(task)s”. Write the task's code instead."), task=shown(text))
        else:
            self.unknown(text)
            said = sentence(
                N_("“%(task)s” is not a task in your matrix. Write its name as there, or use a mapping file."),
                task=shown(text),
            )
        self.wrong(record, field, said)
        return None


def units_called(text: str, units: Sequence[KnownUnit]) -> list[KnownUnit]:
    """The units that go by the name; "A / B" or "A > B" means B somewhere below A."""
    found = [unit for unit in units if key(unit.name) == key(text)]
    if found:
        return found
    parts = [key(part) for part in text.replace(">", "/").split("/") if key(part)]
    if len(parts) < 2:
        return []
    return [
        unit
        for unit in units
        if key(unit.name) == parts[-1] and _in_order(parts[:-1], [key(name) for name in reversed(unit.above)])
    ]


def _in_order(wanted: list[str], names: list[str]) -> bool:
    """Whether the wanted names come in that order among the names."""
    rest = iter(names)
    return all(name in rest for name in wanted)
