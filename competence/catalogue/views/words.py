"""Words for what the catalogue says; decides nothing."""

from datetime import date

from babel.dates import format_date
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from competence.catalogue.rules import Validity, YearDay


def year_day_words(day: YearDay) -> str:
    """As "1. marts" ("1 March")."""
    language = str(get_locale())
    return format_date(date(2000, day.month, day.day), "d. MMMM" if language == "da" else "d MMMM", locale=language)


def validity_words(validity: Validity) -> str:
    """How long a signature counts, as what follows "A signature counts"."""
    if validity.each is not None:
        return str(_("through the next %(day)s", day=year_day_words(validity.each)))
    if not validity.months:
        return str(_("without an end"))
    return str(ngettext("%(num)s month", "%(num)s months", validity.months))
