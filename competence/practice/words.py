"""How the pages say what an employee has written about her own tasks."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import ngettext

from competence.foundation.text import N_
from competence.practice.rules import Rating, Recency

RATING_NAMES: Mapping[Rating, str] = {
    Rating.UNSURE: N_("I am unsure of it"),
    Rating.PRACTISING: N_("I practise it"),
    Rating.CONFIDENT: N_("I feel sure of it"),
    Rating.CAN_SHOW: N_("I can show it to others"),
}


def since_words(recency: Recency) -> str:
    """As "Last done 5 months ago."."""
    if recency.days == 0:
        return str(_("Last done today."))
    if recency.months == 0:
        return str(ngettext("Last done %(num)s day ago.", "Last done %(num)s days ago.", recency.days))
    return str(ngettext("Last done %(num)s month ago.", "Last done %(num)s months ago.", recency.months))
