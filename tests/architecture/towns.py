"""Two municipalities in one database, and a visitor for each role, for the walk over every route."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import select

from competence.access.rules import POLICY, Assigned, Permission, Role
from competence.accounts.models import RoleAssignment
from competence.accounts.passwords import hash_cheaply, hashed
from competence.catalogue.models import Task
from competence.catalogue.rules import Reserved
from competence.coverage.rules import Shift
from competence.delegation.models import MatrixVersion, Stop, UnitMask
from competence.foundation.clock import now, today
from competence.foundation.orm import engine_for, open_session
from competence.imports.kinds import OWN_PROFILES, OWN_ROSTER
from competence.people.models import Absence
from competence.practice.models import PracticeUse, TrainingRequest
from competence.practice.rules import Wanted
from competence.signoffs.models import Exemption, SignOffRequest, TrainingCode
from tests.architecture import strategies, taught, things
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
        task, delegable = things.matrix(world)
        elsewhere = world.unit("Team Skoven", under=world.unit("Distrikt Syd", "distrikt", under=world.root))
        signer = world.person(SIGNER, "SPL", unit=world.unit("Team Engen", under=world.root))
        insider = world.person(INSIDER)
        trusted_here, towns.credential = things.issuer(world, signer)
        key_here = things.api_key(world, signer)
        own = _place(world, task, insider, "Inge Vejleder", signer)
        outsider = world.person(OUTSIDER, unit=elsewhere)
        other = _place(world, task, outsider, "Olga Vejleder", signer)
        for name in VISITORS:
            towns.visitors[name] = _visitor(world, name, task, signer, insider)
        towns.root_id, towns.root_path, towns.other_path = world.root.id, world.root.path, elsewhere.path
        reserved = world.task("Epoprostenol", reserved=Reserved.YES)
        framework = things.framework(world, reserved)
        instruction, mapping = things.instruction(world, task), things.mapping(world, signer)
        said_of_profiles = things.mapping(world, signer, OWN_PROFILES)
        said_of_rosters = things.mapping(world, signer, OWN_ROSTER)
        draft, change, comment = things.draft(world, delegable, DRAFT, signer)
        world.municipality.host = HOST
        world.session.add(PracticeUse(discussed_on=today(), begun_at=now()))
        world.session.add(TrainingCode(person_id=insider.person.id, secret="code-within", made_at=now()))
        world.session.add(TrainingCode(person_id=outsider.person.id, secret="code-elsewhere", made_at=now()))
        path_here, step_here, activity_here = taught.path(world).id, taught.step(world), taught.activity(world)
        world.settle().session.commit()
        foreign_world = another(world)
        foreign_task, foreign_delegable = things.matrix(foreign_world)
        foreigner = foreign_world.person(FOREIGNER)
        trusted_there, _file = things.issuer(foreign_world, foreigner)
        foreign = _place(foreign_world, foreign_task, foreigner, "Fie Fremmed", foreign_world.person("Sonja", "SPL"))
        foreign_reserved = foreign_world.task("Epoprostenol", reserved=Reserved.YES)
        foreign_framework = things.framework(foreign_world, foreign_reserved)
        foreign_instruction = things.instruction(foreign_world, foreign_task)
        foreign_mapping = things.mapping(foreign_world, foreigner)
        foreign_said = things.mapping(foreign_world, foreigner, OWN_PROFILES)
        foreign_said_of_rosters = things.mapping(foreign_world, foreigner, OWN_ROSTER)
        foreign_draft, foreign_change, foreign_comment = things.draft(
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
            "roster_mapping_id": Ids(said_of_rosters, foreign=foreign_said_of_rosters),
            "day": Ids(today().isoformat(), foreign="i-morgen"),
            "shift": Ids(Shift.NIGHT.value, foreign="X"),
            "scale": Ids("practice"),
            "framework_id": Ids(framework, foreign=foreign_framework),
            "comment_id": Ids(comment, foreign=foreign_comment),
            "follower_id": Ids(world.groups["UFA"].id, foreign=foreign_world.groups["UFA"].id),
            "number": Ids(1, foreign=2),
            "draft_number": Ids(draft, foreign=foreign_draft),
            "change_id": Ids(change, foreign=foreign_change),
            "issuer_id": Ids(trusted_here, foreign=trusted_there),
            "key_id": Ids(key_here),
            "list_number": Ids(1),
            "kind": Ids("json"),
            "which": Ids("wall"),
            "what": Ids("areas"),
            "ending": Ids("xlsx"),
            "asked_id": Ids(towns.visitors["leader"].person_id, foreign=foreigner.person.id),
            "token": Ids("nobody-has-this-link"),
            "link": Ids("link of Inge Vejleder", "link of Olga Vejleder", "link of Fie Fremmed"),
            "secret": Ids("code-within", "code-elsewhere", "code-abroad"),
            "after": Ids(0, foreign=0),
            "path_id": Ids(path_here, foreign=taught.path(foreign_world).id),
            "step_id": Ids(step_here, foreign=taught.step(foreign_world)),
            "activity_id": Ids(activity_here, foreign=taught.activity(foreign_world)),
        }
        towns.working = {INSIDER, OUTSIDER, SIGNER, "Inge Vejleder", "Olga Vejleder"} | {
            visitor.name for name, visitor in towns.visitors.items() if name in WORKS or name.endswith("that was")
        }
        foreign_world.settle().session.commit()
        foreign_world.session.close()
    engine.dispose()
    return towns


def _place(world: World, task: Task, one: Someone, guide_name: str, signer: Someone) -> dict[str, Any]:
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
        "training_id": TrainingRequest(
            employment_id=one.employment.id, task_id=task.id, wanted=Wanted.TRAINING, words="Pennen", asked_at=now()
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
    planned = strategies.strategy(world, one)
    role_id = world.session.scalar(select(RoleAssignment.id).where(RoleAssignment.person_id == guide.person.id))
    assert role_id is not None
    return {name: cast(Any, row).id for name, row in made.items()} | planned | {
        "unit_id": one.unit.id, "employment_id": one.employment.id, "person_id": one.person.id,
        "account_id": world.account(one).id, "role_id": role_id, "seq": seq,
        "observation_id": world.observed(one, task, by=guide).id,
        "brought_id": things.brought(world, one.person.id, guide.person.id, task),
        "file_id": things.file(world, one.person.id, guide.person.id, task),
        "delegation_id": things.delegated(world, one, task, signer),
        "supervisor_id": guide.person.id,
        "deputy_id": world.person(f"Afløser {guide_name}", "SPL", unit=one.unit).person.id,
        "job_id": things.job(world, one),
        "pack_id": things.pack(world, one, one),
        "reminder_id": things.reminded(world, one, task),
        "scenario_id": things.scenario(world, one),
        "proposal_id": things.proposal(world, one, guide, task),
        "step": things.away(one),
        "screen_id": things.screen(world, one, guide, f"link of {guide_name}"),
        "action_id": things.action(world, one),
        **things.onboarding(world, one, guide),
        "beside_id": UNKNOWN,
        "talk_id": things.talk(world, guide, one),
        **things.plan(world, one, guide),
        **taught.place(world, one, guide, task),
        "external_id": world.person(f"Vikar {guide_name}", unit=one.unit, is_external=True, agency="Vikar A/S",
                                    since=today(), until=today() + timedelta(days=7)).employment.id,
    }  # fmt: skip


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
        someone = things.without_employment(world, shown)
        wide = name.endswith(" of all")
        world.role(someone, Role(name.removesuffix(" of all")), over=world.root if wide else world.team)
    account = world.account(someone, f"{name.replace(' ', '.')}@proeveby.example", hashed(PASSWORD))
    seq = world.signed(someone, task, 1, by=signer, days_ago=1, accepted=False)
    own = dict.fromkeys(("employment_id", "request_id", "seq", "onboarding_id", "item_id", "beside_id"), UNKNOWN)
    own["job_id"] = things.job(world, someone)
    own["brought_id"] = things.brought(world, someone.person.id, someone.person.id, task)
    own["pack_id"] = things.pack(world, someone, insider)
    own["observation_id"] = world.observed(insider, task, by=someone).id
    own["delegation_id"] = things.delegated(world, someone, task, signer)
    own |= {"sign_up_id": UNKNOWN, "news_id": UNKNOWN, "feed_id": UNKNOWN, "placing_id": UNKNOWN}
    own["reminder_id"] = things.reminded(world, someone, task)
    own |= dict.fromkeys(("planned_id", "talk_id", "note_id"), UNKNOWN)
    if name in WORKS or name.startswith("leader"):
        own["planned_id"], own["talk_id"] = things.own_plan(world, someone, insider)
        own["note_id"] = things.own_note(world, someone, insider)
    if name in WORKS or name.endswith("that was"):
        own |= {"employment_id": someone.employment.id, "seq": seq} | things.programme(world, someone, signer)
        own |= {"employment_id": someone.employment.id, "seq": seq}
        own["beside_id"] = taught.seen_to(world, someone, insider)
        own |= taught.own(world, someone, taught.teaching(world, insider, signer, task), signer)
        request = SignOffRequest(
            employment_id=someone.employment.id, task_id=task.id, asked_by=someone.person.id, asked_at=now()
        )
        world.session.add(request)
        world.session.flush()
        own["request_id"] = request.id
    home = next((a.role for a in someone.roles if a.role not in (Role.EMPLOYEE, Role.SIGNER)), Role.EMPLOYEE)
    return Visitor(shown, account.email, tuple(someone.roles), someone.person.id, home.value, own)


def all_names(towns: Towns, *, but: Visitor) -> Iterator[str]:
    """Everybody who works in the first municipality, but for one's own name."""
    yield from sorted(towns.working - {but.name})
