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
from competence.forecast.queries.ground import Team
from competence.forecast.queries.scenarios import homes_of
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
GONE = sentence(N_("No longer works in the unit, or does not count in its coverage."))


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
    return compare_all(session, [(team, steps)])[0]


def compare_all(session: Session, some: Sequence[tuple[Team, Sequence[Step]]]) -> list[Compared]:
    """The same of several units, each with its own steps: as many questions as for one."""
    if not some:
        return []
    drafts = _Drafts(session, some[0][0].shared, {step for _team, steps in some for step in steps})
    made = [_Made(session, team, steps, drafts) for team, steps in some]
    wanted = {row.id: row for one in made for row in one.wanted_rows()}
    facts = {one.id: one for one in facts_of(session, list(wanted.values()), drafts.shared)} if wanted else {}
    found = []
    for one, (team, steps) in zip(made, some, strict=True):
        ground = one.ground(facts)
        before = count_ahead(team.ground, ground.days())
        after = count_ahead(ground, before.days)
        found.append(Compared(team, tuple(steps), before, after, tuple(differences(before, after)), one.notes))
    return found


class _Drafts:
    """The rules with the drafts that are taken to be approved."""

    def __init__(self, session: Session, shared: Book, steps: Iterable[Step]) -> None:
        self._session, self.shared = session, shared
        self.notes: dict[Step, Sentence] = {}
        self._moved: list[Mapping[int, set[int]]] = []
        for step in sorted(
            (one for one in steps if isinstance(one, Drafted)), key=lambda one: (one.begins, one.number)
        ):
            self._draft(step)

    def _draft(self, step: Drafted) -> None:
        version: MatrixVersion = get_version(self._session, step.number)
        if version.approved_at is not None or version.discarded_at is not None:
            self.notes[step] = sentence(N_("It is no longer a draft."))
            return
        shared = self.shared
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
                self._moved.append({task: alike})
        self.shared = after

    def about(self, team: Team) -> dict[int, set[int]]:
        """Hand -> the tasks that are asked for in the unit and that a draft may change for her."""
        of_group: dict[int, set[int]] = {}
        for one in self._moved:
            for task, groups in one.items():
                for group in groups:
                    of_group.setdefault(group, set()).add(task)
        asked = set(team.ground.tasks)
        return {
            at: tasks
            for at, hand in enumerate(team.ground.hands)
            if (tasks := of_group.get(hand.group_id, set()) & asked)
        }


class _Made:
    """The ground as the steps make it."""

    def __init__(self, session: Session, team: Team, steps: Sequence[Step], drafts: _Drafts) -> None:
        self._session, self._team, self._drafts = session, team, drafts
        self.notes: dict[Step, Sentence] = {step: drafts.notes[step] for step in steps if step in drafts.notes}
        self._hands = {one.employment_id: at for at, one in enumerate(team.people)}
        self._places = {task: at for at, task in enumerate(team.ground.tasks)}
        self._check_people(steps)
        known = {task.id for task in tasks_on(session, today())}
        self._steps = [step for step in steps if step not in self.notes]
        for step in steps:
            tasks = (step.task_id,) if isinstance(step, Trained) else step.tasks if isinstance(step, Hired) else ()
            if not known.issuperset(tasks):
                raise NotFound
        self._trained = [step for step in self._steps if isinstance(step, Trained)]
        self._about = drafts.about(team)

    def _check_people(self, steps: Iterable[Step]) -> None:
        strange = people_in(steps) - self._hands.keys()
        at = homes_of(self._session, strange)
        for step in steps:
            if isinstance(step, Away | Trained) and step.employment_id in strange:
                if step.employment_id not in at or at[step.employment_id].unit_id != self._team.unit.id:
                    raise NotFound
                self.notes[step] = GONE
            elif isinstance(step, Hired) and step.unit_id not in (None, self._team.unit.id):
                raise NotFound

    def _wanted(self) -> set[int]:
        people = self._team.people
        persons = {people[self._hands[step.employment_id]].person_id for step in self._trained}
        return set(self._about) | {at for at, one in enumerate(people) if one.person_id in persons}

    def wanted_rows(self) -> list[Any]:
        """The employments of which the rule is asked."""
        return [self._team.rows[at] for at in sorted(self._wanted())]

    def ground(self, known: Mapping[int, Employment]) -> Ground:
        """All steps together: first the rules, then who is trained and hired, last who is away.

        `known`: employment -> its facts, of all wanted rows.
        """
        ground = with_rights(self._team.ground, self._rights(known))
        hired = [step for step in self._steps if isinstance(step, Hired)]
        ground = with_hands(ground, self._hired(hired, self._drafts.shared))
        return without_those_away(ground, self._steps)

    def _rights(self, known: Mapping[int, Employment]) -> list[Right]:
        """What the rule says of the tasks that a draft or somebody's training may change."""
        wanted = sorted(self._wanted())
        facts = {at: known[self._team.people[at].employment_id] for at in wanted}
        tasks = {at: set(self._about.get(at, ())) for at in wanted}
        for step in self._trained:
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
