"""A task and its changes as the pages say them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from competence.catalogue.models import Task
from competence.catalogue.queries import tasks as queries
from competence.catalogue.queries.tasks import Change
from competence.catalogue.rules import Reserved
from competence.catalogue.rules.tasks import FACT_NAMES, TaskFacts
from competence.catalogue.words import GATE_NAMES, KIND_NAMES, RESERVED_NAMES, part_words, validity_words
from competence.foundation.web import day, listed, say


def facts_shown(session: Session, said: TaskFacts, task: Task) -> list[tuple[str, str]]:
    """(what, words) of all but the criteria, in a fixed order; what is not said is left out."""
    names, groups = queries.task_names(session), queries.groups(session)
    area = queries.get_area(session, said.area_id)
    times = ngettext(
        "%(num)s time before the first signature", "%(num)s times before the first signature", said.observed_times
    )
    if said.renewal_observed_times is not None:
        times += ", " + ngettext("%(num)s at a renewal", "%(num)s at a renewal", said.renewal_observed_times)
    reserved = say(RESERVED_NAMES[said.reserved])
    if said.reserved is not Reserved.NO and said.reserved_basis:
        reserved = f"{reserved}: {said.reserved_basis}"
    validity = validity_words(said.validity)
    for group, own in said.group_validity:
        validity += f" · {groups.get(group, '')}: {validity_words(own)}"
    facts = [
        (_("Area"), area.name),
        (_("Also called"), said.also_called),
        (_("Kind of task"), say(KIND_NAMES[said.kind])),
        (_("FSIII code"), said.fsiii_code),
        (_("Legal basis"), said.legal_basis),
        (_("Reserved"), reserved),
        (_("Can never be delegated"), said.never_delegated),
        (_("People needed"), str(said.people_needed)),
        (_("Times"), times),
        (_("Count too"), listed([words for counts, words in _counted(said) if counts])),
        (_("Needs a second approval"), _("yes") if said.second_approval else ""),
        (_("A signature counts"), validity),
        (_("Shown as expiring"), _expiring(said.expiring_days)),
        (_("A refresh is suggested"), _refresh(said.refresh_months)),
        (_("Reminders"), _("%(days)s days before its last day", days=said.reminder_days) if said.reminder_days else ""),
    ]
    for need in said.needs:
        words = names.get(need.task_id, "") + (f" ({_('must be held')})" if need.must_hold else "")
        facts.append((_("Comes first"), words))
    for gate in said.gates:
        who = listed([groups.get(group, "") for group in gate.groups])
        facts.append((say(GATE_NAMES[gate.kind]), f"{gate.name} ({who})"))
    if task.archived_on is not None:
        facts.append((_("Taken out of the catalogue"), _("from %(day)s", day=day(task.archived_on))))
    if task.source and not task.source.startswith(("editorial", "own catalogue")):
        facts.append((_("Source"), task.source))
    return [(what, words) for what, words in facts if words]


def _counted(said: TaskFacts) -> list[tuple[bool, str]]:
    return [
        (said.counts_simulated, _("simulated times")),
        (said.counts_oral, _("oral times")),
        (said.counts_test, _("tests")),
    ]


def _expiring(days: int | None) -> str:
    return ngettext("%(num)s day before its last day", "%(num)s days before its last day", days) if days else ""


def _refresh(months: int | None) -> str:
    return (
        ngettext("after %(num)s month without doing it", "after %(num)s months without doing it", months)
        if months
        else ""
    )


@dataclass(frozen=True)
class ShownChange:
    """A change as a line of the history."""

    at: datetime
    by: str
    why: str
    parts: tuple[tuple[str, str, str], ...]
    """(what, before, after) in words."""
    first: bool


def history_shown(session: Session, changes: Sequence[Change]) -> list[ShownChange]:
    """The changes in words, the latest first."""
    names, groups = queries.task_names(session), queries.groups(session)
    areas = {area.id: area.name for area in queries.areas(session)}

    def words(part: str, value: object) -> str:
        return part_words(part, value, tasks=names, areas=areas, groups=groups) or _("nothing")

    return [
        ShownChange(
            change.at, change.by, change.why,
            tuple((say(FACT_NAMES[p]), words(p, change.before.get(p)), words(p, change.after.get(p))) for p in change.parts),
            not change.before,
        )
        for change in changes
    ]  # fmt: skip
