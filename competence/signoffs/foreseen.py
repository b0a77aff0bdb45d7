"""What the projections are going to say once certain events are written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from competence.catalogue.queries.scales import turns
from competence.catalogue.rules.scales import Turn
from competence.signoffs.projection import rows_of
from competence.signoffs.queries import events_of
from competence.signoffs.rules import Event, Pauses, Signed, rescaled


@dataclass(frozen=True)
class Place:
    """What is going to stand about a person and a task."""

    current: list[dict[str, Any]]
    waiting: list[dict[str, Any]]
    """Rows of the two projections, without the municipality; `event_id` is 0 in those about an event to come."""
    replaces: bool
    """Whether there are events about it already, so that rows about it may be stored."""
    signed: tuple[Signed, ...] = field(repr=False, default=())
    """The same, as the rule reads it."""


def places_with(session: Session, coming: Mapping[int, Sequence[Event]], *, on: date) -> dict[int, dict[int, Place]]:
    """Person -> task -> what is going to stand there when her events to come follow on those that are written."""
    tasks = {event.task_id for events in coming.values() for event in events if event.task_id is not None}
    written = events_of(session, coming, task_ids=tasks)
    found: dict[int, dict[int, Place]] = {}
    changes = turns(session)
    for person, events in coming.items():
        by_task: dict[int, list[Event]] = {event.task_id: [] for event in events if event.task_id is not None}
        for event in written.get(person, ()):
            if event.task_id in by_task:
                by_task[event.task_id].append(event)
        replaced = {task for task, some in by_task.items() if some}
        for event in events:
            if event.task_id is not None:
                by_task[event.task_id].append(event)
        for task, some in by_task.items():
            current, waiting = rows_of(person, some, on=on)
            found.setdefault(person, {})[task] = Place(
                current, waiting, task in replaced, _as_read(current, waiting, changes)
            )
    return found


def _as_read(
    current: Sequence[Mapping[str, Any]], waiting: Sequence[Mapping[str, Any]], changes: Sequence[Turn]
) -> tuple[Signed, ...]:
    """The rows as they will be read back."""
    read = (
        *(
            _signed(
                row,
                ended_on=row["ended_on"],
                ended_by=row["ended_by"],
                pauses=_pauses(row),
            )
            for row in current
        ),
        *(_signed(row, lacks_second=row["lacks_second"], pauses=_pauses(row)) for row in waiting),
    )
    return tuple(rescaled(one, changes) for one in read)


def _pauses(row: Mapping[str, Any]) -> Pauses:
    return tuple((date.fromisoformat(a), date.fromisoformat(b) if b else None) for a, b in row["pauses"])


def _signed(row: Mapping[str, Any], **more: Any) -> Signed:
    return Signed(
        row["seq"], row["task_id"], row["level"], row["valid_from"], row["valid_to"], row["accepted_on"],
        row["answer_before"], origin=row["origin"], citizen_id=row["citizen_id"], signer_id=row["signer_id"],
        signer_text=row["signer_text"], recorded_at=row["signed_at"], event_id=row["event_id"], **more,
    )  # fmt: skip
