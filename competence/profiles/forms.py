"""The forms of a profile's pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import DateField, Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from competence.foundation.errors import NotFound
from competence.foundation.forms import Form, NoCpr, squeezed
from competence.profiles.commands import MOST_AREA, MOST_STATEMENT, MOST_TEXT, AreaText, WantedTask
from competence.profiles.rules import Content

NEW_ROWS = 4
"""So many empty rows for further tasks stand under an area's own."""


@dataclass(frozen=True)
class TaskRow:
    """A row of the task table: what was chosen in it."""

    task: str = ""
    level: str = ""
    practice: str = ""
    area: str = ""


class AreaForm(Form):
    """An area: its name, statements for each level, and a table of tasks that is read as three lists of equal length."""

    name = StringField(
        _l("Name of the area"),
        filters=[squeezed],
        validators=[
            InputRequired(_l("Write what the area is called.")),
            Length(max=MOST_AREA, message=_l("Write at most %(max)d characters.")),
            NoCpr(),
        ],
    )
    task = HiddenField()
    """Carries the sentence about a task; the rows are drawn by the page."""
    seen = HiddenField()

    @classmethod
    def with_levels(cls, names: Mapping[int, str]) -> type["AreaForm"]:
        """The form with a field of statements for each profile level."""
        fields: dict[str, Any] = {
            f"statements_{rank}": TextAreaField(
                _l("Statements at %(level)s", level=name),
                description=_l("One on each line: what somebody at this level does, in one sentence."),
                validators=[Optional(), NoCpr()],
            )
            for rank, name in names.items()
        }
        return type("LeveledAreaForm", (cls,), fields)

    def statements(self, rank: int) -> Field:
        """The field of the level's statements."""
        found: Field = self[f"statements_{rank}"]
        return found

    def fill(self, said: Content, area: str | None, ranks: Mapping[int, str]) -> None:
        """Nothing; the fields show what the area says."""
        self.name.data = area or ""
        for rank in ranks:
            self.statements(rank).data = "\n".join(one.text for one in said.of(area or "", rank).statements)
        self.seen.data = said.mark(area or "")

    def to_text(self, ranks: Mapping[int, str]) -> AreaText:
        """What the area is to say."""
        return AreaText(
            self.name.data or "",
            {rank: (self.statements(rank).data or "").splitlines() for rank in ranks},
            wanted_tasks(rows_sent()),
        )


def rows_sent() -> list[TaskRow]:
    """The rows of the task table as they were sent."""
    lists = [request.form.getlist(name) for name in ("task", "level", "practice")]
    areas = request.form.getlist("area") or [""] * len(lists[0])
    return [TaskRow(*row) for row in zip(*lists, areas, strict=False)]


def wanted_tasks(rows: list[TaskRow], *, level_for_all: str = "") -> list[WantedTask]:
    """The tasks that are asked for: rows without a task or a level are left out. NotFound for what no page sends."""
    found = []
    for row in rows:
        level = level_for_all if row.level == "all" else row.level
        if not row.task or not level:
            continue
        if not (row.task.isdecimal() and level.isdecimal() and row.practice.isdecimal()):
            raise NotFound
        found.append(WantedTask(int(row.task), int(level), int(row.practice), row.area))
    return found


class TextsForm(Form):
    """The function description's two texts."""

    purpose = TextAreaField(
        _l("Purpose"),
        description=_l("What the staff group is there for, in a few sentences."),
        validators=[Optional(), Length(max=MOST_TEXT, message=_l("Write at most %(max)d characters.")), NoCpr()],
    )
    responsibilities = TextAreaField(
        _l("Responsibilities"),
        description=_l("One on each line."),
        validators=[Optional(), Length(max=MOST_TEXT, message=_l("Write at most %(max)d characters.")), NoCpr()],
    )
    seen = HiddenField()


class BulkForm(Form):
    """Tasks from the matrix, taken up many at a time."""

    level_for_all = SelectField(
        _l("Profile level for all"),
        description=_l("Used for each task below that says “As chosen for all”."),
        choices=[],
        validators=[Optional()],
    )
    task = HiddenField()
    """Carries the sentence about a task; the rows are drawn by the page."""


class ApproveForm(Form):
    """From when a version is in force, and why it was made."""

    valid_from = DateField(
        _l("In force from"),
        description=_l("Tomorrow at the earliest. The version before it ends the day before."),
        validators=[InputRequired(_l("Write from which day the version is in force."))],
    )
    why = TextAreaField(
        _l("Why this version"),
        description=_l("What has changed, and why. It stands with the version."),
        validators=[Optional(), Length(max=MOST_STATEMENT, message=_l("Write at most %(max)d characters.")), NoCpr()],
    )
    seen = HiddenField()


class FollowForm(Form):
    """Which staff group a group follows, and students from which stage."""

    follows = SelectField(_l("Follows"), choices=[], coerce=lambda value: int(value) if value else None)
    from_stage = StringField(
        _l("From the stage"),
        description=_l(
            "For students: as “2nd period of training”. Until the day on which it is reached, which stands on the person, "
            "she takes part, not alone. Empty: from the first day."
        ),
        filters=[squeezed],
        validators=[Optional(), Length(max=80, message=_l("Write at most %(max)d characters.")), NoCpr()],
    )
    seen = HiddenField()
