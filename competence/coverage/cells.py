"""An answer of the rule as the cell language shows and says it (DESIGN.md section 2). Pure; words are translated where shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from competence.coverage.signs import Kind, Shape, Sign
from competence.decision.rules import Answer, State
from competence.delegation.rules import CellRule
from competence.foundation.text import N_, Sentence, sentence

TAB_DAYS = 60
"""From so many days before the last day the sign has a tab, where a municipality has not said otherwise."""

_SHAPES: Mapping[CellRule, Shape] = {CellRule.CORE: "square", CellRule.DELEGATION_ONLY: "diamond"}
_KINDS: Mapping[State, Kind] = {
    State.NOT_RELEVANT: "not_relevant",
    State.NOT_ALLOWED: "not_allowed",
    State.UNDECIDED: "undecided",
    State.ASSISTS: "assists",
    State.PAUSED: "paused",
    State.STOPPED: "paused",
    State.MISSING: "missing",
    State.VALID: "valid",
    State.WAITING: "waiting",
    State.LOW: "low",
    State.LAPSED: "lapsed",
    State.TRAINING: "training",
    State.NOT_BEGUN: "not_begun",
    State.ENDED: "not_relevant",
}


@dataclass(frozen=True, slots=True)
class Face:
    """All that decides how a cell looks and sounds; equal faces are drawn once."""

    state: State
    rule: CellRule
    level: int = 0
    """The level held, or for LOW the level reached."""
    minimum: int = 0
    basis: str = ""
    limits: tuple[tuple[str, str], ...] = ()
    conditions: tuple[str, ...] | None = None
    """Of the delegation it rests on; None: there are none. Empty: their words are erased."""
    last_day: date | None = None
    days: int | None = None
    """Days left, when few enough for a tab."""
    done: int = 0
    needed: int = 0
    citizen: bool = False
    waits: bool = False
    """A renewal waits for the yes while the old one stands."""
    second: bool = False
    """What waits does so for a second approval, not yet for the yes."""
    off_duty: bool = False


def face(answer: Answer, on: date, *, ends: date | None = None, off_duty: bool = False, tab: int = TAB_DAYS) -> Face:
    """The face of the answer on the day. `ends`: first day the employment no longer runs, which is nobody's renewal."""
    cell, state = answer.cell, answer.state
    if state is State.VALID:
        level = answer.level or answer.named_level
        own = answer.basis != "education" and answer.valid_to is not None and answer.valid_to != ends
        last = answer.last_day if own else None
        left = (last - on).days if last else None
        return Face(
            state, cell.rule, level, basis=answer.basis, limits=answer.limits, last_day=last,
            conditions=answer.conditions, days=left if left is not None and left <= tab else None,
            citizen=cell.rule is CellRule.MAY_CITIZEN or not answer.level,
            waits=answer.waiting is not None, second=_lacks_second(answer), off_duty=off_duty,
        )  # fmt: skip
    if state is State.LOW:
        reached = answer.signed.level_on(on) if answer.signed else cell.education_level
        return Face(state, cell.rule, reached, cell.minimum_level, off_duty=off_duty)
    if state is State.TRAINING:
        return Face(state, cell.rule, done=answer.done, needed=answer.needed, off_duty=off_duty)
    return Face(
        state, cell.rule, citizen=cell.rule is CellRule.MAY_CITIZEN, second=_lacks_second(answer), off_duty=off_duty
    )


def _lacks_second(answer: Answer) -> bool:
    return answer.waiting is not None and answer.waiting.lacks_second


def sign_of(shown: Face) -> Sign:
    """The sign of the cell."""
    kind = _KINDS[shown.state]
    shape = _SHAPES.get(shown.rule, "circle")
    if kind == "not_begun":
        if shown.rule is CellRule.MUST:
            kind = "must_not_begun"
        elif shape == "square":
            shape = "circle"
    return Sign(
        shape=shape, kind=kind, level=shown.level, days=shown.days, done=shown.done, of=shown.needed, citizen=shown.citizen,
        off_duty=shown.off_duty,
    )  # fmt: skip


_NOT_BEGUN: Mapping[CellRule, str] = {
    CellRule.MUST: N_("Must be trained. Not begun."),
    CellRule.MAY_GENERAL: N_("Can be trained. Not begun."),
    CellRule.MAY_CITIZEN: N_("Can be trained for one certain citizen. Not begun."),
    CellRule.DELEGATION_ONLY: N_("Can get an individual delegation. Not begun."),
    CellRule.CORE: N_("Can be trained. Not begun."),
}
_SAID: Mapping[State, str] = {
    State.NOT_RELEVANT: N_("Not relevant for the staff group."),
    State.NOT_ALLOWED: N_("Not the staff group's task by the division of tasks."),
    State.UNDECIDED: N_("Not decided. May not, until it is decided."),
    State.ASSISTS: N_("Takes part, not alone."),
    State.PAUSED: N_("May not right now. On pause."),
    State.STOPPED: N_("May not right now. The task is stopped."),
    State.MISSING: N_("May not yet. Something that must come first is missing."),
    State.WAITING: N_("May not yet. Signed, waits for the employee's own yes."),
    State.LAPSED: N_("May not right now. The signature has lapsed and must be renewed."),
    State.ENDED: N_("The employment does not run on that date."),
}


def verdict_of(shown: Face) -> Sentence:
    """The verdict with its limit, or what stands in the way, as one sentence or two."""
    if shown.state is State.VALID:
        if shown.conditions is not None:
            return _on_conditions(shown, shown.conditions)
        if shown.citizen:
            return sentence(N_("May do it for one certain citizen."))
        if shown.limits:
            return sentence(N_("May do it when %(limits)s."), limits=[when for _text, when in shown.limits])
        return sentence(N_("May do it."))
    if shown.state is State.LOW:
        return sentence(
            N_("May not yet. Level %(level)s, the task asks for level %(minimum)s."),
            level=shown.level,
            minimum=shown.minimum,
        )
    if shown.state is State.TRAINING:
        return sentence(N_("In training. %(done)s of %(needed)s times are done."), done=shown.done, needed=shown.needed)
    if shown.state is State.NOT_BEGUN:
        return sentence(_NOT_BEGUN[shown.rule])
    if shown.state is State.WAITING and shown.second:
        return sentence(N_("May not yet. Signed, waits for a second approval."))
    return sentence(_SAID[shown.state])


def _on_conditions(shown: Face, conditions: tuple[str, ...]) -> Sentence:
    limits = [when for _text, when in shown.limits]
    if not conditions:
        return sentence(N_("May do it when the agreement's conditions are kept. They stand on its page."))
    words = "; ".join(conditions)
    if shown.citizen:
        return sentence(
            N_("May do it for one certain citizen when the agreement's conditions are kept: %(conditions)s."),
            conditions=words,
        )
    if limits:
        return sentence(
            N_("May do it when %(limits)s, and the agreement's conditions are kept: %(conditions)s."),
            limits=limits,
            conditions=words,
        )
    return sentence(N_("May do it when the agreement's conditions are kept: %(conditions)s."), conditions=words)


_BASES: Mapping[str, str] = {
    "education": N_("Education, level %(level)s, %(name)s."),
    "signature": N_("Signature, level %(level)s, %(name)s."),
    "delegation": N_("Individual delegation, level %(level)s, %(name)s."),
}


def spoken(shown: Face, level_names: Mapping[int, str]) -> tuple[Sentence, ...]:
    """What a screen reader says of the cell: its state only, as sentences one after the other."""
    if shown.off_duty:
        away = [sentence(N_("Not in the roster. Does not count."))]
        if shown.state is State.VALID:
            away.append(sentence(N_("Level %(level)s is still recorded."), level=shown.level))
        return tuple(away)
    said: list[Sentence] = [verdict_of(shown)]
    if shown.state is State.VALID:
        name = level_names.get(shown.level, "")
        said.append(sentence(_BASES.get(shown.basis, _BASES["signature"]), level=shown.level, name=name))
        if shown.days is not None:
            said.append(lapses(shown.days))
        elif shown.last_day is not None:
            said.append(sentence(N_("Valid through %(day)s."), day=shown.last_day))
        if shown.waits:
            new = N_("A new signature waits for the employee's own yes.")
            said.append(sentence(N_("A new signature waits for a second approval.") if shown.second else new))
    return tuple(said)


def lapses(days: int) -> Sentence:
    """In how many days it lapses; on its last day none are left."""
    if days <= 0:
        return sentence(N_("Lapses after today."))
    return sentence(N_("Lapses in one day.")) if days == 1 else sentence(N_("Lapses in %(days)s days."), days=days)
