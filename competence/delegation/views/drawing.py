"""Words and signs for what a cell says; decides nothing."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from competence.catalogue.models import Task
from competence.catalogue.rules import Reserved, Validity
from competence.catalogue.words import validity_words, year_day_words
from competence.delegation.queries import CellPage, ReadVersion, is_editorial
from competence.delegation.rules import (
    GROUND_WORDS,
    LEADER_WORDS,
    RULE_NAMES,
    RULE_SENTENCES,
    CellRule,
    CellTerms,
)
from competence.foundation.text import N_
from competence.foundation.web import day, listed, say

SHAPES: Mapping[CellRule, str] = {
    CellRule.CORE: "square",
    CellRule.MUST: "circle",
    CellRule.MAY_GENERAL: "circle",
    CellRule.MAY_CITIZEN: "circle",
    CellRule.DELEGATION_ONLY: "diamond",
}
SHORT: Mapping[CellRule, str] = {
    CellRule.CORE: N_("edu."),
    CellRule.MUST: N_("must"),
    CellRule.MAY_GENERAL: N_("train."),
    CellRule.MAY_CITIZEN: N_("citizen"),
    CellRule.DELEGATION_ONLY: N_("deleg."),
}
"""The word beside the sign."""


@dataclass(frozen=True)
class Look:
    """A cell of the table: the parts of its sign, the word beside it, and what is read aloud."""

    sign: Mapping[str, Any]
    word: str
    spoken: str
    marked: bool
    """It has a limit or a note, which its page tells."""


def sign_of(terms: CellTerms) -> dict[str, Any]:
    """The parts of the sign: the shape of the rule with the minimum level, or the sign of a rule that never entitles."""
    if terms.rule in SHAPES:
        return {
            "shape": SHAPES[terms.rule],
            "level": terms.minimum_level,
            "citizen": terms.rule is CellRule.MAY_CITIZEN,
        }
    return {"kind": terms.rule.value}


def look_of(terms: CellTerms, levels: Mapping[int, str]) -> Look:
    """How the cell looks in the table."""
    marked = bool(terms.limits or terms.note)
    return Look(sign_of(terms), say(SHORT.get(terms.rule, "")), in_words(terms, levels), marked)


def in_words(terms: CellTerms, levels: Mapping[int, str]) -> str:
    """As "After training and a signature, level 2, øvet"."""
    rule = say(RULE_NAMES[terms.rule])
    if not terms.entitles:
        return rule
    level = _("%(rule)s, level %(level)s", rule=rule, level=level_words(terms.minimum_level, levels))
    return str(_("%(cell)s, with a limit", cell=level)) if terms.limits else str(level)


def level_words(rank: int, levels: Mapping[int, str]) -> str:
    """As "2 (øvet)"."""
    return f"{rank} ({levels[rank]})" if rank in levels else str(rank)


def times_and_months(times: Sequence[int], months: Sequence[Validity]) -> str:
    """As "2–3 · 24 mdr.": observed times, and how long a signature counts. A dash where nobody is trained."""
    seen = f"{times[0]}–{times[-1]}" if len(times) > 1 else str(times[0]) if times else "–"
    if not months:
        return seen
    if dated := [one.each for one in months if one.each]:
        return f"{seen} · {_('through %(day)s', day=year_day_words(dated[0]))}"
    known = [one.months for one in months if one.months]
    longest = "–".join(str(month) for month in sorted({known[0], known[-1]})) if known else ""
    valid = _("%(months)s mo.", months=longest) if known else _("no end")
    return f"{seen} · {valid}"


def facts_of(page: CellPage, levels: Mapping[int, str]) -> list[tuple[str, str]]:
    """(what, words) of everything the cell says, in a fixed order."""
    terms = page.terms
    facts: list[tuple[str, str]] = [(_("Rule"), say(RULE_SENTENCES[terms.rule]))]
    if page.followed is not None:
        facts.append((_("Follows"), _follows(page)))
    if terms.entitles:
        facts.append((_("Minimum level"), _level(terms, levels)))
        if terms.rule is CellRule.CORE:
            facts.append((_("Level by education"), level_words(terms.education_level, levels)))
        else:
            times = ngettext(
                "%(num)s time before the first signature", "%(num)s times before the first signature", terms.observed_times
            )  # fmt: skip
            facts.append((_("Times"), times))
            facts.append((_("A signature counts"), validity_words(terms.validity)))
        facts.append(
            (_("May, when …"), listed([when for _text, when in terms.limits]) if terms.limits else _("No limit."))
        )
    if ground := _ground(page):
        facts.append((_("Ground"), ground))
    if terms.entitles and terms.rule is not CellRule.CORE:
        facts.append((_("The leader's part"), say(LEADER_WORDS[terms.agreed_with_leader])))
    if page.followers:
        facts.append((_("Is followed by"), listed([_follower(group.name, stage) for group, stage in page.followers])))
    if terms.note:
        facts.append((_("Note"), terms.note))
    if terms.source:
        facts.append((_("Source"), _source(terms, draft=page.version.is_draft)))
    return facts


def _level(terms: CellTerms, levels: Mapping[int, str]) -> str:
    words = level_words(terms.minimum_level, levels)
    return _("%(level)s. The source did not say a level.", level=words) if terms.level_not_stated else words


def _follows(page: CellPage) -> str:
    assert page.followed is not None
    if page.stage:
        return str(
            _(
                "No cell of its own: follows %(group)s from “%(stage)s”. Until then takes part, not alone.",
                group=page.followed.name,
                stage=page.stage,
            )
        )
    return str(_("No cell of its own: follows %(group)s.", group=page.followed.name))


def _follower(name: str, stage: str | None) -> str:
    return _("%(group)s (from “%(stage)s”)", group=name, stage=stage) if stage else name


def _ground(page: CellPage) -> str:
    terms, framework = page.terms, page.framework
    if not terms.entitles or page.task.reserved == Reserved.NO:
        return ""
    if terms.rule is CellRule.DELEGATION_ONLY:
        return str(_("The individual delegation."))
    if terms.ground is None:
        return str(_("Not stated yet. The version cannot be approved before it is."))
    words = say(GROUND_WORDS[terms.ground])
    if framework is not None and terms.ground.value == "framework":
        given = _(
            "Given by %(giver)s. Instruction: %(instruction)s, version %(version)s.", giver=framework.giver,
            instruction=framework.instruction, version=framework.instruction_version,
        )  # fmt: skip
        return f"{words} {given}"
    return words


def _source(terms: CellTerms, *, draft: bool) -> str:
    if not is_editorial(terms):
        return source_words(terms.source)
    if draft:
        return str(_("Editorial: the starting point's own suggestion, which nobody has checked yet."))
    return str(_("Editorial: the starting point's own suggestion."))


def source_words(source: str) -> str:
    """Where a task or an example comes from: the reference data name two of their sources by a word of their own."""
    if source.startswith("editorial"):
        return str(_("Editorial: the starting point's own suggestion."))
    return source.replace("seed 001", _("Benchmarkingenheden's report on elder care"))


def legal_words(codes: str) -> str:
    """The law's paragraphs, as "sundhedsloven § 138, serviceloven § 83"; a code that is not known stands as it is."""
    said = []
    for code in filter(None, codes.split(";")):
        found = _PARAGRAPH.fullmatch(code)
        said.append(f"{say(LAWS[found['law']])} §\u00a0{found['number']} {found['letter']}".strip() if found else code)
    return ", ".join(said)


LAWS: Mapping[str, str] = {
    "SUL": N_("the health act"), "SEL": N_("the act on social services"), "AEL": N_("the act on elder care")
}  # fmt: skip
_PARAGRAPH = re.compile(rf"(?P<law>{'|'.join(LAWS)})(?P<number>\d+)(?P<letter>[a-z]?)")


def reserved_words(task: Task) -> str:
    """What the law says of the task, "" when it is not reserved."""
    if task.reserved == Reserved.NO:
        return ""
    words = _("Reserved by law") if task.reserved == Reserved.YES else _("Partly reserved by law")
    if task.reserved_basis.startswith("editorial"):
        said = str(_("%(reserved)s, by the starting point's own judgement.", reserved=words))
    else:
        said = f"{words}: {task.reserved_basis.rstrip('.')}." if task.reserved_basis else f"{words}."
    if task.never_delegated:
        said += " " + _("It can never be delegated: %(ground)s.", ground=task.never_delegated)
    return said


def history_words(page: CellPage, levels: Callable[[ReadVersion], Mapping[int, str]]) -> list[tuple[str, str, str]]:
    """(version, what it says in its own levels, who approved it and when), newest first."""
    lines = []
    for line in page.history:
        version = line.version
        if version.is_draft:
            when = _("not approved")
        elif version.approved_at is not None and version.approved_by:
            when = _(
                "approved by %(name)s, %(day)s; in force from %(first)s", name=version.approved_by,
                day=day(version.approved_at), first=day(version.valid_from),
            )  # fmt: skip
        else:
            when = _("in force from %(first)s", first=day(version.valid_from))
        said = in_words(line.terms, levels(version)) if line.is_change else _("unchanged")
        lines.append((_("Version %(number)s", number=version.number), said, when))
    return lines


def words() -> dict[str, Callable[..., str]]:
    """What every template about the matrix says in words: laws, sources, what a task is reserved for."""
    return {"legal_words": legal_words, "reserved_words": reserved_words, "source_words": source_words}
