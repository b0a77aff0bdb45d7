"""The observed times as the strip of the bedside shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from competence.access.rules import Actor
from competence.foundation.clock import local, today
from competence.foundation.text import N_
from competence.foundation.web import clock_time, say, short_day
from competence.signoffs.forms import HOW_NAMES
from competence.signoffs.models import Observation
from competence.signoffs.rules import How, ObservationKind

KIND_NAMES: Mapping[ObservationKind, str] = {
    ObservationKind.SAW: N_("Watched"),
    ObservationKind.WITH_HELP: N_("With help"),
    ObservationKind.ALONE: N_("Did it alone"),
    ObservationKind.DIALOGUE: N_("Dialogue held"),
    ObservationKind.COURSE: N_("Course passed"),
    ObservationKind.PRACTICE_CHECK: N_("Practice check passed"),
}


@dataclass(frozen=True)
class Slot:
    """One of the times, as the strip shows it."""

    title: str
    first: str
    second: str
    state: str
    """"done", "now" (recorded today) or "todo"."""
    observation_id: int = 0
    may_undo: bool = False
    kind: str = ""
    """What pressing "Record" records; empty but for the next one."""


def slots_of(seen: Sequence[Observation], needed: int, names: Mapping[int, str], actor: Actor) -> list[Slot]:
    """Those that were seen, and then those that are still to come, up to as many as are asked for."""
    slots = []
    for one in seen:
        moment = local(one.recorded_at)
        seen_at = one.observed_at or one.recorded_at
        here = local(seen_at).date() == one.observed_on == today()
        mine = one.observer_id == actor.person_id
        who = _("you") if mine else names.get(one.observer_id or 0, _("Not recorded who")).split(" ")[0]
        if one.how != How.OBSERVED:
            who = f"{who}, {say(HOW_NAMES[How(one.how)]).lower()}"
        slots.append(
            Slot(
                title=say(KIND_NAMES[ObservationKind(one.kind)]),
                first=_("today %(time)s", time=clock_time(seen_at)) if here else short_day(one.observed_on),
                second=who,
                state="now" if here else "done",
                observation_id=one.id,
                may_undo=mine and moment.date() == today(),
            )
        )
    order = _order(needed)
    for index in range(len(slots), needed):
        kind = order[index]
        following = index == len(slots)
        slots.append(
            Slot(say(KIND_NAMES[kind]), "", "", "todo", kind=kind.value if following and index == len(seen) else "")
        )
    return slots


def _order(needed: int) -> list[ObservationKind]:
    """Which kind is expected when: watch first, do it alone last."""
    middle = [ObservationKind.WITH_HELP] * max(0, needed - 2)
    return (
        ([ObservationKind.SAW] if needed > 2 else [ObservationKind.WITH_HELP] * (needed == 2))
        + middle
        + [ObservationKind.ALONE]
    )
