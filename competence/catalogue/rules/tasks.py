"""What the catalogue says of a task, what of it can be wrong, and what differs between two sayings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from competence.catalogue.rules import GateKind, Reserved, TaskKind, Validity, validity_of
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, looks_like_cpr, sentence, squeeze
from competence.organisation.rules import ladder_from, ladder_text

MOST_TIMES = 20
MOST_EXPIRING = 365
MOST_MONTHS = 120
MOST_REFRESH = 24
"""Months; longer back the practice log does not reach."""
MOST_PEOPLE = 9
A_YEAR = Validity(months=12)


@dataclass(frozen=True, slots=True)
class Needed:
    """Another task that must be held first; with `must_hold` also as long as this one is used."""

    task_id: int
    must_hold: bool = False


@dataclass(frozen=True, slots=True)
class GateFacts:
    """A course, dialogue or check, and the staff groups that must have passed it."""

    code: str
    kind: GateKind
    name: str
    groups: tuple[int, ...]


@dataclass(frozen=True)
class TaskFacts:
    """All that the page of a task can change."""

    area_id: int
    name: str
    kind: TaskKind = TaskKind.CARE
    plain_text: str = ""
    also_called: str = ""
    """Other names by which people look for it, with commas between."""
    description: str = ""
    critical: bool = False
    fsiii_code: str = ""
    legal_basis: str = ""
    reserved: Reserved = Reserved.NO
    reserved_basis: str = ""
    never_delegated: str = ""
    """What the law calls it that nobody can give to somebody else; empty: it can be delegated."""
    people_needed: int = 1
    observed_times: int = 3
    renewal_observed_times: int | None = None
    """None: as many as the first time."""
    counts_simulated: bool = False
    """Whether a time that was simulated counts among those asked for; one with a citizen always does."""
    counts_oral: bool = False
    counts_test: bool = False
    second_approval: bool = False
    """Whether another who may sign must approve a signature before it can be answered."""
    expiring_days: int | None = None
    """From so many days before its last day a right is shown as expiring; None: as the municipality has set it."""
    refresh_months: int | None = None
    """After so many months without doing it a refresh is suggested to the person herself; None: never."""
    reminder_days: str = ""
    """So many days before its last day people are reminded, as "90, 30, 7"; empty: as the municipality has set it."""
    criteria: tuple[str, ...] = ()
    """Empty: those that all tasks share."""
    needs: tuple[Needed, ...] = ()
    gates: tuple[GateFacts, ...] = ()
    validity: Validity = A_YEAR
    group_validity: tuple[tuple[int, Validity], ...] = ()
    """(staff group, rule) where it is not as the task says, by staff group."""


FACT_NAMES: Mapping[str, str] = {
    "area_id": N_("Area"),
    "name": N_("Name"),
    "kind": N_("Kind of task"),
    "plain_text": N_("In plain Danish"),
    "also_called": N_("Also called"),
    "description": N_("Description"),
    "critical": N_("Critical"),
    "fsiii_code": N_("FSIII code"),
    "legal_basis": N_("Legal basis"),
    "reserved": N_("Reserved"),
    "reserved_basis": N_("Ground of the reservation"),
    "never_delegated": N_("Can never be delegated"),
    "people_needed": N_("People needed"),
    "observed_times": N_("Times before the first signature"),
    "renewal_observed_times": N_("Times at a renewal"),
    "counts_simulated": N_("Simulated times count"),
    "counts_oral": N_("Oral times count"),
    "counts_test": N_("Tests count"),
    "second_approval": N_("Needs a second approval"),
    "expiring_days": N_("Shown as expiring so many days before"),
    "refresh_months": N_("Months without doing it before a refresh is suggested"),
    "reminder_days": N_("People are reminded so many days before"),
    "criteria": N_("What is shown before a signature"),
    "needs": N_("Tasks that come first"),
    "gates": N_("Courses, dialogues and checks"),
    "validity": N_("A signature counts"),
    "group_validity": N_("Other validity in some staff groups"),
    "archived_on": N_("Taken out of the catalogue"),
    "picture": N_("Picture"),
}
"""What each part of a task is called."""


def tidy(said: TaskFacts) -> TaskFacts:
    """The same without stray white space, empty lines and repeated rows."""
    gates = {squeeze(gate.code).upper(): gate for gate in said.gates}
    return replace(
        said,
        name=squeeze(said.name), plain_text=squeeze(said.plain_text), also_called=", ".join(other_names(said.also_called)),
        description=said.description.strip(),
        fsiii_code=squeeze(said.fsiii_code), legal_basis=squeeze(said.legal_basis),
        reminder_days=_tidy_ladder(said.reminder_days),
        reserved_basis=squeeze(said.reserved_basis), never_delegated=squeeze(said.never_delegated),
        criteria=tuple(dict.fromkeys(text for line in said.criteria if (text := squeeze(line)))),
        needs=tuple({need.task_id: need for need in said.needs}.values()),
        gates=tuple(
            GateFacts(squeeze(gate.code), gate.kind, squeeze(gate.name), tuple(sorted(set(gate.groups))))
            for gate in gates.values()
        ),
        group_validity=tuple(sorted(dict(said.group_validity).items())),
    )  # fmt: skip


def other_names(also_called: str) -> tuple[str, ...]:
    """What else the task is called, each name once."""
    names = {name.casefold(): name for part in also_called.split(",") if (name := squeeze(part))}
    return tuple(names.values())


def _tidy_ladder(text: str) -> str:
    """The ladder as it is kept; what is none stays as it was typed, for `check` to refuse."""
    try:
        return ladder_text(ladder_from(text, "reminder_days")) if squeeze(text) else ""
    except RuleBroken:
        return text


def check(said: TaskFacts) -> None:
    """Nothing. RuleBroken at the field for what no task can be."""
    if not said.name:
        raise RuleBroken(N_("Write what the task is called."), field="name")
    for field in (
        "name",
        "plain_text",
        "also_called",
        "description",
        "legal_basis",
        "reserved_basis",
        "never_delegated",
    ):
        if looks_like_cpr(getattr(said, field)):
            raise RuleBroken(N_("Never write a citizen's name or CPR number. Take the number out."), field=field)
    if any(looks_like_cpr(text) for text in said.criteria):
        raise RuleBroken(N_("Never write a citizen's name or CPR number. Take the number out."), field="criteria")
    too_long = next((text for text in said.criteria if len(text) > 300), None)
    if too_long is not None:
        raise RuleBroken(
            N_("A point is at most 300 characters. Shorten the one that begins %(start)s."),
            field="criteria", start=too_long[:40],
        )  # fmt: skip
    if said.reserved is not Reserved.NO and not said.reserved_basis:
        raise RuleBroken(
            N_("Write on what ground the task is reserved, for instance the section of the law."),
            field="reserved_basis",
        )
    if said.never_delegated and said.reserved is Reserved.NO:
        raise RuleBroken(
            N_(
                "Only a reserved task can be one that is never delegated. Say that the law reserves it, or empty the field."
            ),
            field="never_delegated",
        )
    if not 0 <= said.observed_times <= MOST_TIMES:
        raise RuleBroken(N_("Write a number of times from 0 to %(most)s."), field="observed_times", most=MOST_TIMES)
    if said.renewal_observed_times is not None and not 0 <= said.renewal_observed_times <= said.observed_times:
        raise RuleBroken(
            N_("A renewal asks for at most as many times as the first signature: from 0 to %(most)s."),
            field="renewal_observed_times", most=said.observed_times,
        )  # fmt: skip
    if said.expiring_days is not None and not 1 <= said.expiring_days <= MOST_EXPIRING:
        raise RuleBroken(
            N_("Write a number of days from 1 to %(most)s, or leave it empty."),
            field="expiring_days", most=MOST_EXPIRING,
        )  # fmt: skip
    if said.refresh_months is not None and not 1 <= said.refresh_months <= MOST_REFRESH:
        raise RuleBroken(
            N_("Write a number of months from 1 to %(most)s, or leave it empty."),
            field="refresh_months", most=MOST_REFRESH,
        )  # fmt: skip
    if said.reminder_days:
        ladder_from(said.reminder_days, "reminder_days")
    if not 1 <= said.people_needed <= MOST_PEOPLE:
        raise RuleBroken(N_("Write a number of people from 1 to %(most)s."), field="people_needed", most=MOST_PEOPLE)
    _check_validity(said.validity, "validity_months")
    for group, validity in said.group_validity:
        _check_validity(validity, f"group_{group}_months")


def by_e_learning_alone(gates: Sequence[GateFacts]) -> tuple[int, tuple[int, ...]] | None:
    """(the number of the gate, from 1, the staff groups) that would have the task opened to them by e-learning alone.

    None when there are none. What is learnt there is talked over, or shown, before it opens anything (domain.md, section f).
    """
    others = {group for gate in gates if gate.kind is not GateKind.E_LEARNING for group in gate.groups}
    for number, gate in enumerate(gates, 1):
        alone = tuple(group for group in gate.groups if group not in others)
        if gate.kind is GateKind.E_LEARNING and alone:
            return number, alone
    return None


def _check_validity(validity: Validity, field: str) -> None:
    if validity.each is None and validity.months is not None and not 1 <= validity.months <= MOST_MONTHS:
        raise RuleBroken(N_("Write a number of months from 1 to %(most)s."), field=field, most=MOST_MONTHS)


def needed_in_a_ring(task: int | None, needs: Iterable[int], known: Mapping[int, Sequence[int]]) -> int | None:
    """The needed task that itself needs `task`, at once or through others; None when none does.

    `known` holds what each task of the catalogue needs.
    """
    if task is None:
        return None
    for first in needs:
        seen, left = set[int](), [first]
        while left:
            one = left.pop()
            if one == task:
                return first
            if one not in seen:
                seen.add(one)
                left += known.get(one, ())
    return None


def differing(one: TaskFacts, other: TaskFacts) -> tuple[str, ...]:
    """The names of the parts that differ, in the order of the page."""
    return tuple(f.name for f in fields(TaskFacts) if getattr(one, f.name) != getattr(other, f.name))


def merged(base: TaskFacts, mine: TaskFacts, theirs: TaskFacts) -> tuple[TaskFacts, tuple[str, ...]]:
    """What somebody typed, with what another changed meanwhile in the parts she left alone; and the parts both changed.

    `base` is what she had on her page. Where both changed a part, what she typed stays.
    """
    mine_changed, their_changed = differing(base, mine), differing(base, theirs)
    taken = {name: getattr(theirs, name) for name in their_changed if name not in mine_changed}
    both = tuple(name for name in mine_changed if name in their_changed and name in differing(mine, theirs))
    return replace(mine, **taken), both


def checked_url(url: str) -> str:
    """The address, tidied. RuleBroken at the field `url` when it is not one that a browser opens safely."""
    url = url.strip()
    if url and (urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc):
        raise RuleBroken(
            sentence(N_("Write the whole address, beginning with https://, or leave it empty.")), field="url"
        )
    return url


def document(said: TaskFacts, *, archived_on: date | None, picture: str) -> dict[str, Any]:
    """What a revision keeps of the task, as JSON holds it."""
    return {
        **{f.name: getattr(said, f.name) for f in fields(TaskFacts) if f.name not in _NESTED},
        "kind": said.kind.value,
        "reserved": said.reserved.value,
        "criteria": list(said.criteria),
        "needs": [[need.task_id, need.must_hold] for need in said.needs],
        "gates": [[gate.code, gate.kind.value, gate.name, list(gate.groups)] for gate in said.gates],
        "validity": _stored(said.validity),
        "group_validity": [[group, *_stored(validity)] for group, validity in said.group_validity],
        "archived_on": archived_on.isoformat() if archived_on else None,
        "picture": picture,
    }


_NESTED = frozenset({"kind", "reserved", "criteria", "needs", "gates", "validity", "group_validity"})


def _stored(validity: Validity) -> list[Any]:
    return [0 if validity == Validity() else validity.months, str(validity.each) if validity.each else None]


def _read(months: int | None, each: str | None) -> Validity:
    return validity_of(months, each) or Validity()


def facts_in(kept: Mapping[str, Any]) -> TaskFacts:
    """What a revision's document says of the task."""
    plain = {f.name: kept.get(f.name, f.default) for f in fields(TaskFacts) if f.name not in _NESTED}
    return TaskFacts(
        **plain,
        kind=TaskKind(kept["kind"]),
        reserved=Reserved(kept["reserved"]),
        criteria=tuple(kept["criteria"]),
        needs=tuple(Needed(task, must) for task, must in kept["needs"]),
        gates=tuple(GateFacts(code, GateKind(kind), name, tuple(groups)) for code, kind, name, groups in kept["gates"]),
        validity=_read(*kept["validity"]),
        group_validity=tuple((group, _read(months, each)) for group, months, each in kept["group_validity"]),
    )


def changed_parts(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """The parts in which two documents differ, in the order of the page."""
    return tuple(
        name for name in FACT_NAMES if before.get(name, _UNSAID.get(name)) != after.get(name, _UNSAID.get(name))
    )


_UNSAID: Mapping[str, Any] = {
    f.name: f.default for f in fields(TaskFacts) if isinstance(f.default, bool) or f.default is None or f.default == ""
}
"""What a document says that was written before there was such a part."""
