"""The forms of the catalogue: areas, and a task with all that belongs to it."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from competence.catalogue.commands import AreaFacts
from competence.catalogue.rules import FOR_GOOD, GateKind, Reserved, TaskKind, Validity, YearDay
from competence.catalogue.rules.tasks import GateFacts, Needed, TaskFacts
from competence.catalogue.words import GATE_NAMES, KIND_NAMES, RESERVED_NAMES, month_names
from competence.foundation.errors import RuleBroken
from competence.foundation.forms import Form, NoCpr, as_choices, squeezed
from competence.foundation.text import N_
from competence.foundation.web import say

MONTHS, DATE, NEVER, AS_TASK = "months", "date", "never", ""


def too_long(most: int) -> Any:
    """The sentence about a text that is longer than so many characters."""
    return _l("The text is too long. Use at most %(most)s characters.", most=most)


def number_in(value: str | None) -> int | None:
    """The number that was typed; None when it is none."""
    return int(value) if value and value.isdigit() else None


def _month(value: str | int | None) -> int | None:
    """The number of the month, which its choice names; a choice of its own kind, since a bare number would be an id."""
    return value if isinstance(value, int) else number_in((value or "").removeprefix("month "))


def short_text(label: Any, most: int, **options: Any) -> StringField:
    """A line of text that may be left out."""
    return StringField(
        label,
        filters=[squeezed],
        validators=[Optional(), Length(max=most, message=too_long(most)), NoCpr()],
        **options,
    )


IN_PERSON = _l("Only what must be done in person, such as prescriptions, death certificates and decisions on coercion.")


class AreaForm(Form):
    """An area's name and where it stands."""

    name = StringField(
        _l("Name"),
        filters=[squeezed],
        validators=[
            InputRequired(_l("Write what the area is called.")),
            Length(max=120, message=too_long(120)),
            NoCpr(),
        ],
    )
    position = SelectField(_l("Stands"), coerce=number_in)
    seen = HiddenField()

    def to_command(self) -> AreaFacts:
        """What the area is called and where it stands."""
        return AreaFacts(self.name.data or "", self.position.data or 0)

    @property
    def seen_revision(self) -> int:
        """The revision that the page showed."""
        return number_in(self.seen.data) or 0


class ArchiveForm(Form):
    """From which day something is out of the catalogue, and why."""

    from_day = DateField(
        _l("Out of the catalogue from"),
        description=_l("Nothing is removed: signatures and history stay as they are."),
        validators=[InputRequired(_l("Choose the day."))],
    )
    why = StringField(
        _l("Why"),
        filters=[squeezed],
        validators=[
            Optional(),
            Length(max=300, message=_l("The text is too long. Use at most 300 characters.")),
            NoCpr(),
        ],
    )
    seen = HiddenField()

    @property
    def seen_revision(self) -> int:
        """The revision that the page showed."""
        return number_in(self.seen.data) or 0


class TaskForm(Form):
    """A task. Rows for tasks that come first, for courses and for staff groups are added by `task_form`."""

    name = StringField(
        _l("Name"),
        filters=[squeezed],
        validators=[
            InputRequired(_l("Write what the task is called.")),
            Length(max=200, message=too_long(200)),
            NoCpr(),
        ],
    )
    area_id = SelectField(
        _l("Area"), coerce=number_in, validators=[InputRequired(_l("Choose the area that the task belongs to."))]
    )
    kind = RadioField(_l("Kind of task"), coerce=TaskKind, validators=[InputRequired(_l("Choose one of the two."))])
    plain_text = short_text(
        _l("In plain Danish"), 200, description=_l("One short line for a colleague who reads little Danish.")
    )
    also_called = short_text(
        _l("Also called"),
        400,
        description=_l("Other words that people look for, with commas between: kateterskyl, KAD."),
    )
    description = TextAreaField(
        _l("Description"),
        validators=[
            Optional(),
            Length(max=4000, message=_l("The text is too long. Use at most 4000 characters.")),
            NoCpr(),
        ],
    )
    critical = BooleanField(
        _l("Critical"), description=_l("A gap in it stands first, and the leader agrees before training begins.")
    )
    people_needed = IntegerField(
        _l("People needed"),
        description=_l("How many must do it together."),
        validators=[InputRequired(_l("Write a number."))],
    )
    fsiii_code = short_text(_l("FSIII code"), 80)
    legal_basis = short_text(_l("Legal basis"), 80, description=_l("For instance sundhedsloven § 138."))
    reserved = RadioField(
        _l("Reserved by law"), coerce=Reserved, validators=[InputRequired(_l("Choose one of the three."))]
    )
    reserved_basis = short_text(
        _l("Ground of the reservation"),
        200,
        description=_l("For instance autorisationsloven § 74. Empty when it is not reserved."),
    )
    never_delegated = short_text(_l("Can never be delegated, because it is"), 200, description=IN_PERSON)
    observed_times = IntegerField(
        _l("Times before the first signature"),
        description=_l("Where the division of tasks says nothing else."),
        validators=[InputRequired(_l("Write a number."))],
    )
    renewal_observed_times = IntegerField(
        _l("Times at a renewal"), description=_l("Empty: as many as the first time."), validators=[Optional()]
    )
    counts_simulated = BooleanField(
        _l("Simulated times count"), description=_l("For instance on a doll or with a demo pen.")
    )
    counts_oral = BooleanField(_l("Oral times count"), description=_l("The colleague has explained how it is done."))
    counts_test = BooleanField(_l("Tests count"), description=_l("A test of the task has been passed."))
    second_approval = BooleanField(
        _l("Needs a second approval"),
        description=_l("Another who may sign approves the signature before the colleague can say yes to it."),
    )
    expiring_days = IntegerField(
        _l("Shown as expiring so many days before"),
        description=_l("Empty: as the municipality has set it."),
        validators=[Optional()],
    )
    refresh_months = IntegerField(
        _l("Months without doing it before a refresh is suggested"),
        description=_l(
            "Empty: never. It is suggested to the colleague herself, where the municipality uses the practice log, and "
            "changes nothing about what she may do."
        ),
        validators=[Optional()],
    )
    reminder_days = StringField(
        _l("People are reminded so many days before"),
        description=_l("For instance 90, 30, 7. Empty: as the municipality has set it."),
        filters=[squeezed],
        validators=[Optional(), Length(max=40, message=too_long(40))],
    )
    criteria = TextAreaField(
        _l("What is shown before a signature"),
        description=_l("One point on each line, in the order of the bedside. Empty: the points that all tasks share."),
        validators=[Optional()],
    )
    validity = RadioField(
        _l("A signature counts"), validators=[InputRequired(_l("Choose how long a signature counts."))]
    )
    validity_months = IntegerField(_l("Months"), validators=[Optional()])
    validity_day = IntegerField(_l("Day"), validators=[Optional()])
    validity_month = SelectField(_l("Month"), coerce=_month)
    picture = FileField(
        _l("Picture"), description=_l("PNG, JPEG or WebP, at most 300 KB. No people who can be recognised.")
    )
    remove_picture = BooleanField(_l("Remove the picture"))
    why = short_text(_l("Why it is changed"), 300, description=_l("Stands in the task's history."))
    seen = HiddenField()

    group_ids: tuple[int, ...] = ()
    need_rows = 0
    gate_rows = 0

    def fill(self, said: TaskFacts) -> None:
        """Nothing; the form shows the task as it is said to be."""
        plain = (
            "name", "area_id", "kind", "plain_text", "also_called", "description", "critical", "people_needed", "fsiii_code",
            "legal_basis", "reserved", "reserved_basis", "never_delegated", "observed_times", "renewal_observed_times",
            "counts_simulated", "counts_oral", "counts_test", "second_approval", "expiring_days", "refresh_months", "reminder_days",
        )  # fmt: skip
        shown: dict[str, Any] = {name: getattr(said, name) for name in plain}
        shown |= {"criteria": "\n".join(said.criteria), **_validity_fields(said.validity, "validity", MONTHS)}
        for row in range(1, self.need_rows + 1):
            need = said.needs[row - 1] if row <= len(said.needs) else None
            shown |= {f"need_{row}": need.task_id if need else None, f"need_{row}_must": bool(need and need.must_hold)}
        for row in range(1, self.gate_rows + 1):
            gate = said.gates[row - 1] if row <= len(said.gates) else None
            shown |= {
                f"gate_{row}_code": gate.code if gate else "", f"gate_{row}_kind": gate.kind if gate else GateKind.COURSE,
                f"gate_{row}_name": gate.name if gate else "", f"gate_{row}_groups": list(gate.groups) if gate else [],
            }  # fmt: skip
        own = dict(said.group_validity)
        for group in self.group_ids:
            shown |= _validity_fields(own.get(group), f"group_{group}", AS_TASK)
        for name, value in shown.items():
            self[name].data, self[name].raw_data = value, None

    @property
    def seen_revision(self) -> int:
        """The revision that the page showed."""
        return number_in(self.seen.data) or 0

    def to_facts(self) -> TaskFacts:
        """What was typed. RuleBroken at the field for a day that no year has, or a choice without its number."""
        own = {group: self._validity(f"group_{group}") for group in self.group_ids}
        needs = [
            Needed(self[f"need_{row}"].data, bool(self[f"need_{row}_must"].data))
            for row in range(1, self.need_rows + 1)
            if self[f"need_{row}"].data
        ]
        gates = [
            GateFacts(
                self[f"gate_{row}_code"].data or "", self[f"gate_{row}_kind"].data, self[f"gate_{row}_name"].data or "",
                tuple(self[f"gate_{row}_groups"].data or ()),
            )
            for row in range(1, self.gate_rows + 1)
            if self[f"gate_{row}_code"].data or self[f"gate_{row}_name"].data
        ]  # fmt: skip
        return TaskFacts(
            area_id=self.area_id.data or 0, name=self.name.data or "", kind=self.kind.data,
            plain_text=self.plain_text.data or "", also_called=self.also_called.data or "",
            description=(self.description.data or "").replace("\r\n", "\n"),
            critical=self.critical.data, fsiii_code=self.fsiii_code.data or "", legal_basis=self.legal_basis.data or "",
            reserved=self.reserved.data, reserved_basis=self.reserved_basis.data or "",
            never_delegated=self.never_delegated.data or "",
            people_needed=self.people_needed.data or 0, observed_times=_whole(self.observed_times),
            renewal_observed_times=self.renewal_observed_times.data, counts_simulated=self.counts_simulated.data,
            counts_oral=self.counts_oral.data, counts_test=self.counts_test.data,
            second_approval=self.second_approval.data, expiring_days=self.expiring_days.data,
            refresh_months=self.refresh_months.data or None,
            reminder_days=self.reminder_days.data or "",
            criteria=tuple((self.criteria.data or "").splitlines()), needs=tuple(needs), gates=tuple(gates),
            validity=self._validity("validity") or FOR_GOOD,
            group_validity=tuple((group, validity) for group, validity in own.items() if validity is not None),
        )  # fmt: skip

    def _validity(self, field: str) -> Validity | None:
        chosen = self[field].data
        if chosen == NEVER:
            return FOR_GOOD
        if chosen == DATE:
            day, month = self[f"{field}_day"].data, self[f"{field}_month"].data
            try:
                date(2000, month or 0, day or 0)
            except ValueError:
                raise RuleBroken(N_("Choose a day that the month has."), field=f"{field}_day") from None
            return Validity(each=YearDay(month, day))
        if chosen == MONTHS:
            months = self[f"{field}_months"].data
            if not months:
                raise RuleBroken(N_("Write the number of months."), field=f"{field}_months")
            return Validity(months=months)
        return None


def _whole(field: IntegerField) -> int:
    return field.data if field.data is not None else -1


def _validity_fields(validity: Validity | None, name: str, otherwise: str) -> dict[str, Any]:
    chosen = otherwise
    if validity is not None:
        chosen = DATE if validity.each else MONTHS if validity.months else NEVER
    return {
        name: chosen,
        f"{name}_months": validity.months if validity else None,
        f"{name}_day": validity.each.day if validity and validity.each else None,
        f"{name}_month": validity.each.month if validity and validity.each else None,
    }


def task_form(
    said: TaskFacts | None,
    *,
    areas: Iterable[tuple[int, str]],
    groups: Mapping[int, str],
    tasks: Iterable[tuple[int, str]],
    posted: Iterable[str] = (),
) -> TaskForm:
    """The form with two free rows for tasks that come first and one for a course. `posted`: the names that came in."""
    names = list(posted)
    needs = max(_rows(names, r"need_(\d+)"), len(said.needs if said else ()) + 2)
    gates = max(_rows(names, r"gate_(\d+)_code"), len(said.gates if said else ()) + 1)
    months = [("", _("Choose")), *((f"month {number}", name) for number, name in month_names())]
    fields: dict[str, Any] = {"group_ids": tuple(groups), "need_rows": needs, "gate_rows": gates}
    choices = [("", _("None")), *((str(id_), name) for id_, name in tasks)]
    for row in range(1, needs + 1):
        fields[f"need_{row}"] = SelectField(
            _("Task %(number)s", number=row), coerce=number_in, choices=as_choices(choices)
        )
        fields[f"need_{row}_must"] = BooleanField(_("Must also be held as long as this one is used"))
    for row in range(1, gates + 1):
        fields |= _gate_fields(row, groups)
    for group, name in groups.items():
        fields |= _group_fields(group, name, months)
    form: TaskForm = type("TaskFormOfMunicipality", (TaskForm,), fields)()
    form.area_id.choices = as_choices([("", _("Choose")), *((str(id_), name) for id_, name in areas)])
    form.kind.choices = as_choices([(kind, say(name)) for kind, name in KIND_NAMES.items()])
    form.reserved.choices = as_choices([(reserved, say(name)) for reserved, name in RESERVED_NAMES.items()])
    form.validity.choices = as_choices(_lasting())
    form.validity_month.choices = as_choices(months)
    return form


def _lasting() -> list[tuple[str, str]]:
    return [
        (MONTHS, _("a number of months")),
        (DATE, _("through a day that comes every year")),
        (NEVER, _("without an end")),
    ]


def _rows(names: Iterable[str], pattern: str) -> int:
    """The highest row that came in, at most 40."""
    found = [int(match[1]) for name in names if (match := re.fullmatch(pattern, name))]
    return min(max(found, default=0), 40)


def _gate_fields(row: int, groups: Mapping[int, str]) -> dict[str, Field]:
    kinds = [(kind.value, say(name)) for kind, name in GATE_NAMES.items()]
    passed_by = SelectMultipleField(
        _("Must have been passed by"), coerce=int, choices=as_choices(groups.items()), widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )  # fmt: skip
    return {
        f"gate_{row}_code": short_text(_("Short code"), 20),
        f"gate_{row}_kind": SelectField(_("Kind"), coerce=GateKind, default=GateKind.COURSE, choices=as_choices(kinds)),
        f"gate_{row}_name": short_text(_("Name"), 300),
        f"gate_{row}_groups": passed_by,
    }


def _group_fields(group: int, name: str, months: list[tuple[str, str]]) -> dict[str, Field]:
    choices = [(AS_TASK, _("as above")), *_lasting()]
    return {
        f"group_{group}": SelectField(name, choices=as_choices(choices), default=AS_TASK),
        f"group_{group}_months": IntegerField(_("Months"), validators=[Optional()]),
        f"group_{group}_day": IntegerField(_("Day"), validators=[Optional()]),
        f"group_{group}_month": SelectField(_("Month"), coerce=_month, choices=as_choices(months)),
    }
