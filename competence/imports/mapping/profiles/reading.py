"""A sheet with profiles read by what was said of it: what is still to be asked, what each row becomes, every doubt. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from competence.foundation.text import N_, Sentence, sentence, squeeze
from competence.imports.fields import read_text, shown
from competence.imports.footnotes import row_text
from competence.imports.grid import Sheet, column_letter
from competence.imports.known import AREA as HEADING
from competence.imports.known import IGNORE, key
from competence.imports.mapping.answers import text_of
from competence.imports.mapping.profiles.around import (
    GROUP_OF,
    LEVEL_OF,
    codes_of,
    whole_groups,
    whole_level,
)
from competence.imports.mapping.profiles.choices import (
    AREA,
    ASKS,
    EITHER,
    GROUP,
    LEVEL,
    NOTE,
    NOTHING,
    PRACTICE,
    SAYS,
    SENTENCE,
    STATEMENT,
    YES,
    ProfileChoices,
)
from competence.imports.mapping.profiles.columns import (
    ProfileOurs,
    named_group,
    named_level,
)
from competence.imports.mapping.profiles.found import (
    AskedRow,
    LeftOut,
    Reading,
    lines_of,
)
from competence.imports.mapping.profiles.looking import Looking
from competence.imports.mapping.profiles.putting import Target
from competence.imports.parsed import Parsed
from competence.imports.profiles import LONGEST_AREA


class _Reader(Looking):
    """Reads one sheet, row by row."""

    def read(self) -> Reading:
        """The whole sheet."""
        for row in range(self.bottom + 1, self.end):
            if any(self.sheet.rows[row]) or any(self.text(row, c) for c in self.fields):
                self._row(row)
        self.put.look_over()
        self._leave_the_rest()
        made = [self.put.made[row] for row in sorted(self.put.made)]
        problems = sorted(self.put.problems, key=lambda one: (one.row or 0, one.column))
        parsed = Parsed(tuple(row for one in made for row in one.rows), tuple(problems))
        left = sorted(self.put.left_out, key=lambda one: (one.row is not None, one.row or 0, one.column))
        return Reading(parsed, tuple(made), self.words, tuple(self.asked.values()), tuple(left))

    # A row

    def _row(self, row: int) -> None:
        own = self.own(row)
        if own and all(key(text) and key(text) in self.headings_of(c) for c, text in own.items()):
            self.put.leave(row, None, row_text(self.sheet, row), sentence(N_("The headings again.")))
            return
        says = any(self.text(row, c) for c in self.fields)
        labels = [c for c in self.labels if c in own]
        if (self.fields and says) or (not self.fields and labels and not self._stands_alone(row, labels)):
            self._content(row, labels)
        else:
            self._alone(row, own)

    def _stands_alone(self, row: int, labels: Sequence[int]) -> bool:
        """Whether a list says nothing of the row but its text, though it has columns for more."""
        beside = self.having(GROUP, AREA, LEVEL, PRACTICE)
        return len(labels) == 1 and bool(beside) and not any(self.text(row, c) for c in beside)

    def _alone(self, row: int, own: Mapping[int, str]) -> None:
        """A row with nothing beside: what those beneath belong to, as its column or somebody says."""
        if not own:
            return
        column = next((c for c in self.labels if c in own), next(iter(own)))
        text, role = own[column], self.meant[column].role
        group, level = named_group(text, self.groups), named_level(text, self.ours.profile_levels)
        says_itself = (role == AREA and not (group or level)) or (role == GROUP and group) or (role == LEVEL and level)
        if column not in self.labels and (len(own) > 1 or says_itself):
            if self._target(row) is not None:
                self._heading_row(row, own)
            return
        if self.fields and (len(own) > 1 or len(self.tasks.find(squeeze(text))) == 1):
            self._target(row)
            self.put.leave(row, None, row_text(self.sheet, row), sentence(N_("None of its fields is filled in.")))
            return
        one = AskedRow(
            row + 1, squeeze(text), True, bool(self.fields) or column not in self.labels, group=group, level=level
        )
        self.asked.setdefault(one.key, one)
        said = self.choices.tasks.get(one.key)
        if said is None:
            return
        if said == IGNORE:
            self.put.leave(row, None, row_text(self.sheet, row), sentence(N_("You said to leave it out.")))
        elif said == HEADING or said.startswith((GROUP_OF, LEVEL_OF)):
            area = read_text(text, longest=LONGEST_AREA)
            if isinstance(area, Sentence):
                self.put.wrong(row, column, area)
                return
            self.around.heading(said, area, row + 1)
            self._heading_row(row, own)
        else:
            self._content(row, [column], said=said)

    def _heading_row(self, row: int, own: Mapping[int, str]) -> None:
        for column, text in own.items():
            self.put.source(row, column, text)
        self.put.row(row).remark(sentence(N_("A heading: the rows beneath belong to it.")))

    # What a row belongs to

    def _target(self, row: int) -> Target | None:
        """Where the row belongs by its own words and those above; None when it is left out, or its area cannot be taken."""
        group, at_group = self.first(row, GROUP)
        level, at_level = self.first(row, LEVEL)
        area, at_area = self.first(row, AREA)
        of_group = self.word(GROUP, group, row, at_group) if at_group is not None and group else None
        of_level = self.word(LEVEL, level, row, at_level) if at_level is not None and level else None
        if of_group:
            self.around.say_groups(codes_of(of_group[0]), row + 1, group)
        if at_area is not None and area:
            named = read_text(self.marked(row, at_area, area)[0], longest=LONGEST_AREA)
            if isinstance(named, Sentence):
                self.put.wrong(row, at_area, named)
                return None
            self.around.say_area(named, row + 1)
        if of_level:
            self.around.say_level(0 if of_level[0] == IGNORE else int(of_level[0]), row + 1, level)
        if word := self.around.dropped:
            why = sentence(N_("You said that “%(word)s” is left out."), word=shown(word))
            self.put.leave(row, None, row_text(self.sheet, row), why)
            return None
        for column in (at_group, at_area, at_level):
            if column is not None:
                self.put.used.add((row, column))
        self._say_from_above(row, {GROUP: at_group, AREA: at_area, LEVEL: at_level})
        return Target(
            self.around.groups or whole_groups(self.choices), self.around.area or self.choices.area or "",
            self.around.level or whole_level(self.choices),
        )  # fmt: skip

    def _say_from_above(self, row: int, columns: Mapping[str, int | None]) -> None:
        """Nothing; what an empty field takes from a row above is told, doubtful where another group or area began since."""
        texts = {
            GROUP: N_("The staff group is taken from row %(row)s."), AREA: N_("The area is taken from row %(row)s."),
            LEVEL: N_("The profile level is taken from row %(row)s."),
        }  # fmt: skip
        since = self.around.since
        for role, column in columns.items():
            if column is None or self.text(row, column) or role not in since:
                continue
            said = sentence(texts[role], row=str(since[role]))
            later = role == LEVEL and max(since.get(GROUP, 0), since.get(AREA, 0)) > since[LEVEL]
            (self.put.row(row).doubt if later else self.put.row(row).remark)(said)

    # What a row says

    def _content(self, row: int, labels: Sequence[int], *, said: str = "") -> None:
        target = self._target(row)
        if target is None:
            return
        for column, text in self.own(row).items():
            if self.meant[column].role in (GROUP, AREA, LEVEL):
                self.put.source(row, column, text)
        asks = [c for c in self.fields if self.meant[c].role == ASKS]
        for column in self.fields:
            if self.meant[column].role == SAYS and self.text(row, column):
                place = self._of_field(column, target)
                self._say_merged(row, column)
                self._statements(row, column, self.text(row, column), place)
        for column in labels:
            text = text_of(self.sheet.at(row, column))
            if asks:
                self._asked_in_fields(row, column, text, asks, target)
            else:
                self._listed(row, column, text, target, said)
        self._row_notes(row, labels)

    def _of_field(self, column: int, target: Target) -> Target:
        meant = self.meant[column]
        return Target(codes_of(meant.group) or target.groups, target.area, meant.level or target.level)

    def _say_merged(self, row: int, column: int) -> None:
        if (row, column) in self.merged:
            self.put.row(row).doubt(sentence(N_("The field is merged: it counts for all that it covers.")))

    def _statements(self, row: int, column: int, text: str, target: Target, *, lines: Sequence[str] = ()) -> None:
        found = lines or lines_of(text)
        made = self.put.row(row)
        self.put.source(row, column, text)
        if len(found) > 1:
            made.remark(sentence(N_("The field becomes %(count)s statements."), count=len(found)))
            if any(line[0].islower() for line in found[1:]):
                made.doubt(sentence(N_("A line begins with a small letter. Is it part of the line above?")))
        comment = self.comment(row, column)
        for number, line in enumerate(found):
            bare, notes = self.marked(row, column, line)
            if len(self.tasks.find(bare)) == 1:
                made.doubt(sentence(N_("“%(text)s” is a task of yours. Here it is a statement."), text=shown(bare)))
            self.put.statement(row, column, target, bare, [*notes, *(comment if number == 0 else ())])

    def _listed(self, row: int, column: int, text: str, target: Target, said: str) -> None:
        """A list's text: statements, or tasks with the practice level beside them."""
        role = self.meant[column].role
        practice, at_practice = self.first(row, PRACTICE)
        if role == STATEMENT or said == STATEMENT:
            self._statements(row, column, text, target)
            return
        for line in lines_of(text):
            bare, notes = self.marked(row, column, line)
            if role == EITHER and not practice and not said and len(self.tasks.find(bare)) != 1:
                self._statements(row, column, text, target, lines=[line])
                continue
            code = said or self.named(row, bare)
            if code is None:
                self.word(PRACTICE, practice, row, column if at_practice is None else at_practice, on_task=True)
                continue
            if code == STATEMENT:
                self._statements(row, column, text, target, lines=[line])
                if at_practice is not None and practice:
                    self.put.leave(row, at_practice, practice, sentence(N_("A statement has no practice level.")))
                continue
            if code == IGNORE:
                self.put.leave(row, column, line, sentence(N_("You said to leave it out.")))
                continue
            meaning = self.word(PRACTICE, practice, row, column if at_practice is None else at_practice, on_task=True)
            if meaning is None:
                continue
            if at_practice is not None and practice:
                self.put.source(row, at_practice, practice)
            if meaning[0] == SENTENCE:
                self._statements(row, column, text, target, lines=[line])
            elif meaning[0] == IGNORE:
                why = N_("You said that “%(word)s” is left out.") if practice else N_("It has no practice level.")
                self.put.leave(row, column, line, sentence(why, word=shown(practice)) if practice else sentence(why))
            else:
                self.put.source(row, column, text)
                notes = [*notes, *self.comment(row, column)]
                self.put.task(row, column, target, code, int(meaning[0]), notes)

    def _asked_in_fields(self, row: int, column: int, text: str, asks: Sequence[int], target: Target) -> None:
        """Tasks or statements down, and fields that say for whom and how well."""
        self.put.source(row, column, text)
        for line in lines_of(text):
            bare, notes = self.marked(row, column, line)
            code = STATEMENT if self.meant[column].role == STATEMENT else self.named(row, bare)
            if code == IGNORE:
                self.put.leave(row, None, row_text(self.sheet, row), sentence(N_("You said to leave it out.")))
                continue
            for field in asks:
                if self.text(row, field):
                    self._field(row, field, self._of_field(field, target), code, bare, notes)

    def _field(
        self, row: int, column: int, target: Target, code: str | None, text: str, notes: Sequence[str]
    ) -> None:  # fmt: skip
        """One field: nothing, a statement that counts, or a task with the practice level that it says.

        `code` None: it has not been said which task it is; then only the word is met.
        """
        is_task = code != STATEMENT
        word, more = self.marked(row, column, self.text(row, column))
        meaning = self.word(ASKS, word, row, column, on_task=is_task)
        if meaning is None or code is None:
            return
        self._say_merged(row, column)
        value, level = meaning
        if value == IGNORE:
            self.put.leave(row, column, word, sentence(N_("You said that it asks for nothing.")))
            return
        self.put.source(row, column, word)
        place = replace(target, level=self.meant[column].level or level or target.level)
        kept = [*notes, *more, *self.comment(row, column)]
        if not is_task:
            self.put.statement(row, column, place, text, kept)
        elif value == YES:
            said = sentence(N_("Say which practice level “%(word)s” asks for."), word=shown(word))
            self.put.wrong(row, column, said)
        else:
            self.put.task(row, column, place, code, int(value), kept)

    def _row_notes(self, row: int, labels: Sequence[int]) -> None:
        """Nothing; notes on the row as a whole are kept: those in columns of notes, and Excel's own on what it is about."""
        about = [
            c for c in (*self.having(AREA, GROUP, LEVEL), *(labels if self.fields else ())) if c not in self.fields
        ]
        found = {c: squeeze(text_of(self.sheet.at(row, c))) for c in self.having(NOTE) if self.sheet.at(row, c)}
        for column in self.having(NOTE):
            self.put.used.add((row, column))
        notes = [*found.values(), *(note for c in about for note in self.comment(row, c))]
        area, at_area = self.first(row, AREA)
        if at_area is not None and area:
            notes += self.marked(row, at_area, area)[1]
        if notes:
            for place, text in found.items():
                self.put.source(row, place, text)
            self.put.notes(row, next(iter(found), self.labels[0] if self.labels else 0), notes)

    # The rest

    def _leave_the_rest(self) -> None:
        """Nothing; all that has not been used is listed: columns, lines around the table, single fields."""
        for column, meant in self.meant.items():
            count = sum(1 for row in range(self.bottom + 1, self.end) if self.sheet.at(row, column))
            if meant.role == NOTHING and count:
                why = sentence(N_("You said that the column means nothing. Fields: %(count)s."), count=count)
                self.put.left_out.append(LeftOut(None, column_letter(column), self.columns[column].heading, why))
        for row in [*range(self.top), *range(self.end, len(self.sheet.rows))]:
            text = squeeze(row_text(self.sheet, row))
            if text and not any(note in text for note in self.notes_used):
                self.put.leave(row, None, text, sentence(N_("It stands outside the table.")))
        waiting = {name for name in self.words if name not in self.choices.words}
        for row in range(self.bottom + 1, self.end):
            for column, text in self.own(row).items() | self._notes_of(row):
                if (row, column) not in self.put.used and not waiting:
                    self.put.leave(row, column, text, sentence(N_("Nothing came of it.")))

    def _notes_of(self, row: int) -> set[tuple[int, str]]:
        return {(c, text_of(self.sheet.at(row, c))) for c in self.having(NOTE) if self.sheet.at(row, c)}


def read_sheet(sheet: Sheet, choices: ProfileChoices, ours: ProfileOurs) -> Reading:
    """The sheet, read by the choices."""
    return _Reader(sheet, choices, ours).read()


def open_words(reading: Reading, choices: ProfileChoices) -> list[str]:
    """The words that have not been answered, or whose profile level has not."""
    return [
        name
        for name, word in reading.words.items()
        if name not in choices.words
        or (word.wants_level and not choices.words[name][1] and choices.words[name][0] != IGNORE)
    ]


def open_rows(reading: Reading, choices: ProfileChoices) -> list[AskedRow]:
    """The rows that have not been answered."""
    return [one for one in reading.asked if one.key not in choices.tasks]
