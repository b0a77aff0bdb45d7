"""The talks and what each of them asks. Pure. Each form has its own questions, in the order in which they are asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from competence.foundation.text import N_
from competence.learning.rules import TalkKind


@dataclass(frozen=True)
class Question:
    """A question of a form."""

    code: str
    text: str
    """Marked for translation."""


def _asked(*pairs: tuple[str, str]) -> tuple[Question, ...]:
    return tuple(Question(code, text) for code, text in pairs)


QUESTIONS: Mapping[TalkKind, Sequence[Question]] = {
    TalkKind.MUS: _asked(
        ("since", N_("What has gone well since the last talk, and what are you glad to have learnt?")),
        ("work", N_("Which tasks would you like more of, and which fewer?")),
        ("sure", N_("Where do you feel sure of yourself, and where would you like to be surer?")),
        ("colleagues", N_("How does it go with your colleagues, and with me as your leader?")),
        (
            "learn",
            N_("What would you like to learn in the coming year: in the daily tasks, from colleagues, on courses?"),
        ),
        ("way", N_("Where would you like to be in two or three years?")),
        ("need", N_("What do you need from me and from the team to get there?")),
    ),
    TalkKind.GRUS: _asked(
        ("task", N_("What is our most important task together in the coming year?")),
        ("good", N_("What are we good at together, and how do we hold on to it?")),
        ("miss", N_("Which tasks are borne by one of us alone, or by nobody?")),
        ("share", N_("How do we share what we know, in the daily work?")),
        ("tone", N_("How do we speak to one another, and how would we like to?")),
        ("learn", N_("What do we want to learn together, and who begins?")),
    ),
    TalkKind.SENIOR: _asked(
        ("glad", N_("Which parts of your work do you most want to keep?")),
        ("change", N_("Is there something in tasks, hours or shifts that we should do in another way?")),
        ("pass_on", N_("What do you know that others should learn from you, and would you like to pass it on?")),
        ("learn", N_("What would you like to learn yourself?")),
        ("years", N_("How do you see the coming years in your working life?")),
    ),
    TalkKind.WEEK_4: _asked(
        ("arrived", N_("How has it been to arrive here?")),
        ("tasks", N_("Which tasks do you feel at home in, and which are still new?")),
        ("buddy", N_("How does it go with your buddy and your learning guide?")),
        ("pace", N_("Is the pace of the introduction right for you?")),
        ("need", N_("What do you need in the coming four weeks?")),
    ),
    TalkKind.WEEK_8: _asked(
        ("since", N_("What has become easier since we talked last?")),
        ("tasks", N_("Which tasks would you like to be trained in next?")),
        ("team", N_("Do you feel that you are part of the team?")),
        ("need", N_("What do you need in the coming four weeks?")),
    ),
    TalkKind.WEEK_12: _asked(
        ("now", N_("How do you see your job now, compared with what you expected?")),
        ("strong", N_("What do you bring that we should use more?")),
        ("learn", N_("What would you like to learn in the coming year?")),
        ("advice", N_("What should we do better for the next who is new?")),
    ),
}
"""Editorial; the themes of the talks after domain.md, sections e and f."""


def answered(kind: TalkKind, given: Mapping[str, str]) -> dict[str, str]:
    """What is given for the form's own questions, without blanks around it; what is empty is left out."""
    return {one.code: given[one.code].strip() for one in QUESTIONS[kind] if given.get(one.code, "").strip()}


def takes_several(kind: TalkKind) -> bool:
    """Whether the talk is held with several at a time."""
    return kind is TalkKind.GRUS


def carries(kind: TalkKind, stored: Mapping[str, str]) -> list[tuple[Question, str]]:
    """The form's questions with what stands by each; "" where nothing does."""
    return [(one, stored.get(one.code, "")) for one in QUESTIONS[kind]]
