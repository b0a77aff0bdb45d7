"""A team's past: who signs in it, who holds what, who is learning, waiting or away."""

from collections.abc import Mapping, Sequence

from competence.imports.demonstration import names
from competence.imports.demonstration.rows import Absence, Delegated, Person, Request, SignOff, Terms
from competence.imports.demonstration.town import HIGHEST, KINDS, SIGN, SIGNABLE, Holder, Town


def _share(town: Town, task: str, group: str) -> float:
    """How many of the group hold the task in the team of the files, 0 to 1, drawn a little to the middle."""
    key = (task, town.files.follows.get(group, group))
    known = town.shares.get(key)
    if known is None:
        group_of = {p.number: p.staff_group for p in town.files.people if p.unit == "Team Havnen"}
        there = sum(1 for g in group_of.values() if g == key[1])
        held = {
            s.person
            for s in town.files.signoffs
            if s.task == task and s.through >= 0 and s.accepted is not None and group_of.get(s.person) == key[1]
        }
        known = (len(held) + 0.8) / (there + 1.6) if task in town.drawn else 0.42
        town.shares[key] = known
    return known


def give_past(town: Town, members: Sequence[Person], *, floaters: bool = False) -> None:
    """Gives the members a past: who signs in the team, who holds what, who is learning, waiting or away."""
    guides = _signers(town, members, floaters=floaters)
    _absences(town, members, guides)
    holders = holders_of(town, members, guides)
    taken = {
        (task, shift)
        for member in members
        for number, task in town.settled
        if number == member.number
        for shift in member.shifts
    }
    for member in members:
        if member.number not in guides:
            _past(town, member, holders, taken, giver=next(iter(guides), None))


def _signers(town: Town, members: Sequence[Person], *, floaters: bool) -> dict[str, dict[str, int]]:
    """The team's first nurse and first assistant: number -> task -> since when they sign."""
    found: dict[str, dict[str, int]] = {}
    if floaters:
        return found
    for group in ("SPL", "SSA"):
        longest = next((m for m in members if m.staff_group == group and m.first < -400 and "D" in m.shifts), None)
        if longest is not None:
            found[longest.number] = town.master(longest, back_to=town.horizon)
    return found


def _absences(town: Town, members: Sequence[Person], guides: Mapping[str, object]) -> None:
    named = {person.number for person in town.files.people}
    for member in members:
        kept = member.number in guides or member.number in named or "N" in member.shifts
        if kept or town.rng.random() > 0.08:
            continue
        long = town.rng.random() < 0.15 and member.first < -500
        first = -town.between(190, 230) if long else -town.between(3, 70)
        if first <= member.first:
            continue
        town.absences.append(Absence(member.number, first, town.rng.choice((None, town.between(5, 60)))))
        town.away.add(member.number)


def holders_of(
    town: Town, members: Sequence[Person], guides: Mapping[str, Mapping[str, int]]
) -> dict[str, list[Holder]]:
    """Task -> those who sign it in the team: first those trained for it, then those who have it by education."""
    found: dict[str, list[Holder]] = {task: [] for task in town.tasks}
    for guide, since in reversed(list(guides.items())):
        for task, day in since.items():
            found[task].append(Holder(guide, HIGHEST, day))
    for member in members:
        group = member.staff_group
        if group not in SIGN or member.number in town.away or member.authorisation_checked is None:
            continue
        for task, terms in zip(town.tasks, town.terms(group), strict=True):
            if terms.rule == "core":
                found[task].append(Holder(member.number, terms.education, member.first))
    return found


def _past(
    town: Town, person: Person, holders: Mapping[str, list[Holder]], taken: set[tuple[str, str]], giver: str | None
) -> None:
    group, rng = person.staff_group, town.rng
    assert group is not None
    begins = person.first + 14 if person.stage_from is None else max(person.first, person.stage_from) + 5
    served = -begins
    if served < 4:
        return
    skill = rng.uniform(0.55, 1.2) * min(1.0, 0.25 + served / 500)
    for task, terms in zip(town.tasks, town.terms(group), strict=True):
        rule = terms.rule
        if rule not in SIGNABLE or (person.number, task) in town.settled:
            continue
        if taken and any((task, shift) in taken for shift in person.shifts):
            continue
        here = holders[task]
        if rule == "core":
            if terms.education < HIGHEST and served > 250 and rng.random() < 0.28 * skill:
                signed(town, person, task, terms, here, terms.education + 1, begins)
            continue
        if rule == "delegation_only":
            if giver is not None and served > 200 and rng.random() < 0.06:
                _delegate(town, person, task, terms, here, giver, begins)
            continue
        if rng.random() < _share(town, task, group) * skill:
            _state(town, person, task, terms, here, begins)
        elif rng.random() < 0.11:
            _learning(town, person, task, terms, here, begins)


def _level(town: Town, terms: Terms, served: int) -> int:
    pick = town.rng.random()
    level = 1 if served < 180 or pick < 0.35 else 2 if pick < 0.93 else 3
    return max(level, terms.minimum)


def _state(town: Town, person: Person, task: str, terms: Terms, here: Sequence[Holder], begins: int) -> None:
    level, pick = _level(town, terms, -begins), town.rng.random()
    if pick < 0.015:
        day = -town.between(1, min(12, -begins))
        by = town.sign(person, task, level, day, terms, here, accepted=None)
        town.seen(person, task, KINDS[terms.times], day, by)
    elif pick < 0.035 and begins < -200:
        _on_paper(town, person, task, terms, level, begins)
    elif pick < 0.075 and begins < -terms.days - 100:
        signed(town, person, task, terms, here, level, begins, lapsed=True)
    elif pick < 0.085 and terms.minimum > 1:
        signed(town, person, task, terms, here, terms.minimum - 1, begins)
    else:
        signed(town, person, task, terms, here, level, begins)


def signed(
    town: Town,
    person: Person,
    task: str,
    terms: Terms,
    here: Sequence[Holder],
    level: int,
    begins: int,
    *,
    lapsed: bool = False,
) -> None:
    rng = town.rng
    margin = 62 if rng.random() < 0.3 else 1
    if lapsed:
        newest = -terms.days - town.between(1, 90)
    else:
        newest = town.between(max(begins, margin - terms.days), min(-2, begins + 300) if begins > -400 else -2)
    found = town.chain(newest, terms.days, max(begins, town.horizon))
    lowest = max(1, terms.minimum, terms.education)
    for place, day in enumerate(found):
        then = level if place == 0 or rng.random() < 0.6 else max(lowest, level - place)
        by = town.sign(
            person, task, min(level, then), day, terms, here, accepted=min(0, day + max(0, town.between(-3, 2)))
        )
        first = place == len(found) - 1
        if day > -150 and terms.rule != "core":
            town.seen(person, task, KINDS[terms.times] if first else ("alone",), day, by)
    if not lapsed and level >= terms.minimum:
        town.held[person.number, task] = level


def _on_paper(town: Town, person: Person, task: str, terms: Terms, level: int, begins: int) -> None:
    """From paper, recorded not long ago; half of them still wait for the person's yes."""
    rng = town.rng
    recorded = -town.between(3, 60)
    signed = town.between(max(begins, 75 - terms.days), recorded - 20)
    accepted = min(0, recorded + town.between(0, 3)) if rng.random() < 0.5 else None
    paper = f"{rng.choice(names.FIRST)} {rng.choice(names.LAST)}, sygeplejerske"
    town.signoffs.append(
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
            town.nurses[0],
        )
    )
    town.begun.add((person.number, task))
    town.held[person.number, task] = level


def _learning(town: Town, person: Person, task: str, terms: Terms, here: Sequence[Holder], begins: int) -> None:
    most = terms.times if town.rng.random() < 0.15 else max(1, terms.times - 1)
    done = town.between(1, most)
    last = -town.between(1, min(40, -begins))
    observer = town.signer(person.number, 1, min(last, max(begins, last - 20)), here)
    town.seen(person, task, KINDS[3][:done], last, observer)
    if done >= terms.times - 1 and town.rng.random() < 0.5:
        asked = min(0, last + town.between(0, 3))
        town.requests.append(Request(person.number, task, asked, person.number))


def _delegate(
    town: Town, person: Person, task: str, terms: Terms, here: Sequence[Holder], giver: str, begins: int
) -> None:
    """A signature and, on its day, the personal delegation by the team's nurse, who has held the task before."""
    since = [h.since for h in here if h.number == giver]
    day = max(begins, -200, *(s + 1 for s in since)) if since else 0
    if day > -5:
        return
    day = town.between(day, -5)
    town.sign(person, task, max(2, terms.minimum), day, terms, here, accepted=day)
    town.delegations.append(Delegated(person.number, task, giver, "ramme", day, day, day + terms.days))
    town.held[person.number, task] = max(2, terms.minimum)
