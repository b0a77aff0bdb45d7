"""What a list of employees would change, worked out before anything is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from competence.foundation.clock import today
from competence.people.commands.common import checked_email, checked_name, checked_shifts
from competence.people.commands.listed import PersonRow


@dataclass
class Segment:
    """One stored employment."""

    id: int
    unit_id: int
    group_id: int
    shifts: str
    is_floater: bool
    valid_from: date
    valid_to: date | None
    checked_on: date | None
    is_external: bool


@dataclass
class Plan:
    """What is going to be written."""

    persons: list[PersonRow] = field(default_factory=list)
    """First row of each new person."""
    identities: list[dict[str, Any]] = field(default_factory=list)
    employments: list[tuple[PersonRow, dict[str, Any]]] = field(default_factory=list)
    """(row, columns without person) of employments of new and known persons."""
    changes: list[dict[str, Any]] = field(default_factory=list)
    """Columns of known employments by id."""
    replaced: dict[int, int] = field(default_factory=dict)
    audit: list[dict[str, Any]] = field(default_factory=list)
    persons_touched: set[int] = field(default_factory=set)
    unchanged: int = 0
    not_in_list: list[tuple[str, int]] = field(default_factory=list)


def meet(one: tuple[date, date | None], other: tuple[date, date | None]) -> bool:
    """Whether two half-open times have a day in common."""
    return (one[1] is None or other[0] < one[1]) and (other[1] is None or one[0] < other[1])


def columns_of(row: PersonRow, groups: Mapping[str, int]) -> dict[str, Any]:
    """The columns of the row's employment, without its person; `groups` are ids by code."""
    return {
        "unit_id": row.unit_id, "staff_group_id": groups[row.staff_group], "shifts": checked_shifts(row.shifts),
        "valid_from": row.valid_from, "valid_to": row.valid_to, "is_floater": row.is_floater, "is_external": False,
        "agency": None, "authorisation_checked_on": row.authorisation_checked_on, "authorisation_checked_by": None,
        "stage_from": None,
    }  # fmt: skip


def plan_identity(plan: Plan, identity: Any, rows: Sequence[PersonRow]) -> None:
    """Plan the identity's change; a list without an address leaves the one that is known."""
    name = checked_name(rows[0].name)
    email = next((mail for row in rows if (mail := checked_email(row.email))), identity.email)
    changed = [part for part, new in (("name", name), ("email", email)) if getattr(identity, part) != new]
    if changed:
        plan.identities.append({"b_id": identity.id, "name": name, "email": email})
        plan.audit.append(
            noted("change_identity", "person_identity", identity.id, identity.person_id, {"changed": changed})
        )


def plan_employments(
    plan: Plan, person_id: int, rows: Sequence[PersonRow], segments: list[Segment], groups: Mapping[str, int]
) -> None:
    """Plan what the rows change in the person's employments."""
    own = [segment for segment in segments if not segment.is_external]
    chains = _chains(own)
    unmatched: list[PersonRow] = []
    for row in rows:
        chain = _match(row, chains, groups)
        if chain is None:
            unmatched.append(row)
        else:
            chains.remove(chain)
            _update(plan, person_id, row, chain)
    running = [chain for chain in chains if chain[-1].valid_to is None or chain[-1].valid_to > today()]
    moved = running[0][-1] if len(rows) == len(unmatched) == len(running) == 1 else None
    if moved is not None and moved.valid_from < unmatched[0].valid_from and _runs_past(moved, unmatched[0].valid_from):
        first = unmatched[0].valid_from
        plan.changes.append(_change(moved, valid_to=first))
        detail = {"valid_to": first.isoformat()} | ({"correction": True} if first < today() else {})
        plan.audit.append(noted("end_employment", "employment", moved.id, person_id, detail))
        plan.persons_touched.add(person_id)
    else:
        plan.not_in_list += [(rows[0].number, chain[-1].unit_id) for chain in running]
    for row in unmatched:
        plan.employments.append((row, columns_of(row, groups) | {"person_id": person_id}))


def _runs_past(segment: Segment, day: date) -> bool:
    return segment.valid_to is None or segment.valid_to > day


def _chains(segments: Sequence[Segment]) -> list[list[Segment]]:
    """The employments in the same unit and group that follow each other without a gap: what a list shows as one."""
    chains: list[list[Segment]] = []
    for segment in segments:
        for chain in chains:
            last = chain[-1]
            if (last.unit_id, last.group_id, last.valid_to) == (segment.unit_id, segment.group_id, segment.valid_from):
                chain.append(segment)
                break
        else:
            chains.append([segment])
    return chains


def _match(row: PersonRow, chains: Sequence[list[Segment]], groups: Mapping[str, int]) -> list[Segment] | None:
    """The chain that the row speaks of: same unit, group and first day, else one in the same time."""
    same = [c for c in chains if (c[0].unit_id, c[0].group_id) == (row.unit_id, groups[row.staff_group])]
    exact = [c for c in same if c[0].valid_from == row.valid_from]
    meeting = [c for c in same if meet((c[0].valid_from, c[-1].valid_to), (row.valid_from, row.valid_to))]
    return next(iter(exact or meeting), None)


def _update(plan: Plan, person_id: int, row: PersonRow, chain: Sequence[Segment]) -> None:
    """Plan the chain's change into what the row says: its end in place, other shifts from today on."""
    first, last = chain[0], chain[-1]
    before = len(plan.changes) + len(plan.employments)
    wanted = {"shifts": checked_shifts(row.shifts), "is_floater": row.is_floater}
    checked = row.authorisation_checked_on or last.checked_on
    detail: dict[str, Any] = {}
    if first.valid_from != row.valid_from and (first.valid_to is None or row.valid_from < first.valid_to):
        detail = {"valid_from": row.valid_from.isoformat(), "correction": True}
        if first is not last:
            plan.changes.append(_change(first, valid_from=row.valid_from))
    starts = row.valid_from if first is last and detail else last.valid_from
    differs = (last.shifts, last.is_floater) != (wanted["shifts"], wanted["is_floater"])
    ended = row.valid_to is not None and row.valid_to <= today()
    end = row.valid_to if row.valid_to is None or row.valid_to > starts else last.valid_to
    if differs and starts < today() and not ended:
        plan.changes.append(_change(last, valid_from=starts, valid_to=today()))
        anew = {
            "unit_id": last.unit_id, "staff_group_id": last.group_id, "valid_from": today(), "valid_to": end,
            "is_external": False, "agency": None, "authorisation_checked_on": checked, "authorisation_checked_by": None,
            "stage_from": None, "person_id": person_id,
        }  # fmt: skip
        plan.employments.append((row, anew | wanted))
    elif differs or detail or (last.valid_to, last.checked_on) != (end, checked):
        plan.changes.append(
            _change(last, valid_from=starts, valid_to=end, checked_on=checked, **(wanted if not ended else {}))
        )
    if len(plan.changes) + len(plan.employments) == before:
        plan.unchanged += 1
        return
    if len(plan.changes) and plan.changes[-1]["b_id"] == last.id:
        detail |= {"valid_to": end.isoformat()} if end and end != last.valid_to else {}
        plan.audit.append(noted("change_employment", "employment", last.id, person_id, detail))
    plan.persons_touched.add(person_id)


def _change(segment: Segment, **said: Any) -> dict[str, Any]:
    """All columns of the employment that may change, so that all changes are one statement."""
    now_says = {
        "valid_from": segment.valid_from, "valid_to": segment.valid_to, "shifts": segment.shifts,
        "is_floater": segment.is_floater, "checked_on": segment.checked_on,
    }  # fmt: skip
    return {"b_id": segment.id} | now_says | said


def noted(action: str, subject: str, subject_id: int, person_id: int, detail: Mapping[str, Any]) -> dict[str, Any]:
    """The row of the audit log, without who did it."""
    return {
        "action": action, "subject": subject, "subject_id": subject_id, "person_id": person_id, "administrative": True,
        "detail": dict(detail),
    }  # fmt: skip
