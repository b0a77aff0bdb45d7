"""Why, in words that hold no history: what stands in the way, never when or by whom. For a planner, and for other systems."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from competence.decision.rules import Answer, Reason, State
from competence.foundation.text import N_, Sentence, sentence


class Code(StrEnum):
    """What a reason is about, in the order in which a person asks for them."""

    EMPLOYMENT = "employment"
    RULE = "rule"
    AUTHORISATION = "authorisation"
    GROUND = "ground"
    PREREQUISITE = "prerequisite"
    STOP = "stop"
    TRAINING = "training"
    SIGNATURE = "signature"
    DELEGATION = "delegation"
    ACCEPTANCE = "acceptance"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class PlainReason:
    """One fact that took part in the decision, without its history."""

    code: Code
    holds: bool
    text: Sentence


_AS_SAID = frozenset({Code.EMPLOYMENT, Code.RULE, Code.GROUND, Code.STOP, Code.TRAINING, Code.PAUSE})
"""Whose own words name no day and no person."""

_TELLS_WHICH_PAUSE = frozenset({Code.TRAINING, Code.SIGNATURE, Code.DELEGATION, Code.ACCEPTANCE, Code.PREREQUISITE})
"""Whether somebody is exempt, suspended or has declined is nobody's business: these would tell one from the other."""

_WORDS: Mapping[tuple[Code, bool], str] = {
    (Code.AUTHORISATION, True): N_("The authorisation has been checked."),
    (Code.AUTHORISATION, False): N_("Authorisation has not been checked."),
    (Code.PREREQUISITE, False): N_("Something that must come first is missing."),
    (Code.SIGNATURE, True): N_("Signed off."),
    (Code.SIGNATURE, False): N_("The signature is missing."),
    (Code.DELEGATION, True): N_("Has an individual delegation."),
    (Code.DELEGATION, False): N_("The individual delegation is missing."),
    (Code.ACCEPTANCE, True): N_("Accepted by the employee."),
    (Code.ACCEPTANCE, False): N_("Waits for the employee's own yes."),
}


def plain_reasons(answer: Answer) -> tuple[PlainReason, ...]:
    """The reasons of the answer, each code once: what does not hold comes before what does."""
    found: dict[Code, PlainReason] = {}
    for reason in answer.reasons:
        code = _code(reason)
        if code is None or (answer.state is State.PAUSED and code in _TELLS_WHICH_PAUSE):
            continue
        known = found.get(code)
        if known is None or (known.holds and not reason.holds):
            found[code] = PlainReason(code, reason.holds, _text(code, reason, answer))
    return tuple(found[code] for code in Code if code in found)


def missing(reasons: Iterable[PlainReason]) -> list[Sentence]:
    """What stands in the way, in words."""
    return [one.text for one in reasons if not one.holds]


def _code(reason: Reason) -> Code | None:
    try:
        return Code(reason.step)
    except ValueError:
        return None


def _text(code: Code, reason: Reason, answer: Answer) -> Sentence:
    if code in _AS_SAID:
        return reason.text
    if code is Code.SIGNATURE and not reason.holds:
        if answer.state is State.LOW:
            return sentence(N_("The task asks for level %(level)s."), level=answer.cell.minimum_level)
        if answer.signed is not None:
            return sentence(N_("The signature has lapsed and must be renewed."))
    if code is Code.ACCEPTANCE and not reason.holds and answer.waiting is not None and answer.waiting.lacks_second:
        return sentence(N_("Waits for a second approval by another colleague."))
    return sentence(_WORDS.get((code, reason.holds), _WORDS[Code.PREREQUISITE, False]))
