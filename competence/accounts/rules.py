"""How long a sign-in lasts, how tries are slowed down, what a password must be, and where each role begins."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from competence.access.rules import Assigned, Permission, Role
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_

LONGEST = timedelta(hours=12)
IDLE = timedelta(minutes=30)
IDLE_ON_PHONE = timedelta(hours=8)
PROVED_FOR = timedelta(minutes=30)
"""On a phone the password is asked for again before a signature when it was given longer ago."""
SEEN_EVERY = timedelta(minutes=5)
INVITED_FOR = timedelta(days=14)
CODE_FOR = timedelta(minutes=10)
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200

TRY_WINDOW = timedelta(minutes=15)
TRY_LIMITS: Mapping[str, int] = {"pair": 5, "account": 20, "address": 60, "key": 60}
"""Failed tries within the window, after which the next one waits: from one address for one account, for one account from
anywhere, from one address (a care home shares one) for all accounts, and from one address with keys of other systems."""


def key_hash(secret: str, kind: str, value: str) -> str:
    """A keyed hash that stands for an account or an address where neither may be stored in clear."""
    return hmac.new(secret.encode(), f"{kind}\n{value}".encode(), hashlib.sha256).hexdigest()


def token_hash(token: str) -> str:
    """What is stored of a token that is itself random."""
    return hashlib.sha256(token.encode()).hexdigest()


def waits_until(tries: Sequence[datetime], limit: int, *, now: datetime) -> datetime | None:
    """The moment from which one more try is let through; None when it is let through now.

    `limit` tries within the window are free; after that the oldest of them must have left the window.
    """
    recent = sorted(at for at in tries if at > now - TRY_WINDOW)
    return recent[-limit] + TRY_WINDOW if len(recent) >= limit else None


def minutes_left(until: datetime, *, now: datetime) -> int:
    """Whole minutes to wait, at least one."""
    return max(1, -int(-(until - now).total_seconds() // 60))


def is_over(*, signed_in_at: datetime, last_seen: datetime, on_phone: bool, now: datetime) -> bool:
    """Whether a sign-in has run out, by its length or because nobody used it."""
    return now - signed_in_at >= LONGEST or now - last_seen >= (IDLE_ON_PHONE if on_phone else IDLE)


def proof_is_old(*, proved_at: datetime, on_phone: bool, now: datetime) -> bool:
    """Whether the password must be given again before a signature."""
    return on_phone and now - proved_at >= PROVED_FOR


def check_password(password: str, *, email: str) -> None:
    """Nothing. RuleBroken when the password is too short, too long, or easy to guess from the e-mail address."""
    if len(password) < SHORTEST_PASSWORD:
        raise RuleBroken(
            N_("The password is too short. Use at least %(least)s characters, for instance three or four words."),
            field="password",
            least=SHORTEST_PASSWORD,
        )
    if len(password) > LONGEST_PASSWORD:
        raise RuleBroken(
            N_("The password is too long. Use at most %(most)s characters."), field="password", most=LONGEST_PASSWORD
        )
    low = password.casefold().strip()
    if low in {email.casefold(), email.casefold().split("@")[0]} or len(set(low)) < 4 or low in EASY:
        raise RuleBroken(
            N_("The password is too easy to guess. Choose another one, for instance three or four words."),
            field="password",
        )


EASY = frozenset(
    {
        "adgangskode", "adgangskode1", "password12", "password123", "1234567890", "12345678910", "qwertyuiop",
        "kompetence", "kompetencetavlen", "kompetencer", "velkommen1", "velkommen12", "velkommen123", "hjemmeplejen",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Given:
    """A role that somebody was given over a unit."""

    role: Role
    path: str
    valid_from: date
    valid_to: date | None
    purpose: str | None = None
    deputy: bool = False
    """Whether it is a guide's place that she takes for a time, not an appointment of her own."""


@dataclass(frozen=True)
class Works:
    """An employment, as far as access is concerned."""

    path: str
    valid_from: date
    valid_to: date | None
    may_sign: bool = False


def _in_force(valid_from: date, valid_to: date | None, on: date) -> bool:
    return valid_from <= on and (valid_to is None or on < valid_to)


def roles_in_force(given: Iterable[Given], works: Sequence[Works], *, on: date) -> tuple[Assigned, ...]:
    """The roles of a person on the day, each over its unit.

    Whoever has employments needs one that runs: with the last one all roles end. Whoever has none at all (an auditor, an
    administrator from elsewhere) has the roles she was given. A running employment makes her an employee there, and
    somebody who may sign where her staff group lets her. A deputy counts as far as she could be one that day.
    """
    running = [w for w in works if _in_force(w.valid_from, w.valid_to, on)]
    if works and not running:
        return ()
    held = [g for g in given if _in_force(g.valid_from, g.valid_to, on)]
    deputises = can_be_deputy(held, running, on=on)
    roles = {Assigned(g.role, g.path) for g in held if deputises or not g.deputy}
    roles |= {Assigned(Role.EMPLOYEE, w.path) for w in running}
    roles |= {Assigned(Role.SIGNER, w.path) for w in running if w.may_sign}
    return tuple(sorted(roles, key=lambda a: (ROLE_ORDER.index(a.role), a.path)))


def can_be_deputy(given: Iterable[Given], works: Iterable[Works], *, on: date) -> bool:
    """Whether she has a ground of her own to sign that day, anywhere: an appointment, or a staff group that may sign.

    Source: product.md, the rule at the centre, point 5. It takes no more than one of them for a guide's place.
    """
    return any(g.role in APPOINTED and not g.deputy and _in_force(g.valid_from, g.valid_to, on) for g in given) or any(
        w.may_sign and _in_force(w.valid_from, w.valid_to, on) for w in works
    )


APPOINTED = frozenset({Role.GUIDE, Role.DEVELOPMENT_NURSE})
"""The roles that let somebody sign whatever her staff group is."""

ROLE_ORDER = (
    Role.LEADER, Role.DEVELOPMENT_NURSE, Role.GUIDE, Role.PLANNER, Role.DIRECTOR, Role.HR, Role.COMMITTEE,
    Role.ADMINISTRATOR, Role.AUDITOR, Role.EMPLOYEE, Role.SIGNER,
)  # fmt: skip
"""Which role is home for whoever has several and has not chosen: the first of these."""


def homes(roles: Iterable[Assigned]) -> tuple[Role, ...]:
    """The roles one can see the system as, each once. To be allowed to sign is no home of its own."""
    held = {a.role for a in roles}
    return tuple(role for role in ROLE_ORDER if role in held and role is not Role.SIGNER)


def home_role(roles: Iterable[Assigned], last_role: str | None) -> Role:
    """The role whose menu and home are shown: the one used last, if it is still held."""
    able = homes(roles)
    chosen = [role for role in able if role == last_role]
    return (chosen or list(able) or [Role.EMPLOYEE])[0]


@dataclass(frozen=True)
class MenuItem:
    """A page in a menu. It is left out for whoever lacks the permission."""

    endpoint: str
    label: str
    icon: str = "list-check"
    permission: Permission | None = None
    covers: tuple[str, ...] | None = None
    """The pages and features that belong under it besides its own page; None: its feature. A page named by one item is no
    other's."""
    pages: tuple["MenuItem", ...] = ()
    """The pages it gathers, as a row under the menu; it leads to the first of them that may be opened."""


def gather(label: str, *pages: MenuItem) -> MenuItem:
    """An item that gathers pages under one word; left out for whoever may open none of them."""
    return MenuItem(pages[0].endpoint, label, pages[0].icon, pages=pages)


P = Permission
ACCOUNTS = MenuItem("accounts.index", N_("Accounts"), "account", P.PERSON_ADMINISTER, covers=())
ACTIONS = MenuItem("actions.index", N_("Improvement actions"), "flag", P.ACTION_READ)
ACTIVITIES = MenuItem(
    "activities.index", N_("Activities"), "checklist", P.ACTIVITY_WRITE, covers=("activities", "balance")
)
CATALOGUE = MenuItem("catalogue.index", N_("Task catalogue"), "list-bulleted", P.CATALOGUE_READ)
CLASSES = MenuItem("teaching.index", N_("Classes"), "groups", covers=("teaching", "class_people", "signoffs.together"))
COVERAGE_PAGES = (
    "coverage",
    "figures",
    "forecast",
    "gaps_today",
    "latent",
    "meetings",
    "requirements",
    "roster",
    "what_if",
)
COVERAGE = MenuItem("coverage.index", N_("Coverage"), "analytics", covers=(*COVERAGE_PAGES, "actions"))
OVERVIEW = MenuItem("figures.index", N_("Overview"), "analytics", covers=COVERAGE_PAGES)
DESK = MenuItem("desk.index", N_("The desk"), "assignment", P.TEACHING_PLAN)
DISTRICTS = MenuItem("figures.all_units", N_("Districts"), "business", covers=("figures.all_units", "figures.units"))
COLLEAGUES = MenuItem("people.index", N_("My colleagues"), "groups", P.PERSON_READ, covers=("people", "persons"))
EXTERNAL = MenuItem("people.new_external", N_("Add an external"), "person-add", P.EXTERNAL_ADD)
IMPORTS = MenuItem("imports.index", N_("Load files"), "upload")
INSPECTION = MenuItem(
    "inspection.index", N_("Inspection pack"), "time", P.INSPECTION_READ, covers=("inspection", "inspection_files")
)
INSTRUCTIONS = MenuItem("instructions.index", N_("New instructions"), "file", P.SIGNOFF_AGREE)
LEARNING = MenuItem(
    "learning.own",
    N_("Learning"),
    "student",
    P.OWN_READ,
    covers=("learning", "plans", "plan_goals", "plan_activities", "talks"),
)
MATRIX = MenuItem("matrix.index", N_("Division of tasks"), "apps", P.MATRIX_READ)
MAY = MenuItem("me.may", N_("What I may do"), "list-check", P.OWN_READ)
MORE = MenuItem("home.menu", N_("More"), "menu", covers=())
NEEDS = MenuItem("requirements.index", N_("Staffing needs"), "tune", P.REQUIREMENT_READ)
ONBOARDING = MenuItem(
    "onboarding.index",
    N_("Introduction"),
    "groups",
    P.ONBOARDING_TICK,
    covers=("onboarding", "programme", "onboarding_templates", "students", "welcome_letters"),
)
PASSPORT = MenuItem(
    "me.passport",
    N_("My passport"),
    "contact-card",
    P.OWN_READ,
    covers=("me.passport", "passports", "brought.own", "files.own"),
)
PATH = MenuItem("me.path", N_("My path"), "flag", P.OWN_READ, covers=("me", "intro"))
PATHS = MenuItem("paths.index", N_("Learning paths"), "map", P.OWN_READ, covers=("paths", "path_people"))
PEOPLE = MenuItem(
    "people.index",
    N_("Employees"),
    "groups",
    P.PERSON_READ,
    covers=("people", "persons", "exemptions", "guiding.units"),
)
DELEGATIONS = MenuItem(
    "delegations.index",
    N_("Delegations"),
    "assignment",
    P.DELEGATION_READ,
    covers=("delegations", "frameworks", "taking_over"),
)
CITIZENS_DELEGATIONS = replace(DELEGATIONS, permission=P.CITIZEN_READ)
"""For whoever may ask for a citizen's list, and reads no delegations besides."""
PLANS = MenuItem(
    "plans.index",
    N_("Development plans"),
    "student",
    P.PLAN_WRITE,
    covers=("plans", "plan_goals", "plan_activities", "talks", "balance"),
)
PROFILES = MenuItem("profiles.index", N_("Profiles"), "list-check", P.PROFILE_READ)
QUEUE = MenuItem(
    "queue.index", N_("My queue"), "list-check", P.SIGNOFF_SIGN, covers=("queue", "signoffs", "guiding.own_time")
)
ROLES = MenuItem(
    "accounts.roles",
    N_("Roles"),
    "person-add",
    P.ROLE_GIVE,
    covers=("accounts.give", "accounts.person", "accounts.appointment"),
)
SIGNOFFS = MenuItem("queue.index", N_("Sign-offs"), "list-check", P.SIGNOFF_SIGN, covers=("queue", "signoffs"))
STOPS = MenuItem("stops.index", N_("Stops"), "warning", P.STOP_READ)
UNITS = MenuItem("organisation.index", N_("Units"), "business", P.UNIT_WRITE)
ROSTER = MenuItem(
    "roster.index",
    N_("Duty roster"),
    "time",
    P.ROSTER_READ,
    covers=("roster", "mapping_roster", "imports.roster", "imports.roster_preview"),
)
TRAINING = MenuItem("training_plan.index", N_("Training plan"), "student", P.TRAINING_PLAN)
WHO_MAY = MenuItem(
    "who_may.index", N_("Who may?"), "search", P.WHO_MAY_ASK, covers=("who_may.index", "who_may.gaps", "may_she")
)
GAPS_TODAY = MenuItem("gaps_today.index", N_("Today's gaps"), "warning", P.COVERAGE_COUNTS)
STRATEGY = MenuItem("strategy.index", N_("Strategic plan"), "flag", P.STRATEGY_READ)
SETTINGS = MenuItem("settings.settings", N_("Settings"), "settings", P.SETTINGS_WRITE)
ISSUERS = MenuItem(
    "brought.issuers", N_("Trusted issuers"), "contact-card", P.ISSUER_TRUST, covers=("brought.issuers",)
)
API_KEYS = MenuItem("api_keys.index", N_("Other systems"), "language", P.API_KEY_WRITE)
LOG = MenuItem("accounts.log", N_("Log"), "time", P.ADMINISTRATION_AUDIT_READ, covers=())

_READERS = (OVERVIEW, DISTRICTS, ACTIONS, gather(N_("Reports"), STRATEGY, MATRIX))

MENU: Mapping[Role, tuple[MenuItem, ...]] = {
    Role.LEADER: (
        replace(COVERAGE, covers=(*COVERAGE_PAGES, "actions", "who_may", "may_she")),
        gather(N_("Development"), TRAINING, PLANS, ONBOARDING, CLASSES, PATHS, STRATEGY),
        gather(N_("Sign-offs"), SIGNOFFS, INSTRUCTIONS, DELEGATIONS),
        PEOPLE,
        gather(N_("Division of tasks"), MATRIX, PROFILES, STOPS),
    ),
    Role.GUIDE: (
        QUEUE,
        ONBOARDING,
        CLASSES,
        gather(N_("My colleagues"), COLLEAGUES, COVERAGE, WHO_MAY),
        gather(N_("Division of tasks"), MATRIX, DELEGATIONS),
    ),
    Role.EMPLOYEE: (PATH, MAY, LEARNING, PASSPORT, QUEUE),
    Role.PLANNER: (
        gather(N_("Who may?"), WHO_MAY, EXTERNAL),
        gather(N_("Coverage"), COVERAGE, ROSTER),
        gather(N_("Today's gaps"), GAPS_TODAY, STOPS),
        CITIZENS_DELEGATIONS,
    ),
    Role.DEVELOPMENT_NURSE: (
        gather(N_("Division of tasks"), MATRIX, CATALOGUE, PROFILES, STOPS, IMPORTS),
        gather(N_("What is needed"), COVERAGE, DESK, TRAINING, STRATEGY),
        gather(N_("Teaching"), CLASSES, ACTIVITIES, PATHS, ONBOARDING),
        gather(N_("Sign-offs"), SIGNOFFS, DELEGATIONS, INSPECTION),
        PEOPLE,
    ),
    Role.DIRECTOR: _READERS,
    Role.HR: _READERS,
    Role.COMMITTEE: _READERS,
    Role.ADMINISTRATOR: (
        gather(N_("Employees"), PEOPLE, ACCOUNTS, ROLES),
        gather(N_("Units"), UNITS, NEEDS),
        IMPORTS,
        gather(N_("Settings"), SETTINGS, ISSUERS, API_KEYS),
        LOG,
    ),
    Role.AUDITOR: (INSPECTION, COVERAGE, PEOPLE, MATRIX, DELEGATIONS),
}
"""The menu of each role; the first page is its home. Permissions decide nothing here, and the menu decides no permission.

Source: DESIGN.md, section 6.
"""

TABS: Mapping[Role, tuple[MenuItem, ...]] = {
    Role.EMPLOYEE: (PATH, MAY, LEARNING, PASSPORT),
    Role.GUIDE: (QUEUE, COLLEAGUES, CLASSES, MORE),
}
"""The bar at the bottom of a phone."""
