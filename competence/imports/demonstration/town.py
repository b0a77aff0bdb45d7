"""A municipality in the making: who is employed where, who has signed what for whom, and what each team needs."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from random import Random

from competence.imports.demonstration import names
from competence.imports.demonstration.files import Files
from competence.imports.demonstration.rows import (
    Absence,
    Delegated,
    Observation,
    Person,
    Request,
    Requirement,
    SignOff,
    Standing,
    Terms,
)

AUTHORISED = frozenset({"SPL", "SPSPL", "SSA", "ERG", "FYS"})
SIGN = AUTHORISED
"""Staff groups that may sign what they hold; the same five here."""
STUDENTS = frozenset({"SSAE", "SSHE", "SPLS"})
SIGNABLE = frozenset({"core", "must", "may_general", "delegation_only"})
KINDS: Mapping[int, tuple[str, ...]] = {0: (), 1: ("alone",), 2: ("saw", "alone"), 3: ("saw", "with_help", "alone")}
INSTRUCTORS = {
    "Medicinhåndtering": "MED",
    "Sårpleje": "SAAR",
    "Kateter og stomi": "URO",
    "Ernæring og sonde": "ERN",
    "Respiration og ilt": "LUNGE",
    "Demens": "DEM",
    "Forflytning": "FLYT",
    "Dokumentation": "DIG",
    "Velfærdsteknologi": "DIG",
    "Rehabilitering": "FLYT",
    "Palliation": "PALL",
}
"""Who from outside vouches for the development nurses, by fagområde; in all others the teacher of Læringshuset."""
HIGHEST = 3
CLOSED = Terms("undecided", 1, 0, 0, 0)
PATTERNS: Mapping[str, tuple[str, ...]] = {
    "SPL": ("D", "DA", "A", "D", "A"),
    "SSA": ("D", "DA", "A", "N", "AN", "D", "A", "D", "N"),
    "SSH": ("D", "A", "DA", "N", "D", "A", "D", "AN"),
    "UFA": ("D", "A", "DA", "N"),
    "PAED": ("D", "DA"),
}
"""The fixed shifts of a team's first, second ... in a staff group, over again; all others work days."""

Row = tuple[str, str, int, int]
"""Task, shift, usual need, level."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who may sign a task for others, up to a level, from the day after `since`."""

    number: str
    level: int
    since: int


class Town:
    """Collects the rows. Deterministic: the same seed gives the same rows."""

    def __init__(self, files: Files, seed: int, *, horizon: int) -> None:
        self.files = files
        self.rng = Random(seed)  # noqa: S311 - made-up people, nothing secret
        self.horizon = horizon
        """No generated sign-off is older than this day, those of the signers apart."""
        self.tasks = tuple(files.areas)
        self.people: list[Person] = []
        self.signoffs: list[SignOff] = []
        self.observations: list[Observation] = []
        self.delegations: list[Delegated] = []
        self.requests: list[Request] = []
        self.absences: list[Absence] = []
        self.requirements: list[Requirement] = []
        self.nurses: list[str] = []
        self.held: dict[tuple[str, str], int] = {}
        """(number, task) -> level that a signature gives today."""
        self.away: set[str] = set()
        self.begun: set[tuple[str, str]] = set()
        """(number, task) that has a signature or observed times."""
        self.settled: set[tuple[str, str]] = set()
        """(number, task) that the files have decided."""
        self._names: set[str] = set()
        self._addresses: set[str] = set()
        self._number = 20000
        self._phone = 5500
        self._terms: dict[str, tuple[Terms, ...]] = {}
        self._share: dict[tuple[str, str], float] = {}
        self._drawn = {s.task for s in files.signoffs}

    def between(self, first: int, last: int) -> int:
        """A number from `first` to `last`, both among them; many times cheaper than `randint`."""
        return first + int(self.rng.random() * (last - first + 1))

    # people

    def take(self, person: Person) -> None:
        """Adds a person whom the files name."""
        self.people.append(person)
        self._names.add(person.name)
        self._addresses.add(person.email)

    def newcomer(self, unit: str, group: str | None, shifts: str, first: int, *, floater: bool = False) -> Person:
        """A new person with a name, number and address that nobody else has."""
        name = ""
        while not name or name in self._names:
            name = f"{self.rng.choice(names.FIRST)} {self.rng.choice(names.LAST)}"
            if len(self._names) > 5000:
                name = name.replace(" ", f" {self.rng.choice(names.LAST)} ", 1)
        self._number += 1
        self._phone += 1
        mail = f"{names.address(name)}@fjordby.example"
        if mail in self._addresses:
            mail = f"{names.address(name)}.{self._number}@fjordby.example"
        checked = first - 7 if group in AUTHORISED else None
        if group in AUTHORISED and first > -25 and self.rng.random() < 0.4:
            checked = None
        stage = first + 240 if group in STUDENTS else None
        phone = f"00 00 {self._phone // 100 % 100:02d} {self._phone % 100:02d}"
        person = Person(str(self._number), name, mail, phone, unit, group, shifts, first, None, floater, checked, stage)
        self.take(person)
        return person

    def first_day(self, group: str) -> int:
        """When somebody of the group began: a few are new, most have been here for years."""
        if group in STUDENTS:
            return -self.between(40, 500)
        if self.rng.random() < 0.08:
            return -self.between(8, 90)
        return -min(9000, 95 + int(self.rng.expovariate(1 / 1700)))

    def terms(self, group: str) -> tuple[Terms, ...]:
        """The group's cells in the order of the tasks; a group without its own follows another."""
        known = self._terms.get(group)
        if known is None:
            cells, followed = self.files.terms, self.files.follows.get(group, group)
            known = tuple(cells.get((t, group)) or cells.get((t, followed)) or CLOSED for t in self.tasks)
            self._terms[group] = known
        return known

    # signatures

    def sign(
        self,
        person: Person,
        task: str,
        level: int,
        day: int,
        terms: Terms,
        holders: Sequence[Holder],
        *,
        accepted: int | None,
    ) -> str:
        """Adds a signature by somebody who may, and says by whom."""
        signer = self.signer(person.number, level, day, holders)
        self.begun.add((person.number, task))
        self.signoffs.append(
            SignOff(person.number, task, level, day, day + terms.days, signer, accepted, "signed_here", recorded=day)
        )
        return signer

    def signer(self, person: str, level: int, day: int, holders: Sequence[Holder]) -> str:
        """Somebody else who held the task that day at no lower level; a development nurse where the team has nobody."""
        if holders:
            pick = self.rng.random()
            tries = (holders[int(pick * pick * len(holders))], holders[0], holders[-1])
            for holder in tries:
                if holder.number != person and holder.level >= level and holder.since < day:
                    return holder.number
        return next(nurse for nurse in self.nurses if nurse != person)

    def chain(self, newest: int, days: int, oldest: int) -> list[int]:
        """Days of signing from the newest back to `oldest`, each some time before the one before it lapsed."""
        found = [newest]
        while (day := found[-1] - days + self.between(3, 45)) >= oldest:
            found.append(day)
        return found

    def master(self, person: Person, *, back_to: int, outside: bool = False) -> dict[str, int]:
        """Signs the person off at the highest level in all she may learn, without a break: task -> since when.

        By a development nurse, or `outside`, by instructors whom another development nurse records.
        """
        assert person.staff_group is not None
        since: dict[str, int] = {}
        oldest = max(back_to, person.first + 20)
        for task, terms in zip(self.tasks, self.terms(person.staff_group), strict=True):
            if terms.rule not in SIGNABLE or terms.rule == "delegation_only" or terms.education >= HIGHEST:
                continue
            if (person.number, task) in self.settled:
                continue
            newest = -self.between(5, min(terms.days - 70, max(6, -person.first - 25)))
            found = self.chain(newest, terms.days, oldest)
            for day in found:
                if outside:
                    key = INSTRUCTORS.get(self.files.areas[task], "DIG")
                    recorder = next(nurse for nurse in self.nurses if nurse != person.number)
                    self.signoffs.append(
                        SignOff(
                            person.number,
                            task,
                            HIGHEST,
                            day,
                            day + terms.days,
                            None,
                            day,
                            "external_instructor",
                            key,
                            None,
                            day,
                            recorder,
                        )
                    )
                else:
                    self.sign(person, task, HIGHEST, day, terms, (), accepted=day)
            self.held[person.number, task] = HIGHEST
            since[task] = found[-1]
        return since

    def seen(self, person: Person, task: str, kinds: Iterable[str], last: int, observer: str) -> None:
        """Adds observed times, the last of them on `last`, none before the second day of the employment."""
        self.begun.add((person.number, task))
        day, earliest = last, person.first + 1
        found: list[Observation] = []
        for kind in reversed(tuple(kinds)):
            found.append(Observation(person.number, task, kind, max(day, earliest), observer))
            day -= self.between(2, 6)
        self.observations.extend(reversed(found))

    # a team

    def share(self, task: str, group: str) -> float:
        """How many of the group hold the task in the team of the files, 0 to 1, drawn a little to the middle."""
        key = (task, self.files.follows.get(group, group))
        known = self._share.get(key)
        if known is None:
            group_of = {p.number: p.staff_group for p in self.files.people if p.unit == "Team Havnen"}
            there = sum(1 for g in group_of.values() if g == key[1])
            held = {
                s.person
                for s in self.files.signoffs
                if s.task == task and s.through >= 0 and s.accepted is not None and group_of.get(s.person) == key[1]
            }
            known = (len(held) + 0.8) / (there + 1.6) if task in self._drawn else 0.42
            self._share[key] = known
        return known

    def team(self, unit: str, members: Sequence[Person], *, floaters: bool = False) -> None:
        """Gives the members a past: who signs in the team, who holds what, who is learning, waiting or away."""
        guides = self._signers(members, floaters=floaters)
        self._absences(unit, members, guides)
        holders = self._holders(members, guides)
        taken = {
            (task, shift)
            for member in members
            for number, task in self.settled
            if number == member.number
            for shift in member.shifts
        }
        for member in members:
            if member.number not in guides:
                self._past(member, holders, taken, giver=next(iter(guides), None))

    def _signers(self, members: Sequence[Person], *, floaters: bool) -> dict[str, dict[str, int]]:
        """The team's first nurse and first assistant: number -> task -> since when they sign."""
        found: dict[str, dict[str, int]] = {}
        if floaters:
            return found
        for group in ("SPL", "SSA"):
            longest = next((m for m in members if m.staff_group == group and m.first < -400 and "D" in m.shifts), None)
            if longest is not None:
                found[longest.number] = self.master(longest, back_to=self.horizon)
        return found

    def _absences(self, unit: str, members: Sequence[Person], guides: Mapping[str, object]) -> None:
        named = {person.number for person in self.files.people}
        for member in members:
            kept = member.number in guides or member.number in named or "N" in member.shifts
            if kept or self.rng.random() > 0.08:
                continue
            long = self.rng.random() < 0.15 and member.first < -500
            first = -self.between(190, 230) if long else -self.between(3, 70)
            if first <= member.first:
                continue
            self.absences.append(Absence(member.number, first, self.rng.choice((None, self.between(5, 60)))))
            self.away.add(member.number)

    def _holders(self, members: Sequence[Person], guides: Mapping[str, Mapping[str, int]]) -> dict[str, list[Holder]]:
        """Task -> those who sign it in the team: first those trained for it, then those who have it by education."""
        found: dict[str, list[Holder]] = {task: [] for task in self.tasks}
        for guide, since in reversed(list(guides.items())):
            for task, day in since.items():
                found[task].append(Holder(guide, HIGHEST, day))
        for member in members:
            group = member.staff_group
            if group not in SIGN or member.number in self.away or member.authorisation_checked is None:
                continue
            for task, terms in zip(self.tasks, self.terms(group), strict=True):
                if terms.rule == "core":
                    found[task].append(Holder(member.number, terms.education, member.first))
        return found

    def _past(
        self, person: Person, holders: Mapping[str, list[Holder]], taken: set[tuple[str, str]], giver: str | None
    ) -> None:
        group, rng = person.staff_group, self.rng
        assert group is not None
        begins = person.first + 14 if person.stage_from is None else max(person.first, person.stage_from) + 5
        served = -begins
        if served < 4:
            return
        skill = rng.uniform(0.55, 1.2) * min(1.0, 0.25 + served / 500)
        for task, terms in zip(self.tasks, self.terms(group), strict=True):
            rule = terms.rule
            if rule not in SIGNABLE or (person.number, task) in self.settled:
                continue
            if taken and any((task, shift) in taken for shift in person.shifts):
                continue
            here = holders[task]
            if rule == "core":
                if terms.education < HIGHEST and served > 250 and rng.random() < 0.28 * skill:
                    self._signed(person, task, terms, here, terms.education + 1, begins)
                continue
            if rule == "delegation_only":
                if giver is not None and served > 200 and rng.random() < 0.06:
                    self.delegate(person, task, terms, here, giver, begins)
                continue
            if rng.random() < self.share(task, group) * skill:
                self._state(person, task, terms, here, begins)
            elif rng.random() < 0.11:
                self._learning(person, task, terms, here, begins)

    def _level(self, terms: Terms, served: int) -> int:
        pick = self.rng.random()
        level = 1 if served < 180 or pick < 0.35 else 2 if pick < 0.93 else 3
        return max(level, terms.minimum)

    def _state(self, person: Person, task: str, terms: Terms, here: Sequence[Holder], begins: int) -> None:
        level, pick = self._level(terms, -begins), self.rng.random()
        if pick < 0.015:
            day = -self.between(1, min(12, -begins))
            by = self.sign(person, task, level, day, terms, here, accepted=None)
            self.seen(person, task, KINDS[terms.times], day, by)
        elif pick < 0.035 and begins < -200:
            self._on_paper(person, task, terms, level, begins)
        elif pick < 0.075 and begins < -terms.days - 100:
            self._signed(person, task, terms, here, level, begins, lapsed=True)
        elif pick < 0.085 and terms.minimum > 1:
            self._signed(person, task, terms, here, terms.minimum - 1, begins)
        else:
            self._signed(person, task, terms, here, level, begins)

    def _signed(
        self,
        person: Person,
        task: str,
        terms: Terms,
        here: Sequence[Holder],
        level: int,
        begins: int,
        *,
        lapsed: bool = False,
    ) -> None:
        rng = self.rng
        margin = 62 if rng.random() < 0.3 else 1
        if lapsed:
            newest = -terms.days - self.between(1, 90)
        else:
            newest = self.between(max(begins, margin - terms.days), min(-2, begins + 300) if begins > -400 else -2)
        found = self.chain(newest, terms.days, max(begins, self.horizon))
        lowest = max(1, terms.minimum, terms.education)
        for place, day in enumerate(found):
            then = level if place == 0 or rng.random() < 0.6 else max(lowest, level - place)
            by = self.sign(
                person, task, min(level, then), day, terms, here, accepted=min(0, day + max(0, self.between(-3, 2)))
            )
            first = place == len(found) - 1
            if day > -150 and terms.rule != "core":
                self.seen(person, task, KINDS[terms.times] if first else ("alone",), day, by)
        if not lapsed and level >= terms.minimum:
            self.held[person.number, task] = level

    def _on_paper(self, person: Person, task: str, terms: Terms, level: int, begins: int) -> None:
        """From paper, recorded not long ago; half of them still wait for the person's yes."""
        rng = self.rng
        recorded = -self.between(3, 60)
        signed = self.between(max(begins, 75 - terms.days), recorded - 20)
        accepted = min(0, recorded + self.between(0, 3)) if rng.random() < 0.5 else None
        paper = f"{rng.choice(names.FIRST)} {rng.choice(names.LAST)}, sygeplejerske"
        self.signoffs.append(
            SignOff(
                person.number,
                task,
                level,
                signed,
                signed + terms.days,
                None,
                accepted,
                "transferred",
                None,
                paper,
                recorded,
                self.nurses[0],
            )
        )
        self.begun.add((person.number, task))
        self.held[person.number, task] = level

    def _learning(self, person: Person, task: str, terms: Terms, here: Sequence[Holder], begins: int) -> None:
        most = terms.times if self.rng.random() < 0.15 else max(1, terms.times - 1)
        done = self.between(1, most)
        last = -self.between(1, min(40, -begins))
        observer = self.signer(person.number, 1, min(last, max(begins, last - 20)), here)
        self.seen(person, task, KINDS[3][:done], last, observer)
        if done >= terms.times - 1 and self.rng.random() < 0.5:
            asked = min(0, last + self.between(0, 3))
            self.requests.append(Request(person.number, task, asked, person.number))

    def delegate(
        self, person: Person, task: str, terms: Terms, here: Sequence[Holder], giver: str, begins: int
    ) -> None:
        """A signature and, on its day, the personal delegation by the team's nurse, who has held the task before."""
        since = [h.since for h in here if h.number == giver]
        day = max(begins, -200, *(s + 1 for s in since)) if since else 0
        if day > -5:
            return
        day = self.between(day, -5)
        self.sign(person, task, max(2, terms.minimum), day, terms, here, accepted=day)
        self.delegations.append(Delegated(person.number, task, giver, "ramme", day, day, day + terms.days))
        self.held[person.number, task] = max(2, terms.minimum)

    # what a team needs

    def have(self, members: Iterable[Person], task: str, shift: str, level: int) -> int:
        """How many of those with the fixed shift hold the task today at the level."""
        place = self.tasks.index(task)
        return sum(1 for m in members if shift in m.shifts and self._level_today(m, place, task) >= level)

    def _level_today(self, person: Person, place: int, task: str) -> int:
        group = person.staff_group
        if group is None or group in STUDENTS or person.number in self.away:
            return 0
        if group in AUTHORISED and (person.authorisation_checked is None or person.authorisation_checked > 0):
            return 0
        return max(self.terms(group)[place].education, self.held.get((person.number, task), 0))

    def needs(
        self, unit: str, members: Sequence[Person], standing: Mapping[str, Standing], usual: Sequence[Row]
    ) -> None:
        """The team's requirements: the usual ones, moved so that it stands in each fagområde as it is meant to."""
        counted = [(row, self.have(members, row[0], row[1], row[3])) for row in usual]
        holders = self._holders(members, {})
        for area, rows in _by_area(counted, self.files.areas):
            meant = standing.get(area, Standing(0, False, 0))
            free = sorted(rows, key=lambda r: (abs(r[1] + 1 - r[0][2]), r[0][:2]))
            fitting = [r for r in free if (r[0][0] in self.files.critical) == meant.critical]
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
                    while have < 2 and self._train(members, task, shift, level, holders[task], kept):
                        have = self.have(members, task, shift, level)
                    need = min(need, have - 1) if have > 1 else 0
                if need > 0:
                    self.requirements.append(Requirement(unit, task, shift, need, level))

    def _train(
        self, members: Sequence[Person], task: str, shift: str, level: int, here: Sequence[Holder], kept: Set[str]
    ) -> bool:
        """Signs off one more of the shift, but of no shift that is `kept` as it is; False when nobody is left."""
        place = self.tasks.index(task)
        named = {s for m in members if (m.number, task) in self.settled for s in m.shifts} | kept
        for member in sorted(members, key=lambda m: (len(m.shifts), m.number)):
            group = member.staff_group
            if group is None or group in STUDENTS or member.number in self.away or member.first > -120:
                continue
            terms = self.terms(group)[place]
            if (
                shift not in member.shifts
                or any(s in named for s in member.shifts)
                or (member.number, task) in self.begun
            ):
                continue
            wanted = max(level, terms.minimum, 1)
            if terms.rule in ("must", "may_general") and self.held.get((member.number, task), 0) < wanted:
                self._signed(member, task, terms, here, wanted, max(member.first + 60, -300))
                return True
        return False


def _by_area(counted: Sequence[tuple[Row, int]], areas: Mapping[str, str]) -> list[tuple[str, list[tuple[Row, int]]]]:
    found: dict[str, list[tuple[Row, int]]] = {}
    for row, have in counted:
        found.setdefault(areas[row[0]], []).append((row, have))
    return list(found.items())
