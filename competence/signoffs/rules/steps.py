"""The life of a sign-off as one table: from each state, which steps may follow, whom they are for, and where they lead.

Every command about a sign-off asks it. The diagram in docs/developers.md is drawn from it.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum

from competence.foundation.text import N_, Sentence, sentence
from competence.signoffs.rules.evidence import EventKind, Origin, Signed, waiting


class Stage(StrEnum):
    """Where a sign-off stands, from the first request to its end. A renewal is a sign-off of its own."""

    NOT_BEGUN = "not_begun"
    REQUESTED = "requested"
    RETURNED = "returned"
    """A guide has sent the request back and said what to practise."""
    TO_APPROVE = "to_approve"
    """Signed; it waits for a second approval."""
    TO_ANSWER = "to_answer"
    """Signed; it waits for the person's own yes."""
    ON_PAPER = "on_paper"
    """Transferred from paper: it counts while the yes is waited for."""
    AHEAD = "ahead"
    """Answered with yes; its first day is to come."""
    IN_FORCE = "in_force"
    TO_PAUSE = "to_pause"
    """In force, and a suspension is noted for a day to come."""
    SUSPENDED = "suspended"
    NOT_APPROVED = "not_approved"
    NOT_YET = "not_yet"
    UNANSWERED = "unanswered"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    REPLACED = "replaced"
    REVOKED = "revoked"
    DECLINED = "declined"


class Step(StrEnum):
    """What somebody does to it."""

    ASK = "ask"
    WITHDRAW_REQUEST = "withdraw_request"
    RETURN = "return"
    SIGN = "sign"
    TRANSFER = "transfer"
    APPROVE = "approve"
    DISAPPROVE = "disapprove"
    ACCEPT = "accept"
    NOT_YET = "not_yet"
    WITHDRAW = "withdraw"
    SUSPEND = "suspend"
    RESUME = "resume"
    REVOKE = "revoke"
    DECLINE = "decline"


class Part(StrEnum):
    """What somebody is to the sign-off; which role she must have besides is said by the table of permissions."""

    PERSON = "person"
    SIGNER = "signer"
    """Who signed it."""
    COLLEAGUE = "colleague"
    """Anybody else."""


_S, _OTHERS = Stage, frozenset({Part.SIGNER, Part.COLLEAGUE})

WHO: Mapping[Step, frozenset[Part]] = {
    Step.ASK: frozenset(Part),
    Step.WITHDRAW_REQUEST: frozenset(Part),
    Step.RETURN: _OTHERS,
    Step.SIGN: _OTHERS,
    Step.TRANSFER: _OTHERS,
    Step.APPROVE: frozenset({Part.COLLEAGUE}),
    Step.DISAPPROVE: frozenset({Part.COLLEAGUE}),
    Step.ACCEPT: frozenset({Part.PERSON}),
    Step.NOT_YET: frozenset({Part.PERSON}),
    Step.WITHDRAW: frozenset({Part.SIGNER}),
    Step.SUSPEND: _OTHERS,
    Step.RESUME: _OTHERS,
    Step.REVOKE: _OTHERS,
    Step.DECLINE: frozenset({Part.PERSON}),
}
"""Whom each step is for."""

_SIGNED = (_S.TO_ANSWER, _S.TO_APPROVE)
_ANSWERED = (_S.IN_FORCE, _S.AHEAD, _S.SUSPENDED, _S.TO_PAUSE)

LEADS_TO: Mapping[tuple[Stage, Step], tuple[Stage, ...]] = {
    (_S.NOT_BEGUN, Step.ASK): (_S.REQUESTED,),
    (_S.NOT_BEGUN, Step.SIGN): _SIGNED,
    (_S.NOT_BEGUN, Step.TRANSFER): (_S.ON_PAPER,),
    (_S.REQUESTED, Step.WITHDRAW_REQUEST): (_S.NOT_BEGUN,),
    (_S.REQUESTED, Step.RETURN): (_S.RETURNED,),
    (_S.REQUESTED, Step.SIGN): _SIGNED,
    (_S.RETURNED, Step.ASK): (_S.REQUESTED,),
    (_S.RETURNED, Step.SIGN): _SIGNED,
    (_S.TO_APPROVE, Step.APPROVE): (_S.TO_ANSWER,),
    (_S.TO_APPROVE, Step.DISAPPROVE): (_S.NOT_APPROVED,),
    (_S.TO_APPROVE, Step.WITHDRAW): (_S.WITHDRAWN,),
    (_S.TO_APPROVE, Step.REVOKE): (_S.REVOKED,),
    (_S.TO_ANSWER, Step.ACCEPT): _ANSWERED,
    (_S.TO_ANSWER, Step.NOT_YET): (_S.NOT_YET,),
    (_S.TO_ANSWER, Step.WITHDRAW): (_S.WITHDRAWN,),
    (_S.TO_ANSWER, Step.REVOKE): (_S.REVOKED,),
    (_S.ON_PAPER, Step.ACCEPT): _ANSWERED,
    (_S.ON_PAPER, Step.NOT_YET): (_S.NOT_YET,),
    (_S.ON_PAPER, Step.REVOKE): (_S.REVOKED,),
    (_S.ON_PAPER, Step.DECLINE): (_S.DECLINED,),
    (_S.AHEAD, Step.REVOKE): (_S.REVOKED,),
    (_S.AHEAD, Step.DECLINE): (_S.DECLINED,),
    (_S.IN_FORCE, Step.SUSPEND): (_S.SUSPENDED, _S.TO_PAUSE),
    (_S.IN_FORCE, Step.REVOKE): (_S.REVOKED,),
    (_S.IN_FORCE, Step.DECLINE): (_S.DECLINED,),
    (_S.TO_PAUSE, Step.RESUME): (_S.IN_FORCE,),
    (_S.TO_PAUSE, Step.REVOKE): (_S.REVOKED,),
    (_S.TO_PAUSE, Step.DECLINE): (_S.DECLINED,),
    (_S.SUSPENDED, Step.RESUME): (_S.IN_FORCE,),
    (_S.SUSPENDED, Step.REVOKE): (_S.REVOKED,),
    (_S.SUSPENDED, Step.DECLINE): (_S.DECLINED,),
}
"""(state, step) -> the states it can lead to, by the dates and by what the task asks for. A step that is not here is refused."""

PASSES_TO: Mapping[Stage, tuple[Stage, ...]] = {
    _S.TO_APPROVE: (_S.UNANSWERED,),
    _S.TO_ANSWER: (_S.UNANSWERED,),
    _S.ON_PAPER: (_S.UNANSWERED,),
    _S.AHEAD: (_S.IN_FORCE, _S.SUSPENDED, _S.TO_PAUSE, _S.LAPSED, _S.REPLACED),
    _S.IN_FORCE: (_S.LAPSED, _S.REPLACED),
    _S.TO_PAUSE: (_S.SUSPENDED, _S.IN_FORCE, _S.LAPSED, _S.REPLACED),
    _S.SUSPENDED: (_S.IN_FORCE, _S.LAPSED, _S.REPLACED),
}
"""What becomes of it without anybody's step: a day comes, or a later sign-off is answered with yes and takes its place."""

_ENDED: Mapping[EventKind | None, Stage] = {
    EventKind.NOT_YET: _S.NOT_YET,
    EventKind.WITHDRAWN: _S.WITHDRAWN,
    EventKind.SECOND_RETURNED: _S.NOT_APPROVED,
    EventKind.REVOKED: _S.REVOKED,
    EventKind.DECLINED: _S.DECLINED,
}


def stage_of(signed: Signed, place: Iterable[Signed], *, on: date) -> Stage:
    """Where the sign-off stands on the day. `place`: all of the person's for the task (and citizen), itself among them."""
    if signed.ended_on is not None:
        return _ENDED[signed.ended_by]
    if signed.lacks_second or signed.accepted_on is None:
        if not signed.waits(on):
            return Stage.UNANSWERED
        if signed.lacks_second:
            return Stage.TO_APPROVE
        return Stage.ON_PAPER if signed.origin is Origin.TRANSFERRED else Stage.TO_ANSWER
    if any(_replaces(other, signed, on) for other in place):
        return Stage.REPLACED
    if signed.valid_to is not None and signed.valid_to <= on:
        return Stage.LAPSED
    if on < signed.counts_from:
        return Stage.AHEAD
    if signed.paused(on):
        return Stage.SUSPENDED
    return Stage.TO_PAUSE if any(start > on for start, _end in signed.pauses) else Stage.IN_FORCE


def _replaces(other: Signed, signed: Signed, on: date) -> bool:
    """Whether the other one, with its yes, has taken its place before it ended by itself."""
    return (
        other.accepted_on is not None
        and not other.never_counted
        and other.counts_from <= on
        and (other.counts_from, other.seq) > (signed.counts_from, signed.seq)
        and (signed.valid_to is None or other.counts_from < signed.valid_to)
    )


def stage_at(place: Iterable[Signed], request: Stage = Stage.NOT_BEGUN, *, on: date) -> Stage:
    """Where the next sign-off of the task stands: its signature that waits, else the request for it, else not begun."""
    all_here = list(place)
    waits = waiting([s for s in all_here if s.origin is not Origin.TRANSFERRED], on=on)
    return stage_of(waits, all_here, on=on) if waits is not None else request


def part_of(by: int, *, person: int, signer: int | None = None) -> Part:
    """What `by` is to a sign-off of the person that `signer` has signed."""
    if by == person:
        return Part.PERSON
    return Part.SIGNER if by == signer else Part.COLLEAGUE


def refusal(stage: Stage, step: Step, part: Part) -> Sentence | None:
    """Why the step may not follow, for somebody with that part; None when it may."""
    if part not in WHO[step]:
        return _NOT_FOR[step, part]
    if (stage, step) in LEADS_TO:
        return None
    return _SAYS.get((step, stage)) or (_OVER.get(step) if stage in _ENDS else None) or _OTHERWISE[step]


_ENDS = frozenset({*_ENDED.values(), _S.UNANSWERED, _S.LAPSED, _S.REPLACED})

_FOR_HER = sentence(N_("Only the employee can answer for herself or himself."))
_NOT_YOUR_OWN = sentence(N_("You cannot do this to your own sign-off. Ask your guide or leader."))
_NOT_FOR: Mapping[tuple[Step, Part], Sentence] = {
    (Step.SIGN, Part.PERSON): sentence(
        N_("You cannot sign for yourself. Ask a learning guide or a colleague who may sign.")
    ),
    (Step.TRANSFER, Part.PERSON): sentence(
        N_("You cannot sign for yourself. Ask a learning guide or a colleague who may sign.")
    ),
    (Step.RETURN, Part.PERSON): sentence(N_("You cannot send your own request back. You can withdraw it.")),
    (Step.APPROVE, Part.PERSON): sentence(N_("You cannot approve your own sign-off. Ask a colleague who may sign.")),
    (Step.APPROVE, Part.SIGNER): sentence(N_("You have signed it yourself. The second approval is another person's.")),
    (Step.DISAPPROVE, Part.PERSON): sentence(N_("You cannot approve your own sign-off. Ask a colleague who may sign.")),
    (Step.DISAPPROVE, Part.SIGNER): sentence(
        N_("You have signed it yourself. The second approval is another person's.")
    ),
    (Step.REVOKE, Part.PERSON): sentence(N_("You cannot revoke your own sign-off. You can give the task back.")),
    (Step.SUSPEND, Part.PERSON): _NOT_YOUR_OWN,
    (Step.RESUME, Part.PERSON): _NOT_YOUR_OWN,
    (Step.WITHDRAW, Part.PERSON): sentence(N_("Only who signed can take the signature back.")),
    (Step.WITHDRAW, Part.COLLEAGUE): sentence(N_("Only who signed can take the signature back.")),
    **{
        (step, part): _FOR_HER
        for step in (Step.ACCEPT, Step.NOT_YET, Step.DECLINE)
        for part in (Part.SIGNER, Part.COLLEAGUE)
    },
}

_YES_SAID = sentence(N_("You have already said yes to this."))
_NOT_YET_SAID = sentence(N_("You have already answered not yet. Your guide can sign again when you are ready."))
_TOO_LATE = sentence(N_("The signature was not answered in time and has lapsed. Ask for a new one."))
_BACK = sentence(N_("The signature has been taken back. There is nothing to answer."))
_FIRST_THE_SECOND = sentence(
    N_("It waits for a second approval by another colleague. You are asked for your yes after that.")
)
_UNDO_OVER = sentence(N_("It has been answered and can no longer be undone. It can be revoked with a reason."))
_SAYS: Mapping[tuple[Step, Stage], Sentence] = {
    **{(step, stage): _YES_SAID for step in (Step.ACCEPT, Step.NOT_YET) for stage in (*_ANSWERED, _S.LAPSED)},
    **{
        (step, stage): said
        for step in (Step.ACCEPT, Step.NOT_YET)
        for stage, said in (
            (_S.NOT_YET, _NOT_YET_SAID),
            (_S.UNANSWERED, _TOO_LATE),
            (_S.REPLACED, _YES_SAID),
            (_S.TO_APPROVE, _FIRST_THE_SECOND),
        )
    },
    (Step.DECLINE, _S.TO_ANSWER): sentence(N_("You have not said yes to it yet. You can answer not yet.")),
    (Step.DECLINE, _S.TO_APPROVE): _FIRST_THE_SECOND,
    (Step.ASK, _S.TO_APPROVE): sentence(N_("It is signed already and waits for a second approval.")),
    (Step.ASK, _S.TO_ANSWER): sentence(N_("It is signed already and waits for the employee's own yes.")),
    (Step.SIGN, _S.TO_APPROVE): sentence(N_("It is signed already and waits for a second approval.")),
    (Step.SIGN, _S.TO_ANSWER): sentence(N_("It is signed already and waits for the employee's own yes.")),
    (Step.RETURN, _S.RETURNED): sentence(N_("The request has already been sent back.")),
    (Step.APPROVE, _S.TO_ANSWER): sentence(N_("It has already been approved. It waits for the employee's own yes.")),
    (Step.DISAPPROVE, _S.TO_ANSWER): sentence(N_("It has already been approved. It waits for the employee's own yes.")),
    (Step.SUSPEND, _S.SUSPENDED): sentence(N_("It is suspended already. End that first to write other days.")),
    (Step.SUSPEND, _S.TO_PAUSE): sentence(N_("A suspension is noted already. End that first to write other days.")),
    (Step.SUSPEND, _S.ON_PAPER): sentence(
        N_("It waits for the employee's own yes and cannot be suspended. It can be revoked with a reason.")
    ),
    (Step.SUSPEND, _S.AHEAD): sentence(N_("It does not count yet and cannot be suspended. It can be revoked.")),
}
_OVER: Mapping[Step, Sentence] = {
    Step.ACCEPT: _BACK,
    Step.NOT_YET: _BACK,
    Step.DECLINE: sentence(N_("The sign-off no longer counts. There is nothing to give back.")),
    **{
        step: sentence(N_("It has already ended. Nothing was written."))
        for step in (Step.APPROVE, Step.DISAPPROVE, Step.SUSPEND, Step.RESUME, Step.REVOKE)
    },
}
_OTHERWISE: Mapping[Step, Sentence] = {
    Step.ASK: sentence(N_("A sign-off has already been asked for.")),
    Step.WITHDRAW_REQUEST: sentence(N_("The request is no longer open.")),
    Step.RETURN: sentence(N_("The request is no longer open.")),
    Step.SIGN: sentence(N_("What you had on your page has changed. Nothing was written. Look again.")),
    Step.TRANSFER: sentence(N_("What you had on your page has changed. Nothing was written. Look again.")),
    Step.APPROVE: sentence(N_("It does not wait for a second approval.")),
    Step.DISAPPROVE: sentence(N_("It does not wait for a second approval.")),
    Step.ACCEPT: _BACK,
    Step.NOT_YET: _BACK,
    Step.WITHDRAW: _UNDO_OVER,
    Step.SUSPEND: sentence(N_("It does not count yet and cannot be suspended. It can be revoked.")),
    Step.RESUME: sentence(N_("It is not suspended.")),
    Step.REVOKE: sentence(N_("It has already ended. Nothing was written.")),
    Step.DECLINE: sentence(N_("The sign-off no longer counts. There is nothing to give back.")),
}

_WORDS: Mapping[Step, str] = {
    Step.ASK: "the employee asks, or her leader for her",
    Step.WITHDRAW_REQUEST: "who asked, or she herself, withdraws it",
    Step.RETURN: "a guide sends it back with a comment",
    Step.SIGN: "a guide signs",
    Step.TRANSFER: "transferred from paper",
    Step.APPROVE: "another who may sign approves",
    Step.DISAPPROVE: "another who may sign sends it back",
    Step.ACCEPT: "the employee says yes",
    Step.NOT_YET: "the employee says not yet",
    Step.WITHDRAW: "the signer undoes it within 10 minutes",
    Step.SUSPEND: "leader or development nurse suspends",
    Step.RESUME: "leader or development nurse resumes",
    Step.REVOKE: "a signer revokes, with a reason",
    Step.DECLINE: "the employee gives the task back",
}


def diagram() -> Iterator[str]:
    """The lines of the state diagram (mermaid): every step and every passing of time, and nothing else."""
    yield "stateDiagram-v2"
    yield "    [*] --> NotBegun"
    for (stage, step), targets in LEADS_TO.items():
        for target in targets:
            yield f"    {_camel(stage)} --> {_camel(target)}: {_WORDS[step]}"
    for stage, targets in PASSES_TO.items():
        for target in targets:
            word = "a later one is accepted" if target is Stage.REPLACED else "a day comes"
            yield f"    {_camel(stage)} --> {_camel(target)}: {word}"
    for stage in Stage:
        if stage in _ENDS:
            yield f"    {_camel(stage)} --> [*]"


def _camel(stage: Stage) -> str:
    return "".join(word.capitalize() for word in stage.value.split("_"))
