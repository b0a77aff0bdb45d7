"""Two municipalities in one database, and a visitor for each role, for the walk over every route."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from competence.access.rules import POLICY, Assigned, Permission, Role
from competence.accounts.models import RoleAssignment
from competence.accounts.passwords import hash_cheaply, hashed
from competence.audit.chain import NewEvent, append_all
from competence.catalogue.models import InstructionVersion, Task, TaskPicture
from competence.catalogue.rules import Asks, Reserved
from competence.coverage.rules import Shift
from competence.credentials import jose
from competence.credentials.keys import jwk_of
from competence.credentials.models import BroughtCredential, TrustedIssuer
from competence.credentials.rules import Achieved, Issuer, ToIssue
from competence.delegation.commands.drafts import make_draft
from competence.delegation.commands.editing import edit_cell
from competence.delegation.commands.hearing import open_hearing
from competence.delegation.drafting import Wording
from competence.delegation.models import Delegation, FrameworkDelegation, HearingComment, MatrixVersion, Stop, UnitMask
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, today
from competence.foundation.keys import public_of
from competence.foundation.orm import engine_for, open_session
from competence.imports.kinds import OWN_MATRIX, OWN_PROFILES
from competence.imports.models import RememberedMapping
from competence.inspection.models import InspectionPack
from competence.inspection.rules import About
from competence.jobs.models import Job
from competence.jobs.rules import State
from competence.people.models import Absence, Person, PersonIdentity
from competence.profiles.models import CompetenceProfile, ProfileTask
from competence.signoffs.models import Exemption, SignOffRequest, TrainingCode
from competence.signoffs.rules import EventKind
from tests.databases import Database
from tests.factories import Someone, World, another
from tests.web import PASSWORD

HOST, FOREIGN_HOST = "proeveby.example", "soeby.example"
INSIDER, OUTSIDER, FOREIGNER, SIGNER = "Camilla Brandt", "Ulla Udenfor", "Frederikke Fremmed", "Signe Signatur"
"""In the team over which roles are given; in another team; in another municipality; who has signed."""

WORKS = {"employee": ("SSH", None), "signer": ("SPL", None), "guide": ("SPL", Role.GUIDE)}
"""Those who work in the team; all others have their role and nothing else."""
GIVEN = tuple(role.value for role in Role if role.value not in WORKS)
WIDE = tuple(f"{role} of all" for role in ("leader", "planner", "development_nurse", "director", "administrator"))
"""Also met with all of the municipality in reach."""
VISITORS = (*WORKS, *GIVEN, *WIDE, "leader that was")
UNKNOWN = 9999
DRAFT, FOREIGN_DRAFT = 3, 4
"""Each is the number of a version in its own municipality only."""


@dataclass(frozen=True)
class Ids:
    """What a parameter of a route can name."""

    own: Any
    """Within the team over which the roles are given."""
    other: Any = None
    """Within another team of the municipality; None where what is named belongs to no unit."""
    foreign: Any = UNKNOWN
    """Within another municipality of the same database."""


@dataclass(frozen=True)
class Visitor:
    """Somebody who signs in, with what POLICY gives her."""

    name: str
    email: str
    roles: tuple[Assigned, ...]
    person_id: int
    home: str
    """The role whose menu she sees."""
    own: dict[str, int]
    """What parameters name on the pages about herself; `seq` waits for her answer."""

    def reaches(self, permissions: tuple[Permission, ...], path: str) -> bool:
        """Whether one of the permissions is hers over the unit at `path`."""
        return any(path.startswith(a.path) for a in self.roles if POLICY[a.role] & set(permissions))

    def has(self, permissions: tuple[Permission, ...]) -> bool:
        """Whether one of the permissions is hers anywhere."""
        return any(POLICY[a.role] & set(permissions) for a in self.roles)


@dataclass
class Towns:
    """What the walk needs to know of the two municipalities."""

    ids: dict[str, Ids] = field(default_factory=dict)
    visitors: dict[str, Visitor] = field(default_factory=dict)
    working: set[str] = field(default_factory=set)
    """The names of all who work in the first municipality."""
    root_id: int = 0
    root_path: str = ""
    other_path: str = ""
    """Of the other team's unit."""
    credential: bytes = b""
    """Somebody else's, by an issuer that is trusted in the first municipality."""


def build(database: Database) -> Towns:
    """Both municipalities, committed."""
    hash_cheaply()
    engine = engine_for(database.url)
    towns = Towns()
    with open_session(engine, None) as session:
        world = World(session)
        task, delegable = _matrix(world)
        elsewhere = world.unit("Team Skoven", under=world.unit("Distrikt Syd", "distrikt", under=world.root))
        signer = world.person(SIGNER, "SPL", unit=world.unit("Team Engen", under=world.root))
        insider = world.person(INSIDER)
        trusted_here, towns.credential = _issuer(world, signer)
        own = _place(world, task, insider, "Inge Vejleder", signer)
        outsider = world.person(OUTSIDER, unit=elsewhere)
        other = _place(world, task, outsider, "Olga Vejleder", signer)
        for name in VISITORS:
            towns.visitors[name] = _visitor(world, name, task, signer, insider)
        towns.root_id, towns.root_path, towns.other_path = world.root.id, world.root.path, elsewhere.path
        reserved = world.task("Epoprostenol", reserved=Reserved.YES)
        framework = _framework(world, reserved)
        instruction, mapping = _instruction(world, task), _mapping(world, signer)
        said_of_profiles = _mapping(world, signer, OWN_PROFILES)
        draft, change, comment = _draft(world, delegable, DRAFT, signer)
        world.municipality.host = HOST
        world.session.add(TrainingCode(person_id=insider.person.id, secret="code-within", made_at=now()))
        world.session.add(TrainingCode(person_id=outsider.person.id, secret="code-elsewhere", made_at=now()))
        world.settle().session.commit()
        foreign_world = another(world)
        foreign_task, foreign_delegable = _matrix(foreign_world)
        foreigner = foreign_world.person(FOREIGNER)
        trusted_there, _file = _issuer(foreign_world, foreigner)
        foreign = _place(foreign_world, foreign_task, foreigner, "Fie Fremmed", foreign_world.person("Sonja", "SPL"))
        foreign_reserved = foreign_world.task("Epoprostenol", reserved=Reserved.YES)
        foreign_framework = _framework(foreign_world, foreign_reserved)
        foreign_instruction = _instruction(foreign_world, foreign_task)
        foreign_mapping = _mapping(foreign_world, foreigner)
        foreign_said = _mapping(foreign_world, foreigner, OWN_PROFILES)
        foreign_draft, foreign_change, foreign_comment = _draft(
            foreign_world, foreign_delegable, FOREIGN_DRAFT, foreigner
        )
        foreign_world.municipality.host = FOREIGN_HOST
        foreign_world.session.add(TrainingCode(person_id=foreigner.person.id, secret="code-abroad", made_at=now()))
        foreign_world.session.add(
            MatrixVersion(number=2, valid_from=today() + timedelta(days=9), approved_at=now(), recorded_at=now())
        )
        towns.ids = {name: Ids(own[name], other[name], foreign[name]) for name in own}
        towns.ids |= {
            "task_id": Ids(task.id, foreign=foreign_task.id),
            "delegable_id": Ids(delegable.id, foreign=foreign_delegable.id),
            "reserved_id": Ids(reserved.id, foreign=foreign_reserved.id),
            "staff_group_id": Ids(world.groups["SSH"].id, foreign=foreign_world.groups["SSH"].id),
            "area_id": Ids(world.area.id, foreign=foreign_world.area.id),
            "instruction_id": Ids(instruction, foreign=foreign_instruction),
            "mapping_id": Ids(mapping, foreign=foreign_mapping),
            "profile_mapping_id": Ids(said_of_profiles, foreign=foreign_said),
            "scale": Ids("practice"),
            "framework_id": Ids(framework, foreign=foreign_framework),
            "comment_id": Ids(comment, foreign=foreign_comment),
            "follower_id": Ids(world.groups["UFA"].id, foreign=foreign_world.groups["UFA"].id),
            "number": Ids(1, foreign=2),
            "draft_number": Ids(draft, foreign=foreign_draft),
            "change_id": Ids(change, foreign=foreign_change),
            "issuer_id": Ids(trusted_here, foreign=trusted_there),
            "list_number": Ids(1),
            "kind": Ids("json"),
            "asked_id": Ids(towns.visitors["leader"].person_id, foreign=foreigner.person.id),
            "token": Ids("nobody-has-this-link"),
            "secret": Ids("code-within", "code-elsewhere", "code-abroad"),
            "after": Ids(0, foreign=0),
        }
        towns.working = {INSIDER, OUTSIDER, SIGNER, "Inge Vejleder", "Olga Vejleder"} | {
            visitor.name for name, visitor in towns.visitors.items() if name in WORKS or name.endswith("that was")
        }
        foreign_world.settle().session.commit()
        foreign_world.session.close()
    engine.dispose()
    return towns


def _instruction(world: World, task: Task) -> int:
    """A version of the task's instruction that is to be read."""
    version = InstructionVersion(
        task_id=task.id, number=1, name="Insulininstruks", version="2", valid_from=today(), asks=Asks.READ,
        closes_on=today() + timedelta(days=9), recorded_at=now(),
    )  # fmt: skip
    picture = TaskPicture(task_id=task.id, media_type="image/png", content=b"\x89PNG\r\n\x1a\n", recorded_at=now())
    world.session.add_all([version, picture])
    world.session.flush()
    return version.id


def _draft(world: World, task: Task, number: int, asked: Someone) -> tuple[int, int, int]:
    """(number, id of its one change, id of the one comment) of a draft in hearing: leaders, and one by name, are asked."""
    nurse = world.role(_without_employment(world, "Nora Nordby"), Role.DEVELOPMENT_NURSE, over=world.root)
    draft = make_draft(world.session, from_number=1, by=nurse.actor)
    draft.number = number
    world.session.flush()
    said = Wording(CellRule.MUST)
    change = edit_cell(world.session, number, task.id, world.groups["UFA"].id, said, seen=0, by=nurse.actor)
    assert change is not None
    world.role(asked, Role.COMMITTEE)
    open_hearing(
        world.session, number, until=today() + timedelta(days=5), roles=[Role.LEADER], person_ids=[asked.person.id],
        by=nurse.actor,
    )  # fmt: skip
    return number, change.id, _comment(world, asked, draft.id)


def _mapping(world: World, someone: Someone, kind: str = OWN_MATRIX) -> int:
    """The id of what somebody has said of the words of a spreadsheet of the kind."""
    said = RememberedMapping(
        kind=kind,
        fingerprint="0" * 64,
        filename="skema.xlsx",
        headings=[],
        choices={},
        saved_by=someone.person.id,
        recorded_at=now(),
    )
    world.session.add(said)
    world.session.flush()
    return said.id


def _matrix(world: World) -> tuple[Task, Task]:
    """A task with a rule for each group, one that nurses delegate to helpers, and the draft of the helpers' profile."""
    task, delegable = world.task(), world.task("Adrenalin")
    world.groups["SPL"].has_reserved_scope = True
    world.cell(delegable, "SPL", CellRule.CORE)
    world.cell(delegable, "SSH", CellRule.DELEGATION_ONLY)
    profile = CompetenceProfile(staff_group_id=world.groups["SSH"].id, number=1, recorded_at=now())
    world.session.add(profile)
    world.session.flush()
    world.session.add(
        ProfileTask(profile_id=profile.id, area_name="Medicin", level=1, task_id=task.id, practice_level=1)
    )
    rules = {"SPL": CellRule.CORE, "SSA": CellRule.MUST, "SSH": CellRule.MAY_GENERAL, "UFA": CellRule.NOT_ALLOWED}
    for group, rule in rules.items():
        world.cell(task, group, rule)
    return task, delegable


def _place(world: World, task: Task, one: Someone, guide_name: str, signer: Someone) -> dict[str, int]:
    """By parameter: the person, a guide in her unit, and one of each thing that can be about them."""
    guide = world.role(world.person(guide_name, "SSA", unit=one.unit), Role.GUIDE)
    world.signed(guide, task, 3, by=signer)
    world.signed(one, task, 3, by=signer, days_ago=40)
    seq = world.signed(one, task, 2, by=guide, days_ago=0, accepted=False)
    made = {
        "requirement_id": world.requirement(task, Shift.DAY, 2, unit=one.unit),
        "stop_id": Stop(
            task_id=task.id, unit_id=one.unit.id, staff_group_id=world.groups["UFA"].id, begins_at=now(),
            valid_to=today() + timedelta(days=5), reason="Ny pen", stopped_by=guide.person.id, recorded_at=now(),
        ),
        "mask_id": UnitMask(
            task_id=task.id, unit_id=one.unit.id, staff_group_id=world.groups["UFA"].id, recorded_at=now(),
            valid_from=today() + timedelta(days=40), valid_to=today() + timedelta(days=50),
        ),
        "request_id": SignOffRequest(
            employment_id=one.employment.id, task_id=task.id, asked_by=one.person.id, asked_at=now()
        ),
        "absence_id": Absence(
            employment_id=one.employment.id, valid_from=today() + timedelta(days=3),
            valid_to=today() + timedelta(days=9), recorded_at=now(),
        ),
        "exemption_id": Exemption(
            person_id=one.person.id, task_id=task.id, valid_from=today() + timedelta(days=20),
            valid_to=today() + timedelta(days=30), recorded_at=now(),
        ),
    }  # fmt: skip
    world.session.add_all(made.values())
    world.session.flush()
    role_id = world.session.scalar(select(RoleAssignment.id).where(RoleAssignment.person_id == guide.person.id))
    assert role_id is not None
    return {name: cast(Any, row).id for name, row in made.items()} | {
        "unit_id": one.unit.id, "employment_id": one.employment.id, "person_id": one.person.id,
        "account_id": world.account(one).id, "role_id": role_id, "seq": seq,
        "observation_id": world.observed(one, task, by=guide).id,
        "brought_id": _brought(world, one.person.id, guide.person.id, task),
        "delegation_id": _delegated(world, one, task, signer),
        "supervisor_id": guide.person.id,
        "deputy_id": world.person(f"Afløser {guide_name}", "SPL", unit=one.unit).person.id,
        "job_id": _job(world, one),
        "pack_id": _pack(world, one, one),
        "external_id": world.person(f"Vikar {guide_name}", unit=one.unit, is_external=True, agency="Vikar A/S",
                                    since=today(), until=today() + timedelta(days=7)).employment.id,
    }  # fmt: skip


def _issuer(world: World, by: Someone) -> tuple[int, bytes]:
    """(the id of an issuer that is trusted, a credential of its)."""
    key = Ed25519PrivateKey.generate()
    row = TrustedIssuer(
        issuer="did:web:lilleby.example", name="Lilleby Kommune", keys=[jwk_of(public_of(key))], recorded_at=now(),
        recorded_by=by.person.id,
    )  # fmt: skip
    world.session.add(row)
    world.session.flush()
    issuer, name = Issuer(row.issuer, row.name, "https://lilleby.example"), "https://lilleby.example/achievements/1"
    said = ToIssue("1", issuer, Achieved(name, "Insulin", "", (), ()), 1, now(), None, "", "", f"{name}/status", 1)
    return row.id, jose.sign(said.payload(), key, kid="", typ="JWT").encode()


def _brought(world: World, person_id: int, by: int, task: Task) -> int:
    """The id of a credential that somebody has brought along."""
    issuer = world.session.scalars(select(TrustedIssuer)).first()
    assert issuer is not None
    row = BroughtCredential(
        person_id=person_id, task_id=task.id, issuer_id=issuer.id, hash="0" * 64, token="a.b.c", name="Insulin",
        valid_from=now(), recorded_at=now(), recorded_by=by,
    )  # fmt: skip
    world.session.add(row)
    world.session.flush()
    return row.id


def _comment(world: World, writer: Someone, version_id: int) -> int:
    """What somebody said of the version when it was heard."""
    said = HearingComment(version_id=version_id, text="Fint", written_by=writer.person.id, recorded_at=now())
    world.session.add(said)
    world.session.flush()
    return said.id


def _framework(world: World, task: Task) -> int:
    """The id of a framework delegation to a staff group."""
    made = FrameworkDelegation(
        task_id=task.id, staff_group_id=world.groups["SSH"].id, giver_text="Læge Lise", instruction="Instruks 7",
        instruction_version="2", valid_from=today(), recorded_at=now(),
    )  # fmt: skip
    world.session.add(made)
    world.session.flush()
    return made.id


def _delegated(world: World, someone: Someone, task: Task, giver: Someone) -> int:
    """The id of a personal delegation."""
    event = append_all(world.session, [NewEvent(someone.person.id, EventKind.DELEGATED, giver.person.id, task.id)])[0]
    made = Delegation(
        event_id=event.id, person_id=someone.person.id, giver_id=giver.person.id, task_id=task.id, valid_from=today()
    )
    world.session.add(made)
    world.session.flush()
    return made.id


def _job(world: World, someone: Someone) -> int:
    """The id of a job that she has asked for, and that is over."""
    job = Job(
        kind="approve", about="1", title="Version 1 bliver godkendt", leads_to="/matrix/1", asked_by=someone.person.id,
        asked_at=now(), state=State.DONE, ended_at=now(), told="Version 1 er godkendt.",
    )  # fmt: skip
    world.session.add(job)
    world.session.flush()
    return job.id


def _pack(world: World, asked: Someone, about: Someone) -> int:
    """The id of an inspection pack about somebody that has been put together for whoever asked."""
    kept = InspectionPack(
        about=About.UNIT, asked_id=about.unit.id, first_day=today(), last_day=today(), pdf=b"%PDF-1.7", sheet=b"PK",
        person_ids=[about.person.id], made_by=asked.person.id, made_at=now(),
    )  # fmt: skip
    world.session.add(kept)
    world.session.flush()
    return kept.id


def _visitor(world: World, name: str, task: Task, signer: Someone, insider: Someone) -> Visitor:
    shown = f"Vera {name.replace('_', ' ').title()}"
    if name in WORKS or name.endswith("that was"):
        group, role = WORKS.get(name, ("SSH", None))
        someone = world.person(shown, group)
        if role:
            world.role(someone, role)
        if name.endswith("that was"):
            world.role(someone, Role.LEADER, until=today())
    else:
        someone = _without_employment(world, shown)
        wide = name.endswith(" of all")
        world.role(someone, Role(name.removesuffix(" of all")), over=world.root if wide else world.team)
    account = world.account(someone, f"{name.replace(' ', '.')}@proeveby.example", hashed(PASSWORD))
    seq = world.signed(someone, task, 1, by=signer, days_ago=1, accepted=False)
    own = {"employment_id": UNKNOWN, "request_id": UNKNOWN, "seq": UNKNOWN, "job_id": _job(world, someone)}
    own["brought_id"] = _brought(world, someone.person.id, someone.person.id, task)
    own["pack_id"] = _pack(world, someone, insider)
    own["observation_id"] = world.observed(insider, task, by=someone).id
    own["delegation_id"] = _delegated(world, someone, task, signer)
    if name in WORKS or name.endswith("that was"):
        own |= {"employment_id": someone.employment.id, "seq": seq}
        request = SignOffRequest(
            employment_id=someone.employment.id, task_id=task.id, asked_by=someone.person.id, asked_at=now()
        )
        world.session.add(request)
        world.session.flush()
        own["request_id"] = request.id
    home = next((a.role for a in someone.roles if a.role not in (Role.EMPLOYEE, Role.SIGNER)), Role.EMPLOYEE)
    return Visitor(shown, account.email, tuple(someone.roles), someone.person.id, home.value, own)


def _without_employment(world: World, name: str) -> Someone:
    """Somebody from outside the teams; her roles are all there is to her."""
    person = Person(recorded_at=now())
    world.session.add(person)
    world.session.flush()
    world.session.add(PersonIdentity(person_id=person.id, name=name))
    world.session.flush()
    return Someone(person, None, world.team, name)  # type: ignore[arg-type]


def all_names(towns: Towns, *, but: Visitor) -> Iterator[str]:
    """Everybody who works in the first municipality, but for one's own name."""
    yield from sorted(towns.working - {but.name})
