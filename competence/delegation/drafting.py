"""What a cell of a draft says, what it may not say, and what a change of it is. Plain Python."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from competence.delegation.rules import ENTITLING, CellRule, Ground, LeaderPart
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, looks_like_cpr, sentence, squeeze

GROUNDED = frozenset({CellRule.CORE, CellRule.MUST, CellRule.MAY_GENERAL, CellRule.MAY_CITIZEN})
"""The rules that must state a ground on a reserved task; a delegation is its own ground."""
MAIN_RULES = (CellRule.CORE, CellRule.MAY_GENERAL, CellRule.DELEGATION_ONLY, CellRule.NOT_ALLOWED)
"""The four that the editor shows first (DESIGN.md, 12.3)."""
MORE_RULES = (CellRule.MUST, CellRule.MAY_CITIZEN, CellRule.ASSISTS, CellRule.NOT_RELEVANT, CellRule.UNDECIDED)
MOST_TIMES = 20
MOST_MONTHS = 120


@dataclass(frozen=True)
class Wording:
    """What a draft's cell says, as its columns hold it."""

    rule: CellRule
    minimum_level: int | None = None
    education_level: int | None = None
    level_not_stated: bool = False
    observed_times: int | None = None
    """None: as the task says."""
    validity_months: int | None = None
    """None: as the task says; 0: does not lapse."""
    validity_date: str | None = None
    limits: tuple[Mapping[str, str], ...] = ()
    ground: Ground | None = None
    framework: Mapping[str, str] | None = None
    agreed_with_leader: LeaderPart = LeaderPart.NONE
    note: str = ""
    source: str = ""

    def columns(self) -> dict[str, Any]:
        """As a row and a change keep it."""
        return asdict(self) | {
            "rule": str(self.rule), "ground": str(self.ground) if self.ground else None,
            "agreed_with_leader": str(self.agreed_with_leader), "limits": [dict(limit) for limit in self.limits],
            "framework": dict(self.framework) if self.framework else None,
        }  # fmt: skip


COLUMNS = tuple(Wording(CellRule.UNDECIDED).columns())
"""The columns of a cell that an editor writes."""


def wording(columns: Mapping[Any, Any] | None) -> Wording | None:
    """The wording of a row's or a change's columns; None where there is none."""
    if columns is None:
        return None
    said = {name: columns[name] for name in COLUMNS if name in columns}
    return Wording(
        **said
        | {
            "rule": CellRule(said["rule"]), "ground": Ground(said["ground"]) if said.get("ground") else None,
            "agreed_with_leader": LeaderPart(said.get("agreed_with_leader") or LeaderPart.NONE),
            "limits": tuple(dict(limit) for limit in said.get("limits") or ()),
        }
    )  # fmt: skip


@dataclass(frozen=True)
class Law:
    """What the law says of a task and a staff group, as data."""

    task: str
    group: str
    reserved: bool
    has_reserved_scope: bool
    """The group has a reserved scope of its own."""
    never_delegated: str = ""
    """On what ground the task can never be delegated; empty: it can."""
    levels: int = 3
    """How many levels the practice scale has."""


def tidied(said: Wording, law: Law) -> Wording:
    """The same without what its rule has no use for, texts squeezed."""
    said = replace(said, note=squeeze(said.note), source=squeeze(said.source))
    if said.rule not in ENTITLING:
        return Wording(said.rule, note=said.note, source=said.source)
    minimum = said.minimum_level or 1
    core = said.rule is CellRule.CORE
    ground = said.ground if law.reserved and said.rule in GROUNDED else None
    return replace(
        said,
        minimum_level=minimum,
        education_level=(said.education_level or minimum) if core else None,
        agreed_with_leader=LeaderPart.NONE if core else said.agreed_with_leader,
        ground=ground,
        framework=_framework(said.framework) if ground is Ground.FRAMEWORK else None,
        limits=tuple(_limits(said.limits)),
    )


def _framework(given: Mapping[str, str] | None) -> dict[str, str]:
    return {part: squeeze((given or {}).get(part, "")) for part in ("giver", "instruction", "instruction_version")}


def _limits(limits: Iterable[Mapping[str, str]]) -> Iterable[dict[str, str]]:
    seen: set[str] = set()
    for limit in limits:
        text = squeeze(limit["text"])
        if text and text.casefold() not in seen:
            seen.add(text.casefold())
            yield {"code": limit.get("code", ""), "text": text, "when": squeeze(limit.get("when", "")) or text}


def refuse_never_delegated(rule: CellRule, ground: Ground | None, law: Law, *, field: str | None = None) -> None:
    """Nothing. RuleBroken when the cell lets somebody do by another's leave what the law keeps to the person herself."""
    rests_on_another = rule is CellRule.DELEGATION_ONLY or ground is Ground.FRAMEWORK
    if law.never_delegated and rule in ENTITLING and (rests_on_another or not law.has_reserved_scope):
        raise RuleBroken(
            sentence(
                N_("%(task)s can never be delegated (%(ground)s). Choose May not for %(group)s."),
                task=law.task,
                ground=law.never_delegated,
                group=law.group,
            ),
            field=field,
        )


def check_lawful(said: Wording, law: Law) -> None:
    """Nothing. RuleBroken, at its field, when the wording contradicts the law as data or itself. Source: domain.md (b)."""
    refuse_never_delegated(said.rule, said.ground, law, field="rule")
    if said.ground is Ground.OWN_RIGHT and not law.has_reserved_scope:
        raise RuleBroken(
            sentence(N_("%(group)s has no reserved scope of its own and cannot have own right."), group=law.group),
            field="ground",
        )
    if said.ground is Ground.FRAMEWORK and not all((said.framework or {"": ""}).values()):
        raise RuleBroken(
            sentence(N_("A framework delegation needs its giver, its written instruction and the instruction's version.")),
            field="ground",
        )  # fmt: skip
    _check_numbers(said, law)
    _check_texts(said)


def _check_numbers(said: Wording, law: Law) -> None:
    for field in ("minimum_level", "education_level"):
        level = getattr(said, field)
        if level is not None and not 1 <= level <= law.levels:
            raise RuleBroken(
                sentence(N_("The scale has %(count)s levels. Choose one of them."), count=law.levels), field=field
            )
    if said.rule is CellRule.CORE and (said.education_level or 1) < (said.minimum_level or 1):
        raise RuleBroken(
            sentence(N_("The level by education is below the minimum level, so nobody would hold the task. Raise it.")),
            field="education_level",
        )
    if said.observed_times is not None and not 0 <= said.observed_times <= MOST_TIMES:
        raise RuleBroken(
            sentence(N_("Write how many times, from 0 to %(most)s."), most=MOST_TIMES), field="observed_times"
        )
    if said.validity_months is not None and not 0 <= said.validity_months <= MOST_MONTHS:
        raise RuleBroken(
            sentence(N_("Write how many months, from 0 to %(most)s. 0: it does not lapse."), most=MOST_MONTHS),
            field="validity_months",
        )


def _check_texts(said: Wording) -> None:
    texts = {"note": said.note, "source": said.source, "own_limits": " · ".join(limit["text"] for limit in said.limits)}
    for field, text in (said.framework or {}).items():
        texts[field] = text
    for field, text in texts.items():
        refuse_cpr(text, field)


def refuse_cpr(text: str, field: str) -> None:
    """Nothing. RuleBroken when the text holds a CPR number."""
    if looks_like_cpr(text):
        raise RuleBroken(sentence(N_("Never write a citizen's name or CPR number. Take the number out.")), field=field)


@dataclass(frozen=True)
class Terms:
    """What a bulk edit sets. None leaves a thing as each cell has it."""

    rule: CellRule | None = None
    minimum_level: int | None = None
    observed_times: int | None = None
    validity_months: int | None = None
    agreed_with_leader: LeaderPart | None = None

    def __bool__(self) -> bool:
        return any(value is not None for value in asdict(self).values())

    def put_on(self, said: Wording) -> Wording:
        """The wording with what is set changed. Terms of a signature are left alone where nobody can come to do the task."""
        changed = replace(said, rule=self.rule) if self.rule else said
        if changed.rule not in ENTITLING:
            return changed
        if self.minimum_level is not None:
            changed = replace(changed, minimum_level=self.minimum_level, level_not_stated=False)
            if changed.rule is CellRule.CORE:
                changed = replace(changed, education_level=max(self.minimum_level, said.education_level or 1))
        if self.observed_times is not None:
            changed = replace(changed, observed_times=self.observed_times)
        if self.validity_months is not None:
            changed = replace(changed, validity_months=self.validity_months, validity_date=None)
        if self.agreed_with_leader is not None:
            changed = replace(changed, agreed_with_leader=self.agreed_with_leader)
        return changed
