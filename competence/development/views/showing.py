"""How the pages of this feature show a task's answer: sign, spoken text, last day and limits."""

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _

from competence.coverage.cells import face, sign_of, spoken
from competence.coverage.signs import Sign
from competence.decision.rules import Answer
from competence.development.queries import Line, Mine
from competence.development.rules import BEFORE_THE_FIRST, next_step
from competence.foundation.clock import today
from competence.foundation.web import say


@dataclass(frozen=True)
class Shown:
    """A line of a list, ready to be drawn."""

    task_id: int
    employment_id: int
    name: str
    plain: str
    area: str
    critical: bool
    sign: Sign
    spoken: str
    end: str
    """The last day in short ("feb. 2028"), or why there is none."""
    limits: tuple[str, ...]
    """Each as the end of "May, when ..."."""
    employment: str
    """The employment it holds under; empty when she has one only."""
    next: str
    may_ask: bool
    signed_seq: int = 0
    """The signature that decides, while it counts or is suspended; 0 = none."""


def shown(own: Mine, line: Line) -> Shown:
    """The line as it is drawn."""
    on, answer = own.on, line.answer
    drawn = face(answer, on, ends=line.job.facts.valid_to, tab=own.book.expiring_days(line.task.id))
    names = {rank: level.name for rank, level in own.levels.items()}
    step = next_step(answer) if own.in_force else BEFORE_THE_FIRST
    return Shown(
        task_id=line.task.id,
        employment_id=line.job.employment.id,
        name=line.task.name,
        plain=line.task.plain_text,
        area=line.task.area.name,
        critical=line.task.critical,
        sign=sign_of(drawn),
        spoken=" ".join(say(text) for text in spoken(drawn, names)) if own.in_force else say(step.text),
        end=_end(line),
        limits=tuple(when for _text, when in answer.limits) + _conditions(answer),
        employment=line.job.label if len(own.jobs) > 1 else "",
        next=say(step.text),
        may_ask=step.may_ask,
        signed_seq=_signed_seq(answer, on),
    )


def _signed_seq(answer: Answer, on: date) -> int:
    signed = answer.signed
    return signed.seq if signed is not None and signed.accepted_on is not None and signed.in_force(on) else 0


def _conditions(answer: Answer) -> tuple[str, ...]:
    """The conditions of the delegation it rests on, as the end of "May, when ..."."""
    if answer.conditions is None:
        return ()
    if not answer.conditions:
        return (_("the agreement's conditions are kept"),)
    return (_("the agreement's conditions are kept: %(conditions)s", conditions="; ".join(answer.conditions)),)


def _end(line: Line) -> str:
    answer = line.answer
    if not (answer.level or answer.named_level):
        return ""
    if answer.basis == "education":
        return str(_("education"))
    return short_month(answer.last_day) if answer.last_day else _("does not lapse")


def since(day: date) -> str:
    """As "marts", with the year when it is another one: how long something has been in place."""
    locale = get_locale()
    pattern = "MMMM" if day.year == today().year else "MMMM y"
    return str(format_date(day, pattern, locale=locale.language if locale else "da"))


def short_month(day: date) -> str:
    """As "feb. 2028"; a month of five letters or less is written out, as "juli 2028"."""
    locale = get_locale()
    language = locale.language if locale else "da"
    month = format_date(day, "MMMM", locale=language)
    return str(format_date(day, "MMMM y" if len(month) <= 5 else "MMM y", locale=language))
