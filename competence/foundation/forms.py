"""The form that pages build on: CSRF, and sentences in the reader's language also where WTForms brings its own."""

from collections.abc import Iterable
from typing import Any, ClassVar

import wtforms
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import Field, ValidationError
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Length

from competence.foundation.clock import add_months, today
from competence.foundation.text import looks_like_cpr, squeeze
from competence.foundation.web import day


class _Sentences:
    """WTForms ships no Danish: its English sentences are msgids of our own catalogue."""

    def gettext(self, text: str) -> str:
        return str(gettext(text))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """The sentence about one, its places unfilled: WTForms fills them itself, and it serves for several too."""
        return self.gettext(singular)


class Form(FlaskForm):  # type: ignore[misc]
    """Every form of the pages."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """One set of sentences for all forms."""

        sentences: ClassVar[_Sentences] = _Sentences()

        def get_translations(self, form: Any) -> _Sentences:
            """The catalogue of the request's language."""
            return self.sentences


class NoCpr:
    """Refuses a text that holds a CPR number. For every free text field."""

    def __call__(self, form: Any, field: Field) -> None:
        if isinstance(field.data, str) and looks_like_cpr(field.data):
            raise ValidationError(
                gettext("The text looks as if it holds a CPR number. Remove it: CPR numbers are not kept here.")
            )


class AtMost(Length):
    """Refuses a longer text by a sentence that says how long it may be, and tells the browser."""

    def __init__(self, most: int) -> None:
        super().__init__(max=most, message=lazy_gettext("The text is too long. Use at most %(max)d characters."))


class DateField(wtforms.DateField):
    """A day. One so far from today that its year must be a slip is asked about, before anything else is decided."""

    def __init__(self, *args: Any, years_ahead: int = 10, years_back: int = 80, **kwargs: Any) -> None:
        self.years_ahead, self.years_back = years_ahead, years_back
        super().__init__(*args, **kwargs)

    def pre_validate(self, form: Any) -> None:
        """Nothing; ValidationError when the day is out of range."""
        if self.data is None:
            return
        if self.data > add_months(today(), 12 * self.years_ahead):
            raise ValidationError(gettext("Is the year right? %(day)s lies far ahead.", day=day(self.data)))
        if self.data < add_months(today(), -12 * self.years_back):
            raise ValidationError(gettext("Is the year right? %(day)s lies far back.", day=day(self.data)))


def squeezed(value: Any) -> Any:
    """A field's filter: the text without white space at the ends and with single spaces inside."""
    return squeeze(value) if isinstance(value, str) else value


WTFORMS_SENTENCES = (
    lazy_gettext("This field is required."),
    lazy_gettext("Not a valid choice."),
    lazy_gettext("Not a valid date value."),
    lazy_gettext("Not a valid integer value."),
    lazy_gettext("Not a valid decimal value."),
    lazy_gettext("Not a valid time value."),
    lazy_gettext("Invalid Choice: could not coerce."),
    lazy_gettext("'%(value)s' is not a valid choice for this field."),
    lazy_gettext("The CSRF token is missing."),
    lazy_gettext("The CSRF tokens do not match."),
    lazy_gettext("The CSRF session token is missing."),
)
"""So that the extraction of texts finds what WTForms says by itself."""


def as_choices(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """The pairs of value and label as a field's choices."""
    return [SelectChoice(value, label) for value, label in pairs]
