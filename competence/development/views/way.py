"""The way to the next profile level of an employment, step by step, as her own page draws it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from competence.catalogue.queries import by_rank
from competence.catalogue.rules import ScaleKind
from competence.decision.rules import State
from competence.development import queries
from competence.development.queries import Job, Line, Mine
from competence.development.rules import BEFORE_THE_FIRST, next_step
from competence.development.views.levels import AreaShown, areas_shown
from competence.development.views.showing import Shown, shown, since
from competence.development.views.together import NO_HELP, Help, help_with
from competence.foundation.web import db, say, short_day
from competence.learning.models import PlannedActivity
from competence.learning.views.showing import when_of

MOST_STEPS = 6
"""So many of what is still to come are shown at once; the rest unfolds."""


@dataclass(frozen=True)
class Step:
    """A step of the path."""

    shown: Shown | None
    title: str
    text: str
    done: bool
    asked_on: str = ""
    """The day on which a sign-off was asked for; empty when none is open."""
    request_id: int = 0
    help: Help = NO_HELP
    planned: str = ""
    """When something is planned for it, as "onsdag kl. 13"; empty when nothing is."""


@dataclass(frozen=True)
class Way:
    """The path of one employment, as it is drawn."""

    title: str
    summary: str
    held: list[Step]
    ahead: list[Step]
    later: list[Step]
    areas: list[AreaShown]
    is_draft: bool
    begins: date | None
    """The first day of the profile, when it is approved and to come."""
    profile: tuple[int, int]
    """(staff group id, number of the version)."""
    complete: bool
    begun: bool


def way_of(own: Mine, job: Job, plans: Mapping[tuple[int, int], PlannedActivity]) -> Way | None:
    """The way to the next profile level of the employment; None when its staff group has no profile.

    `plans`: (employment, task) -> what she has planned next for it.
    """
    found = queries.path_of(db.session, own, job)
    if found is None:
        return None
    levels = queries.levels_of(db.session, own, job)
    scale = by_rank(db.session, ScaleKind.PROFILE)
    group = job.employment.staff_group.short_name.split(" (")[0]
    group = group[:1].lower() + group[1:]

    def level_name(rank: int) -> str:
        return scale[rank].name if rank in scale else str(rank)

    open_ = queries.requests_of(db.session, [job.employment.id])
    missing = set(found.standing.missing)
    begun = [one.task_id for one, line in found.steps if one in missing and line and line.answer.done]
    guides = help_with(own, job, begun)
    names = {task.id: task.name for task in queries.tasks(db.session, on=own.on)}
    held: list[Step] = []
    ahead: list[Step] = []
    for one, line in found.steps:
        if one.task_id not in names:
            continue
        done = one not in missing
        drawn = shown(own, line) if line else None
        request_ = open_.get((job.employment.id, one.task_id))
        help_, plan = guides.get(one.task_id, NO_HELP), plans.get((job.employment.id, one.task_id))
        title = names[one.task_id]
        if line and line.answer.level and not done:
            wanted = (
                own.levels[one.practice_level].name if one.practice_level in own.levels else str(one.practice_level)
            )
            title = _("%(task)s to %(level)s", task=title, level=wanted)
        step = Step(
            drawn, title, _step_text(own, line, help_, done=done), done,
            short_day(request_.asked_at) if request_ else "", request_.id if request_ else 0, help_,
            when_of(plan) if plan is not None and not done else "",
        )  # fmt: skip
        (held if done else ahead).append(step)
    following = found.standing.following
    title = (
        _("The way to %(level)s %(group)s", level=level_name(following), group=group)
        if following
        else _("You have reached %(level)s %(group)s", level=level_name(found.standing.level), group=group)
        if found.standing.level
        else _("Your competence profile")
    )
    return Way(
        title=title if len(own.jobs) == 1 else f"{title} · {job.employment.unit.name}",
        summary=_("%(done)s of %(of)s", done=len(held), of=len(held) + len(ahead)) if following else "",
        held=held,
        ahead=ahead[:MOST_STEPS],
        later=ahead[MOST_STEPS:],
        areas=areas_shown(own, levels) if levels else [],
        is_draft=found.is_draft,
        begins=levels.begins if levels else None,
        profile=(levels.staff_group_id, levels.number) if levels else (0, 0),
        complete=following is None,
        begun=bool(begun),
    )


def _step_text(own: Mine, line: Line | None, help_: Help, *, done: bool) -> str:
    if not own.in_force:
        return say(BEFORE_THE_FIRST.text)
    if line is None:
        return str(_("Not in your division of tasks."))
    answer = line.answer
    if answer.level and (done or answer.state is State.VALID):
        name = own.levels[answer.level].name if answer.level in own.levels else str(answer.level)
        if not done:
            return str(_("%(level)s now", level=name.capitalize()))
        if answer.basis == "education" or answer.valid_from is None:
            return str(_("%(level)s by education", level=name.capitalize()))
        return str(_("%(level)s since %(day)s", level=name.capitalize(), day=since(answer.valid_from)))
    return say(next_step(answer, guide=help_.name).text)
