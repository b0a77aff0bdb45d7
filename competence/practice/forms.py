"""The forms by which an employee writes about her own tasks, and by which the use of the log is switched on."""

from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Optional

from competence.foundation.clock import today
from competence.foundation.forms import AtMost, DateField, Form, NoCpr, as_choices
from competence.practice.rules import MOST_NOTE, MOST_WORDS
from competence.practice.words import RATING_NAMES


class DoneForm(Form):
    """The day on which she did the task."""

    done_on = DateField(
        _l("The day you did it"),
        description=_l("At most 30 days back."),
        validators=[InputRequired(_l("Write the day."))],
    )

    @property
    def day(self) -> date:
        """The day, of a form that is valid."""
        return self.done_on.data or today()


class TrainingForm(Form):
    """A word to the guides."""

    words = TextAreaField(
        _l("What would you like to practise?"),
        description=_l("Read by those who may train you. Never write a citizen's name or CPR number."),
        validators=[Optional(), AtMost(MOST_WORDS), NoCpr()],
    )


class NoteForm(Form):
    """Her own note, and the revision that she had before her."""

    text = TextAreaField(
        _l("Your note"),
        description=_l("Only you can read it. Never write a citizen's name or CPR number."),
        validators=[Optional(), AtMost(MOST_NOTE), NoCpr()],
    )
    seen = HiddenField()

    @property
    def seen_revision(self) -> int:
        """The revision that the page showed; 0 where there was none, or that cannot be read any more."""
        said = self.seen.data or ""
        return int(said) if said.isdecimal() else 0


class RatingForm(Form):
    """How sure she is, and whether her leader can see it."""

    rating = RadioField(
        _l("How sure are you of the task?"), validators=[InputRequired(_l("Choose the one that fits best."))]
    )
    show = BooleanField(
        _l("Show it to my leader"), description=_l("You can take it back at any time by removing the tick.")
    )

    def __init__(self, **said: object) -> None:
        super().__init__(**said)
        self.rating.choices = as_choices((rating.value, _l(name)) for rating, name in RATING_NAMES.items())


class UseForm(Form):
    """When the municipality's MED committee discussed the log."""

    discussed_on = DateField(
        _l("Discussed by the MED committee on"),
        description=_l("The log is used from the moment you switch it on."),
        validators=[InputRequired(_l("Write the day of the discussion."))],
    )

    @property
    def day(self) -> date:
        """The day, of a form that is valid."""
        return self.discussed_on.data or today()
