"""A small municipality to test with. Only what a test claims is written out; the rest is filled in here."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from competence.access.rules import Actor, Assigned, Role
from competence.accounts.models import Account, RoleAssignment
from competence.audit.chain import NewEvent, append_all
from competence.catalogue.models import Area, Level, Task, TaskCriterion
from competence.catalogue.rules import ScaleKind, TaskKind
from competence.coverage.models import Requirement
from competence.coverage.rules import Shift
from competence.decision.commands import recompute_all
from competence.delegation.models import Cell, MatrixVersion
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, today
from competence.foundation.orm import open_session
from competence.organisation.models import Municipality, Unit
from competence.people.models import Employment, Person, PersonIdentity, StaffGroup
from competence.signoffs import projection
from competence.signoffs.models import Observation
from competence.signoffs.rules import EventKind, ObservationKind, Origin

LONG_AGO = timedelta(days=400)
GROUPS: dict[str, tuple[str, bool, bool]] = {
    "SPL": ("Sygeplejerske", True, True),
    "SSA": ("Social- og sundhedsassistent", True, True),
    "SSH": ("Social- og sundhedshjælper", False, False),
    "UFA": ("Ufaglært", False, False),
}
"""Code -> (name, authorised, may sign)."""
LEVELS = ("basis", "øvet", "ekspert")


@dataclass
class Someone:
    """A person with one employment."""

    person: Person
    employment: Employment
    unit: Unit
    name: str
    roles: list[Assigned] = field(default_factory=list)
    account: Account | None = None

    @property
    def actor(self) -> Actor:
        """She herself, as commands take her."""
        return Actor(
            self.person.id,
            self.account.id if self.account else None,
            self.name,
            tuple(self.roles),
            self.roles[-1].role if self.roles else Role.EMPLOYEE,
        )


class World:
    """A municipality with a district, teams, four staff groups, scales, and a matrix version in force since 300 days ago."""

    def __init__(self, session: Session, name: str = "Prøveby Kommune") -> None:
        self.session = session
        if session.info.get("municipality_id") is None:
            self.municipality = Municipality(name=name, salt="salt", settings={}, created_at=now())
            session.add(self.municipality)
            session.commit()
            session.info["municipality_id"] = self.municipality.id
        else:
            found = session.get(Municipality, session.info["municipality_id"])
            assert found is not None
            self.municipality = found
        self.root = self.unit(name, "kommune")
        self.district = self.unit("Distrikt Nord", "distrikt", under=self.root)
        self.team = self.unit("Team Havnen", "team", under=self.district)
        self.groups: dict[str, StaffGroup] = {}
        for position, (code, (full, authorised, may_sign)) in enumerate(GROUPS.items()):
            group = StaffGroup(
                code=code, name=full, short_name=full, plural=full, authorised=authorised, may_sign=may_sign, position=position
            )  # fmt: skip
            self.groups[code] = group
            session.add(group)
        for scale, names in ((ScaleKind.PRACTICE, LEVELS), (ScaleKind.PROFILE, ("basis", "avanceret", "specialist"))):
            for rank, level_name in enumerate(names, 1):
                session.add(Level(scale=scale, rank=rank, name=level_name))
        self.area = Area(name="Medicinhåndtering", position=1)
        session.add(self.area)
        session.add(TaskCriterion(task_id=None, position=1, text="Finder handlingsanvisning og instruks"))
        self.version = MatrixVersion(
            number=1, valid_from=today() - timedelta(days=300), approved_at=now(), recorded_at=now()
        )
        session.add(self.version)
        session.flush()
        self._numbers = 1000
        self._slots = 0

    def unit(self, name: str, kind: str = "team", *, under: Unit | None = None) -> Unit:
        """A unit below another; the root when none is named."""
        unit = Unit(name=name, kind=kind, parent_id=under.id if under else None, recorded_at=now())
        self.session.add(unit)
        self.session.flush()
        unit.path = f"{under.path if under else '/'}{unit.id}/"
        self.session.flush()
        return unit

    def task(self, name: str = "Insulin med pen", *, area: Area | None = None, **columns: Any) -> Task:
        """A task of the catalogue: one observed time, twelve months, unless said otherwise."""
        said = {"observed_times": 1, "validity_months": 12, "kind": TaskKind.CARE} | columns
        task = Task(
            area_id=(area or self.area).id, code=f"T{self._slots}", name=name, slot=self._slots, position=self._slots,
            recorded_at=now(), **said,
        )  # fmt: skip
        self._slots += 1
        self.session.add(task)
        self.session.flush()
        return task

    def cell(self, task: Task, group: str, rule: CellRule, **columns: Any) -> Cell:
        """A cell of the version in force."""
        entitling = (
            {"minimum_level": 1}
            if rule.value in ("core", "must", "may_general", "may_citizen", "delegation_only")
            else {}
        )
        core = {"education_level": 2} if rule is CellRule.CORE else {}
        cell = Cell(
            version_id=self.version.id, task_id=task.id, staff_group_id=self.groups[group].id, rule=rule,
            **(entitling | core | columns),
        )  # fmt: skip
        self.session.add(cell)
        self.session.flush()
        return cell

    def person(
        self, name: str = "Camilla Brandt", group: str = "SSH", *, unit: Unit | None = None, shifts: str = "D",
        since: date | None = None, until: date | None = None, **columns: Any,
    ) -> Someone:  # fmt: skip
        """A person with one employment in the team, her authorisation checked where the group has one."""
        begins = since or today() - LONG_AGO
        person = Person(recorded_at=now())
        self.session.add(person)
        self.session.flush()
        self._numbers += 1
        self.session.add(PersonIdentity(person_id=person.id, number=str(self._numbers), name=name))
        checked = {"authorisation_checked_on": begins} if GROUPS[group][1] else {}
        employment = Employment(
            person_id=person.id, unit_id=(unit or self.team).id, staff_group_id=self.groups[group].id, shifts=shifts,
            valid_from=begins, valid_to=until, recorded_at=now(), **(checked | columns),
        )  # fmt: skip
        self.session.add(employment)
        self.session.flush()
        where = unit or self.team
        roles = [Assigned(Role.EMPLOYEE, where.path)]
        if GROUPS[group][2]:
            roles.append(Assigned(Role.SIGNER, where.path))
        return Someone(person, employment, where, name, roles)

    def role(self, someone: Someone, role: Role, *, over: Unit | None = None, until: date | None = None) -> Someone:
        """The same person with a role over a unit (her own when none is named)."""
        unit = over or someone.unit
        self.session.add(
            RoleAssignment(
                person_id=someone.person.id,
                role=role,
                unit_id=unit.id,
                valid_from=today() - LONG_AGO,
                valid_to=until,
                recorded_at=now(),
            )
        )
        self.session.flush()
        if until is None or until > today():
            someone.roles.append(Assigned(role, unit.path))
        return someone

    def account(self, someone: Someone, email: str | None = None, password_hash: str | None = None) -> Account:
        """An account to sign in with."""
        address = email or f"{someone.name.split()[0].lower()}.{someone.person.id}@proeveby.example"
        account = Account(person_id=someone.person.id, email=address, password_hash=password_hash, recorded_at=now())
        self.session.add(account)
        self.session.flush()
        someone.account = account
        return account

    def signed(
        self, someone: Someone, task: Task, level: int = 2, *, by: Someone | None = None, days_ago: int = 30,
        valid_days: int | None = 365, accepted: bool = True, origin: Origin = Origin.SIGNED_HERE, citizen_id: int | None = None,
    ) -> int:  # fmt: skip
        """The seq of a sign-off given some days ago, accepted the same day unless said otherwise."""
        moment = now() - timedelta(days=days_ago)
        first = today() - timedelta(days=days_ago)
        fields = {
            "level": level, "valid_from": first.isoformat(), "origin": origin.value,
            "valid_to": (first + timedelta(days=valid_days)).isoformat() if valid_days is not None else None,
            "answer_before": (first + timedelta(days=30)).isoformat(),
        }  # fmt: skip
        event = append_all(
            self.session,
            [
                NewEvent(
                    someone.person.id,
                    EventKind.SIGNED,
                    by.person.id if by else None,
                    task.id,
                    citizen_id=citizen_id,
                    fields=fields,
                    recorded_at=moment,
                )
            ],
        )[0]
        if accepted:
            append_all(
                self.session,
                [
                    NewEvent(
                        someone.person.id,
                        EventKind.ACCEPTED,
                        someone.person.id,
                        task.id,
                        citizen_id=citizen_id,
                        refers_to=event.seq,
                        recorded_at=moment,
                    )
                ],
            )
        projection.rebuild(self.session, [someone.person.id], on=today(), task_id=task.id)
        return event.seq

    def observed(
        self, someone: Someone, task: Task, *, by: Someone | None = None, days_ago: int = 0,
        kind: ObservationKind = ObservationKind.ALONE,
    ) -> Observation:  # fmt: skip
        """One observed time."""
        observation = Observation(
            person_id=someone.person.id, task_id=task.id, kind=kind, observed_on=today() - timedelta(days=days_ago),
            observer_id=by.person.id if by else None, recorded_at=now(),
        )  # fmt: skip
        self.session.add(observation)
        self.session.flush()
        return observation

    def requirement(
        self, task: Task, shift: Shift, need: int, *, unit: Unit | None = None, level: int = 1, **columns: Any
    ) -> Requirement:
        """At least so many on the shift."""
        requirement = Requirement(
            **({"valid_from": today() - LONG_AGO} | columns), unit_id=(unit or self.team).id, task_id=task.id, shift=shift,
            need=need, level=level, recorded_at=now(),
        )  # fmt: skip
        self.session.add(requirement)
        self.session.flush()
        return requirement

    def settle(self) -> "World":
        """The same world with its stored answers made, as they are after the last command."""
        recompute_all(self.session)
        self.session.flush()
        return self


def another(world: World, name: str = "Søby Kommune") -> World:
    """A second municipality in the same database."""
    bind = world.session.get_bind()
    return World(open_session(bind.engine, None), name)
