"""The forms of the strategic plan, the needs map and the pulse."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    FloatField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from competence.foundation.clock import today
from competence.foundation.forms import AtMost, DateField, Form, NoCpr, as_choices, squeezed
from competence.foundation.text import N_
from competence.foundation.web import as_pattern, say
from competence.learning.rules import PART_NAMES, Part
from competence.strategy.commands.parts import Indicated, Measuring, Prioritised
from competence.strategy.commands.planning import Written
from competence.strategy.rules.indicators import INDICATOR_NAMES, Indicator
from competence.strategy.rules.planning import (
    ABOUT_NAMES,
    FUNDING_NAMES,
    MEET_NAMES,
    MOST_NOTE,
    MOST_TEXT,
    MOST_TITLE,
    PLAN_NAMES,
    PROGRESS_NAMES,
    WHEEL_NAMES,
    WHY_NAMES,
    About,
    Funding,
    Meet,
    PlanKind,
    Progress,
    WheelKind,
    Why,
)

Choices = Iterable[tuple[Any, str]]


class _Several(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def _named(names: Any) -> list[tuple[str, str]]:
    return [(one.value, say(name)) for one, name in names.items()]


def _one_of(value: str | None) -> int | None:
    return int(value) if value else None


def month_choices(months: Sequence[date]) -> list[tuple[str, str]]:
    """The months by their first day, as "januar 2026"."""
    return [(month.isoformat(), as_pattern(month, "MMMM y")) for month in months]


def _title(words: str, hint: str = "") -> StringField:
    return StringField(
        words, filters=[squeezed], description=hint, validators=[InputRequired(_l("Write a title.")), AtMost(MOST_TITLE), NoCpr()]
    )  # fmt: skip


def _text(words: str, hint: str = "", most: int = MOST_TEXT) -> TextAreaField:
    return TextAreaField(words, description=hint, validators=[Optional(), AtMost(most), NoCpr()], render_kw={"rows": 5})


_FRAME = _l("Strategy, changes of law, and what citizens will need: demography, new tasks from hospitals.")
_ROLES = _l("What leader, learning guide, development nurse and MED committee each do.")


class BeginForm(Form):
    """A new plan: for whom, for when, and its frame."""

    unit = SelectField(_l("Unit"), coerce=int)
    kind = RadioField(_l("Kind of plan"), default=PlanKind.YEAR.value)
    year = IntegerField(
        _l("Year"), description=_l("The first calendar year."), validators=[InputRequired(_l("Write the year."))]
    )
    title = _title(_l("Title"))
    frame = _text(_l("Frame"), _FRAME)
    copy_of = SelectField(
        _l("Begin from"), coerce=_one_of, description=_l("Takes along the priorities, open measures, indicators and year wheel.")
    )  # fmt: skip

    def __init__(self, units: Choices, plans: Choices, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.unit.choices = as_choices(units)
        self.kind.choices = _named(PLAN_NAMES)
        self.copy_of.choices = as_choices([("", say(N_("Nothing: the usual indicators and year wheel"))), *plans])

    def written(self) -> Written:
        """What the command takes."""
        return Written(self.title.data or "", self.frame.data or "")


class TextForm(Form):
    """What a plan says in words."""

    seen = HiddenField(default="1")
    title = _title(_l("Title"))
    frame = _text(_l("Frame"), _FRAME)
    roles = _text(_l("Roles"), _ROLES)
    evaluation = _text(
        _l("Evaluation"), _l("What worked before, during and after. Can also be written when the plan is decided.")
    )

    def written(self) -> Written:
        """What the command takes."""
        return Written(self.title.data or "", self.frame.data or "", self.roles.data or "", self.evaluation.data or "")


_DAY = _l("Write the day on which the plan was decided, today or earlier.")
_HOURS = _l("Write the hours as a number.")
_COST = _l("Write the cost in whole kroner, 0 or more.")


class DecideForm(Form):
    """That the plan was decided, when and by whom."""

    seen = HiddenField(default="1")
    decided_on = DateField(
        _l("Decided on"),
        validators=[InputRequired(_DAY)],
    )
    decided_where = _title(_l("Decided by"), _l("The council, committee or management that decided it."))


class BaselineForm(Form):
    """The month that the plan is held against."""

    month = SelectField(
        _l("Month"), description=_l("Its figures are frozen into the plan, and everything is held against them.")
    )

    def __init__(self, months: Sequence[date], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.month.choices = month_choices(months)


class PriorityForm(Form):
    """What comes first, and the figure that it rests on."""

    about = RadioField(_l("What it is about"), default=About.AREA.value)
    area = SelectField(_l("Subject area"), coerce=_one_of, description=_l("For a priority about a subject area."))
    staff_group = SelectField(_l("Staff group"), coerce=_one_of, description=_l("For a priority about a staff group."))
    title = _title(_l("Title"))
    text = _text(_l("Why this comes first"), most=MOST_NOTE * 2)
    why = SelectField(
        _l("Figure it rests on"), default=Why.GAPS.value,
        description=_l("Kept as it is today, of the subject area when one is chosen, so that the plan can show how it went."),
    )  # fmt: skip

    def __init__(self, areas: Choices, groups: Choices, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.about.choices = _named(ABOUT_NAMES)
        self.area.choices = as_choices([("", say(N_("None"))), *areas])
        self.staff_group.choices = as_choices([("", say(N_("None"))), *groups])
        self.why.choices = _named(WHY_NAMES)

    def said(self) -> Prioritised:
        """What the command takes."""
        return Prioritised(
            About(self.about.data), self.title.data or "", self.text.data or "", Why(self.why.data), self.area.data,
            self.staff_group.data,
        )  # fmt: skip


class MeasureForm(Form):
    """What is done."""

    title = _title(_l("What is done"))
    part = RadioField(
        _l("Where the learning comes from"), default=Part.DAILY.value,
        description=_l("70-20-10 is a guide: all three must have room. It is no target."),
    )  # fmt: skip
    priority = SelectField(_l("Priority"), coerce=_one_of)
    owner = SelectField(_l("Who sees to it"), coerce=int)
    hours = FloatField(
        _l("Hours"),
        description=_l("Of all who take part together."),
        validators=[InputRequired(_HOURS)],
    )
    cost = IntegerField(
        _l("Cost in kroner"),
        description=_l("Fees, cover and materials."),
        default=0,
        validators=[InputRequired(_COST)],
    )
    funding = SelectField(_l("Who pays"))
    first_month = SelectField(_l("From"))
    last_month = SelectField(_l("Through"))
    criterion = _text(_l("Success criterion"), _l("How it is seen that it worked."), most=MOST_NOTE)

    def __init__(self, priorities: Choices, owners: Choices, months: Sequence[date], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.part.choices = [(one.value, f"{one.value}: {say(PART_NAMES[one])}") for one in Part]
        self.priority.choices = as_choices([("", say(N_("None"))), *priorities])
        self.owner.choices = as_choices(owners)
        self.funding.choices = _named(FUNDING_NAMES)
        self.first_month.choices = self.last_month.choices = month_choices(months)

    def said(self) -> Measuring:
        """What the command takes."""
        return Measuring(
            self.title.data or "", Part(self.part.data), self.owner.data, round((self.hours.data or 0) * 60),
            self.cost.data or 0, Funding(self.funding.data), date.fromisoformat(self.first_month.data),
            date.fromisoformat(self.last_month.data), self.criterion.data or "", self.priority.data,
        )  # fmt: skip


AT_LEAST, AT_MOST = "least", "most"


class IndicatorForm(Form):
    """What the plan is measured by."""

    kind = SelectField(_l("Indicator"))
    title = StringField(
        _l("Its name"), filters=[squeezed], description=_l("For an indicator of your own."),
        validators=[Optional(), AtMost(MOST_TITLE), NoCpr()],
    )  # fmt: skip
    unit_of_value = StringField(
        _l("Unit of the value"), filters=[squeezed], description=_l("For an indicator of your own, as per cent or days."),
        validators=[Optional(), AtMost(20), NoCpr()],
    )  # fmt: skip
    target = FloatField(_l("Target"), validators=[InputRequired(_l("Write the target as a number."))])
    direction = RadioField(_l("The value is to be"), default=AT_LEAST)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = _named(INDICATOR_NAMES)
        self.direction.choices = [(AT_LEAST, say(N_("at least the target"))), (AT_MOST, say(N_("at most the target")))]

    def said(self) -> Indicated:
        """What the command takes."""
        return Indicated(
            Indicator(self.kind.data), self.target.data or 0.0, self.direction.data == AT_LEAST, self.title.data or "",
            self.unit_of_value.data or "",
        )  # fmt: skip


class ValueForm(Form):
    """A value that is typed in."""

    measured_on = DateField(_l("Day"), validators=[InputRequired(_l("Write the date."))])
    value = FloatField(_l("Value"), validators=[InputRequired(_l("Write the value as a number."))])


class WheelForm(Form):
    """What happens in a month."""

    month = SelectField(_l("Month"))
    kind = SelectField(_l("What happens"))
    text = StringField(_l("In words"), filters=[squeezed], validators=[Optional(), AtMost(120), NoCpr()])

    def __init__(self, months: Sequence[date], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.month.choices = month_choices(months)
        self.kind.choices = _named(WHEEL_NAMES)

    @property
    def wheel_kind(self) -> WheelKind:
        """What was chosen."""
        return WheelKind(self.kind.data)


UNCHANGED = "unchanged"


class FollowForm(Form):
    """How it goes, and where a measure stands now."""

    text = TextAreaField(
        _l("How it goes"), description=_l("Write about the work, never about a person."),
        validators=[InputRequired(_l("Write how it goes.")), AtMost(MOST_NOTE * 2), NoCpr()], render_kw={"rows": 4},
    )  # fmt: skip
    progress = SelectField(_l("The measure is now"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.progress.choices = [(UNCHANGED, say(N_("as before"))), *_named(PROGRESS_NAMES)]

    @property
    def moved(self) -> Progress | None:
        """Where the measure stands now; None: as before."""
        return None if self.progress.data in (None, UNCHANGED) else Progress(self.progress.data)


class NeedForm(Form):
    """How a need is met."""

    seen = HiddenField(default="0")
    meets = _Several(_l("How to meet it"), description=_l("Several can go together."))
    note = _text(_l("Note"), most=MOST_NOTE)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.meets.choices = _named(MEET_NAMES)

    @property
    def chosen(self) -> list[Meet]:
        """What was ticked."""
        return [Meet(value) for value in self.meets.data or ()]


class RoundForm(Form):
    """A round of the pulse."""

    units = _Several(
        _l("Whose employees are asked"), coerce=int, description=_l("All who work in the units and below them.")
    )
    begins = DateField(_l("First day"), default=today, validators=[InputRequired(_l("Write the first day."))])
    last = DateField(_l("Last day"), validators=[InputRequired(_l("Write the last day."))])

    def __init__(self, units: Choices, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units.choices = as_choices(units)


class ButtonForm(Form):
    """Nothing but the token."""


def seen_revision(field: HiddenField) -> int:
    """The revision that the page showed; -1 when it was changed into something else."""
    text = field.data or ""
    return int(text) if text.isdecimal() and len(text) < 10 else -1
