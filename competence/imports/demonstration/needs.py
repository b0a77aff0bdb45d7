"""What a team needs, set so that it stands as it is meant to."""

from collections.abc import Iterable, Mapping, Sequence, Set

from competence.imports.demonstration.past import holders_of, signed
from competence.imports.demonstration.rows import Person, Requirement, Standing
from competence.imports.demonstration.town import AUTHORISED, STUDENTS, Holder, Row, Town


def count_holders(town: Town, members: Iterable[Person], task: str, shift: str, level: int) -> int:
    """How many of those with the fixed shift hold the task today at the level."""
    place = town.tasks.index(task)
    return sum(1 for m in members if shift in m.shifts and _level_today(town, m, place, task) >= level)


def _level_today(town: Town, person: Person, place: int, task: str) -> int:
    group = person.staff_group
    if group is None or group in STUDENTS or person.number in town.away:
        return 0
    if group in AUTHORISED and (person.authorisation_checked is None or person.authorisation_checked > 0):
        return 0
    return max(town.terms(group)[place].education, town.held.get((person.number, task), 0))


def set_needs(
    town: Town, unit: str, members: Sequence[Person], standing: Mapping[str, Standing], usual: Sequence[Row]
) -> None:
    """The team's requirements: the usual ones, moved so that it stands in each fagområde as it is meant to."""
    counted = [(row, count_holders(town, members, row[0], row[1], row[3])) for row in usual]
    holders = holders_of(town, members, {})
    for area, rows in _by_area(counted, town.files.areas):
        meant = standing.get(area, Standing(0, False, 0))
        free = sorted(rows, key=lambda r: (abs(r[1] + 1 - r[0][2]), r[0][:2]))
        fitting = [r for r in free if (r[0][0] in town.files.critical) == meant.critical]
        gaps = (fitting or free)[: meant.gaps]
        free = sorted((r for r in free if r not in gaps), key=lambda r: (r[1] > 1, abs(r[1] - r[0][2]), r[0][:2]))
        thin = [r for r in free if r[1] > 0][: meant.vulnerable]
        for row, have in rows:
            task, shift, need, level = row
            if (row, have) in gaps:
                need = have + 1
            elif (row, have) in thin:
                need = have
            else:
                kept = {r[0][1] for r in (*gaps, *thin) if r[0][0] == task}
                while have < 2 and _train(town, members, task, shift, level, holders[task], kept):
                    have = count_holders(town, members, task, shift, level)
                need = min(need, have - 1) if have > 1 else 0
            if need > 0:
                town.requirements.append(Requirement(unit, task, shift, need, level))


def _train(
    town: Town, members: Sequence[Person], task: str, shift: str, level: int, here: Sequence[Holder], kept: Set[str]
) -> bool:
    """Signs off one more of the shift, but of no shift that is `kept` as it is; False when nobody is left."""
    place = town.tasks.index(task)
    named = {s for m in members if (m.number, task) in town.settled for s in m.shifts} | kept
    for member in sorted(members, key=lambda m: (len(m.shifts), m.number)):
        group = member.staff_group
        if group is None or group in STUDENTS or member.number in town.away or member.first > -120:
            continue
        terms = town.terms(group)[place]
        if shift not in member.shifts or any(s in named for s in member.shifts) or (member.number, task) in town.begun:
            continue
        wanted = max(level, terms.minimum, 1)
        if terms.rule in ("must", "may_general") and town.held.get((member.number, task), 0) < wanted:
            signed(town, member, task, terms, here, wanted, max(member.first + 60, -300))
            return True
    return False


def _by_area(counted: Sequence[tuple[Row, int]], areas: Mapping[str, str]) -> list[tuple[str, list[tuple[Row, int]]]]:
    found: dict[str, list[tuple[Row, int]]] = {}
    for row, have in counted:
        found.setdefault(areas[row[0]], []).append((row, have))
    return list(found.items())
