"""A scenario's steps and what it does to each spot, in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from competence.catalogue.queries import level_names
from competence.coverage.queries.board import BoardTask, tasks_on
from competence.coverage.queries.places import Node
from competence.coverage.rules import SHIFT_NAMES, Shift, Status
from competence.coverage.views.drawing import TONES
from competence.forecast.comparing import Difference, last_of, worst_first
from competence.forecast.queries.whatif import Compared, groups_of
from competence.forecast.scenarios import Away, Drafted, Hired, Step, Trained
from competence.forecast.statements import DAYS_OF
from competence.foundation.clock import last_day, today
from competence.foundation.web import day, listed, say


@dataclass(frozen=True)
class Change:
    """What becomes of a spot."""

    found: Difference
    task: BoardTask
    shift: str
    days: str
    what: str
    last: date | None
    stood: str
    stands: str
    """The two tones of the figures."""
    unit: Node


def changes_of(parts: Sequence[Compared]) -> list[Change]:
    """Each change of a spot of the units, those that open first."""
    some = [(one, part.team) for part in parts for one in part.found]
    if len(parts) > 1:
        some.sort(key=lambda pair: worst_first(pair[0]))
    return [
        Change(
            one, team.tasks[one.task], say(SHIFT_NAMES[one.shift]), say(DAYS_OF[one.days]), _what(one), last_of(one),
            TONES[one.stood], TONES[one.stands], team.unit,
        )
        for one, team in some
    ]  # fmt: skip


def _what(one: Difference) -> str:
    if one.opens:
        return str(_("becomes a gap"))
    if one.closes:
        return str(_("is no gap any more"))
    if one.stands is Status.GAP:
        return str(_("lacks more")) if one.after[0] < one.before[0] else str(_("lacks fewer"))
    if one.stands is Status.VULNERABLE:
        return str(_("becomes vulnerable"))
    return str(_("is no longer vulnerable"))


def step_words(session: Session, names: Mapping[int, str], units: Mapping[int, str], step: Step) -> str:
    """The step as a sentence. `names`: of employments; whoever no longer works in the unit has none. `units`: of the units."""
    match step:
        case Away(who, begins, ends):
            name = names.get(who) or _("A former employee")
            if ends is None:
                return str(_("%(name)s is away from %(day)s and does not come back.", name=name, day=day(begins)))
            return str(
                _(
                    "%(name)s is away from %(day)s through %(last)s.",
                    name=name,
                    day=day(begins),
                    last=day(last_day(ends)),
                )
            )
        case Trained(who, task, level, begins):
            return str(
                _(
                    "%(name)s is signed off for %(task)s at level %(level)s, %(word)s, from %(day)s.",
                    name=names.get(who) or _("A former employee"), task=_task(session, task), level=level,
                    word=level_names(session).get(level, ""), day=day(begins),
                )
            )  # fmt: skip
        case Hired(group, shifts, begins, number, tasks, _unit):
            named = next((one.name for one in groups_of(session) if one.id == group), "")
            on = listed([say(SHIFT_NAMES[shift]).lower() for shift in Shift if shift.value in shifts])
            text = str(
                ngettext(
                    "%(num)s new %(group)s from %(day)s: %(shifts)s.", "%(num)s new %(group)s from %(day)s: %(shifts)s.",
                    number, group=named, day=day(begins), shifts=on,
                )
            )  # fmt: skip
            if step.unit_id is not None:
                text += " " + _("Unit: %(unit)s.", unit=units.get(step.unit_id, ""))
            if tasks:
                text += " " + _("Signed off for: %(tasks)s.", tasks=listed([_task(session, one) for one in tasks]))
            return text
        case Drafted(number, begins):
            return str(
                _("Draft %(number)s of the division of tasks holds from %(day)s.", number=number, day=day(begins))
            )


def _task(session: Session, task_id: int) -> str:
    return next((one.name for one in tasks_on(session, today()) if one.id == task_id), "")
