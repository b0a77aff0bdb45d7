"""The form that pages build on: CSRF, and sentences in the reader's language also where WTForms brings its own."""

from typing import Any, ClassVar

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import Field, ValidationError

from competence.foundation.text import looks_like_cpr, squeeze


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
