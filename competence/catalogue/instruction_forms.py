"""The form of a new version of a written instruction."""

from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from competence.catalogue.commands import NewInstruction
from competence.catalogue.forms import number_in, too_long
from competence.catalogue.rules import Asks
from competence.catalogue.words import ASKS_NAMES
from competence.foundation.forms import Form, NoCpr, as_choices, squeezed
from competence.foundation.web import say


class InstructionForm(Form):
    """A new version of a written instruction, and what its author asks."""

    name = StringField(
        _l("Instruction"),
        filters=[squeezed],
        validators=[
            InputRequired(_l("Write what the instruction is called.")),
            Length(max=200, message=too_long(200)),
            NoCpr(),
        ],
    )
    version = StringField(
        _l("Version"),
        filters=[squeezed],
        validators=[
            InputRequired(_l("Write the version, for instance 3 or 2026-11.")),
            Length(max=40, message=too_long(40)),
            NoCpr(),
        ],
    )
    url = StringField(
        _l("Link"),
        description=_l("The whole address, beginning with https://."),
        validators=[
            Optional(),
            Length(max=400, message=too_long(400)),
        ],
    )
    valid_from = DateField(_l("Counts from"), validators=[InputRequired(_l("Choose the day."))])
    what_is_new = TextAreaField(
        _l("What is new"),
        description=_l("Shown to those who are asked to read it."),
        validators=[
            Optional(),
            Length(max=1000, message=_l("The text is too long. Use at most %(most)s characters.", most=1000)),
            NoCpr(),
        ],
    )
    asks = RadioField(
        _l("What it asks of those who hold the task"),
        coerce=Asks,
        validators=[InputRequired(_l("Choose one of the three."))],
    )
    grace_through = DateField(
        _l("Grace, last day"),
        description=_l("Until then everything counts as before. Not used when signatures are kept."),
        validators=[Optional()],
    )
    closes_unread = BooleanField(
        _l("Close the task for those who have not read it when the grace is over"),
        description=_l("Only with “read and understood”. It opens for each as soon as she has read it."),
    )
    seen = HiddenField()

    @property
    def seen_number(self) -> int:
        """The newest version that the page showed."""
        return number_in(self.seen.data) or 0

    def to_command(self) -> NewInstruction:
        """The version as its author writes it."""
        return NewInstruction(
            name=self.name.data or "", version=self.version.data or "", url=self.url.data or "",
            valid_from=self.valid_from.data or date.min, asks=self.asks.data, grace_through=self.grace_through.data,
            what_is_new=self.what_is_new.data or "", closes_unread=self.closes_unread.data,
        )  # fmt: skip


def instruction_form() -> InstructionForm:
    """The form with its three choices."""
    form = InstructionForm()
    form.asks.choices = as_choices([(asks, say(name)) for asks, name in ASKS_NAMES.items()])
    return form
