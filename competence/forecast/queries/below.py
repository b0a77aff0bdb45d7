"""A scenario of a unit with others below it: what it does to each of them, as the units' own scenarios would say.

Only the units that a step touches are read, all of them in as many questions as for one. A draft touches all, so it is tried
out for so many people at most.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, func
from sqlalchemy.orm import Session

from competence.coverage.queries.places import Node, Tree, closed_units, requirements_since
from competence.coverage.queries.staff import Someone, ordered, people_where
from competence.coverage.queries.wide import headcount
from competence.coverage.rules import Standing
from competence.decision.queries import EMPLOYMENTS, running, within_unit
from competence.forecast.queries.ground import MONTHS, Team, end_of, teams_of
from competence.forecast.queries.scenarios import beside, homes_of
from competence.forecast.queries.whatif import GONE, Compared, compare_all
from competence.forecast.scenarios import Away, Drafted, Hired, Home, Step, Trained, for_unit, people_in
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.foundation.orm import scoped
from competence.foundation.text import N_, Sentence, sentence
from competence.people.models import PersonIdentity
from competence.people.queries import name_fits

MOST_PEOPLE = 500
"""In units of so many people at most a draft is tried out while somebody waits; beyond that unit by unit."""
MOST_FOUND = 60
"""So many people are offered at once."""


@dataclass(frozen=True)
class Whole:
    """A scenario of a unit and all below it."""

    node: Node
    steps: tuple[Step, ...]
    parts: tuple[Compared, ...]
    """Each unit that a step touches, in the order of the tree, with what the steps are there."""
    notes: Mapping[Step, Sentence]
    """Step -> why it makes no difference anywhere."""
    too_wide: bool
    """Whether a draft is left out, because the unit has more people than a draft is tried out for."""

    @property
    def names(self) -> dict[int, tuple[str, str]]:
        """Employment -> (name, the name of its unit), of those who count in one that is touched."""
        return {one.employment_id: (one.name, part.team.unit.name) for part in self.parts for one in part.team.people}


def whole(session: Session, units: Tree, node: Node, steps: Sequence[Step], *, read: Sequence[Team] = ()) -> Whole:
    """What the steps make of the days ahead of the unit and each below it; those of `read` are not read again.

    NotFound when one names what is not there, or somebody or somewhere outside the unit.
    """
    below = units.below(node)
    inside = {one.id for one in below}
    notes: dict[Step, Sentence] = {}
    homes = homes_of(session, people_in(steps))
    for step in steps:
        where = _where(step, node, homes)
        if where is not None and where not in inside:
            _check_closed(session, node, where)
            notes[step] = GONE
    too_wide = any(isinstance(step, Drafted) for step in steps) and is_too_wide(session, units, node)
    if too_wide:
        said = sentence(N_("There are too many people in %(unit)s to try out a draft at once."), unit=node.name)
        notes |= {step: said for step in steps if isinstance(step, Drafted)}
    able = [step for step in steps if step not in notes]
    touched = inside if any(isinstance(step, Drafted) for step in able) else _touched(session, node, able, homes)
    touched = touched & inside | ({node.id} if units.is_leaf(node) else set())
    known = {team.unit.id: team for team in read}
    if unread := [one for one in below if one.id in touched and one.id not in known]:
        known |= {team.unit.id: team for team in teams_of(session, unread)}
    teams = [known[one.id] for one in below if one.id in touched]
    some = []
    for team in teams:
        here = {one.person_id: one.employment_id for one in reversed(team.people)}
        own = for_unit(able, team.unit.id, node.id, homes, here)
        # Where nobody has a fixed shift, above others, no board is kept either.
        if team.people or units.is_leaf(team.unit) or any(isinstance(step, Hired) for step in own):
            some.append((team, own))
    parts = compare_all(session, [(team, list(dict.fromkeys(own.values()))) for team, own in some])
    for step in able:
        said_of = [part.notes.get(own[step]) for part, (_team, own) in zip(parts, some, strict=True) if step in own]
        first = next((said for said in said_of if said is not None), None)
        if first is not None and all(said is not None for said in said_of):
            notes[step] = first
    return Whole(node, tuple(steps), tuple(parts), notes, too_wide)


def _where(step: Step, node: Node, homes: Mapping[int, Home]) -> int | None:
    """The unit that the step names; None: it is about all of them."""
    match step:
        case Away() | Trained():
            if step.employment_id not in homes:
                raise NotFound
            return homes[step.employment_id].unit_id
        case Hired():
            return step.unit_id or node.id
        case Drafted():
            return None


def _check_closed(session: Session, node: Node, unit_id: int) -> None:
    shut = closed_units(session, on=today()).get(unit_id)
    if shut is None or not shut[0].path.startswith(node.path):
        raise NotFound


def _touched(session: Session, node: Node, steps: Sequence[Step], homes: Mapping[int, Home]) -> set[int]:
    named = {where for step in steps if (where := _where(step, node, homes)) is not None}
    trained = {homes[step.employment_id].person_id for step in steps if isinstance(step, Trained)}
    return named | beside(session, trained)


def is_too_wide(session: Session, units: Tree, node: Node) -> bool:
    """Whether so many work in the unit and below it that a draft is tried out further down."""
    return not units.is_leaf(node) and headcount(session, node, on=today()) > MOST_PEOPLE


def narrow_enough(session: Session, units: Tree, node: Node) -> list[Node]:
    """The widest units below it for which a draft can be tried out."""
    rows = scoped(session, EMPLOYMENTS, EMPLOYMENTS.c.unit_id, func.count()).where(running(today()))
    people: dict[int, int] = {row[0]: row[1] for row in session.execute(rows.group_by(EMPLOYMENTS.c.unit_id))}

    def widest(one: Node) -> list[Node]:
        if units.is_leaf(one) or sum(people.get(below.id, 0) for below in units.below(one)) <= MOST_PEOPLE:
            return [one]
        return [found for child in units.children[one.id] for found in widest(child)]

    return [found for child in units.children.get(node.id, ()) for found in widest(child)]


def workplaces(session: Session, units: Tree, node: Node) -> list[Node]:
    """The unit and those below it in which people may have fixed shifts: all that nothing lies below, and where somebody works."""
    below = [one for one in units.below(node) if not units.is_leaf(one)]
    own = EMPLOYMENTS.c.unit_id.in_([one.id for one in below])
    rows = scoped(session, EMPLOYMENTS, EMPLOYMENTS.c.unit_id).where(
        own, running(today()), EMPLOYMENTS.c.shifts != "", ~EMPLOYMENTS.c.is_floater, ~EMPLOYMENTS.c.is_external
    )
    peopled = set(session.scalars(rows.distinct()))
    return [one for one in units.below(node) if units.is_leaf(one) or one.id in peopled]


def tasks_asked_for(session: Session, units: Tree, node: Node) -> set[int]:
    """The tasks of which anything is asked somewhere in the unit, now or later."""
    return {said.task_id for said, _begins, _ends in requirements_since(session, today(), units.below(node))}


def people_found(session: Session, node: Node, *, unit_id: int | None, called: str) -> list[Someone]:
    """Those with a fixed shift in the unit, or in the one below it, whose name or number it may be; one more than are offered."""
    where = within_unit(session, node.path) if unit_id is None else EMPLOYMENTS.c.unit_id == unit_id
    fits = [*name_fits(called), PersonIdentity.name.is_not(None)] if called else []
    through = end_of(MONTHS) - timedelta(days=1)
    rows = people_where(session, and_(where, *fits), on=today(), through=through)
    people = [one for one in ordered(rows, ()) if one.worker.standing in (Standing.FIXED, Standing.STUDENT)]
    return people[: MOST_FOUND + 1]
