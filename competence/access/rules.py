"""Who may do what: the one permission table, and how far a permission reaches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from competence.foundation.errors import NotAllowed
from competence.foundation.text import N_


class Role(StrEnum):
    """What a person is to the system, within a unit and all below it."""

    EMPLOYEE = "employee"
    SIGNER = "signer"
    """Not given but follows: an employment in a staff group that the municipality lets sign."""
    GUIDE = "guide"
    LEADER = "leader"
    PLANNER = "planner"
    DEVELOPMENT_NURSE = "development_nurse"
    DIRECTOR = "director"
    HR = "hr"
    COMMITTEE = "committee"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


ROLE_NAMES: Mapping[Role, str] = {
    Role.EMPLOYEE: N_("employee"),
    Role.SIGNER: N_("colleague who may sign"),
    Role.GUIDE: N_("learning guide"),
    Role.LEADER: N_("leader"),
    Role.PLANNER: N_("planner"),
    Role.DEVELOPMENT_NURSE: N_("development nurse"),
    Role.DIRECTOR: N_("director"),
    Role.HR: N_("HR"),
    Role.COMMITTEE: N_("committee member"),
    Role.ADMINISTRATOR: N_("administrator"),
    Role.AUDITOR: N_("auditor"),
}


class Permission(StrEnum):
    """One thing that can be done or seen, named `resource:action`."""

    ABSENCE_WRITE = "absence:write"
    ACTIVITY_WRITE = "activity:write"
    ACCESS_LOG_READ_OWN = "access_log:read_own"
    ADMINISTRATION_AUDIT_READ = "administration_audit:read"
    API_KEY_WRITE = "api_key:write"
    APPOINTMENT_GIVE = "appointment:give"
    ACTION_READ = "action:read"
    BOARD_KEEP = "board:keep"
    CATALOGUE_READ = "catalogue:read"
    CATALOGUE_WRITE = "catalogue:write"
    CITIZEN_READ = "citizen:read"
    COVERAGE_COUNTS = "coverage:counts"
    COVERAGE_LATENT = "coverage:latent"
    COVERAGE_READ = "coverage:read"
    CREDENTIAL_BRING = "credential:bring"
    DELEGATION_GIVE = "delegation:give"
    DELEGATION_READ = "delegation:read"
    EVIDENCE_FILE_ADD = "evidence_file:add"
    EVIDENCE_FILE_READ = "evidence_file:read"
    EXEMPTION_WRITE = "exemption:write"
    EXTERNAL_ADD = "external:add"
    EXTERNAL_INSTRUCTOR_RECORD = "external_instructor:record"
    FRAMEWORK_WRITE = "framework:write"
    GUIDE_CAPACITY = "guide_capacity:read"
    GUIDE_TIME_NOTE = "guide_time:note"
    GUIDE_TIME_READ = "guide_time:read"
    IMPORT_MATRIX = "import:matrix"
    IMPORT_PEOPLE = "import:people"
    IMPORT_REQUIREMENTS = "import:requirements"
    IMPORT_SIGNOFFS = "import:signoffs"
    IMPORT_UNITS = "import:units"
    ISSUER_TRUST = "issuer:trust"
    INSPECTION_READ = "inspection:read"
    LEVEL_CONFIRM = "level:confirm"
    MATRIX_APPROVE = "matrix:approve"
    MATRIX_COMMENT = "matrix:comment"
    MATRIX_EDIT = "matrix:edit"
    MATRIX_READ = "matrix:read"
    MATRIX_RESTRICT = "matrix:restrict"
    ONBOARDING_KEEP = "onboarding:keep"
    ONBOARDING_TICK = "onboarding:tick"
    ONBOARDING_WRITE = "onboarding:write"
    OWN_ANSWER = "own:answer"
    OWN_READ = "own:read"
    PATH_PLACE = "path:place"
    PATH_WRITE = "path:write"
    PERSON_ADMINISTER = "person:administer"
    PERSON_HISTORY = "person:history"
    PERSON_READ = "person:read"
    PLAN_WRITE = "plan:write"
    PROFILE_APPROVE = "profile:approve"
    PROFILE_READ = "profile:read"
    PROFILE_WRITE = "profile:write"
    PULSE_OPEN = "pulse:open"
    REQUIREMENT_WRITE = "requirement:write"
    REQUIREMENT_READ = "requirement:read"
    ROLE_GIVE = "role:give"
    SCENARIO_COUNTS = "scenario:counts"
    SCENARIO_WRITE = "scenario:write"
    ROSTER_IMPORT = "roster:import"
    ROSTER_READ = "roster:read"
    SETTINGS_WRITE = "settings:write"
    SIGNOFF_AGREE = "signoff:agree"
    SIGNOFF_ASK = "signoff:ask"
    SIGNOFF_OBSERVE = "signoff:observe"
    SIGNOFF_REVIEW = "signoff:review"
    SIGNOFF_SIGN = "signoff:sign"
    SIGNOFF_SUSPEND = "signoff:suspend"
    STAFF_GROUP_WRITE = "staff_group:write"
    STOP_READ = "stop:read"
    STOP_WRITE = "stop:write"
    STRATEGY_READ = "strategy:read"
    STRATEGY_WRITE = "strategy:write"
    TALK_HOLD = "talk:hold"
    TARGET_WRITE = "target:write"
    TRAINING_PLAN = "training:plan"
    TEACHING_BEDSIDE = "teaching:bedside"
    TEACHING_PLAN = "teaching:plan"
    TEACHING_SIGN_UP = "teaching:sign_up"
    UNIT_WRITE = "unit:write"
    WHO_MAY_ASK = "who_may:ask"
    WHO_MAY_COLLEAGUES = "who_may:colleagues"
    WHO_MAY_PERSON = "who_may:person"


PERMISSION_NAMES: Mapping[Permission, str] = {
    Permission.ABSENCE_WRITE: N_("write when somebody is away, from and to only"),
    Permission.ACTIVITY_WRITE: N_("keep the list of activities to learn by"),
    Permission.ACCESS_LOG_READ_OWN: N_("see who has looked at one's own data"),
    Permission.ADMINISTRATION_AUDIT_READ: N_("read the log of administration"),
    Permission.API_KEY_WRITE: N_("give other systems a key to ask who may, and take it back"),
    Permission.APPOINTMENT_GIVE: N_("appoint learning guides"),
    Permission.ACTION_READ: N_("see the improvement actions of units, without names where one sees numbers only"),
    Permission.BOARD_KEEP: N_(
        "keep a unit's board meeting: figures, goals, improvement actions and the screen on the wall"
    ),
    Permission.CATALOGUE_READ: N_("read the tasks and what they ask for"),
    Permission.CATALOGUE_WRITE: N_("keep the catalogue of tasks, instructions and levels"),
    Permission.CITIZEN_READ: N_("see for which citizen a delegation counts"),
    Permission.COVERAGE_COUNTS: N_("see coverage as numbers"),
    Permission.COVERAGE_LATENT: N_("see what a team holds and never needs"),
    Permission.COVERAGE_READ: N_("see coverage with names"),
    Permission.CREDENTIAL_BRING: N_("add another municipality's credential as evidence"),
    Permission.DELEGATION_GIVE: N_("record an individual delegation"),
    Permission.DELEGATION_READ: N_("see delegations and task transfers with their history"),
    Permission.EVIDENCE_FILE_ADD: N_("add a photo or PDF as evidence, and take it out of view"),
    Permission.EVIDENCE_FILE_READ: N_("open a photo or PDF that lies as evidence"),
    Permission.EXEMPTION_WRITE: N_("write that somebody is exempt from a task by agreement"),
    Permission.EXTERNAL_ADD: N_("add an external"),
    Permission.EXTERNAL_INSTRUCTOR_RECORD: N_("record an external instructor's training"),
    Permission.FRAMEWORK_WRITE: N_("keep the framework delegations to staff groups"),
    Permission.GUIDE_CAPACITY: N_("see how the learning guides of each unit reach, without names"),
    Permission.GUIDE_TIME_NOTE: N_("note one's own time as learning guide"),
    Permission.GUIDE_TIME_READ: N_("see how the learning guides whom she leads use their time"),
    Permission.IMPORT_MATRIX: N_("load the division of tasks from a file"),
    Permission.IMPORT_PEOPLE: N_("load people from a file"),
    Permission.IMPORT_REQUIREMENTS: N_("load staffing needs from a file"),
    Permission.IMPORT_SIGNOFFS: N_("load sign-offs from paper"),
    Permission.IMPORT_UNITS: N_("load units from a file"),
    Permission.ISSUER_TRUST: N_("say whose credentials are trusted"),
    Permission.INSPECTION_READ: N_("see and export who was allowed what on a past date, with its proof"),
    Permission.LEVEL_CONFIRM: N_("confirm a profile level in a talk with the employee"),
    Permission.MATRIX_APPROVE: N_("approve the division of tasks"),
    Permission.MATRIX_COMMENT: N_("comment on a draft of the division of tasks when invited"),
    Permission.MATRIX_EDIT: N_("draft and edit the division of tasks"),
    Permission.MATRIX_READ: N_("read the division of tasks"),
    Permission.MATRIX_RESTRICT: N_("make a unit stricter than the division of tasks"),
    Permission.ONBOARDING_KEEP: N_(
        "begin and keep introduction programmes of new colleagues, and note students' stages"
    ),
    Permission.ONBOARDING_TICK: N_("follow new colleagues, and tick off what they have been through"),
    Permission.ONBOARDING_WRITE: N_("keep the templates of introduction programmes"),
    Permission.OWN_ANSWER: N_("say yes or not yet to one's own sign-offs"),
    Permission.OWN_READ: N_("see all one's own data"),
    Permission.PATH_PLACE: N_("put the employees whom one leads on a learning path, with their own yes"),
    Permission.PATH_WRITE: N_("keep the learning paths"),
    Permission.PERSON_ADMINISTER: N_("administer people and accounts"),
    Permission.PERSON_HISTORY: N_("read a person's history of sign-offs"),
    Permission.PERSON_READ: N_("see people and their employments"),
    Permission.PLAN_WRITE: N_("plan development with the employees whom one leads"),
    Permission.PROFILE_APPROVE: N_("approve a competence profile"),
    Permission.PROFILE_READ: N_("read the competence profiles"),
    Permission.PROFILE_WRITE: N_("edit drafts of competence profiles"),
    Permission.PULSE_OPEN: N_("ask employees whether they can develop, without knowing who said what"),
    Permission.REQUIREMENT_WRITE: N_("change staffing needs"),
    Permission.REQUIREMENT_READ: N_("read staffing needs"),
    Permission.ROLE_GIVE: N_("give and end roles"),
    Permission.SCENARIO_COUNTS: N_("try out in numbers what new staff or a draft would mean for a unit"),
    Permission.SCENARIO_WRITE: N_("try out what if, and keep scenarios of a unit"),
    Permission.ROSTER_IMPORT: N_("load the duty roster from a file"),
    Permission.ROSTER_READ: N_("see who is on duty by the roster, and the gaps of coming shifts"),
    Permission.SETTINGS_WRITE: N_("change the municipality's settings"),
    Permission.SIGNOFF_AGREE: N_("agree with an employee that she is trained in a task"),
    Permission.SIGNOFF_ASK: N_("ask for a sign-off for somebody else"),
    Permission.SIGNOFF_OBSERVE: N_("record what has been observed"),
    Permission.SIGNOFF_REVIEW: N_("look again at a signature whose ground has come in doubt"),
    Permission.SIGNOFF_SIGN: N_("sign for others, for what one holds oneself"),
    Permission.SIGNOFF_SUSPEND: N_("suspend a sign-off for a time, and resume it"),
    Permission.STAFF_GROUP_WRITE: N_("say which staff group follows which"),
    Permission.STOP_READ: N_("see stops"),
    Permission.STOP_WRITE: N_("stop a task, and lift the stop"),
    Permission.STRATEGY_READ: N_("read the strategic competence plan, the needs map and the pulse, in numbers"),
    Permission.STRATEGY_WRITE: N_("write the strategic competence plan, and say how needs are met"),
    Permission.TALK_HOLD: N_("plan and hold talks with the employees whom one leads"),
    Permission.TARGET_WRITE: N_("set the municipality's targets for the key figures"),
    Permission.TRAINING_PLAN: N_("have it worked out whom to train next in a unit, with names"),
    Permission.TEACHING_BEDSIDE: N_("plan bedside teaching, and note who was there"),
    Permission.TEACHING_PLAN: N_("plan classes, and note who was there"),
    Permission.TEACHING_SIGN_UP: N_("sign up the employees whom one leads for a class, with their own yes"),
    Permission.UNIT_WRITE: N_("change units"),
    Permission.WHO_MAY_ASK: N_("find out who may do a task"),
    Permission.WHO_MAY_COLLEAGUES: N_("see which colleagues may do a task"),
    Permission.WHO_MAY_PERSON: N_("find out what one employee may do"),
}
"""What each permission is called on the help page."""

P = Permission
_EVERYBODY = frozenset(
    {P.ACCESS_LOG_READ_OWN, P.CATALOGUE_READ, P.MATRIX_READ, P.OWN_ANSWER, P.OWN_READ, P.PROFILE_READ}
)

POLICY: Mapping[Role, frozenset[Permission]] = {
    Role.EMPLOYEE: _EVERYBODY | {P.STOP_READ, P.WHO_MAY_COLLEAGUES},
    Role.SIGNER: _EVERYBODY
    | {P.EVIDENCE_FILE_READ, P.SIGNOFF_OBSERVE, P.SIGNOFF_SIGN, P.STOP_READ, P.WHO_MAY_COLLEAGUES},
    Role.GUIDE: _EVERYBODY
    | {
        P.ACTION_READ, P.CITIZEN_READ, P.COVERAGE_READ, P.CREDENTIAL_BRING, P.DELEGATION_READ, P.PERSON_HISTORY, P.PERSON_READ,
        P.EVIDENCE_FILE_ADD, P.EVIDENCE_FILE_READ, P.GUIDE_TIME_NOTE, P.REQUIREMENT_READ, P.ROSTER_READ,
        P.ONBOARDING_TICK, P.SIGNOFF_ASK, P.SIGNOFF_OBSERVE, P.SIGNOFF_SIGN, P.STOP_READ, P.TEACHING_BEDSIDE,
        P.WHO_MAY_ASK, P.WHO_MAY_COLLEAGUES, P.WHO_MAY_PERSON,
    },
    Role.LEADER: _EVERYBODY
    | {
        P.ABSENCE_WRITE, P.ACTION_READ, P.APPOINTMENT_GIVE, P.BOARD_KEEP, P.COVERAGE_LATENT,
        P.COVERAGE_READ, P.EXEMPTION_WRITE, P.EXTERNAL_ADD, P.MATRIX_APPROVE,
        P.INSPECTION_READ, P.MATRIX_COMMENT, P.MATRIX_RESTRICT, P.PERSON_HISTORY, P.PERSON_READ,
        P.REQUIREMENT_READ, P.REQUIREMENT_WRITE, P.STOP_READ, P.STOP_WRITE, P.WHO_MAY_ASK, P.WHO_MAY_COLLEAGUES,
        P.WHO_MAY_PERSON, P.IMPORT_REQUIREMENTS, P.CITIZEN_READ, P.DELEGATION_GIVE, P.DELEGATION_READ, P.LEVEL_CONFIRM,
        P.GUIDE_CAPACITY, P.GUIDE_TIME_READ, P.PROFILE_APPROVE, P.SIGNOFF_AGREE, P.SIGNOFF_ASK, P.SIGNOFF_SUSPEND,
        P.EVIDENCE_FILE_ADD, P.EVIDENCE_FILE_READ, P.ROSTER_IMPORT, P.ROSTER_READ, P.SCENARIO_WRITE,
        P.ONBOARDING_KEEP, P.ONBOARDING_TICK, P.PATH_PLACE, P.PLAN_WRITE, P.STRATEGY_READ, P.TALK_HOLD, P.TEACHING_SIGN_UP,
        P.TRAINING_PLAN,
    },
    Role.PLANNER: _EVERYBODY
    | {
        P.CITIZEN_READ, P.COVERAGE_COUNTS, P.EXTERNAL_ADD, P.REQUIREMENT_READ, P.ROSTER_IMPORT, P.ROSTER_READ, P.STOP_READ,
        P.WHO_MAY_ASK, P.WHO_MAY_COLLEAGUES, P.WHO_MAY_PERSON,
    },
    Role.DEVELOPMENT_NURSE: _EVERYBODY
    | {
        P.ACTION_READ, P.ACTIVITY_WRITE, P.APPOINTMENT_GIVE, P.BOARD_KEEP, P.CATALOGUE_WRITE, P.COVERAGE_LATENT, P.COVERAGE_READ,
        P.CREDENTIAL_BRING, P.DELEGATION_GIVE,
        P.DELEGATION_READ, P.EVIDENCE_FILE_ADD, P.EVIDENCE_FILE_READ, P.EXTERNAL_INSTRUCTOR_RECORD,
        P.FRAMEWORK_WRITE, P.GUIDE_CAPACITY, P.IMPORT_MATRIX, P.INSPECTION_READ,
        P.IMPORT_REQUIREMENTS, P.IMPORT_SIGNOFFS, P.MATRIX_APPROVE, P.MATRIX_COMMENT, P.MATRIX_EDIT, P.MATRIX_RESTRICT,
        P.PERSON_HISTORY, P.PERSON_READ,
        P.PROFILE_APPROVE, P.PROFILE_WRITE, P.ROSTER_READ, P.STAFF_GROUP_WRITE,
        P.ONBOARDING_TICK, P.ONBOARDING_WRITE,
        P.REQUIREMENT_READ, P.REQUIREMENT_WRITE, P.SIGNOFF_ASK, P.SIGNOFF_OBSERVE, P.SIGNOFF_REVIEW,
        P.SIGNOFF_SIGN, P.SIGNOFF_SUSPEND,
        P.SCENARIO_WRITE, P.STOP_READ, P.STOP_WRITE, P.WHO_MAY_ASK, P.WHO_MAY_COLLEAGUES, P.WHO_MAY_PERSON,
        P.PATH_WRITE, P.STRATEGY_READ, P.STRATEGY_WRITE, P.TEACHING_BEDSIDE, P.TEACHING_PLAN, P.TRAINING_PLAN,
    },
    Role.DIRECTOR: _EVERYBODY
    | {
        P.ACTION_READ, P.COVERAGE_COUNTS, P.MATRIX_COMMENT, P.PULSE_OPEN, P.REQUIREMENT_READ, P.SCENARIO_COUNTS, P.STOP_READ,
        P.STRATEGY_READ, P.STRATEGY_WRITE, P.TARGET_WRITE,
    },
    Role.HR: _EVERYBODY
    | {
        P.ACTION_READ, P.COVERAGE_COUNTS, P.MATRIX_COMMENT, P.PULSE_OPEN, P.REQUIREMENT_READ, P.SCENARIO_COUNTS,
        P.STRATEGY_READ, P.STRATEGY_WRITE,
    },
    Role.COMMITTEE: _EVERYBODY
    | {P.ACTION_READ, P.COVERAGE_COUNTS, P.MATRIX_COMMENT, P.SCENARIO_COUNTS, P.STRATEGY_READ},
    Role.ADMINISTRATOR: _EVERYBODY
    | {
        P.ABSENCE_WRITE, P.ADMINISTRATION_AUDIT_READ, P.API_KEY_WRITE, P.IMPORT_MATRIX, P.IMPORT_PEOPLE, P.IMPORT_REQUIREMENTS,
        P.IMPORT_SIGNOFFS, P.IMPORT_UNITS, P.ISSUER_TRUST, P.PERSON_ADMINISTER, P.PERSON_READ, P.REQUIREMENT_READ,
        P.REQUIREMENT_WRITE, P.ROLE_GIVE, P.ROSTER_IMPORT, P.SETTINGS_WRITE, P.UNIT_WRITE,
    },
    Role.AUDITOR: _EVERYBODY
    | {P.COVERAGE_READ, P.DELEGATION_READ, P.INSPECTION_READ, P.PERSON_HISTORY, P.PERSON_READ, P.STOP_READ, P.REQUIREMENT_READ},
}  # fmt: skip
"""The table role x data of product.md. Read by `authorise`, `requires`, every query on people, and the help page."""


@dataclass(frozen=True)
class Reach:
    """How far a permission reaches: the subtrees of some units, and always the person herself where it says so."""

    roots: tuple[str, ...] = ()
    """Paths of units; all whose path begins with one of them are within."""
    person_id: int | None = None
    """She herself is within, wherever she works; None = nobody by person."""

    def covers(self, path: str) -> bool:
        """Whether the unit at `path` lies within."""
        return any(path.startswith(root) for root in self.roots)

    def __bool__(self) -> bool:
        return bool(self.roots) or self.person_id is not None


@dataclass(frozen=True)
class Assigned:
    """A role in force, with the path of the unit it is given over."""

    role: Role
    path: str


@dataclass(frozen=True)
class Actor:
    """Who acts: her person, account, name, and the roles in force today. Handed to every command and query."""

    person_id: int
    account_id: int | None
    name: str
    roles: tuple[Assigned, ...] = ()
    home_role: Role = Role.EMPLOYEE
    """Decides menu and home only, never a permission."""
    session_id: int | None = None
    locale: str = "da"
    extra: Mapping[str, str] = field(default_factory=dict, compare=False)

    def reach(self, permission: Permission) -> Reach:
        """The union of the units of all roles that carry the permission."""
        return Reach(tuple(sorted({a.path for a in self.roles if permission in POLICY[a.role]})))

    def may(self, permission: Permission, path: str | None = None) -> bool:
        """Whether a role carries the permission, over the unit at `path` when one is named."""
        reach = self.reach(permission)
        return bool(reach) if path is None else reach.covers(path)


def authorise(by: Actor, permission: Permission, path: str | None = None) -> None:
    """Nothing, when `by` has the permission (over the unit at `path`). NotAllowed otherwise."""
    if not by.may(permission, path):
        raise NotAllowed(permission)
