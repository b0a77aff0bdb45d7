"""What the finder says of one person in the reader's language: "Må hun?" for a planner, "Må jeg?" for herself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from competence.catalogue.queries.scales import level_names_on
from competence.coverage.cells import face, lapses, verdict_of
from competence.coverage.plain import missing, plain_reasons
from competence.coverage.queries.asking import Asked, Job
from competence.coverage.queries.board import BoardTask
from competence.coverage.queries.gaps import candidate
from competence.coverage.rules import SHIFT_NAMES, Shift
from competence.coverage.signs import Sign
from competence.coverage.statements import nearest, way_left
from competence.coverage.views.drawing import mark
from competence.coverage.views.explaining import Step, steps
from competence.coverage.views.finding import hours, how_words, in_a_line, is_now, long_day
from competence.decision.rules import Answer, Verdict
from competence.foundation.text import N_, sentence
from competence.foundation.web import db, listed, say
from competence.organisation.rules import Settings

_NOW: Mapping[Shift, str] = {Shift.DAY: N_("today"), Shift.EVENING: N_("this evening"), Shift.NIGHT: N_("tonight")}
_ON: Mapping[Shift, str] = {
    Shift.DAY: N_("in the daytime on %(day)s"),
    Shift.EVENING: N_("in the evening of %(day)s"),
    Shift.NIGHT: N_("on the night of %(day)s"),
}
_SHE: Mapping[Verdict, str] = {
    Verdict.MAY: N_("Yes. %(name)s may %(when)s: %(task)s."),
    Verdict.MAY_WHEN: N_("Yes, within a limit. %(name)s may %(when)s: %(task)s."),
    Verdict.MAY_NOT: N_("No. %(name)s may not %(when)s: %(task)s."),
}
_I: Mapping[Verdict, str] = {
    Verdict.MAY: N_("Yes. You may %(when)s: %(task)s."),
    Verdict.MAY_WHEN: N_("Yes, within a limit. You may %(when)s: %(task)s."),
    Verdict.MAY_NOT: N_("No. You may not %(when)s: %(task)s."),
}
_BEST = (Verdict.MAY, Verdict.MAY_WHEN, Verdict.MAY_NOT)


def when_words(on: date, shift: Shift, settings: Settings) -> str:
    """As "this evening", or "in the evening of Monday 3 November"; the night that runs now is tonight."""
    return say(_NOW[shift] if is_now(on, shift, settings) else sentence(_ON[shift], day=long_day(on)))


def works_when(job: Job, shift: Shift, settings: Settings) -> str:
    """Whether she is on the shift, as far as fixed shifts tell: as "Evening 15–23, fixed shift"."""
    worker = job.someone.worker
    if worker.absent:
        return str(_("Not in the roster that day."))
    if shift.value in worker.shifts:
        return f"{say(SHIFT_NAMES[shift])} {hours(shift, settings)}, {_('fixed shift')}"
    if not worker.shifts:
        return str(_("No fixed shift."))
    other = listed([say(SHIFT_NAMES[Shift(letter)]).lower() for letter in worker.shifts])
    return str(_("Has another fixed shift: %(shifts)s.", shifts=other))


@dataclass(frozen=True)
class Told:
    """The answer about one task under one employment."""

    verdict: Verdict
    limit: str
    """The words of the verdict where it has a limit, or what stands in the way."""
    how: str
    """What it rests on, with its last day; empty when she may not."""
    sign: Sign
    spoken: str
    steps: Sequence[Step]
    """All reasons, for herself; empty for somebody else."""
    place: str
    when: str
    employment_id: int


@dataclass(frozen=True)
class OneTold:
    """The answer about one task."""

    statement: str
    verdict: Verdict
    lines: Sequence[Told]
    """One for each employment, the best first."""


def told(asked: Asked, task: BoardTask, shift: Shift, settings: Settings, *, tab: int, own: bool) -> OneTold:
    """The answer about the one task as a sentence, and one line for each employment. `own`: she reads it herself."""
    levels = level_names_on(db.session, asked.on)
    lines = [
        _line(job, job.answers[task.id], asked.on, shift, settings, levels, tab=tab, own=own) for job in asked.jobs
    ]
    lines.sort(key=lambda line: _BEST.index(line.verdict))
    best = lines[0].verdict if lines else Verdict.MAY_NOT
    words = when_words(asked.on, shift, settings)
    whom = {} if own else {"name": asked.name}
    text = sentence((_I if own else _SHE)[best], when=words, task=task.name, **whom)
    return OneTold(say(text), best, lines)


def _line(
    job: Job,
    answer: Answer,
    on: date,
    shift: Shift,
    settings: Settings,
    levels: Mapping[int, str],
    *,
    tab: int,
    own: bool,
) -> Told:
    shown = face(answer, on, ends=job.someone.valid_to, tab=tab)
    verdict = answer.verdict
    limit = "" if verdict is Verdict.MAY else say(verdict_of(shown))
    if verdict is Verdict.MAY_NOT and not own:
        limit = _in_the_way(job, answer) or limit
    return Told(
        verdict, limit, how_words(answer, shown, on, levels) if answer.level else "",
        mark(answer, on, ends=job.someone.valid_to, tab=tab), say(lapses(shown.days)) if shown.days is not None else "",
        steps(answer, soon=shown.days is not None) if own else (),
        f"{in_a_line(job.someone.group)}, {job.unit.name}", works_when(job, shift, settings), job.someone.employment_id,
    )  # fmt: skip


def _in_the_way(job: Job, answer: Answer) -> str:
    """The shortest way for one who nearly may, else what is missing."""
    for near in nearest([candidate(job.someone, answer)]):
        return say(way_left(near))
    return " ".join(say(text) for text in missing(plain_reasons(answer)))


@dataclass(frozen=True)
class TaskLine:
    """A task of the list of what she may do."""

    task: BoardTask
    sign: Sign
    spoken: str
    text: str
    place: str


@dataclass(frozen=True)
class AllTold:
    """All that she may do then, by verdict, in the catalogue's order."""

    may: list[TaskLine]
    may_when: list[TaskLine]
    near: list[TaskLine]


def all_told(asked: Asked, tasks: Sequence[BoardTask], *, soon: Mapping[int, int], tab: int) -> AllTold:
    """The tasks she may do, those within a limit, and those she nearly may; each under the employment that lets her most."""
    found = AllTold([], [], [])
    several = len(asked.jobs) > 1
    levels = level_names_on(db.session, asked.on)
    for task in tasks:
        ranked = sorted(
            ((job.answers[task.id], job) for job in asked.jobs),
            key=lambda one: (_BEST.index(one[0].verdict), -one[0].level),
        )
        if not ranked:
            continue
        answer, job = ranked[0]
        days = soon.get(task.id, tab)
        shown = face(answer, asked.on, ends=job.someone.valid_to, tab=days)
        line = TaskLine(
            task, mark(answer, asked.on, ends=job.someone.valid_to, tab=days),
            say(lapses(shown.days)) if shown.days is not None else "",
            how_words(answer, shown, asked.on, levels) if answer.level else _in_the_way(job, answer),
            job.unit.name if several else "",
        )  # fmt: skip
        if answer.level and answer.limited:
            found.may_when.append(
                TaskLine(line.task, line.sign, line.spoken, f"{say(verdict_of(shown))} {line.text}", line.place)
            )
        elif answer.level:
            found.may.append(line)
        elif nearest([candidate(job.someone, answer)]):
            found.near.append(line)
    return found
