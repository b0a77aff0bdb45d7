"""The finder's answers as another system reads them: the same as on the pages, without history, notes or citizens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from competence.coverage.cells import face, verdict_of
from competence.coverage.plain import plain_reasons
from competence.coverage.queries.asking import Asked, Job
from competence.coverage.queries.board import BoardTask
from competence.coverage.queries.finder import Found, Neighbour, WhoMay
from competence.coverage.queries.places import Node
from competence.coverage.rules import Shift
from competence.coverage.views.finding import in_words
from competence.decision.rules import Answer, Verdict
from competence.foundation.web import say

SHIFTS: Mapping[str, Shift] = {"day": Shift.DAY, "evening": Shift.EVENING, "night": Shift.NIGHT}
_SHIFT_NAMES = {shift: name for name, shift in SHIFTS.items()}
_BEST = (Verdict.MAY, Verdict.MAY_WHEN, Verdict.MAY_NOT)
CONDITIONS = "conditions"
"""The code of a limit that a delegation's giver has put in words."""


@dataclass(frozen=True)
class Words:
    """What the municipality calls things on the day."""

    levels: Mapping[int, str]
    limits: Mapping[str, str]
    """A limit's text -> its code."""
    codes: Mapping[int, str]
    """Task -> its code."""
    as_of: datetime


def who_may_answer(found: WhoMay, words: Words, *, stopped: bool) -> dict[str, Any]:
    """Who may do the task there and then."""
    people = [*found.may, *found.may_when, *found.apart]
    return {
        **_duty(found.task, found.on.isoformat(), found.shift, found.version, words),
        "unit": _unit(found.unit),
        "statement": say(in_words(found, len(found.may) + len(found.may_when))),
        "stopped": stopped,
        "have": found.count.have,
        "need": found.count.need,
        "people": [_person(one, words) for one in people],
        "neighbours": [_neighbour(one, words) for one in found.neighbours],
        "fallback": {"name": found.fallback[0], "phone": found.fallback[1] or None} if found.fallback else None,
    }


def may_answer(asked: Asked, task: BoardTask, words: Words) -> dict[str, Any]:
    """Whether the employee may do the task then, under each of her employments, the best first."""
    jobs = sorted(
        asked.jobs, key=lambda job: (_BEST.index(job.answers[task.id].verdict), -job.answers[task.id].level)
    )  # fmt: skip
    verdict = jobs[0].answers[task.id].verdict if jobs else Verdict.MAY_NOT
    return {
        **_duty(task, asked.on.isoformat(), asked.shift, asked.version, words),
        "employee": asked.number,
        "verdict": verdict.value,
        "employments": [_employment(job, job.answers[task.id], asked.shift, words) for job in jobs],
    }


def _duty(task: BoardTask, on: str, shift: Shift | None, version: int | None, words: Words) -> dict[str, Any]:
    return {
        "task": {"id": task.id, "code": words.codes.get(task.id, ""), "name": task.name},
        "on": on,
        "shift": _SHIFT_NAMES[shift] if shift is not None else None,
        "as_of": words.as_of.isoformat(timespec="seconds"),
        "matrix_version": version,
    }


def _unit(node: Node) -> dict[str, Any]:
    return {"id": node.id, "name": node.name}


def _neighbour(one: Neighbour, words: Words) -> dict[str, Any]:
    return {"unit": _unit(one.unit), "spare": one.spare, "people": [_person(found, words) for found in one.people]}


def _person(one: Found, words: Words) -> dict[str, Any]:
    someone = one.someone
    return {
        "employee": someone.number or None,
        "name": someone.name,
        "staff_group": someone.group,
        "standing": someone.worker.standing.value,
        "unit": _unit(one.unit),
        "phone": someone.phone or None,
        **right(one.answer, words),
    }


def _employment(job: Job, answer: Answer, shift: Shift | None, words: Words) -> dict[str, Any]:
    return {
        "unit": _unit(job.unit),
        "staff_group": job.someone.group,
        "on_shift": job.works(shift),
        **right(answer, words),
    }


def right(answer: Answer, words: Words) -> dict[str, Any]:
    """What the rule says, as on a page: a right for one named citizen is none here."""
    able = answer.level > 0
    last = answer.last_day if able else None
    return {
        "verdict": answer.verdict.value,
        "limits": _limits(answer, words) if able else [],
        "level": {"rank": answer.level, "name": words.levels.get(answer.level, "")} if able else None,
        "valid_from": answer.valid_from.isoformat() if able and answer.valid_from else None,
        "valid_through": last.isoformat() if last else None,
        "reasons": [
            {"code": one.code.value, "holds": one.holds, "text": say(one.text)} for one in plain_reasons(answer)
        ],
    }


def _limits(answer: Answer, words: Words) -> Sequence[dict[str, Any]]:
    limits: list[dict[str, Any]] = [
        {"code": words.limits.get(text) or None, "text": text, "when": when} for text, when in answer.limits
    ]
    if answer.conditions is not None:
        said = "; ".join(answer.conditions) or say(verdict_of(face(answer, words.as_of.date())))
        limits.append({"code": CONDITIONS, "text": said, "when": said})
    return limits
