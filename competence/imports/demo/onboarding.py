"""Who is new in Team Havnen: somebody in her third week, and somebody who begins next week; and the team's own template."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from competence.access.rules import Permission
from competence.accounts.models import Account
from competence.accounts.passwords import hashed
from competence.accounts.queries import actor_of_person
from competence.foundation.clock import now
from competence.imports.demo.people import PASSWORD
from competence.imports.demo.writing import Writing
from competence.imports.onboarding import load_templates
from competence.imports.reference import read_files
from competence.onboarding.commands import NewProgramme, begin_onboarding
from competence.onboarding.models import (
    FirstShiftYes,
    Onboarding,
    OnboardingItem,
    OnboardingLine,
    OnboardingTemplate,
    StudentStage,
)
from competence.onboarding.rules import Side, Ticks, asked_of
from competence.people.models import Employment, Person, PersonIdentity, StaffGroup
from competence.signoffs.models import Observation

TEAM, GROUP = "Team Havnen", "UFA"
NEW, COMING = "Emil Bruun", "Freja Thomsen"
BUDDY, MENTOR = "Camilla Brandt", "Hanne Lykke"
ASKED = "Ida Møller"
"""The occupational therapist, who is asked by name to see to what the template gives to one."""
APPROVES = "Marianne Holm"
LIFT = "ONB17"
"""The practice check with hoist and sling, which the team has in the first week: nearly all its citizens have a hoist."""
COMING_IN = 7
SUPERVISES = {"SPL", "SSA"}
STAGES = {False: "1. oplæringsperiode", True: "2. oplæringsperiode"}
"""By whether the tasks of the followed group are open to her."""
SEEN_TO = {"ONB01", "ONB02"}
"""What the leader has seen to already for the one who begins next week."""
OPEN_STILL = {"ONB12", "ONB19", "ONB21", "ONB22"}
"""Of the first two weeks, what the one in her third week has not ticked."""


def write_onboarding(to: Writing) -> None:
    """Nothing; templates are approved, two programmes run, and one of them has come into its third week."""
    people = {person.name: person for person in to.demo.people}
    leader = next((role.person for role in to.demo.roles if role.role == "leader" and role.unit == TEAM), None)
    if TEAM not in to.units or leader is None or not {NEW, BUDDY, MENTOR, APPROVES} <= people.keys():
        return
    persons = {name: to.persons[people[name].number] for name in (NEW, BUDDY, MENTOR, APPROVES)}
    load_templates(to.session, read_files(), to.rules.groups)
    _approve(to, persons[APPROVES])
    _own_template(to, persons[APPROVES])
    by = actor_of_person(to.session, to.persons[leader])
    if not by.may(Permission.ONBOARDING_KEEP, to.units[TEAM].path):
        return
    first = to.day(people[NEW].first)
    new = NewProgramme(first, persons[BUDDY], persons[MENTOR])
    begun = begin_onboarding(to.session, to.employments[people[NEW].number], new, by=by)
    begun.begun_at = to.moment(people[NEW].first - 12, 13, 20)
    _ticked(to, begun, persons[NEW], persons[MENTOR], to.persons[leader], first_offset=people[NEW].first)
    coming = _coming(to)
    soon = begin_onboarding(
        to.session, coming.id, NewProgramme(coming.valid_from, persons[BUDDY], persons[MENTOR]), by=by
    )
    soon.begun_at = to.moment(-8, 11, 30)
    for item in to.session.scalars(select(OnboardingItem).where(OnboardingItem.onboarding_id == soon.id)):
        if item.code in SEEN_TO:
            item.responsible_at, item.responsible_by = to.moment(-6, 9, 50), to.persons[leader]
    _asked(to, begun, people)
    _stages(to)
    to.session.flush()


def _asked(to: Writing, begun: Onboarding, people: Mapping[str, Any]) -> None:
    """Nothing; what the template gives to an occupational therapist, the leader has asked the team's own to see to."""
    if ASKED in people:
        for item in to.session.scalars(select(OnboardingItem).where(OnboardingItem.onboarding_id == begun.id)):
            if item.responsible == "Ergoterapeut":
                item.responsible_id = to.persons[people[ASKED].number]


def _stages(to: Writing) -> None:
    """Nothing; each student has the stage she has come to, and a nurse or an assistant of her team who supervises her."""
    groups = {one.id: one for one in to.session.scalars(select(StaffGroup))}
    every = to.session.scalars(select(Employment).where(~Employment.is_external).order_by(Employment.id)).all()
    taken: dict[int, int] = {}
    for one in every:
        if not groups[one.staff_group_id].is_student or one.valid_from > to.today:
            continue
        able = [
            other.person_id
            for other in every
            if other.unit_id == one.unit_id and groups[other.staff_group_id].code in SUPERVISES
        ]
        if not able:
            continue
        supervisor = min(able, key=lambda person: (taken.get(person, 0), person))
        taken[supervisor] = taken.get(supervisor, 0) + 1
        opens = one.stage_from is not None and one.stage_from <= to.today
        begins = one.stage_from if opens and one.stage_from is not None else one.valid_from
        to.session.add(
            StudentStage(
                employment_id=one.id, stage=STAGES[opens], supervisor_id=supervisor, opens=opens, begins_on=begins,
                recorded_at=to.moment((begins - to.today).days, 9), recorded_by=supervisor,
            )
        )  # fmt: skip


def _approve(to: Writing, by: int) -> None:
    for template in to.session.scalars(select(OnboardingTemplate)):
        template.approved_at, template.approved_by = to.moment(-120, 14, 5), by
    to.session.flush()


def _own_template(to: Writing, by: int) -> None:
    """Nothing; the team has the unskilled's programme with the check of hoist and sling in the first week."""
    group = to.rules.groups[GROUP]
    source = to.session.scalars(select(OnboardingTemplate).where(OnboardingTemplate.staff_group_id == group)).one()
    own = OnboardingTemplate(
        unit_id=to.units[TEAM].id, staff_group_id=group, number=1, recorded_at=to.moment(-90), recorded_by=by,
        approved_at=to.moment(-88, 9, 40), approved_by=by,
    )  # fmt: skip
    to.session.add(own)
    to.session.flush()
    kept = ("code", "position", "name", "kind", "responsible", "ticks", "gate", "gate_code", "first_shift", "source")
    for line in to.session.scalars(select(OnboardingLine).where(OnboardingLine.template_id == source.id)):
        said = {name: getattr(line, name) for name in kept}
        to.session.add(OnboardingLine(template_id=own.id, week=1 if line.code == LIFT else line.week, **said))
    to.session.flush()


def _ticked(
    to: Writing, begun: Onboarding, newcomer: int, guide: int, leader: int, *, first_offset: int
) -> None:  # fmt: skip
    """Nothing; what lies before the third week is ticked, but for a few, and the leader has said yes to the first shift."""
    items = to.session.scalars(select(OnboardingItem).where(OnboardingItem.onboarding_id == begun.id)).all()
    for item in items:
        if item.week > 2 or item.code in OPEN_STILL:
            continue
        at = _at(to, first_offset, min(item.week, 1) if item.first_shift else item.week)
        if Side.NEWCOMER in asked_of(Ticks(item.ticks)):
            item.newcomer_at = at
        if Side.RESPONSIBLE in asked_of(Ticks(item.ticks)):
            item.responsible_at = at + timedelta(minutes=25) if at + timedelta(minutes=25) < now() else at
            item.responsible_by = leader if item.responsible == "Leder" else guide
        if item.gate_code:
            kind = to.rules.gates.get(GROUP, ())
            to.insert(
                Observation,
                [
                    {
                        "person_id": newcomer, "task_id": None, "gate_code": item.gate_code,
                        "kind": dict(kind).get(item.gate_code, "practice_check"), "observed_on": at.date(),
                        "observer_id": guide, "recorded_at": at, "recorded_by": guide,
                    }
                ],
            )  # fmt: skip
            item.responsible_by = guide
    to.session.add(
        FirstShiftYes(
            onboarding_id=begun.id, employment_id=begun.employment_id, given_by=leader,
            given_at=_at(to, first_offset, 1) + timedelta(hours=5),
            words="Følges med Camilla de første to uger. Udfører kun opgaver, der er skrevet under på.",
        )
    )  # fmt: skip
    to.session.flush()


def _at(to: Writing, first_offset: int, week: int) -> datetime:
    day = first_offset + {0: 0, 1: 3, 2: 10}.get(week, 7 * week)
    while to.day(day).weekday() > 4:
        day += 1
    return to.moment(day, 10, 15)


def _coming(to: Writing) -> Employment:
    """The employment of somebody who begins next week, with an account."""
    address = f"{COMING.lower().replace(' ', '.')}@fjordby.example"
    person = Person(recorded_at=to.moment(-9))
    to.session.add(person)
    to.session.flush()
    employment = Employment(
        person_id=person.id, unit_id=to.units[TEAM].id, staff_group_id=to.rules.groups[GROUP], shifts="D",
        valid_from=to.day(COMING_IN), recorded_at=to.moment(-9),
    )  # fmt: skip
    to.session.add_all(
        [
            PersonIdentity(person_id=person.id, number="10123", name=COMING, email=address, phone="00 00 41 35"),
            Account(person_id=person.id, email=address, password_hash=hashed(PASSWORD), recorded_at=to.moment(-9)),
            employment,
        ]
    )
    to.session.flush()
    return employment
