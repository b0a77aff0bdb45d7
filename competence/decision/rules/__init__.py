"""The rule at the centre: `may` answers, `judge` answers without the reasons, `intervals` answers over time."""

from competence.decision.rules.facts import (
    Answer,
    Book,
    Delegated,
    Employment,
    Mask,
    MustRead,
    Reason,
    SignAgain,
    Span,
    State,
    Stopped,
    Verdict,
)
from competence.decision.rules.judging import judge
from competence.decision.rules.reasons import explain, may, refusal
from competence.decision.rules.spans import Interval, answers_on, boundaries, for_one, held_until, intervals

__all__ = [
    "Answer",
    "Book",
    "Delegated",
    "Employment",
    "Interval",
    "Mask",
    "MustRead",
    "Reason",
    "SignAgain",
    "Span",
    "State",
    "Stopped",
    "Verdict",
    "answers_on",
    "boundaries",
    "explain",
    "for_one",
    "held_until",
    "intervals",
    "judge",
    "may",
    "refusal",
]
