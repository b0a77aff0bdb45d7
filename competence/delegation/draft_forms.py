"""The forms of drafting: a draft, one of its cells, an area's cells, and taking something back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from competence.access.rules import ROLE_NAMES
from competence.catalogue.rules import year_day
from competence.catalogue.words import month_names
from competence.delegation.drafting import MAIN_RULES, MORE_RULES, MOST_MONTHS, MOST_TIMES, Terms, Wording
from competence.delegation.queries.hearing import HEARD
from competence.delegation.rules import (
    GROUND_NAMES,
    LEADER_WORDS,
    RULE_NAMES,
    CellRule,
    Ground,
    LeaderPart,
    default_leader_part,
)
from competence.foundation.forms import Form, NoCpr, squeezed
from competence.foundation.web import say

TOO_LONG = _l("The text is too long.")
NOT_A_NUMBER = _l("Write a whole number.")


def _text(label: Any, most: int, *, description: Any = "", rows: int = 0) -> Any:
    validators = [Length(max=most, message=TOO_LONG), NoCpr()]
    if rows:
        return TextAreaField(
            label, description=description, validators=validators, render_kw={"rows": rows, "maxlength": most}
        )
    return StringField(
        label, description=description, filters=[squeezed], validators=validators, render_kw={"maxlength": most}
    )


class Number(IntegerField):
    """A whole number, or nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it; an empty text is nothing."""
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            self.data = int(valuelist[0])
        except ValueError as error:
            self.data = None
            raise ValueError(str(NOT_A_NUMBER)) from error


def _number(label: Any, most: int, description: Any = "") -> Number:
    return Number(
        label,
        description=description,
        validators=[
            Optional(),
            NumberRange(0, most, message=_l("Write a number from %(min)s to %(max)s.")),
        ],
        render_kw={"inputmode": "numeric", "maxlength": 3},
    )


class Ticks(SelectMultipleField):
    """Several of a list, as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class DraftForm(Form):
    """From which version, what it is called, and what it is for."""

    source = SelectField(_l("Begin with"), description=_l("The cells are copied. The version itself is not changed."))
    name = _text(_l("Name"), 80, description=_l("As people will call it, for example “Autumn 2026”."))
    description = _text(_l("What it is for"), 1000, rows=3)

    def __init__(self, *, versions: Sequence[tuple[int, str]], chosen: int | None) -> None:
        super().__init__()
        self.source.choices = [
            *((str(number), title) for number, title in versions),
            ("", _("Nothing: an empty table")),
        ]
        if not self.is_submitted():
            self.source.data = str(chosen) if chosen is not None else ""


class AboutForm(Form):
    """What a draft is called and for."""

    name = _text(_l("Name"), 80, description=_l("As people will call it, for example “Autumn 2026”."))
    description = _text(_l("What it is for"), 1000, rows=3)


class CellForm(Form):
    """All that a cell says. Nothing in it depends on a script."""

    seen = HiddenField()
    rule = RadioField(_l("Rule"), validators=[InputRequired(_l("Choose what the group may."))])
    minimum_level = RadioField(
        _l("Minimum level"), coerce=lambda value: int(value) if value else None, validators=[Optional()]
    )
    education_level = RadioField(
        _l("Level by education"), coerce=lambda value: int(value) if value else None, validators=[Optional()]
    )
    observed_times = _number(_l("Times"), MOST_TIMES)
    validity_months = _number(_l("Counts (mo.)"), MOST_MONTHS)
    validity_day = _number(_l("Day"), 31)
    validity_month = SelectField(_l("Month"), validators=[Optional()])
    limits = Ticks(_l("May, when …"), validators=[Optional()])
    own_limits = _text(_l("Other limits"), 600, description=_l("One on each line."), rows=2)
    ground = RadioField(_l("Ground"), validators=[Optional()])
    giver = _text(_l("Given by"), 200)
    instruction = _text(_l("Written instruction"), 200)
    instruction_version = _text(_l("The instruction's version"), 40)
    agreed_with_leader = SelectField(_l("The leader's part"), validators=[Optional()])
    note = _text(
        _l("Note"), 1000, description=_l("Stands with the cell. Never write a citizen's name or CPR number."), rows=2
    )
    source = _text(_l("Source"), 400)
    reason = _text(_l("Reason (shown in the history)"), 400, rows=2)

    def __init__(self, *, levels: Mapping[int, str], limits: Sequence[tuple[str, str, str]], critical: bool) -> None:
        super().__init__()
        self._limits = {code: (text, when) for code, text, when in limits}
        self._critical = critical
        self.rule.choices = [(rule.value, say(RULE_NAMES[rule])) for rule in (*MAIN_RULES, *MORE_RULES)]
        named = [(rank, f"{rank} {name}") for rank, name in levels.items()]
        self.minimum_level.choices = named
        self.education_level.choices = named
        self.validity_month.choices = [("", _("No fixed day")), *((f"month {at}", name) for at, name in month_names())]
        self.limits.choices = [(code, text) for code, text, _when in limits]
        self.ground.choices = [("", _("Not stated yet")), *((g.value, say(name)) for g, name in GROUND_NAMES.items())]
        self.agreed_with_leader.choices = [
            ("", _("As usual for the rule")),
            *((part.value, say(words)) for part, words in LEADER_WORDS.items()),
        ]

    def fill(self, said: Wording, revision: int) -> None:
        """Nothing; the form shows what the cell says."""
        self.seen.data = str(revision)
        self.rule.data = said.rule.value
        self.minimum_level.data = said.minimum_level or 1
        self.education_level.data = said.education_level or said.minimum_level or 1
        self.observed_times.data, self.validity_months.data = said.observed_times, said.validity_months
        each = year_day(said.validity_date)
        self.validity_day.data, self.validity_month.data = (each.day, f"month {each.month}") if each else (None, "")
        self.limits.data = [limit["code"] for limit in said.limits if limit.get("code") in self._limits]
        self.own_limits.data = "\n".join(
            limit["text"] for limit in said.limits if limit.get("code") not in self._limits
        )
        self.ground.data = said.ground.value if said.ground else ""
        for part in ("giver", "instruction", "instruction_version"):
            self[part].data = (said.framework or {}).get(part, "")
        usual = default_leader_part(said.rule, critical=self._critical)
        self.agreed_with_leader.data = "" if said.agreed_with_leader == usual else said.agreed_with_leader.value
        self.note.data, self.source.data = said.note, said.source

    def validate_validity_month(self, _field: SelectField) -> None:
        """Nothing. ValidationError when day and month are no day of any year, or months are said too."""
        if not self.validity_month.data and self.validity_day.data is None:
            return
        if self.validity_months.data is not None:
            raise ValidationError(_("Choose either a number of months or a fixed day."))
        try:
            year_day(self._each or "no day")
        except ValueError:
            raise ValidationError(_("Choose a day that the month has.")) from None

    @property
    def _each(self) -> str | None:
        month, day = (self.validity_month.data or "").removeprefix("month "), self.validity_day.data
        return f"{int(month):02}-{day:02}" if month.isdigit() and day is not None else None

    def wording(self, before: Wording | None) -> Wording:
        """What has been chosen and typed; what the form does not ask stays as it was before."""
        rule = CellRule(self.rule.data)
        kept = {limit["code"]: limit for limit in (before.limits if before else ()) if limit.get("code")}
        chosen: list[Mapping[str, str]] = [
            kept.get(code) or {"code": code, "text": self._limits[code][0], "when": self._limits[code][1]}
            for code in self.limits.data or ()
        ]
        own = [{"code": "", "text": line} for line in (self.own_limits.data or "").splitlines() if line.strip()]
        return Wording(
            rule=rule,
            minimum_level=self.minimum_level.data,
            education_level=self.education_level.data,
            observed_times=self.observed_times.data,
            validity_months=self.validity_months.data,
            validity_date=self._each,
            limits=(*chosen, *own),
            ground=Ground(self.ground.data) if self.ground.data else None,
            framework={part: self[part].data or "" for part in ("giver", "instruction", "instruction_version")},
            agreed_with_leader=(
                LeaderPart(self.agreed_with_leader.data)
                if self.agreed_with_leader.data
                else default_leader_part(rule, critical=self._critical)
            ),
            note=self.note.data or "",
            source=self.source.data or "",
        )


class BulkForm(Form):
    """Which cells, and what they are all to say."""

    area = SelectField(_l("Area"), coerce=lambda value: int(value) if value else None, validators=[Optional()])
    groups = Ticks(_l("Staff groups"), coerce=int, validators=[InputRequired(_l("Choose at least one staff group."))])
    rule = SelectField(_l("Rule"), validators=[Optional()])
    minimum_level = SelectField(
        _l("Minimum level"), coerce=lambda value: int(value) if value else None, validators=[Optional()]
    )
    observed_times = _number(_l("Times"), MOST_TIMES)
    validity_months = _number(_l("Counts for (months)"), MOST_MONTHS)
    agreed_with_leader = SelectField(_l("The leader's part"), validators=[Optional()])
    reason = _text(_l("Reason (shown in the history)"), 400, rows=2)
    seen = HiddenField()

    def __init__(
        self, *, areas: Iterable[tuple[int, str]], groups: Iterable[tuple[int, str]], levels: Mapping[int, str]
    ) -> None:
        super().__init__()
        unchanged = ("", _("As it is"))
        self.area.choices = [("", _("All areas")), *((str(id_), name) for id_, name in areas)]
        self.groups.choices = list(groups)
        self.rule.choices = [unchanged, *((rule.value, say(RULE_NAMES[rule])) for rule in (*MAIN_RULES, *MORE_RULES))]
        self.minimum_level.choices = [unchanged, *((str(rank), f"{rank} {name}") for rank, name in levels.items())]
        self.agreed_with_leader.choices = [
            unchanged,
            *((part.value, say(words)) for part, words in LEADER_WORDS.items()),
        ]

    def terms(self) -> Terms:
        """What the cells are to say."""
        return Terms(
            rule=CellRule(self.rule.data) if self.rule.data else None,
            minimum_level=self.minimum_level.data,
            observed_times=self.observed_times.data,
            validity_months=self.validity_months.data,
            agreed_with_leader=LeaderPart(self.agreed_with_leader.data) if self.agreed_with_leader.data else None,
        )


class HearingForm(Form):
    """Who is asked, and until when."""

    until = DateField(
        _l("Comments through"),
        description=_l("The last day on which they can comment."),
        validators=[InputRequired(_l("Choose the last day."))],
    )
    roles = Ticks(_l("Everybody who is"), validators=[Optional()])
    people = Ticks(_l("Named persons"), coerce=int, validators=[Optional()])

    def __init__(self, *, people: Iterable[tuple[int, str]], **options: Any) -> None:
        super().__init__(**options)
        self.roles.choices = [(role.value, say(ROLE_NAMES[role])) for role in HEARD]
        self.people.choices = list(people)


class CommentForm(Form):
    """A comment on a draft or one of its cells."""

    text = _text(
        _l("Your comment"),
        2000,
        description=_l("Those who are asked and those who edit the draft can read it."),
        rows=4,
    )


CLOSED = "closed"


class RestrictForm(Form):
    """Which unit is stricter, in what, from when, and why."""

    unit = SelectField(
        _l("In the unit"),
        description=_l("It holds there and in all units below."),
        coerce=lambda value: int(value) if value else None,
        validators=[InputRequired(_l("Choose the unit."))],
    )
    task = SelectField(
        _l("Task"),
        coerce=lambda value: int(value) if value else None,
        validators=[InputRequired(_l("Choose the task."))],
    )
    staff_group = SelectField(
        _l("Staff group"), coerce=lambda value: int(value) if value else None, validators=[Optional()]
    )
    stricter = RadioField(_l("What is stricter"), validators=[InputRequired(_l("Choose closed or a level."))])
    valid_from = DateField(
        _l("Holds from"),
        description=_l("Today at the earliest."),
        validators=[InputRequired(_l("Choose the first day."))],
    )
    valid_through = DateField(
        _l("Holds through"), description=_l("The last day. Leave empty if it has no end."), validators=[Optional()]
    )
    reason = TextAreaField(
        _l("Reason"),
        description=_l("Colleagues read it. One sentence is enough."),
        filters=[squeezed],
        validators=[
            InputRequired(_l("Write why the unit is stricter, so that colleagues know.")),
            Length(max=400, message=TOO_LONG),
            NoCpr(),
        ],
        render_kw={"rows": 3, "maxlength": 400},
    )

    def __init__(
        self, *, units: Iterable[tuple[int, str]], tasks: Iterable[tuple[int, str]], groups: Iterable[tuple[int, str]],
        levels: Mapping[int, str],
    ) -> None:  # fmt: skip
        super().__init__()
        self.unit.choices = [("", _("Choose")), *((str(id_), name) for id_, name in units)]
        self.task.choices = [("", _("Choose")), *((str(id_), name) for id_, name in tasks)]
        self.staff_group.choices = [("", _("All staff groups")), *((str(id_), name) for id_, name in groups)]
        self.stricter.choices = [
            (CLOSED, _("Closed: nobody of the group may")),
            *((str(rank), _("At least level %(level)s", level=f"{rank} ({name})")) for rank, name in levels.items()),
        ]

    def level(self) -> int | None:
        """The higher minimum level; None: closed."""
        return None if self.stricter.data == CLOSED else int(self.stricter.data)
