"""A unit's days ahead with a scenario beside those without: what each step does is asked of the rule, and nothing is written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from competence.coverage.cells import face, verdict_of
from competence.coverage.queries.board import tasks_on
from competence.coverage.queries.impact import changed_cells, moved, staff_groups, with_draft
from competence.coverage.queries.staff import GROUPS
from competence.coverage.rules import Standing, Worker
from competence.decision.queries import facts_of
from competence.decision.rules import Book, Delegated, Employment, intervals, judge
from competence.delegation.models import MatrixVersion
from competence.delegation.queries import cells_of, get_version
from competence.delegation.rules import RULE_SENTENCES, CellRule, CellTerms, Version
from competence.forecast.comparing import Difference, differences
from competence.forecast.queries.ground import MONTHS, Team, team_of
from competence.forecast.queries.scenarios import units_of
from competence.forecast.rules import Ahead, Ground, Hand, Right, count_ahead
from competence.forecast.scenarios import (
    Away,
    Drafted,
    Hired,
    Step,
    Trained,
    people_in,
    with_hands,
    with_rights,
    without_those_away,
)
from competence.foundation.clock import day_after, today
from competence.foundation.errors import NotFound
from competence.foundation.orm import scoped
from competence.foundation.text import N_, Sentence, sentence
from competence.signoffs.rules import Signed

_NEWEST = 1_000_000_000
"""The place in a chain of a signature that is only thought of: after all that there are."""


@dataclass(frozen=True)
class Group:
    """A staff group that may be hired of."""

    id: int
    name: str
    is_student: bool


@dataclass(frozen=True)
class Compared:
    """The days ahead without and with the scenario."""

    team: Team
    steps: tuple[Step, ...]
    before: Ahead
    after: Ahead
    found: tuple[Difference, ...]
    notes: Mapping[Step, Sentence]
    """Step -> why it makes no difference, where the rules or what has happened since say so."""


def groups_of(session: Session) -> list[Group]:
    """The staff groups that count in coverage, in their order."""
    c = GROUPS.c
    rows = scoped(session, GROUPS, c.id, c.name, c.is_student).where(c.counts_in_coverage)
    return [Group(*row) for row in session.execute(rows.order_by(c.position, c.id))]


def compare(session: Session, team: Team, steps: Sequence[Step]) -> Compared:
    """What the steps make of the unit's days ahead. NotFound when one names what is not there, or somebody of another unit."""
    made = _Made(session, team, steps)
    ground = made.ground()
    before = count_ahead(team.ground, ground.days())
    after = count_ahead(ground, before.days)
    return Compared(team, tuple(steps), before, after, tuple(differences(before, after)), made.notes)


def compared(session: Session, node: Any, steps: Sequence[Step], *, months: int = MONTHS) -> Compared:
    """The same of a unit that has not been read yet."""
    return compare(session, team_of(session, node, months=months), steps)


class _Made:
    """The ground as the steps make it."""

    def __init__(self, session: Session, team: Team, steps: Sequence[Step]) -> None:
        self._session, self._team = session, team
        self.notes: dict[Step, Sentence] = {}
        self._hands = {one.employment_id: at for at, one in enumerate(team.people)}
        self._places = {task: at for at, task in enumerate(team.ground.tasks)}
        self._check_people(steps)
        known = {task.id for task in tasks_on(session, today())}
        self._steps = [step for step in steps if step not in self.notes]
        for step in steps:
            tasks = (step.task_id,) if isinstance(step, Trained) else step.tasks if isinstance(step, Hired) else ()
            if not known.issuperset(tasks):
                raise NotFound

    def _check_people(self, steps: Iterable[Step]) -> None:
        strange = people_in(steps) - self._hands.keys()
        at = units_of(self._session, strange)
        for step in steps:
            if isinstance(step, Away | Trained) and step.employment_id in strange:
                if at.get(step.employment_id) != self._team.unit.id:
                    raise NotFound
                self.notes[step] = sentence(N_("No longer works in the unit, or does not count in its coverage."))

    def ground(self) -> Ground:
        """All steps together: first the rules, then who is trained and hired, last who is away."""
        ground, shared = self._team.ground, self._team.shared
        about: dict[int, set[int]] = {}
        for step in sorted((one for one in self._steps if isinstance(one, Drafted)), key=lambda one: one.begins):
            shared = self._drafted(step, shared, about)
        trained = [step for step in self._steps if isinstance(step, Trained)]
        rights = self._rights(about, trained, shared)
        ground = with_rights(ground, rights)
        hired = [step for step in self._steps if isinstance(step, Hired)]
        ground = with_hands(ground, self._hired(hired, shared))
        return without_those_away(ground, self._steps)

    def _drafted(self, step: Drafted, shared: Book, about: dict[int, set[int]]) -> Book:
        """The rules with the draft; `about` comes to hold which tasks of which hands it may change."""
        version: MatrixVersion = get_version(self._session, step.number)
        if version.approved_at is not None or version.discarded_at is not None:
            self.notes[step] = sentence(N_("It is no longer a draft."))
            return shared
        first = max(step.begins, today() + timedelta(days=1))
        as_draft = Version(version.id, version.number, None, None, False)
        after = with_draft(shared, as_draft, cells_of(self._session, version.id, version.number), first)
        later = {one.valid_from for one in shared.versions if one.valid_from is not None and one.valid_from > first}
        groups = staff_groups(self._session)
        for day in {first, *later}:
            tasks = {change.task_id for change in changed_cells(self._session, shared, after, day)}
            for task, touched in moved(shared, after, tasks, groups, day).items():
                # Students are moved with whom they follow, from the stage that they have reached.
                alike = touched | {group for group, (followed, _stage) in shared.follows.items() if followed in touched}
                for at, hand in enumerate(self._team.ground.hands):
                    if hand.group_id in alike and task in self._places:
                        about.setdefault(at, set()).add(task)
        return after

    def _rights(self, about: Mapping[int, set[int]], trained: Sequence[Trained], shared: Book) -> list[Right]:
        """What the rule says of the tasks that a draft or somebody's training may change."""
        team = self._team
        persons = {team.people[self._hands[step.employment_id]].person_id for step in trained}
        wanted = set(about) | {at for at, one in enumerate(team.people) if one.person_id in persons}
        if not wanted:
            return []
        some = facts_of(self._session, [team.rows[at] for at in sorted(wanted)], shared)
        facts = {self._hands[one.id]: one for one in some}
        tasks = {at: set(about.get(at, ())) for at in wanted}
        for step in trained:
            self._train(step, facts, tasks)
        return [
            right
            for at, asked in tasks.items()
            for task in sorted(asked & self._places.keys())
            for right in self._right(at, facts[at], task)
        ]

    def _train(self, step: Trained, facts: dict[int, Employment], tasks: Mapping[int, set[int]]) -> None:
        """Nothing; whoever is trained has the signature, under each of her employments here."""
        at = self._hands[step.employment_id]
        cell = facts[at].cell(step.task_id, on=step.begins)
        if (why := _not_to_train(cell)) is not None:
            self.notes[step] = why
            return
        after = {task for task, needs in facts[at].book.must_hold.items() if step.task_id in needs} | {step.task_id}
        for other, one in list(facts.items()):
            if one.person_id == facts[at].person_id:
                facts[other] = signed_for(one, step.task_id, step.level, step.begins, cell)
                tasks[other].update(after)
        answer = judge(facts[at], step.task_id, on=step.begins)
        if not answer.level:
            self.notes[step] = verdict_of(face(answer, step.begins))
        elif step.task_id not in self._places:
            self.notes[step] = sentence(N_("The unit has no requirement for the task."))

    def _right(self, at: int, facts: Employment, task: int) -> Iterable[Right]:
        place, ground = self._places[task], self._team.ground
        for begins, ends, level, basis, limits in intervals(facts, task):
            if begins < ground.end and (ends is None or ends > ground.first):
                yield Right(at, place, level, begins, ends, bool(limits), basis)

    def _hired(self, steps: Sequence[Hired], shared: Book) -> list[tuple[Hand, list[Right]]]:
        groups = {group.id: group for group in groups_of(self._session)} if steps else {}
        found: list[tuple[Hand, list[Right]]] = []
        for step in steps:
            if step.group_id not in groups:
                raise NotFound
            facts = new_employment(step, shared, self._team.unit.path)
            refused = []
            for task in step.tasks:
                cell = facts.cell(task, on=step.begins)
                if _not_to_train(cell) is None:
                    facts = signed_for(facts, task, max(1, cell.minimum_level), step.begins, cell)
                else:
                    refused.append(task)
            if refused:
                names = {task.id: task.name for task in tasks_on(self._session, today())}
                self.notes[step] = sentence(
                    N_("The division of tasks does not let the group be trained in: %(tasks)s."),
                    tasks=[names[task] for task in refused],
                )
            rights = [right for task in self._places for right in self._right(0, facts, task)]
            stands = Standing.STUDENT if groups[step.group_id].is_student else Standing.FIXED
            for _one in range(step.number):
                nobody = -1 - len(found)
                worker = Worker(nobody, nobody, step.shifts, stands)
                found.append((Hand(worker, step.group_id, step.begins, None), rights))
        return found


def _not_to_train(cell: CellTerms) -> Sentence | None:
    """Why nobody of the group can be trained so that it counts in coverage; None: she can."""
    if cell.entitles and cell.rule is not CellRule.MAY_CITIZEN:
        return None
    return sentence(RULE_SENTENCES[cell.rule])


def signed_for(facts: Employment, task: int, level: int, begins: date, cell: CellTerms) -> Employment:
    """The same with a signature for the task that is accepted on its first day, and a delegation where the cell asks for one."""
    ends = day_after(cell.validity.last_day(begins))
    given = Signed(_NEWEST, task, level, begins, ends, begins)
    delegations = dict(facts.delegations)
    if cell.rule is CellRule.DELEGATION_ONLY:
        delegations[task] = (*delegations.get(task, ()), Delegated(0, begins, None, begins))
    new = replace(facts, delegations=delegations)
    new.__dict__["signed"] = {**facts.signed, task: (*facts.signed.get(task, ()), given)}
    return new


def new_employment(step: Hired, shared: Book, path: str) -> Employment:
    """Somebody of the group who begins on the day, her authorisation checked."""
    facts = Employment(
        id=0, person_id=0, staff_group_id=step.group_id, unit_path=path, valid_from=step.begins, valid_to=None, book=shared,
        authorisation_checked_on=step.begins,
    )  # fmt: skip
    facts.__dict__["signed"] = {}
    return facts
