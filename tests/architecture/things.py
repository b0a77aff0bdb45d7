"""One of each thing that a route can be about."""

from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from competence.access.rules import Role
from competence.api.models import ApiKey
from competence.audit.chain import NewEvent, append_all
from competence.catalogue.models import InstructionVersion, Task, TaskPicture
from competence.catalogue.rules import Asks
from competence.config import for_tests
from competence.coverage.rules import DayKind, Shift
from competence.credentials import jose
from competence.credentials.keys import jwk_of
from competence.credentials.models import BroughtCredential, TrustedIssuer
from competence.credentials.rules import Achieved, Issuer, ToIssue
from competence.delegation.commands.drafts import make_draft
from competence.delegation.commands.editing import edit_cell
from competence.delegation.commands.hearing import open_hearing
from competence.delegation.drafting import Wording
from competence.delegation.models import Delegation, FrameworkDelegation, HearingComment
from competence.delegation.rules import CellRule
from competence.files.models import EvidenceFile
from competence.files.rules import Purpose
from competence.files.storing import Store
from competence.forecast.models import Scenario
from competence.forecast.scenarios import Away, Shared, code
from competence.foundation.clock import now, today
from competence.foundation.keys import public_of
from competence.imports.kinds import OWN_MATRIX
from competence.imports.models import RememberedMapping
from competence.inspection.models import InspectionPack
from competence.inspection.rules import About
from competence.jobs.models import Job
from competence.jobs.rules import State
from competence.learning.models import (
    DevelopmentPlan,
    Goal,
    PlannedActivity,
    PlanNote,
    PlanVersion,
    Talk,
    TalkTaker,
)
from competence.learning.rules import GoalKind, Origin, TalkKind
from competence.learning.rules import Part as LearningPart
from competence.meetings.models import ImprovementAction, Screen
from competence.meetings.queries import hash_of
from competence.meetings.rules import Figure
from competence.onboarding.models import Onboarding, OnboardingItem, OnboardingLine, OnboardingTemplate
from competence.onboarding.rules import ItemKind, Ticks
from competence.people.models import Person, PersonIdentity, StaffGroup
from competence.profiles.models import CompetenceProfile, ProfileTask
from competence.reminders.models import Reminder
from competence.reminders.rules import Kind, Part
from competence.signoffs.rules import EventKind
from competence.training.models import TrainingRun
from competence.training.rules.problem import Closed
from competence.training.rules.rows import Content, Row, Terms
from competence.training.rules.spots import Spot
from tests.factories import Someone, World


def instruction(world: World, task: Task) -> int:
    """A version of the task's instruction that is to be read."""
    version = InstructionVersion(
        task_id=task.id, number=1, name="Insulininstruks", version="2", valid_from=today(), asks=Asks.READ,
        closes_on=today() + timedelta(days=9), recorded_at=now(),
    )  # fmt: skip
    picture = TaskPicture(task_id=task.id, media_type="image/png", content=b"\x89PNG\r\n\x1a\n", recorded_at=now())
    world.session.add_all([version, picture])
    world.session.flush()
    return version.id


def draft(world: World, task: Task, number: int, asked: Someone) -> tuple[int, int, int]:
    """(number, id of its one change, id of the one comment) of a draft in hearing: leaders, and one by name, are asked."""
    nurse = world.role(without_employment(world, "Nora Nordby"), Role.DEVELOPMENT_NURSE, over=world.root)
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
    return number, change.id, comment(world, asked, draft.id)


def mapping(world: World, someone: Someone, kind: str = OWN_MATRIX) -> int:
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


def matrix(world: World) -> tuple[Task, Task]:
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


def reminded(world: World, someone: Someone, task: Task) -> int:
    """The id of a reminder that somebody was given of something of her own."""
    made = Reminder(
        person_id=someone.person.id, part=Part.OWN, kind=Kind.SIGNOFF, subject_id=1, due_on=today() + timedelta(days=8),
        rung=7, about_id=someone.person.id, task_id=task.id, made_at=now(),
    )  # fmt: skip
    world.session.add(made)
    world.session.flush()
    return made.id


def screen(world: World, one: Someone, by: Someone, link: str) -> int:
    """The id of a screen on the wall of somebody's unit, which nothing has opened yet."""
    made = Screen(unit_id=one.unit.id, name="Teamrum", link_hash=hash_of(link), made_at=now(), made_by=by.person.id)
    world.session.add(made)
    world.session.flush()
    return made.id


def action(world: World, one: Someone) -> int:
    """The id of an improvement action of somebody's unit, which she sees to."""
    made = ImprovementAction(
        unit_id=one.unit.id, what="Flere til insulin om natten", owner_id=one.person.id, figure=Figure.GAPS, baseline=3,
        target=0, due_on=today() + timedelta(days=30), recorded_at=now(), recorded_by=one.person.id,
    )  # fmt: skip
    world.session.add(made)
    world.session.flush()
    return made.id


def onboarding(world: World, one: Someone, guide: Someone) -> dict[str, int]:
    """By parameter: an item of her introduction programme, her unit's draft of a template, and a student there."""
    said = {"name": "Rundvisning", "week": 1, "kind": ItemKind.INFORMATION, "ticks": Ticks.BOTH, "position": 0}
    used = OnboardingTemplate(
        unit_id=one.unit.id, number=1, recorded_at=now(), approved_at=now(), approved_by=guide.person.id
    )
    draft = OnboardingTemplate(unit_id=one.unit.id, staff_group_id=world.groups["UFA"].id, number=1, recorded_at=now())
    world.session.add_all([used, draft])
    world.session.flush()
    line = OnboardingLine(template_id=draft.id, code="A1", **said)
    world.session.add_all([OnboardingLine(template_id=used.id, code="A1", **said), line])
    place = programme(world, one, guide)
    group = world.session.scalars(select(StaffGroup).where(StaffGroup.is_student)).first() or StaffGroup(
        code="SSAE", name="SSA-elev", short_name="Elev", plural="Elever", authorised=False, is_student=True, position=9
    )
    world.session.add(group)
    world.session.flush()
    student = world.person(f"Elev {guide.name}", "UFA", unit=one.unit)
    student.employment.staff_group_id = group.id
    world.session.flush()
    return place | {"template_id": draft.id, "line_id": line.id, "student_id": student.employment.id}


def programme(world: World, one: Someone, guide: Someone) -> dict[str, int]:
    """By parameter: her introduction programme, and an item of it."""
    made = Onboarding(
        employment_id=one.employment.id,
        first_day=today(),
        begun_at=now(),
        begun_by=guide.person.id,
        welcome="Velkommen.",
    )
    world.session.add(made)
    world.session.flush()
    item = OnboardingItem(
        onboarding_id=made.id, employment_id=one.employment.id, code="A1", name="Rundvisning", week=1, position=0,
        kind=ItemKind.INFORMATION, ticks=Ticks.BOTH,
    )  # fmt: skip
    world.session.add(item)
    world.session.flush()
    return {"onboarding_id": made.id, "item_id": item.id}


def plan(world: World, one: Someone, other: Someone) -> dict[str, int]:
    """By parameter: a goal, an activity, a version and a note of somebody's plan; `other` is asked to lead the activity."""
    wrote = {"recorded_at": now(), "recorded_by": one.person.id}
    made = DevelopmentPlan(employment_id=one.employment.id, **wrote)
    world.session.add(made)
    world.session.flush()
    common = {"employment_id": one.employment.id, "yes_on": today()} | wrote
    goal = Goal(plan_id=made.id, kind=GoalKind.WISH, words="Lære mere", origin=Origin.OWN, **common)
    world.session.add(goal)
    world.session.flush()
    planned = PlannedActivity(
        goal_id=goal.id, name="Følgevagt", part=LearningPart.COLLEAGUES, minutes=60, led_by=other.person.id, origin=Origin.OWN,
        **common,
    )  # fmt: skip
    version = PlanVersion(
        plan_id=made.id, employment_id=one.employment.id, number=1, content={"goals": [], "activities": []}, plan_revision=1,
        made_at=now(), made_by=one.person.id, employee_yes_at=now(),
    )  # fmt: skip
    note = PlanNote(
        plan_id=made.id,
        employment_id=one.employment.id,
        words="Vi taler om det",
        written_at=now(),
        written_by=one.person.id,
    )
    world.session.add_all([planned, version, note])
    world.session.flush()
    return {"goal_id": goal.id, "planned_id": planned.id, "version_id": version.id, "note_id": note.id}


def own_plan(world: World, asked: Someone, someone: Someone) -> tuple[int, int]:
    """(an activity of somebody's that `asked` is asked to lead, a talk that `asked` holds with her)."""
    planned = PlannedActivity(
        employment_id=someone.employment.id, name="Følgevagt", part=LearningPart.COLLEAGUES, minutes=60,
        led_by=asked.person.id, origin=Origin.OWN, yes_on=today(), recorded_at=now(), recorded_by=someone.person.id,
    )  # fmt: skip
    world.session.add(planned)
    world.session.flush()
    return planned.id, talk(world, asked, someone)


def own_note(world: World, writer: Someone, someone: Someone) -> int:
    """A note that somebody wrote in another's plan."""
    plan_id = world.session.scalars(
        select(DevelopmentPlan.id).where(DevelopmentPlan.employment_id == someone.employment.id)
    ).one()
    made = PlanNote(
        plan_id=plan_id,
        employment_id=someone.employment.id,
        words="Husk det",
        written_at=now(),
        written_by=writer.person.id,
    )
    world.session.add(made)
    world.session.flush()
    return made.id


def talk(world: World, holder: Someone, taker: Someone) -> int:
    """The id of a talk that somebody holds with somebody."""
    made = Talk(
        kind=TalkKind.MUS, unit_id=taker.unit.id, held_by=holder.person.id, planned_on=today() + timedelta(days=5), answers={},
        recorded_at=now(), recorded_by=holder.person.id,
    )  # fmt: skip
    world.session.add(made)
    world.session.flush()
    world.session.add(TalkTaker(talk_id=made.id, employment_id=taker.employment.id, prepared={}))
    world.session.flush()
    return made.id


def issuer(world: World, by: Someone) -> tuple[int, bytes]:
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


def api_key(world: World, by: Someone) -> int:
    """The id of a key of another system."""
    key = ApiKey(
        name="Omsorgsjournal", purpose="Kørelisten", unit_id=world.team.id, permissions="who_may:ask", token_hash="0" * 64,
        tail="abcd", valid_to=today() + timedelta(days=30), recorded_at=now(), recorded_by=by.person.id,
    )  # fmt: skip
    world.session.add(key)
    world.session.flush()
    return key.id


def brought(world: World, person_id: int, by: int, task: Task) -> int:
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


def file(world: World, person_id: int, by: int, task: Task) -> int:
    """The id of a PDF that lies at the task; its bytes lie beside the database."""
    url, content = str(world.session.get_bind().url), b"%PDF-1.4 bilag"  # type: ignore[union-attr]
    folder, secret = Path(url.removeprefix("sqlite:///")).with_name("files"), for_tests(url).secret_key
    stored = Store(folder, world.municipality.id, secret=secret, salt=world.municipality.salt).put(content)
    row = EvidenceFile(
        person_id=person_id, task_id=task.id, purpose=Purpose.TRAINING, title="", media_type="application/pdf",
        size=len(content), hash="0" * 64, stored=stored.name, salt=stored.salt, recorded_at=now(), recorded_by=by,
    )  # fmt: skip
    world.session.add(row)
    world.session.flush()
    return row.id


def comment(world: World, writer: Someone, version_id: int) -> int:
    """What somebody said of the version when it was heard."""
    said = HearingComment(version_id=version_id, text="Fint", written_by=writer.person.id, recorded_at=now())
    world.session.add(said)
    world.session.flush()
    return said.id


def framework(world: World, task: Task) -> int:
    """The id of a framework delegation to a staff group."""
    made = FrameworkDelegation(
        task_id=task.id, staff_group_id=world.groups["SSH"].id, giver_text="Læge Lise", instruction="Instruks 7",
        instruction_version="2", valid_from=today(), recorded_at=now(),
    )  # fmt: skip
    world.session.add(made)
    world.session.flush()
    return made.id


def delegated(world: World, someone: Someone, task: Task, giver: Someone) -> int:
    """The id of a personal delegation."""
    event = append_all(world.session, [NewEvent(someone.person.id, EventKind.DELEGATED, giver.person.id, task.id)])[0]
    made = Delegation(
        event_id=event.id, person_id=someone.person.id, giver_id=giver.person.id, task_id=task.id, valid_from=today()
    )
    world.session.add(made)
    world.session.flush()
    return made.id


def job(world: World, someone: Someone) -> int:
    """The id of a job that she has asked for, and that is over."""
    job = Job(
        kind="approve", about="1", title="Version 1 bliver godkendt", leads_to="/matrix/1", asked_by=someone.person.id,
        asked_at=now(), state=State.DONE, ended_at=now(), told="Version 1 er godkendt.",
    )  # fmt: skip
    world.session.add(job)
    world.session.flush()
    return job.id


def pack(world: World, asked: Someone, about: Someone) -> int:
    """The id of an inspection pack about somebody that has been put together for whoever asked."""
    kept = InspectionPack(
        about=About.UNIT, asked_id=about.unit.id, first_day=today(), last_day=today(), pdf=b"%PDF-1.7", sheet=b"PK",
        person_ids=[about.person.id], made_by=asked.person.id, made_at=now(),
    )  # fmt: skip
    world.session.add(kept)
    world.session.flush()
    return kept.id


def scenario(world: World, made_by: Someone) -> int:
    """The id of a scenario of her unit that is shared with its leaders: she herself is away."""
    kept = Scenario(
        unit_id=made_by.unit.id, owner_id=made_by.person.id, name="Sommerferie", shared_with=Shared.LEADERS,
        steps=[away(made_by)], saved_at=now(), saved_by=made_by.person.id,
    )  # fmt: skip
    world.session.add(kept)
    world.session.flush()
    return kept.id


def proposal(world: World, one: Someone, teacher: Someone, task: Task) -> int:
    """The id of a proposal for somebody's unit: she learns the task from a colleague, and another does not."""
    made = Row(
        one.employment.id, one.person.id, one.unit.id, task.id, 3, teacher.person.id, 0, 0, (Closed(1, 1, 0),), (),
        {LearningPart.DAILY: 90}, 90, 0, 0, 1, "not_begun",
    )  # fmt: skip
    monday = today() + timedelta(days=7 - today().weekday())
    spot = Spot(1, one.unit.id, task.id, Shift.DAY, DayKind.EVERY, 0, 2)
    kept = TrainingRun(
        unit_id=one.unit.id, terms=Terms().stored(), content=Content(monday, (spot,), (made,)).stored(), agreed={},
        made_at=now(), made_by=teacher.person.id,
    )  # fmt: skip
    world.session.add(kept)
    world.session.flush()
    return kept.id


def away(someone: Someone) -> str:
    """The step of a scenario in which she is away."""
    return code(Away(someone.employment.id, today() + timedelta(days=5), today() + timedelta(days=20)))


def without_employment(world: World, name: str) -> Someone:
    """Somebody from outside the teams; her roles are all there is to her."""
    person = Person(recorded_at=now())
    world.session.add(person)
    world.session.flush()
    world.session.add(PersonIdentity(person_id=person.id, name=name))
    world.session.flush()
    return Someone(person, None, world.team, name)  # type: ignore[arg-type]
