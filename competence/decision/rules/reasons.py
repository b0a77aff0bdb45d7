"""Why: every fact that decided an answer, in the order in which a person asks for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from competence.decision.rules.facts import Answer, Employment, Reason, State
from competence.decision.rules.judging import judge, local_minimum
from competence.delegation.rules import CellRule, CellTerms
from competence.foundation.text import N_, Sentence, sentence
from competence.signoffs.rules import Origin


def may(
    employment: Employment,
    task: int,
    *,
    on: date,
    unit: str | None = None,
    citizen: int | None = None,
    known_at: datetime | None = None,
) -> Answer:
    """Verdict, level (0 = may not), limits, dates and every deciding fact, for the employment and task on the day.

    `unit` (a path) is where the task is done, her own unit when not named: its stops and stricter masks are put on top.
    `known_at` leaves out what was recorded later. Source: product.md, "The rule at the centre", points 1 to 9.
    """
    facts = employment.known_by(known_at)
    answer = judge(facts, task, on=on, unit=unit, citizen=citizen)
    return replace(answer, reasons=tuple(explain(facts, task, answer, on=on, unit=unit)))


def explain(
    employment: Employment, task: int, answer: Answer, *, on: date, unit: str | None = None
) -> Iterable[Reason]:
    """The deciding facts in the order of the why-popover: rule, training, signature, yes, validity; what is missing last."""
    cell, signed = answer.cell, answer.signed
    if answer.state is State.ENDED:
        yield Reason("employment", False, sentence(N_("The employment does not run on that date.")))
        return
    yield Reason(
        "rule",
        cell.entitles and answer.state is not State.NOT_ALLOWED,
        _rule_text(cell, masked=answer.state is State.NOT_ALLOWED),
    )
    if not cell.entitles:
        return
    stricter = local_minimum(employment, task, cell, on=on, unit=unit)
    if stricter is not None and answer.state is not State.NOT_ALLOWED:
        reached = answer.level >= stricter
        yield Reason(
            "rule", reached, sentence(N_("The unit is stricter: it asks for level %(level)s."), level=stricter)
        )
    minimum = stricter or cell.minimum_level
    group = employment.staff_group_id
    if group in employment.book.authorised:
        checked = employment.authorisation_checked_on
        if checked is not None and checked <= on:
            yield Reason("authorisation", True, sentence(N_("Authorisation checked on %(day)s."), day=checked))
        else:
            yield Reason("authorisation", False, sentence(N_("Authorisation has not been checked.")))
    if cell.ground is not None:
        yield Reason("ground", True, _GROUNDS[cell.ground])
    if answer.state is State.STOPPED:
        yield Reason("stop", False, sentence(N_("The task is stopped.")))
    if not (answer.level and answer.basis == "education") and (
        cell.rule is not CellRule.CORE or signed is not None or answer.waiting is not None or answer.state in _UNSIGNED
    ):
        yield from _training(answer)
        yield from _signature(answer, on, minimum)
    if cell.rule is CellRule.DELEGATION_ONLY:
        if answer.delegated is not None:
            until = answer.delegated.ends(employment.book.settings.delegation_notice_days)
            through, open_ended = _GIVEN[answer.delegated.transferred]
            said = sentence(through, day=until - timedelta(days=1)) if until else sentence(open_ended)
            yield Reason("delegation", True, said)
            if answer.delegated.citizen_id is not None:
                yield Reason("delegation", True, sentence(N_("It is for one certain citizen only.")))
            if answer.delegated.has_conditions:
                yield Reason("delegation", True, conditions_text(answer.delegated.conditions))
            if (due := answer.delegated.supervise_on) is not None:
                looked_after = N_("Supervision by %(day)s.") if on <= due else N_("The supervision was due by %(day)s.")
                yield Reason("delegation", True, sentence(looked_after, day=due))
        else:
            yield Reason("delegation", False, sentence(N_("The individual delegation is missing.")))
    for other in employment.book.must_hold.get(task, ()):
        if judge(employment, other, on=on, unit=unit).level == 0:
            yield Reason("prerequisite", False, sentence(N_("Another task that must be held with it is not held.")))
    if answer.unread is not None:
        late = N_("Version %(version)s of the instruction had to be read by %(day)s. The task opens as soon as it is.")
        last = answer.unread.closes_on - timedelta(days=1)
        yield Reason("prerequisite", False, sentence(late, version=answer.unread.version, day=last))
    if answer.state is State.PAUSED:
        yield Reason("pause", False, sentence(N_("On pause.")))
    if answer.level and answer.waiting is not None:
        new = N_("A new signature at level %(level)s waits for the employee's own yes.")
        if answer.waiting.lacks_second:
            new = N_("A new signature at level %(level)s waits for a second approval.")
        waits = sentence(new, level=answer.waiting.level)
        yield Reason("renewal", True, waits)
    if answer.level:
        if answer.last_day is not None:
            yield Reason("validity", True, sentence(N_("Through %(day)s."), day=answer.last_day))
        else:
            yield Reason("validity", True, sentence(N_("Does not lapse.")))


def conditions_text(conditions: Sequence[str]) -> Sentence:
    """On what conditions a delegation was given, in its giver's words where these are not erased."""
    if conditions:
        return sentence(N_("On the agreement's conditions: %(conditions)s."), conditions="; ".join(conditions))
    return sentence(N_("It was given on conditions, which stand on its page."))


def _training(answer: Answer) -> Iterable[Reason]:
    if answer.state is State.VALID and answer.basis == "education":
        return
    if answer.signed is not None and answer.signed.origin is Origin.TRANSFERRED and answer.level:
        return
    paused = answer.state is State.PAUSED and answer.signed is not None
    if answer.level or answer.waiting is not None or paused:
        yield Reason("training", True, sentence(N_("The training is done.")))
    elif answer.needed:
        yield Reason(
            "training",
            answer.done >= answer.needed,
            sentence(N_("%(done)s of %(needed)s times done."), done=answer.done, needed=answer.needed),
        )


def _signature(answer: Answer, on: date, minimum: int) -> Iterable[Reason]:
    signed, wait = answer.signed, answer.waiting
    if signed is None and wait is None:
        yield Reason("signature", False, sentence(N_("The signature is missing.")))
        return
    if wait is not None and answer.level == 0:
        yield Reason(
            "signature",
            True,
            sentence(
                N_("Signed on %(day)s at level %(level)s."), day=wait.recorded_on or wait.valid_from, level=wait.level
            ),
        )
        if wait.lacks_second:
            yield Reason("acceptance", False, sentence(N_("Waits for a second approval by another colleague.")))
        else:
            yield Reason("acceptance", False, sentence(N_("Waits for the employee's own yes.")))
        return
    assert signed is not None
    lapsed = not signed.in_force(on)
    text = (
        N_("Transferred from paper, signed on %(day)s at level %(level)s.")
        if signed.origin is Origin.TRANSFERRED
        else N_("Signed on %(day)s at level %(level)s.")
    )
    if answer.overtaken is not None:
        yield Reason("signature", True, sentence(text, day=signed.valid_from, level=signed.signed_level))
        new = N_("A new version of the instruction asks for a signature given on %(day)s or later.")
        yield Reason("signature", False, sentence(new, day=answer.overtaken.since))
        return
    reached = signed.level_on(on)
    enough = reached >= minimum
    yield Reason("signature", enough and not lapsed, sentence(text, day=signed.valid_from, level=signed.signed_level))
    if reached != signed.signed_level:
        read = N_("The levels were changed on %(day)s: the level that was signed counts as level %(level)s since.")
        since = max(day for day, _level in signed.levels if day <= on)
        yield Reason("signature", enough and not lapsed, sentence(read, day=since, level=reached))
    if not enough:
        yield Reason("signature", False, sentence(N_("The task asks for level %(level)s."), level=minimum))
    if signed.accepted_on is not None:
        yield Reason("acceptance", True, sentence(N_("Accepted by the employee on %(day)s."), day=signed.accepted_on))
    elif signed.answer_before is not None:
        yield Reason(
            "acceptance",
            not lapsed,
            sentence(
                N_("Counts until %(day)s without the employee's own yes."), day=signed.answer_before - timedelta(days=1)
            ),
        )
    if lapsed and signed.ends is not None:
        yield Reason(
            "validity",
            False,
            sentence(N_("It ended on %(day)s and must be renewed."), day=signed.ends - timedelta(days=1)),
        )


_GIVEN: Mapping[bool, tuple[str, str]] = {
    False: (N_("Delegated to the person through %(day)s."), N_("Delegated to the person.")),
    True: (N_("Transferred to the person through %(day)s."), N_("Transferred to the person.")),
}
"""Whether it is a task transfer -> the words with and without a last day."""

_UNSIGNED = (State.NOT_BEGUN, State.TRAINING, State.LAPSED)
"""A core task that the education does not reach shows the way to a signature like the others."""

_GROUNDS: Mapping[str, Sentence] = {
    "own_right": sentence(N_("Reserved task: the profession's own right.")),
    "doctors_order": sentence(
        N_("Reserved task: by the doctor's order in the care record and the written instruction.")
    ),
    "framework": sentence(N_("Reserved task: by a framework delegation.")),
}

_RULE_TEXTS: Mapping[CellRule, str] = {
    CellRule.CORE: N_("The group may by education, at level %(level)s (division of tasks, version %(version)s)."),
    CellRule.MUST: N_(
        "Everyone in the group must be trained and signed off, at least level %(level)s "
        "(division of tasks, version %(version)s)."
    ),
    CellRule.MAY_GENERAL: N_(
        "The group may after training and a signature, at least level %(level)s "
        "(division of tasks, version %(version)s)."
    ),
    CellRule.MAY_CITIZEN: N_(
        "Only for one certain citizen, after training and a signature, at least level %(level)s "
        "(division of tasks, version %(version)s)."
    ),
    CellRule.DELEGATION_ONLY: N_(
        "Needs an individual delegation besides the signature, at least level %(level)s "
        "(division of tasks, version %(version)s)."
    ),
    CellRule.ASSISTS: N_("Assists, not alone (division of tasks, version %(version)s)."),
    CellRule.NOT_ALLOWED: N_("Not this staff group's task (division of tasks, version %(version)s)."),
    CellRule.NOT_RELEVANT: N_("Not relevant for the staff group (division of tasks, version %(version)s)."),
    CellRule.UNDECIDED: N_("Not decided. May not, until somebody decides."),
}


def _rule_text(cell: CellTerms, *, masked: bool = False) -> Sentence:
    if masked and cell.entitles:
        return sentence(N_("The unit has closed the task."))
    level = cell.education_level if cell.rule is CellRule.CORE else cell.minimum_level
    return sentence(_RULE_TEXTS[cell.rule], level=level, version=cell.version)


def refusal(cell: CellTerms) -> Sentence | None:
    """Why nobody can be signed off under the cell, None when they can. The attempt is refused with this text."""
    return None if cell.entitles else _rule_text(cell)
