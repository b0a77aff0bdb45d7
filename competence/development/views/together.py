"""Who may train and sign a task of hers, and when they are on duty together, in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from competence.development import queries
from competence.development.queries import Job, Mine
from competence.development.queries.together import both_on_duty
from competence.foundation.clock import today
from competence.foundation.web import as_pattern, db, listed, short_day

SOON = 6
"""So many days ahead a day is called by its weekday."""


@dataclass(frozen=True)
class Help:
    """Whom she can ask about a task."""

    guides: str = ""
    together: str = ""
    """When she and one of them are on duty; empty where the roster has nothing."""
    name: str = ""
    """Whom she meets, or the only one there is, by first name; empty when there are several to ask."""


NO_HELP = Help()


def help_with(own: Mine, job: Job, task_ids: Iterable[int]) -> dict[int, Help]:
    """Task -> whom she can ask; those that nobody guides are left out."""
    guides = queries.guides_by_task(db.session, job.employment.unit, task_ids, on=own.on, but=own.person_id)
    meets = both_on_duty(db.session, own.person_id, guides)
    found = {}
    for task, some in guides.items():
        first = list(dict.fromkeys(name.split(" ")[0] for _person, name in some))
        said, name = "", first[0] if len(first) == 1 else ""
        if task in meets:
            name, day = meets[task][0].split(" ")[0], meets[task][1]
            ahead = (day - today()).days
            if ahead == 0:
                said = _("You and %(name)s are both on duty today.", name=name)
            elif ahead == 1:
                said = _("You and %(name)s are both on duty tomorrow.", name=name)
            else:
                when = as_pattern(day, "EEEE") if ahead <= SOON else short_day(day)
                said = _("You and %(name)s are both on duty on %(day)s.", name=name, day=when)
        found[task] = Help(_may_sign(first), str(said), name)
    return found


def _may_sign(names: list[str]) -> str:
    if not names:
        return ""
    if len(names) == 1:
        return str(_("%(name)s may sign.", name=names[0]))
    return str(_("%(names)s may sign.", names=listed(names)))
