"""Words for what the catalogue says; decides nothing."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import format_date, get_month_names
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from competence.catalogue.rules import (
    FOR_GOOD,
    Asks,
    GateKind,
    Reserved,
    ScaleKind,
    TaskKind,
    Validity,
    YearDay,
    validity_of,
)
from competence.foundation.text import N_
from competence.foundation.web import day, listed, say


def year_day_words(each: YearDay) -> str:
    """As "1. marts" ("1 March")."""
    language = str(get_locale())
    return format_date(date(2000, each.month, each.day), "d. MMMM" if language == "da" else "d MMMM", locale=language)


def validity_words(validity: Validity) -> str:
    """How long a signature counts, as what follows "A signature counts"."""
    if validity.each is not None:
        return str(_("through the next %(day)s", day=year_day_words(validity.each)))
    if not validity.months:
        return str(_("without an end"))
    return str(ngettext("%(num)s month", "%(num)s months", validity.months))


SCALE_NAMES: Mapping[ScaleKind, str] = {
    ScaleKind.PRACTICE: N_("Practice scale"),
    ScaleKind.PROFILE: N_("Profile scale"),
}
SCALE_TEXTS: Mapping[ScaleKind, str] = {
    ScaleKind.PRACTICE: N_("The level of a signature, and what the division of tasks and staffing needs ask for."),
    ScaleKind.PROFILE: N_("A person's level in an area of her competence profile. It is computed and never signed."),
}
KIND_NAMES: Mapping[TaskKind, str] = {TaskKind.CARE: N_("Care task"), TaskKind.GENERAL: N_("General competence")}
RESERVED_NAMES: Mapping[Reserved, str] = {
    Reserved.NO: N_("No"),
    Reserved.PARTLY: N_("Partly"),
    Reserved.YES: N_("Yes"),
}
ASKS_NAMES: Mapping[Asks, str] = {
    Asks.KEEP: N_("Keep: all signatures count as before"),
    Asks.READ: N_("Read and understood: whoever may do the task says so on her own page"),
    Asks.SIGN_AGAIN: N_("Sign again: after the grace only signatures from the first day on count"),
}
GATE_NAMES: Mapping[GateKind, str] = {
    GateKind.COURSE: N_("Course"),
    GateKind.DIALOGUE: N_("Dialogue"),
    GateKind.PRACTICE_CHECK: N_("Practice check"),
    GateKind.E_LEARNING: N_("E-learning"),
    GateKind.OTHER: N_("Other"),
}


def month_names() -> list[tuple[int, str]]:
    """(number, name) of the twelve months in the reader's language."""
    return list(get_month_names("wide", locale=str(get_locale())).items())


def part_words(
    part: str, value: Any, *, tasks: Mapping[int, str], areas: Mapping[int, str], groups: Mapping[int, str]
) -> str:
    """What a revision's document says in one of its parts, in words; "" for nothing."""
    match part:
        case "area_id":
            return areas.get(value, "")
        case "kind":
            return say(KIND_NAMES[TaskKind(value)])
        case "reserved":
            return say(RESERVED_NAMES[Reserved(value)])
        case "critical":
            return str(_("Yes") if value else _("No"))
        case "criteria":
            return " · ".join(value)
        case "needs":
            return listed([tasks.get(task, "") + (f" ({_('must be held')})" if must else "") for task, must in value])
        case "gates":
            return " · ".join(
                f"{say(GATE_NAMES[GateKind(kind)])}: {name} ({listed([groups.get(g, '') for g in some])})"
                for _code, kind, name, some in value
            )
        case "validity":
            return validity_words(validity_of(*value) or FOR_GOOD)
        case "group_validity":
            return " · ".join(
                f"{groups.get(group, '')}: {validity_words(validity_of(months, each) or FOR_GOOD)}"
                for group, months, each in value
            )
        case "archived_on":
            return day(date.fromisoformat(value)) if value else ""
        case "picture":
            return str(_("a picture")) if value else ""
        case _:
            return "" if value is None else str(value)
