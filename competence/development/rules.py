"""What an employee is told about her own tasks: which list a task stands in, and what the next step is. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from competence.decision.rules import Answer, State
from competence.foundation.text import N_, Sentence, sentence


class Pile(StrEnum):
    """The lists of "What I may do"; each task stands in exactly one."""

    NOW = "now"
    TRAINING = "training"
    LEARN = "learn"
    PAUSED = "paused"
    NONE = "none"
    """Not the staff group's task, or not decided: in no list, but found by a search."""


_PILES = {
    State.VALID: Pile.NOW,
    State.TRAINING: Pile.TRAINING,
    State.WAITING: Pile.TRAINING,
    State.LOW: Pile.TRAINING,
    State.NOT_BEGUN: Pile.LEARN,
    State.LAPSED: Pile.LEARN,
    State.MISSING: Pile.LEARN,
    State.PAUSED: Pile.PAUSED,
    State.STOPPED: Pile.PAUSED,
}


def pile(answer: Answer) -> Pile:
    """The list in which the task stands."""
    return _PILES.get(answer.state, Pile.NONE)


def best(answers: Iterable[Answer]) -> Answer:
    """Of one task under several employments, the answer that lets most: may before training before the rest."""
    order = list(State)
    return max(answers, key=lambda a: (a.level or a.named_level, -_RANK[pile(a)], -order.index(a.state)))


_RANK = {kind: place for place, kind in enumerate(Pile)}


@dataclass(frozen=True)
class Next:
    """What comes next on the way to a task."""

    text: Sentence
    may_ask: bool
    """Whether a sign-off can be asked for now."""


BEFORE_THE_FIRST = Next(sentence(N_("The division of tasks decides it, once it is in force.")), False)
"""In place of every next step while the municipality has no division of tasks in force."""


def next_step(answer: Answer, *, guide: str = "") -> Next:
    """What comes next on the way to the task, in words to the employee. `guide`: who trains her, where it is one."""
    match answer.state:
        case State.VALID | State.WAITING if answer.waiting is not None and answer.waiting.lacks_second:
            return Next(sentence(N_("Signed. It waits for a second approval.")), False)
        case State.VALID if answer.waiting is not None:
            return Next(sentence(N_("A new signature waits for your yes.")), False)
        case State.VALID:
            return Next(sentence(N_("In place.")), False)
        case State.WAITING:
            return Next(sentence(N_("Signed. It waits for your yes.")), False)
        case State.LOW:
            return Next(sentence(N_("Next: show level %(level)s."), level=answer.cell.minimum_level), True)
        case State.LAPSED:
            return Next(sentence(N_("The signature has lapsed. Ask for a renewal.")), True)
        case State.MISSING:
            return Next(sentence(N_("Something must be in place first.")), True)
        case State.PAUSED:
            return Next(sentence(N_("On pause.")), False)
        case State.STOPPED:
            return Next(sentence(N_("The task is stopped for now.")), False)
        case State.TRAINING | State.NOT_BEGUN:
            return Next(_next_time(answer.done, answer.needed, guide), True)
        case State.ASSISTS:
            return Next(sentence(N_("You take part, not alone.")), False)
        case State.UNDECIDED:
            return Next(sentence(N_("Not decided yet.")), False)
        case _:
            return Next(sentence(N_("Not for your staff group.")), False)


def _next_time(done: int, needed: int, guide: str) -> Sentence:
    left = needed - done
    if left <= 0:
        return sentence(N_("The times are in place. The guide can sign."))
    if left == 1 and guide:
        return sentence(N_("Next: do it alone, %(guide)s watches."), guide=guide)
    if left == 1:
        return sentence(N_("Next: do it alone, while the guide watches."))
    if done == 0:
        return sentence(N_("Next: watch the guide do it."))
    if guide:
        return sentence(N_("Next: do it with help from %(guide)s."), guide=guide)
    return sentence(N_("Next: do it with help from the guide."))
