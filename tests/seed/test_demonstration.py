"""The demonstration obeys the rule: pictures, signers, dates and figures, in plain Python over the data."""

import csv
from collections import Counter, defaultdict

import pytest

from competence.imports.demonstration.files import Files, read, widened
from competence.imports.demonstration.generate import generate
from competence.imports.demonstration.rows import Demonstration, Person, SignOff, Terms
from competence.imports.demonstration.town import STUDENTS
from competence.imports.shipped import seed_folder

FILES = read()
SIGNING_GROUPS = {"SPL", "SPSPL", "SSA", "ERG", "FYS"}
ENTITLING = {"core", "must", "may_general", "delegation_only"}
HAVNEN = "Team Havnen"
WITHIN_DAYS = 60


@pytest.fixture(scope="module")
def fjordby() -> Demonstration:
    return generate()


@pytest.fixture(scope="module")
def larger() -> Demonstration:
    return generate(900, 7, history_years=4)


class Books:
    """What the rows say, looked up: a small rule of its own, so that the data is not judged by what made it."""

    def __init__(self, demo: Demonstration, files: Files) -> None:
        self.demo, self.files = demo, files
        self.people = {p.number: p for p in demo.people}
        self.signed: dict[tuple[str, str], list[SignOff]] = defaultdict(list)
        for one in demo.signoffs:
            self.signed[one.person, one.task].append(one)
        self.delegated: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        for given in demo.delegations:
            self.delegated[given.person, given.task].append((max(given.given, given.accepted), given.through))
        self.seen: dict[tuple[str, str], list[int]] = defaultdict(list)
        for time_ in demo.observations:
            self.seen[time_.person, time_.task].append(time_.on)
        self.roles: dict[str, set[str]] = defaultdict(set)
        for role in demo.roles:
            self.roles[role.person].add(role.role)
        self.absent = {a.person for a in demo.absences if a.first <= 0 and (a.through is None or a.through >= 0)}

    def terms(self, person: Person, task: str) -> Terms:
        assert person.staff_group is not None
        group = person.staff_group
        return self.files.terms.get((task, group)) or self.files.terms[task, self.files.follows[group]]

    def current(self, number: str, task: str, day: int) -> SignOff | None:
        """The latest that counts from the day or before, also when it has ended."""
        begun = [s for s in self.signed[number, task] if _counts_from(s) <= day]
        return max(begun, key=_counts_from, default=None)

    def level(self, number: str, task: str, day: int) -> int:
        """Level at which the person may do the task on the day, 0 = may not."""
        person = self.people[number]
        if day < person.first or (person.through is not None and day > person.through):
            return 0
        terms = self.terms(person, task)
        if terms.rule not in ENTITLING:
            return 0
        checked = person.authorisation_checked
        if person.staff_group in SIGNING_GROUPS and (checked is None or checked > day):
            return 0
        last = self.current(number, task, day)
        level = last.level if last is not None and day <= _ends(last) else 0
        if terms.rule == "delegation_only" and not any(a <= day <= b for a, b in self.delegated[number, task]):
            return 0
        if level < terms.minimum:
            level = 0
        return max(level, terms.education)

    def state(self, number: str, task: str) -> str:
        """The cell as the picture draws it, in the words of havnen_cells.csv."""
        person = self.people[number]
        terms = self.terms(person, task)
        if terms.rule not in ENTITLING:
            return terms.rule
        last, level = self.current(number, task, 0), self.level(number, task, 0)
        if level:
            by_education = terms.rule == "core" and (last is None or last.level <= terms.education or _ends(last) < 0)
            shape = {"core": "square", "delegation_only": "diamond"}.get(terms.rule, "circle")
            left = None if by_education or last is None else _ends(last)
            return f"{shape} {level}" + (f" tab {left}" if left is not None and left <= WITHIN_DAYS else "")
        if any(s.accepted is None and s.origin == "signed_here" and s.signed > -30 for s in self.signed[number, task]):
            return "waiting"
        done = sum(1 for day in self.seen[number, task] if last is None or day > last.signed)
        if last is not None and _ends(last) >= 0 and last.level < terms.minimum:
            return "low"
        if done:
            return f"training {done}/{terms.times}"
        return "lapsed" if last is not None else "not_begun"

    def have(self, unit: str, task: str, shift: str, level: int) -> int:
        """How many of the unit's fixed people on the shift hold the task today."""
        return sum(
            1
            for p in self.demo.people
            if p.unit == unit and p.staff_group and p.staff_group not in STUDENTS and not p.is_floater
            and shift in p.shifts and p.number not in self.absent and self.level(p.number, task, 0) >= level
        )  # fmt: skip


def _counts_from(signed: SignOff) -> int:
    if signed.accepted is not None:
        return max(signed.signed, signed.accepted)
    return signed.recorded if signed.origin == "transferred" else 9999


def _ends(signed: SignOff) -> int:
    waits = signed.accepted is None and signed.origin == "transferred"
    return min(signed.through, signed.recorded + 89) if waits else signed.through


def _cells() -> list[dict[str, str]]:
    return _table("havnen_cells.csv")


def _table(name: str) -> list[dict[str, str]]:
    with (seed_folder() / "fjordby" / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


# Team Havnen as in the pictures


def test_team_havnen_has_the_pictures_22_people_and_23_tasks() -> None:
    cells = _cells()
    assert len(cells) == 22 * 23
    assert len({c["number"] for c in cells}) == 22
    assert {c["task"] for c in cells} == set(FILES.areas)


def test_every_cell_of_team_havnen_follows_from_its_events_as_drawn(fjordby: Demonstration) -> None:
    books = Books(fjordby, FILES)
    wrong = [
        (c["name"], c["task"], c["state"], got)
        for c in _cells()
        if (got := books.state(c["number"], c["task"])) != c["state"]
    ]
    assert wrong == []


def test_coverage_of_team_havnen_is_as_printed(fjordby: Demonstration) -> None:
    books = Books(fjordby, FILES)
    needs = {(r.task, r.shift): r for r in fjordby.requirements if r.unit == HAVNEN}
    for row in _table("havnen_coverage.csv"):
        for shift, printed in zip("DAN", (row["day"], row["evening"], row["night"]), strict=True):
            need = needs.pop((row["task"], shift), None)
            assert (need is None) == (printed == ""), row
            if need is not None:
                assert f"{books.have(HAVNEN, need.task, shift, need.level)}/{need.need}" == printed, (row, shift)
    assert needs == {}


def test_the_header_of_team_havnen_says_5_10_8_1(fjordby: Demonstration) -> None:
    books = Books(fjordby, FILES)
    needs = [r for r in fjordby.requirements if r.unit == HAVNEN]
    haves = [(books.have(HAVNEN, r.task, r.shift, r.level), r.need) for r in needs]
    states = [c["state"] for c in _cells() if c["off_duty"] == "no"]
    gaps = sum(1 for have, need in haves if have < need)
    vulnerable = sum(1 for have, need in haves if have >= need and (have == need or have == 1))
    assert (gaps, vulnerable) == (5, 10)
    assert (sum(" tab " in s for s in states), states.count("waiting")) == (8, 1)


def test_amiras_passport_is_as_drawn(fjordby: Demonstration) -> None:
    books = Books(fjordby, FILES)
    amira = next(p.number for p in fjordby.people if p.name == "Amira Haddad")
    names = {p.number: p.name for p in fjordby.people}
    held = {t: books.level(amira, t, 0) for t in FILES.areas if books.level(amira, t, 0)}
    assert Counter(held.values()) == {2: 6, 1: 5}
    kompression = books.current(amira, "Kompressionsbind", 0)
    assert kompression is not None
    assert (kompression.signed, kompression.through) == (-146, 219)
    assert names[kompression.signer or ""] == "Birgit Holst"
    insulin = books.signed[amira, "Insulin med pen"][-1]
    assert (insulin.signed, insulin.level, insulin.accepted) == (-1, 1, None)
    assert names[insulin.signer or ""] == "Hanne Lykke"


def test_only_two_neighbours_may_pass_a_pain_pump_in_the_evening(fjordby: Demonstration) -> None:
    books = Books(fjordby, FILES)
    found = {
        p.name
        for p in fjordby.people
        if p.unit in ("Team Lunden", "Team Bakken", "Hjemmeplejen Nord") and "A" in p.shifts and p.staff_group
        and books.level(p.number, "Smertepumpe (subkutan)", 0) >= 2
    }  # fmt: skip
    assert found == {"Rikke Sander", "Mikkel Ager"}


# every municipality


@pytest.mark.parametrize("which", ["fjordby", "larger"])
def test_every_signer_was_somebody_who_might_sign_that_day(which: str, request: pytest.FixtureRequest) -> None:
    demo: Demonstration = request.getfixturevalue(which)
    assert _wrong_signers(demo) == []


def test_a_wide_municipality_signs_within_the_rule_too() -> None:
    demo = generate(150, 4, wide=True)
    files = widened(FILES)
    assert len(files.areas) > 140
    assert len({s.task for s in demo.signoffs}) > 120
    assert _wrong_signers(demo, files) == []


def _wrong_signers(demo: Demonstration, files: Files = FILES) -> list[tuple[SignOff, str]]:
    books, keys = Books(demo, files), {i.key for i in demo.instructors}
    wrong: list[tuple[SignOff, str]] = []
    for one in demo.signoffs:
        person, terms = books.people[one.person], books.terms(books.people[one.person], one.task)
        if one.signed < person.first or (person.through is not None and one.signed > person.through):
            wrong.append((one, "not employed"))
        if terms.rule not in ENTITLING:
            wrong.append((one, "cannot be signed"))
        if one.accepted is not None and not one.recorded <= one.accepted <= 0:
            wrong.append((one, "accepted before it was recorded, or later than today"))
        if one.signed > 0 or one.recorded > 0 or one.recorded < one.signed:
            wrong.append((one, "dates"))
        if abs(one.through - one.signed - terms.days) > 2:
            wrong.append((one, "validity"))
        if one.origin == "external_instructor":
            nurse = books.roles[one.recorded_by or ""]
            if one.instructor not in keys or "development_nurse" not in nurse or one.recorded_by == one.person:
                wrong.append((one, "instructor"))
        elif one.origin == "transferred":
            if not one.paper_signer or "development_nurse" not in books.roles[one.recorded_by or ""]:
                wrong.append((one, "paper"))
        else:
            signer = books.people[one.signer or ""]
            appointed = books.roles[signer.number] & {"guide", "development_nurse"}
            if signer.number == one.person or not (appointed or signer.staff_group in SIGNING_GROUPS):
                wrong.append((one, "signer"))
            if "development_nurse" not in appointed and signer.unit != person.unit:
                wrong.append((one, "signer from elsewhere"))
            if books.level(signer.number, one.task, one.signed) < one.level:
                wrong.append((one, "the signer does not hold it at the level"))
    return wrong


@pytest.mark.parametrize("which", ["fjordby", "larger"])
def test_observers_and_givers_hold_what_they_see_and_give(which: str, request: pytest.FixtureRequest) -> None:
    demo: Demonstration = request.getfixturevalue(which)
    books = Books(demo, FILES)
    for one in demo.observations:
        assert one.observer != one.person, one
        assert books.people[one.person].first < one.on <= 0, one
        assert books.people[one.observer].staff_group in SIGNING_GROUPS, one
    unheld = [one for one in demo.observations if not books.level(one.observer, one.task, one.on)]
    assert len(unheld) <= len(demo.observations) // 100, unheld[:5]
    for given in demo.delegations:
        giver = books.people[given.giver]
        assert giver.staff_group == "SPL", given
        assert books.level(given.giver, given.task, given.given), given
        assert books.terms(books.people[given.person], given.task).rule == "delegation_only", given
        assert any(s.signed == given.given for s in books.signed[given.person, given.task]), given


def test_in_team_havnen_first_signatures_rest_on_the_times_asked_for(fjordby: Demonstration) -> None:
    books = Books(fjordby, FILES)
    for one in FILES.observations:
        assert books.level(one.observer, one.task, one.on), one
    first: dict[tuple[str, str], SignOff] = {}
    for signed in FILES.signoffs:
        first.setdefault((signed.person, signed.task), signed)
    for (number, task), signed in first.items():
        terms = books.terms(books.people[number], task)
        if terms.rule != "core" and signed.origin == "signed_here":
            seen = [day for day in books.seen[number, task] if day <= signed.signed]
            assert len(seen) >= terms.times, signed


def test_fjordby_has_12_teams_and_286_employees_and_is_alive(fjordby: Demonstration) -> None:
    books = Books(fjordby, FILES)
    employed = [p for p in fjordby.people if p.staff_group and (p.through is None or p.through >= 0)]
    teams = [u.name for u in fjordby.units if u.kind == "team"]
    assert (len(employed), len(teams)) == (286, 12)
    gaps: Counter[str] = Counter()
    vulnerable = 0
    for need in fjordby.requirements:
        have = books.have(need.unit, need.task, need.shift, need.level)
        gaps[need.unit] += have < need.need
        vulnerable += have >= need.need and (have == need.need or have == 1)
    assert sum(gaps.values()) == 36
    assert [gaps[f"Team {name}"] for name in ("Skovly", "Mosen", "Heden", "Havnen")] == [0, 8, 7, 5]
    assert 70 <= vulnerable <= 84
    assert 700 <= len(fjordby.requirements) <= 720
    states = Counter(
        books.state(p.number, t).split(" ")[0] + ("+tab" if " tab " in books.state(p.number, t) else "")
        for p in employed
        if p.unit != HAVNEN and p.unit in teams
        for t in FILES.areas
        if p.staff_group not in STUDENTS
    )
    for state in ("circle", "circle+tab", "square", "training", "waiting", "lapsed", "not_begun", "diamond"):
        assert states[state] > 0, states
    assert sum(1 for s in fjordby.signoffs if s.origin == "transferred" and s.accepted is None) >= 5
    assert len(fjordby.requests) > 15
    assert len(fjordby.absences) > 5


@pytest.mark.parametrize("employees", [24, 30, 47, 60, 130, 286, 500, 3000])
def test_a_municipality_has_as_many_employees_as_asked_for(employees: int) -> None:
    demo = generate(employees, 3)
    assert sum(1 for p in demo.people if p.staff_group and (p.through is None or p.through >= 0)) == employees
    assert len({p.number for p in demo.people}) == len(demo.people)
    assert len({p.email for p in demo.people}) == len(demo.people)
    assert len({p.name for p in demo.people}) == len(demo.people)
    assert len({u.name for u in demo.units}) == len(demo.units)
    units = {u.name for u in demo.units}
    numbers = {p.number for p in demo.people}
    assert {p.unit for p in demo.people} | {r.unit for r in demo.roles} | {r.unit for r in demo.requirements} <= units
    assert _named(demo) <= numbers
    assert {r.unit for r in demo.roles if r.role == "leader"} == {u.name for u in demo.units if u.kind == "team"}


def _named(demo: Demonstration) -> set[str]:
    found = {s.person for s in demo.signoffs} | {s.signer for s in demo.signoffs if s.signer}
    found |= {o.person for o in demo.observations} | {o.observer for o in demo.observations}
    found |= {d.person for d in demo.delegations} | {d.giver for d in demo.delegations}
    found |= {r.person for r in demo.requests} | {a.person for a in demo.absences} | {r.person for r in demo.roles}
    return found | {s.stopped_by for s in demo.stops} | {v.approved_by for v in demo.versions}


def test_the_same_numbers_make_the_same_municipality() -> None:
    assert generate(150, 5) == generate(150, 5)
    assert generate(150, 5).people != generate(150, 6).people


def test_fewer_than_a_team_and_its_nurses_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 24"):
        generate(10)
