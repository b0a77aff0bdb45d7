"""Tasks: added, changed, taken out of the catalogue and put back. Nothing is removed."""

import re
from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor
from competence.audit.commands import record
from competence.catalogue.commands.common import check_seen, may_keep, note_change, note_first, uses_of
from competence.catalogue.models import Area, Task, TaskCriterion, TaskGate, TaskPrerequisite, TaskValidity
from competence.catalogue.queries.tasks import (
    facts_of,
    gate_names,
    get_task,
    groups,
    in_place,
    needed_by,
    needs_by_task,
    task_names,
)
from competence.catalogue.rules.tasks import (
    GateFacts,
    Needed,
    TaskFacts,
    by_e_learning_alone,
    check,
    differing,
    needed_in_a_ring,
    tidy,
)
from competence.foundation.changes import command, touched
from competence.foundation.clock import now, today
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, looks_like_cpr, squeeze

_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "é": "e", "ü": "u"})


@command
def add_task(session: Session, said: TaskFacts, *, by: Actor, why: str = "") -> Task:
    """The task, last in its area, with a place of its own in every vector. RuleBroken says what it cannot be."""
    may_keep(session, by)
    said = tidy(said)
    _check(session, None, said, why)
    slot, position = (session.scalar(select(func.max(column))) for column in (Task.slot, Task.position))
    task = Task(
        area_id=said.area_id, code=_code(session, said.name), name=said.name, kind=said.kind, source="own catalogue",
        slot=(-1 if slot is None else slot) + 1, position=(position or 0) + 1, revision=0, recorded_at=now(),
    )  # fmt: skip
    session.add(task)
    session.flush()
    _write(session, task, said)
    note_change(session, task, by=by, why=squeeze(why))
    record(session, by=by.person_id, action="add_task", subject="task", subject_id=task.id)
    touched(session, task_id=task.id)
    return task


@command
def change_task(session: Session, task_id: int, said: TaskFacts, *, seen: int, by: Actor, why: str = "") -> Task:
    """The task as it is said to be from now on. Overtaken when it was changed since the page was opened.

    Times, points, courses and tasks that come first hold from now. Validity holds where the division of tasks leaves it
    to the task: a version that has been approved keeps what it said.
    """
    may_keep(session, by)
    task = get_task(session, task_id, lock=True)
    check_seen(session, task, seen)
    said = tidy(said)
    before = facts_of(session, task)
    changed = differing(before, said)
    if not changed:
        return task
    _check(session, task, said, why)
    note_first(session, task)
    _write(session, task, said)
    note_change(session, task, by=by, why=squeeze(why))
    record(
        session, by=by.person_id, action="change_task", subject="task", subject_id=task.id,
        detail={"revision": task.revision, "changed": list(changed)},
    )  # fmt: skip
    if _held(before.needs) != _held(said.needs) or _ABOUT_TIMES & set(changed):
        touched(session, task_id=task.id)
    return task


_ABOUT_TIMES = {"observed_times", "renewal_observed_times", "counts_simulated", "counts_oral", "counts_test"}
"""Parts by which it is decided how many times somebody has been seen."""


@command
def archive_task(session: Session, task_id: int, *, from_day: date, seen: int, by: Actor, why: str = "") -> Task:
    """The task, out of the catalogue from the day. RuleBroken, with the first place, while something still uses it then."""
    may_keep(session, by)
    task = get_task(session, task_id, lock=True)
    check_seen(session, task, seen)
    if from_day < today():
        raise RuleBroken(N_("The day must be today or later."), field="from_day")
    _no_cpr(why)
    others = needed_by(session, task.id, on=from_day)
    if others:
        raise RuleBroken(
            N_("The task %(task)s asks for this one first. Change that before you archive."),
            field="from_day", task=others[0],
        )  # fmt: skip
    for said in uses_of(session, task.id, from_day):
        raise RuleBroken(said, field="from_day")
    note_first(session, task)
    task.archived_on = from_day
    note_change(session, task, by=by, why=squeeze(why))
    record(
        session, by=by.person_id, action="archive_task", subject="task", subject_id=task.id,
        detail={"from": from_day.isoformat()},
    )  # fmt: skip
    return task


@command
def restore_task(session: Session, task_id: int, *, seen: int, by: Actor, why: str = "") -> Task:
    """The task, in the catalogue again from now. RuleBroken when another has taken its name meanwhile."""
    may_keep(session, by)
    task = get_task(session, task_id, lock=True)
    check_seen(session, task, seen)
    if task.archived_on is None:
        return task
    _free_name(session, task.name, but=task.id)
    area = session.scalars(select(Area).where(Area.id == task.area_id)).one()
    if area.archived_on is not None and area.archived_on <= today():
        raise RuleBroken(N_("The area %(area)s is archived. Bring it back first."), area=area.name)
    note_first(session, task)
    task.archived_on = None
    note_change(session, task, by=by, why=squeeze(why))
    record(session, by=by.person_id, action="restore_task", subject="task", subject_id=task.id)
    return task


def _held(needs: Sequence[Needed]) -> set[int]:
    return {need.task_id for need in needs if need.must_hold}


def _no_cpr(why: str) -> None:
    if looks_like_cpr(why):
        raise RuleBroken(N_("Never write a citizen's name or CPR number. Take the number out."), field="why")


def _check(session: Session, task: Task | None, said: TaskFacts, why: str) -> None:
    check(said)
    _no_cpr(why)
    _free_name(session, said.name, but=task.id if task is not None else 0)
    area = session.scalars(select(Area).where(Area.id == said.area_id)).first()
    stays = task is not None and task.area_id == said.area_id
    if area is None or (area.archived_on is not None and area.archived_on <= today() and not stays):
        raise RuleBroken(N_("Choose the area that the task belongs to."), field="area_id")
    names = task_names(session, on=None if stays else today())
    for number, need in enumerate(said.needs, 1):
        if need.task_id not in names:
            raise RuleBroken(N_("Choose a task that is in the catalogue."), field=f"need_{number}")
        if task is not None and need.task_id == task.id:
            raise RuleBroken(N_("A task cannot come before itself."), field=f"need_{number}")
    ring = needed_in_a_ring(
        task.id if task is not None else None, [need.task_id for need in said.needs], needs_by_task(session)
    )
    if ring is not None:
        at = next(number for number, need in enumerate(said.needs, 1) if need.task_id == ring)
        raise RuleBroken(
            N_("%(task)s itself asks for this task first. Then nobody could ever begin."),
            field=f"need_{at}", task=names[ring],
        )  # fmt: skip
    _check_gates(session, task, said.gates)


def _check_gates(session: Session, task: Task | None, gates: Sequence[GateFacts]) -> None:
    elsewhere = {code.upper(): (kind, name) for code, (kind, name) in gate_names(session).items()}
    own = {gate.code.upper() for gate in facts_of(session, task).gates} if task is not None else set()
    for number, gate in enumerate(gates, 1):
        if not gate.code or not gate.name:
            raise RuleBroken(
                N_("Write both a short code and a name, for instance AMPPS and the course's name."),
                field=f"gate_{number}_name",
            )
        if looks_like_cpr(gate.name):
            raise RuleBroken(
                N_("Never write a citizen's name or CPR number. Take the number out."), field=f"gate_{number}_name"
            )
        if not gate.groups:
            raise RuleBroken(
                N_("Choose the staff groups that must have passed %(name)s."),
                field=f"gate_{number}_groups",
                name=gate.name,
            )
        kind, name = elsewhere.get(gate.code.upper(), (gate.kind, gate.name))
        if gate.code.upper() not in own and (kind, name) != (gate.kind, gate.name):
            raise RuleBroken(
                N_("The code %(code)s already stands for %(name)s. Write the same kind and name, or another code."),
                field=f"gate_{number}_code", code=gate.code, name=name,
            )  # fmt: skip
    alone = by_e_learning_alone(gates)
    if alone is not None:
        names = groups(session)
        raise RuleBroken(
            N_("E-learning alone never opens a task. Add a dialogue, a practice check or a course for: %(groups)s."),
            field=f"gate_{alone[0]}_kind", groups=", ".join(names[group] for group in alone[1] if group in names),
        )  # fmt: skip


def _free_name(session: Session, name: str, *, but: int) -> None:
    on = today()
    others = session.execute(
        select(Task.name, Area.name)
        .join(Area, Area.id == Task.area_id)
        .where(Task.id != but, Task.archived_on.is_(None) | (Task.archived_on > on))
    ).all()
    twin = next((other for other in others if other[0].casefold() == name.casefold()), None)
    if twin is not None:
        raise RuleBroken(
            N_("There is already a task called %(name)s in %(area)s."), field="name", name=twin[0], area=twin[1]
        )


def _code(session: Session, name: str) -> str:
    taken = set(session.scalars(select(Task.code)))
    plain = re.sub(r"[^a-z0-9]+", "-", name.casefold().translate(_LETTERS)).strip("-").upper()
    base = f"EGEN-{plain[:30].strip('-') or 'OPGAVE'}"
    return next(code for n in range(1, len(taken) + 2) if (code := base if n == 1 else f"{base}-{n}") not in taken)


def _write(session: Session, task: Task, said: TaskFacts) -> None:
    for column in (
        "area_id", "name", "kind", "plain_text", "also_called", "description", "critical", "legal_basis", "reserved",
        "reserved_basis",
        "never_delegated", "people_needed", "observed_times", "renewal_observed_times",
        "counts_simulated", "counts_oral", "counts_test", "second_approval", "expiring_days", "refresh_months", "reminder_days",
    ):  # fmt: skip
        setattr(task, column, getattr(said, column))
    task.fsiii_code = said.fsiii_code or None
    task.validity_months, task.validity_date = said.validity.months, None
    if said.validity.each is not None:
        task.validity_months, task.validity_date = None, str(said.validity.each)
    session.flush()
    _write_criteria(session, task, said.criteria)
    _write_needs(session, task, said.needs)
    _write_gates(session, task, said.gates)
    session.execute(delete(TaskValidity).where(TaskValidity.task_id == task.id))
    for group, validity in said.group_validity:
        each = str(validity.each) if validity.each is not None else None
        months = None if each else validity.months or 0
        session.add(TaskValidity(task_id=task.id, staff_group_id=group, validity_months=months, validity_date=each))
    session.flush()


def _write_criteria(session: Session, task: Task, texts: Sequence[str]) -> None:
    """Texts that stay keep their number, since evidence names it; a new text gets one that no other ever had."""
    rows = session.scalars(select(TaskCriterion).where(TaskCriterion.task_id == task.id)).all()
    stays = {row.text: row for row in sorted(rows, key=in_place)}
    task.last_criterion = max([task.last_criterion, *(row.position for row in rows)])
    for row in rows:
        if row.text not in texts:
            session.delete(row)
    for place, text in enumerate(texts, 1):
        if text in stays:
            stays[text].place = place
        else:
            task.last_criterion += 1
            session.add(
                TaskCriterion(
                    task_id=task.id, position=task.last_criterion, place=place, text=text, source="own catalogue"
                )
            )
    session.flush()


def _write_needs(session: Session, task: Task, needs: Sequence[Needed]) -> None:
    rows = session.scalars(select(TaskPrerequisite).where(TaskPrerequisite.task_id == task.id)).all()
    stays = {row.needs_task_id: row for row in rows}
    wanted = {need.task_id for need in needs}
    for row in rows:
        if row.needs_task_id not in wanted:
            session.delete(row)
    for need in needs:
        if need.task_id in stays:
            stays[need.task_id].must_hold = need.must_hold
        else:
            session.add(
                TaskPrerequisite(
                    task_id=task.id, needs_task_id=need.task_id, must_hold=need.must_hold, source="own catalogue"
                )
            )
    session.flush()


def _write_gates(session: Session, task: Task, gates: Sequence[GateFacts]) -> None:
    rows = session.scalars(select(TaskGate).where(TaskGate.task_id == task.id)).all()
    stays = {(row.code.upper(), row.staff_group_id): row for row in rows}
    wanted = {(gate.code.upper(), group): gate for gate in gates for group in gate.groups}
    for place, row in stays.items():
        if place not in wanted:
            session.delete(row)
    for (code, group), gate in wanted.items():
        kept = stays.get((code, group))
        if kept is None:
            kept = TaskGate(task_id=task.id, staff_group_id=group, code=gate.code, source="own catalogue")
            session.add(kept)
        kept.kind, kept.name = gate.kind, gate.name
    session.flush()
