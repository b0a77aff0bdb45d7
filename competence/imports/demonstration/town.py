"""A municipality in the making: who is employed where, who has signed what for whom, and what each team needs."""

from collections.abc import Iterable, Mapping, Sequence
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
        self.shares: dict[tuple[str, str], float] = {}
        """(task, staff group) -> how many of the group hold it, 0 to 1."""
        self.drawn = {s.task for s in files.signoffs}
        """The tasks about which the files say who holds them."""

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
