"""The forms of units and of the municipality's settings."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, IntegerField, SelectField, StringField, TelField, TimeField
from wtforms.validators import InputRequired, Optional, StopValidation
from wtforms.widgets import TextInput

from competence.foundation.errors import RuleBroken
from competence.foundation.forms import AtMost, Form, NoCpr, squeezed
from competence.foundation.web import say
from competence.organisation.commands import NewUnit, UnitChange
from competence.organisation.models import Unit
from competence.organisation.rules import ALL, Measure, Setting, Settings, ladder_from, ladder_text, settings_from


class UnitForm(Form):
    """A unit's name, kind, and whom to call there when nobody may."""

    name = StringField(
        _l("Name"),
        filters=[squeezed],
        validators=[
            InputRequired(_l("Write the unit's name.")),
            AtMost(120),
            NoCpr(),
        ],
    )
    kind = StringField(
        _l("Kind"),
        description=_l("For instance distrikt, team or plejecenter. Staffing needs can be set for a kind."),
        filters=[squeezed],
        validators=[
            InputRequired(_l("Say what kind of unit it is, for instance distrikt or team.")),
            AtMost(60),
            NoCpr(),
        ],
    )
    fallback_name = StringField(
        _l("Whom to call when nobody may"),
        description=_l("A shared line, for instance Sygeplejeakutteamet. Empty: as the unit above."),
        filters=[squeezed],
        validators=[Optional(), AtMost(120), NoCpr()],
    )
    fallback_phone = TelField(
        _l("Phone"),
        filters=[squeezed],
        validators=[Optional(), AtMost(40), NoCpr()],
    )
    parent = SelectField(
        _l("Lies below"),
        coerce=lambda value: int(value) if value else None,
        validators=[InputRequired(_l("Choose the unit above."))],
    )

    def __init__(self, *, parents: Iterable[tuple[int, str]] | None = None, unit: Unit | None = None) -> None:
        super().__init__(obj=unit, data={"parent": unit.parent_id} if unit else None)
        choices = list(parents or ())
        if choices:
            self.parent.choices = [("", _l("Choose")), *((str(id_), name) for id_, name in choices)]
        else:
            del self.parent

    def to_new(self) -> NewUnit:
        """The unit to add."""
        return NewUnit(
            name=self.name.data or "", kind=self.kind.data or "", parent_id=self.parent.data if "parent" in self else None,
            fallback_name=self.fallback_name.data, fallback_phone=self.fallback_phone.data,
        )  # fmt: skip

    def to_change(self) -> UnitChange:
        """What the unit is called from now on."""
        return UnitChange(
            name=self.name.data or "", kind=self.kind.data or "", fallback_name=self.fallback_name.data,
            fallback_phone=self.fallback_phone.data,
        )  # fmt: skip


class InRange:
    """Refuses what is not a whole number within the setting's range, by one sentence that says the range."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting

    def __call__(self, form: Any, field: Field) -> None:
        """Nothing; StopValidation otherwise."""
        if field.data is None or not self.setting.least <= field.data <= self.setting.most:
            field.errors = []
            raise StopValidation(
                _("Write a whole number from %(least)s to %(most)s.", least=self.setting.least, most=self.setting.most)
            )


class IsLadder:
    """Refuses what is no ladder of days, by the rule's own sentence."""

    def __call__(self, form: Any, field: Field) -> None:
        """Nothing; StopValidation otherwise."""
        try:
            ladder_from(field.data or "", field.name)
        except RuleBroken as broken:
            raise StopValidation(say(broken.message)) from broken


class SettingsForm(Form):
    """Every setting of `organisation.rules.GROUPS`, and what they were when the page was opened.

    Hours are two fields, the second under the setting's own key, where its errors are shown.
    """

    seen = HiddenField()

    def __init__(self, stored: Settings) -> None:
        super().__init__(data={name: value for one in ALL.values() for name, value in _split(one, stored)})
        for setting in ALL.values():
            if setting.measure is not Measure.HOURS:
                self[setting.key].description = _said(setting)
        if not self.is_submitted():
            self._show(stored)

    def fields_of(self, setting: Setting) -> list[Field]:
        """The one field of a number, the two of hours."""
        return [self[name] for name, _value in _split(setting, Settings())]

    def seen_settings(self) -> Settings:
        """What the page showed when it was opened; the defaults where that cannot be read any more."""
        try:
            return settings_from(json.loads(self.seen.data or ""))
        except (TypeError, ValueError, AttributeError):
            return Settings()

    def changes(self) -> dict[str, Any]:
        """Setting -> its value, of those that are not what the page showed. For a form that is valid."""
        seen = self.seen_settings()
        typed = {key: self._typed(setting) for key, setting in ALL.items()}
        return {key: value for key, value in typed.items() if value != ALL[key].value(seen)}

    def catch_up(self, stored: Settings) -> list[Setting]:
        """The settings that were changed here and meanwhile by somebody else too: they keep what was typed.

        All others show what is stored now, and with that the next save is compared.
        """
        seen, mine = self.seen_settings(), self.changes()
        for key, setting in ALL.items():
            if key not in mine:
                for name, value in _split(setting, stored):
                    self[name].data, self[name].raw_data = value, None
        self._show(stored)
        return [ALL[key] for key in mine if ALL[key].value(seen) != ALL[key].value(stored)]

    def _show(self, stored: Settings) -> None:
        self.seen.data = json.dumps(asdict(stored))

    def _typed(self, setting: Setting) -> Any:
        found = [field.data for field in self.fields_of(setting)]
        if setting.measure is Measure.LADDER:
            return ladder_from(found[0] or "", setting.key)
        return tuple(f"{at:%H:%M}" for at in found) if setting.measure is Measure.HOURS else found[0]


def _split(setting: Setting, settings: Settings) -> list[tuple[str, Any]]:
    """(field, value) of the setting."""
    value = setting.value(settings)
    if setting.measure is Measure.LADDER:
        return [(setting.key, ladder_text(value))]
    if setting.measure is not Measure.HOURS:
        return [(setting.key, value)]
    return [(f"{setting.key}_from", time.fromisoformat(value[0])), (setting.key, time.fromisoformat(value[1]))]


def _said(setting: Setting) -> str:
    """What the setting does, its range, and what holds until somebody chooses otherwise."""
    if setting.measure is Measure.LADDER:
        usual = ladder_text(setting.default)
        return str(
            _("%(text)s One to five numbers of days, by default %(usual)s.", text=say(setting.text), usual=usual)
        )
    words = {"text": say(setting.text), "least": setting.least, "most": setting.most, "usual": setting.default}
    if setting.measure is Measure.MINUTES:
        return str(_("%(text)s From %(least)s to %(most)s minutes, by default %(usual)s.", **words))
    return str(_("%(text)s From %(least)s to %(most)s days, by default %(usual)s.", **words))


def _time(label: Any) -> TimeField:
    """A time of day as text: a browser's own field would ask an English reader for a.m. and p.m."""
    return TimeField(
        label,
        format=["%H:%M", "%H.%M"],
        widget=TextInput(),
        validators=[InputRequired(_l("Write the time, for instance 07:00."))],
    )


for _setting in ALL.values():
    if _setting.measure is Measure.HOURS:
        for _name, _label in ((f"{_setting.key}_from", _l("From")), (_setting.key, _l("To"))):
            setattr(SettingsForm, _name, _time(_label))
    elif _setting.measure is Measure.LADDER:
        setattr(SettingsForm, _setting.key, StringField(_l(_setting.name), validators=[IsLadder()]))
    else:
        setattr(SettingsForm, _setting.key, IntegerField(_l(_setting.name), validators=[InRange(_setting)]))
