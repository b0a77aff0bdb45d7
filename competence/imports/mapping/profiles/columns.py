"""Where a sheet with profiles has its headings, what each seems to mean, and what cannot be meant together. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from competence.foundation.text import N_, Sentence, sentence, squeeze
from competence.imports.fields import read_level
from competence.imports.grid import Sheet, column_letter
from competence.imports.groupnames import groups_called
from competence.imports.headings import SEARCHED_ROWS
from competence.imports.known import IGNORE, Known, MappingFile, Register, with_short_forms
from competence.imports.layout import role_of
from competence.imports.mapping.answers import column_key, heading_of, text_of
from competence.imports.mapping.profiles.choices import (
    AREA,
    ASKS,
    EITHER,
    FIELDS,
    GROUP,
    LABELS,
    LEVEL,
    NOTE,
    NOTHING,
    PRACTICE,
    SAYS,
    STATEMENT,
    TASK,
    Meant,
    ProfileChoices,
)
from competence.imports.mapping.reading import fullest_row
from competence.imports.profiles import FIELDS as LIST_FIELDS
from competence.imports.symbols import split_marks

NO_MAPPING = MappingFile()
ONCE = (GROUP, AREA, LEVEL, PRACTICE, STATEMENT, TASK, EITHER)
_EITHER = ("udsagn/opgave", "udsagn eller opgave", "opgave/udsagn")
_BY_FIELD = {"staff_group": GROUP, "area": AREA, "level": LEVEL, "text": STATEMENT, "task": TASK, "practice": PRACTICE}
_BY_ROLE = {"task": TASK, "area": AREA, "note": NOTE, "code": NOTHING, IGNORE: NOTHING}


@dataclass(frozen=True)
class ProfileOurs:
    """What the municipality has."""

    tasks: tuple[Known, ...]
    groups: tuple[Known, ...]
    profile_levels: tuple[str, ...]
    practice_levels: tuple[str, ...]


@dataclass(frozen=True)
class ProfileColumn:
    """A column that its heading must be asked about."""

    column: int
    key: str
    heading: str
    guess: Meant
    """With the role "" where we cannot tell."""
    example: str
    """What stands first beneath it."""
    alike: tuple[Known, ...] = ()
    """The staff groups that the heading names, where it names several."""

    @property
    def letter(self) -> str:
        """As Excel shows it."""
        return column_letter(self.column)


def named_level(text: str, names: Sequence[str]) -> int:
    """The rank of the level that the text names, as "Basis", "Avanceret niveau" or "Niveau 2"; 0 for none, and for "2"."""
    bare = re.sub(r"(?i)[\s-]*niveau$", "", split_marks(squeeze(text))[0]).strip()
    found = read_level(bare, names) if any(map(str.isalpha, bare)) else None
    return found if isinstance(found, int) else 0


def named_group(text: str, groups: Register) -> str:
    """The code of the one staff group that the text names; "" for none or several."""
    named, settled = groups_called(text, groups, NO_MAPPING)
    return named[0].code if settled and len(named) == 1 else ""


def _of_field(text: str, groups: Register, levels: Sequence[str]) -> tuple[str, int]:
    """(staff group, profile level) of a heading, as "SSA", "Basis" or "SSA basis"."""
    group, level = named_group(text, groups), named_level(text, levels)
    if group or level:
        return group, level
    words = squeeze(text).split()
    for place in range(1, len(words)):
        first, rest = " ".join(words[:place]).strip(" ,:–-"), " ".join(words[place:]).strip(" ,:–-")
        for one, other in ((first, rest), (rest, first)):
            if (group := named_group(one, groups)) and (level := named_level(other, levels)):
                return group, level
    return "", 0


def _role_of(text: str) -> str:
    """What the words of a heading say that the column holds; "" when they do not."""
    bare = split_marks(squeeze(text))[0]
    if bare.casefold() in _EITHER:
        return EITHER
    found = next((one for one in LIST_FIELDS if one.is_called(bare)), None)
    return _BY_FIELD[found.name] if found else _BY_ROLE.get(role_of(bare, NO_MAPPING) or "", "")


def guess_rows(sheet: Sheet, ours: ProfileOurs) -> ProfileChoices:
    """Where the headings seem to stand: the row that says most, and rows above it that say what it is about."""
    filled, groups = sheet.through_spans(), with_short_forms(ours.groups)

    def says(row: int, *, fields: bool) -> int:
        texts = {text_of(value) for value in filled.rows[row] if value}
        return sum(
            1 for text in texts if any(_of_field(text, groups, ours.profile_levels)) or (not fields and _role_of(text))
        )

    rows = range(min(len(sheet.rows), SEARCHED_ROWS))
    best = max(rows, key=lambda row: (says(row, fields=False), -row), default=0)
    if not rows or says(best, fields=False) < 2:
        top = fullest_row(sheet)
        return ProfileChoices(sheet.name, top, top)
    top = best
    while top > 0 and best - top < 5 and says(top - 1, fields=True):
        top -= 1
    return ProfileChoices(sheet.name, top, best)


def columns_of(sheet: Sheet, choices: ProfileChoices, ours: ProfileOurs) -> list[ProfileColumn]:
    """The columns that have a heading or hold anything, each with what it seems to mean."""
    filled, groups = sheet.through_spans(), with_short_forms(ours.groups)
    top, bottom = choices.head
    found = []
    for column in range(len(sheet.rows[0]) if sheet.rows else 0):
        heading = heading_of(filled, top, bottom, column)
        below = [text_of(sheet.at(row, column)) for row in range(bottom + 1, len(sheet.rows)) if sheet.at(row, column)]
        if heading or below:
            guess = _guess(heading, below, groups, ours)
            first = below[0] if below else ""
            alike = _several(heading, groups)
            found.append(ProfileColumn(column, column_key(column, heading), heading, guess, first, alike))
    roles = {one.guess.role for one in found} & {*FIELDS}
    return [_like_its_neighbours(one, roles) for one in found]


def _several(heading: str, groups: Register) -> tuple[Known, ...]:
    """The staff groups that a heading names together, as "SSA/SSH"; none where it names one or none."""
    named = [groups_called(piece, groups, NO_MAPPING)[0] for piece in heading.split(" · ")]
    return max((one for one in named if len(one) > 1), key=len, default=())


def _like_its_neighbours(column: ProfileColumn, roles: set[str]) -> ProfileColumn:
    """The column; one with nothing in it, but a staff group or level over it, seems to hold what the others like it do."""
    guess = column.guess
    if guess.role or len(roles) != 1 or not (guess.group or guess.level):
        return column
    return replace(column, guess=replace(guess, role=next(iter(roles))))


def _guess(heading: str, below: Sequence[str], groups: Register, ours: ProfileOurs) -> Meant:
    group, level = "", 0
    for piece in reversed(heading.split(" · ")):
        if role := _role_of(piece) if not (group or level) else "":
            return Meant(role)
        of_group, of_level = _of_field(piece, groups, ours.profile_levels)
        group, level = group or of_group, level or of_level
    if not below or not (group or level):
        return Meant("", group, level)
    return Meant(ASKS if all(_is_word(text, ours.practice_levels) for text in below) else SAYS, group, level)


def _is_word(text: str, levels: Sequence[str]) -> bool:
    """Whether the text is a mark or a level, and not a sentence."""
    bare = split_marks(text)[0]
    return isinstance(read_level(bare, levels), int) or not (set(bare) & set(" \n") or bare.endswith("."))


def guess_group(sheet: Sheet, choices: ProfileChoices, columns: Sequence[ProfileColumn], ours: ProfileOurs) -> str:
    """The staff group that the sheet's name, a title or a heading names, where no column does; "" for none or several."""
    if any(one.guess.group or one.guess.role == GROUP for one in columns):
        return ""
    groups = with_short_forms(ours.groups)
    texts = [sheet.name, *(text_of(value) for row in sheet.rows[: choices.head[1] + 1] for value in row if value)]
    named = {code for text in texts if (code := named_group(text, groups))}
    return named.pop() if len(named) == 1 else ""


def meant_twice(columns: Sequence[ProfileColumn], meant: Mapping[str, Meant]) -> dict[str, Sentence]:
    """Column -> what is wrong, where two headings mean the same."""
    taken: dict[Meant, ProfileColumn] = {}
    wrong: dict[str, Sentence] = {}
    for column in columns:
        said = meant.get(column.key)
        if said is None or said.role not in (*ONCE, *FIELDS):
            continue
        what = said if said.role in FIELDS else Meant(said.role)
        if what in taken:
            wrong[column.key] = sentence(
                N_("Column %(first)s means the same. Let one of the two mean something else, or nothing."),
                first=taken[what].letter,
            )
        taken.setdefault(what, column)
    return wrong


def lacking(meant: Mapping[str, Meant], group: str, level: str) -> dict[str, Sentence]:
    """Field of the form ("" for the whole) -> what has not been said: content, staff group, or profile level."""
    said = list(meant.values())
    roles = {one.role for one in said}
    fields = [one for one in said if one.role in FIELDS]
    labels = roles & {*LABELS}
    found: dict[str, Sentence] = {}
    if not fields and not labels:
        found[""] = sentence(N_("No heading has statements, tasks or practice levels. Say which do."))
    if ASKS in roles and not labels:
        found[""] = sentence(N_("Say which heading has the tasks or statements that the practice levels belong to."))
    if not group and GROUP not in roles and (not fields or any(not one.group for one in fields)):
        found["group"] = sentence(N_("Nothing says which staff group it is. Choose one, or the heading that says it."))
    bare = [one for one in fields if one.role == SAYS and not one.level]
    if not level and LEVEL not in roles and (bare or (labels and ASKS not in roles)):
        found["level"] = sentence(
            N_("Nothing says which profile level it is. Choose one, or the heading that says it.")
        )
    return found


def is_answered(sheet: Sheet, choices: ProfileChoices, ours: ProfileOurs) -> bool:
    """Whether every heading has been answered, and all that the sheet is about can be told."""
    columns = columns_of(sheet, choices, ours)
    meant = {one.key: choices.columns[one.key] for one in columns if one.key in choices.columns}
    if len(meant) < len(columns) or choices.group is None or choices.level is None:
        return False
    return not meant_twice(columns, meant) and not lacking(meant, choices.group, choices.level)
