"""What a change of a cell is, in words."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import ngettext

from competence.delegation.drafting import Wording
from competence.delegation.rules import ENTITLING, GROUND_NAMES, UNDECIDED, CellRule, CellTerms, LeaderPart
from competence.delegation.views.drawing import in_words, level_words
from competence.foundation.text import N_
from competence.foundation.web import listed, say

LEADER_PARTS: Mapping[LeaderPart, str] = {
    LeaderPart.NONE: N_("none"),
    LeaderPart.NOTICE: N_("is told"),
    LeaderPart.BEFORE: N_("agrees first"),
}


def terms_of(said: Wording | None) -> CellTerms:
    """As the signs and words of cells take it; what is left to the task is filled in as by default."""
    if said is None:
        return UNDECIDED
    return CellTerms(
        rule=said.rule, minimum_level=said.minimum_level or 1, education_level=said.education_level or 0,
        observed_times=said.observed_times if said.observed_times is not None else 3,
        validity_months=said.validity_months,
        limits=tuple((limit["text"], limit.get("when") or limit["text"]) for limit in said.limits), ground=said.ground,
        agreed_with_leader=said.agreed_with_leader, level_not_stated=said.level_not_stated, note=said.note,
        source=said.source,
    )  # fmt: skip


def wording_of(terms: CellTerms) -> Wording:
    """The same as a wording, with times and validity said."""
    return Wording(
        rule=terms.rule, minimum_level=terms.minimum_level, education_level=terms.education_level or None,
        observed_times=terms.observed_times, validity_months=terms.validity_months or 0,
        validity_date=str(terms.validity_date) if terms.validity_date else None,
        limits=tuple({"text": text, "when": when} for text, when in terms.limits), ground=terms.ground,
        agreed_with_leader=terms.agreed_with_leader, note=terms.note, source=terms.source,
    )  # fmt: skip


def said_in_words(said: Wording | None, levels: Mapping[int, str]) -> str:
    """As "After training and a signature, level 2 (øvet)"; for a cell without a row that nothing is decided."""
    return in_words(terms_of(said), levels) if said else str(_("no cell"))


def parts_of(said: Wording, levels: Mapping[int, str]) -> dict[str, str]:
    """Label -> words of each thing that the wording says beside its rule."""
    parts: dict[str, str] = {}
    if said.rule in ENTITLING:
        parts[_("minimum level")] = level_words(said.minimum_level or 1, levels)
        if said.rule is CellRule.CORE:
            parts[_("level by education")] = level_words(said.education_level or 1, levels)
        else:
            parts[_("times")] = _("as the task says") if said.observed_times is None else str(said.observed_times)
            parts[_("the leader")] = say(LEADER_PARTS[said.agreed_with_leader])
        parts[_("a signature counts")] = _validity(said)
        parts[_("limits")] = listed([limit["text"] for limit in said.limits]) if said.limits else _("no limit")
        parts[_("ground")] = say(GROUND_NAMES[said.ground]) if said.ground else _("not stated")
        if said.framework:
            parts[_("framework delegation")] = ", ".join(said.framework.values())
    parts[_("note")] = f"“{said.note}”" if said.note else _("no note")
    parts[_("source")] = f"“{said.source}”" if said.source else _("no source")
    return parts


def _validity(said: Wording) -> str:
    if said.validity_date:
        day, month = said.validity_date[3:], said.validity_date[:2]
        return str(_("through %(day)s/%(month)s", day=int(day), month=int(month)))
    if said.validity_months is None:
        return str(_("as the task says"))
    if not said.validity_months:
        return str(_("without an end"))
    return str(ngettext("%(num)s month", "%(num)s months", said.validity_months))


def change_in_words(before: Wording | None, after: Wording | None, levels: Mapping[int, str]) -> str:
    """From what to what: the rules when they differ, and each other thing that both say otherwise."""
    if before is None or after is None or before.rule is not after.rule:
        return f"{said_in_words(before, levels)} → {said_in_words(after, levels)}"
    was, now = parts_of(before, levels), parts_of(after, levels)
    changed = [f"{label}: {was[label]} → {now[label]}" for label in now if label in was and was[label] != now[label]]
    changed += [f"{label}: {now[label]}" for label in now if label not in was]
    changed += [f"{label}: {was[label]} → –" for label in was if label not in now]
    return " · ".join(changed) or said_in_words(after, levels)
