"""Makes a municipality of any size out of the files of Fjordby: deterministic, all dates relative to today."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, product
from pathlib import Path
from random import Random

from competence.imports.demonstration import names
from competence.imports.demonstration.files import Files, read, widened
from competence.imports.demonstration.needs import set_needs
from competence.imports.demonstration.past import give_past
from competence.imports.demonstration.rows import Demonstration, Person, RoleGiven, Standing, Unit, Version
from competence.imports.demonstration.town import PATTERNS, STUDENTS, Row, Town

HOME = (
    "SPL SSA SSH SSA SSH UFA SPL SSA SSH ERG SSA SSH UFA SPL SSA SSH FYS SSA SSH SSA SSH SSAE UFA SSH SSA SSH SSHE UFA "
    "SSA SSH SSA SSH"
).split()
CARE_HOME = (
    "SPL SSA SSH SSA SSH UFA SSA SSH SPL SSA SSH SSA PAED SSH UFA SSA SSH SSA SSH ERG SSH SSA SSHE UFA SSH SSA SSAE "
    "SSH SSA SSH UFA SSA"
).split()
"""Who works in a team of home care and of a care home: the first n make a team of n."""
TEAM_SIZE = 23.7
FEWEST = 24
ALWAYS = ("Team Havnen", "Fjordby Kommune")
"""Their people are there in every municipality: the team of the pictures and two development nurses, 24 in all."""


def generate(
    employees: int = 286, seed: int = 1, *, history_years: int = 2, wide: bool = False, folder: Path | None = None
) -> Demonstration:
    """A municipality with so many people employed in care today; Team Havnen exactly as in the files.

    With 286, Fjordby itself. The same numbers give the same rows. `history_years` says how far back renewed signatures
    go. `wide` adds the tasks of the catalogue, under EDIT's cells, to Fjordby's 23. ValueError below 24 employees.
    """
    if employees < FEWEST:
        raise ValueError(f"A demonstration needs at least {FEWEST} employees.")
    files = widened(read(folder), folder) if wide else read(folder)
    town = Town(files, seed, horizon=-365 * history_years)
    nurses = employees // 600
    left = employees - nurses - sum(1 for p in files.people if p.unit in ALWAYS and p.staff_group and _runs(p))
    units = _tree(files, teams=max(0, round(left / TEAM_SIZE)))
    within = {unit.name for unit in units}
    for person in files.people:
        if person.unit in within and not person.is_floater:
            town.take(person)
    present = {p.number for p in town.people}
    town.settled |= {(s.person, s.task) for s in files.signoffs if s.person in present}
    town.settled |= {(o.person, o.task) for o in files.observations if o.person in present}
    town.held |= {(s.person, s.task): s.level for s in files.signoffs if s.person in present and s.through >= 0}

    roles = [r for r in files.roles if r.person in present and r.unit in within]
    _nurses(town, roles, extra=nurses, root=units[0].name)
    floaters = _floaters(town, units, left)
    for people in floaters.values():
        give_past(town, people, floaters=True)
    teams = [u for u in units if u.kind == "team" and u.name != "Team Havnen"]
    usual = tuple((r.task, r.shift, r.need, r.level) for r in files.requirements)
    rest = left - sum(len(people) for people in floaters.values())
    for unit, size in zip(teams, _sizes(rest, len(teams), town.rng), strict=True):
        _team(town, roles, unit, size, usual)
    _offices(town, roles, units)

    town.requirements[:0] = files.requirements
    order = {task: place for place, task in enumerate(town.tasks)}
    numbers = {p.number for p in town.people}
    signoffs = [*(s for s in files.signoffs if s.person in numbers), *town.signoffs]
    signoffs.sort(key=lambda s: (s.recorded, s.person, order[s.task]))
    observations = [*(o for o in files.observations if o.person in numbers), *town.observations]
    observations.sort(key=lambda o: (o.on, o.person, order[o.task]))
    oldest = min(signoffs[0].signed, files.versions[0].first) - 3
    versions = [v if v is not files.versions[0] else _since(v, oldest) for v in files.versions]
    return Demonstration(
        units=units,
        people=tuple(town.people),
        roles=tuple(roles),
        guided=tuple(g for g in files.guided if g.person in numbers),
        versions=tuple(versions),
        draft=files.draft,
        instructors=files.instructors,
        signoffs=tuple(signoffs),
        observations=tuple(observations),
        delegations=tuple(
            sorted((*(d for d in files.delegations if d.person in numbers), *town.delegations), key=lambda d: d.given)
        ),
        requests=tuple(sorted((*files.requests, *town.requests), key=lambda r: r.asked)),
        absences=(*files.absences, *town.absences),
        requirements=tuple(town.requirements),
        stops=tuple(s for s in files.stops if s.unit in within),
        externals=tuple(e for e in files.externals if e.unit in within and e.checked_by in {None, *numbers}),
    )


def _runs(person: Person) -> bool:
    return person.through is None or person.through >= 0


def _since(version: Version, first: int) -> Version:
    return Version(version.number, first, version.through, first - 3, version.approved_by)


def _tree(files: Files, *, teams: int) -> tuple[Unit, ...]:
    """The root, its districts and Team Havnen with so many other teams: those of the files first, then more alike."""
    known = {unit.name: unit for unit in files.units}
    wanted = [u for u in files.units if u.kind == "team"][: teams + 1]
    root = files.units[0]
    found = [root]
    for unit in wanted:
        district = known[unit.parent or root.name]
        found += [u for u in (district,) if u not in found]
        found.append(unit)
    missing = teams + 1 - len(wanted)
    fresh_names = _fresh(known)
    kinds = ("Hjemmeplejen ", "Hjemmeplejen ", "Plejecentrene ")
    districts = (f"{kinds[i % 3]}{word}" for i, word in enumerate(_words(names.DISTRICTS)))
    while missing > 0:
        district = Unit(next(districts), "distrikt", root.name)
        some = min(4, missing)
        found += [district, *(Unit(next(fresh_names), "team", district.name) for _ in range(some))]
        missing -= some
    return tuple(found)


def _fresh(known: Mapping[str, Unit]) -> Iterator[str]:
    for word in _words(names.PLACES):
        if f"Team {word}" not in known:
            yield f"Team {word}"


def _words(words: Sequence[str]) -> Iterator[str]:
    """Words that never end: with other words before them, then with numbers."""
    for before, word in product(names.BEFORE, words):
        yield f"{before}{word.lower() if before else word}".replace(" ", "")
    for number, word in product(count(2), words):
        yield f"{word} {number}"


def _nurses(town: Town, roles: list[RoleGiven], *, extra: int, root: str) -> None:
    """The development nurses, who hold everything: the first holders, by instructors from outside."""
    nurses = [p for p in town.people if p.unit == root and p.staff_group == "SPL"]
    for _ in range(extra):
        nurses.append(town.newcomer(root, "SPL", "", -3000 - town.rng.randint(0, 900)))
        roles.append(RoleGiven(nurses[-1].number, "development_nurse", root, -1000))
    town.nurses = [nurse.number for nurse in nurses]
    for nurse in nurses:
        town.master(nurse, back_to=min(-2000, town.horizon) - 740, outside=True)


def _floaters(town: Town, units: Sequence[Unit], left: int) -> dict[str, list[Person]]:
    """District -> its floaters: those of the files, then new ones; two each, or all who are left where is no team."""
    found: dict[str, list[Person]] = {}
    teams = sum(1 for u in units if u.kind == "team") - 1
    for district in (u.name for u in units if u.kind == "distrikt"):
        named = [p for p in town.files.people if p.is_floater and p.unit == district]
        for place in range(2 if teams else left):
            if left <= 0:
                break
            left -= 1
            group, shifts = (("SSA", "DA"), ("SSH", "AN"))[place % 2]
            if place < len(named):
                town.take(named[place])
                person = named[place]
            else:
                person = town.newcomer(district, group, shifts, town.first_day(group), floater=True)
            found.setdefault(district, []).append(person)
    return found


def _sizes(people: int, teams: int, rng: Random) -> list[int]:
    """So many people shared out on the teams, a few more here and a few less there."""
    if not teams:
        return []
    sizes = [people // teams + (place < people % teams) for place in range(teams)]
    for place in range(0, teams - 1, 2):
        more = rng.randint(0, 3) if sizes[place + 1] > 12 else 0
        sizes[place] += more
        sizes[place + 1] -= more
    return sizes


def _team(town: Town, roles: list[RoleGiven], unit: Unit, size: int, usual: Sequence[Row]) -> None:
    members = [p for p in town.people if p.unit == unit.name and p.staff_group and _runs(p)]
    template = list(CARE_HOME if (unit.parent or "").startswith("Plejecentrene") else HOME)
    while len(template) < size:
        template += HOME
    groups = template[:size]
    placed: dict[str, int] = {}
    for named in members:
        groups.remove(named.staff_group or "")
    made: list[Person] = []
    for group in groups:
        place = placed[group] = placed.get(group, -1) + 1
        pattern = PATTERNS.get(group, ("D",))
        first = town.first_day(group) if place or group in STUDENTS else -town.rng.randint(900, 4000)
        shifts = pattern[place % len(pattern)]
        first = min(first, -300) if "N" in shifts else first
        made.append(town.newcomer(unit.name, group, shifts, first))
    members = [*made, *members]
    give_past(town, members)
    guide = next((m for m in made if m.staff_group == "SSA"), None)
    if guide is not None:
        roles.append(RoleGiven(guide.number, "guide", unit.name, max(guide.first + 30, -1000)))
    ours = {area: standing for (name, area), standing in town.files.standing.items() if name == unit.name}
    set_needs(town, unit.name, members, ours or _standing(town), usual)


def _standing(town: Town) -> dict[str, Standing]:
    """How a team stands that no picture shows: about as the twelve do."""
    found: dict[str, Standing] = {}
    for area in dict.fromkeys(town.files.areas.values()):
        pick = town.rng.random()
        if pick < 0.24:
            critical = area in ("Kateter og stomi", "Palliation")
            found[area] = Standing(2 if pick < 0.02 else 1, critical, 1 if pick > 0.12 else 0)
        elif pick < 0.66:
            found[area] = Standing(0, False, 2 if pick > 0.6 else 1)
    return found


def _offices(town: Town, roles: list[RoleGiven], units: Iterable[Unit]) -> None:
    """A leader for each team and a planner for each district that the files give none."""
    led = {(r.role, r.unit) for r in roles}
    for unit in units:
        role = {"team": "leader", "distrikt": "planner"}.get(unit.kind)
        if role is None or (role, unit.name) in led:
            continue
        person = town.newcomer(unit.name, None, "", -town.rng.randint(300, 3000))
        roles.append(RoleGiven(person.number, role, unit.name, max(person.first, -1000)))
