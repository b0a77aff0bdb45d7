"""One of each thing that the routes about classes and learning paths can be about."""

from datetime import timedelta

from sqlalchemy import select

from competence.catalogue.models import Task
from competence.foundation.clock import midnight, now, today
from competence.learning.models import Activity
from competence.learning.rules import Part
from competence.onboarding.models import Onboarding, OnboardingItem
from competence.onboarding.rules import ItemKind, Ticks
from competence.paths.models import LearningPath, PathPlacing, PathStep
from competence.paths.rules import StepKind
from competence.teaching.models import CalendarFeed, ClassNews, ClassSignUp, ClassTime, ClassUnit, TeachingClass
from competence.teaching.rules import FeedKind, News, Stand
from tests.factories import Someone, World


def place(world: World, one: Someone, guide: Someone, task: Task) -> dict[str, int]:
    """By parameter: bedside teaching in her unit by the guide, her place at it, and what else is hers; and a colleague of hers."""
    row = teaching(world, one, guide, task)
    return {"class_id": row, **own(world, one, row, guide), "colleague_id": _colleague(world, one)}


def seen_to(world: World, someone: Someone, newcomer: Someone) -> int:
    """The id of an item of the newcomer's introduction that somebody is asked to see to."""
    place = world.session.scalars(select(Onboarding).where(Onboarding.employment_id == newcomer.employment.id)).one()
    item = OnboardingItem(
        onboarding_id=place.id, employment_id=place.employment_id, code=f"B{someone.person.id}", name="Velfærdsteknologi",
        week=1, position=1, kind=ItemKind.TEACHING, ticks=Ticks.BOTH, responsible_id=someone.person.id,
    )  # fmt: skip
    world.session.add(item)
    world.session.flush()
    return item.id


def _colleague(world: World, one: Someone) -> int:
    return world.person(f"Kollega i {one.unit.name}", unit=one.unit).employment.id


def teaching(world: World, one: Someone, guide: Someone, task: Task) -> int:
    """The id of bedside teaching in her unit, in nine days."""
    begins = midnight(today() + timedelta(days=9)) + timedelta(hours=13)
    row = TeachingClass(
        name="Insulin", part=Part.COLLEAGUES, task_id=task.id, seats=4, teacher_id=guide.person.id, teacher_yes_at=now(),
        changed_at=now(), recorded_at=now(), recorded_by=guide.person.id,
    )  # fmt: skip
    world.session.add(row)
    world.session.flush()
    world.session.add_all(
        [
            ClassTime(class_id=row.id, starts_at=begins, ends_at=begins + timedelta(hours=2)),
            ClassUnit(class_id=row.id, unit_id=one.unit.id),
        ]
    )
    world.session.flush()
    return row.id


def own(world: World, one: Someone, class_id: int, by: Someone) -> dict[str, int]:
    """By parameter: her place at the class, a word about it, her calendar link, and her walk on the path."""
    asked = ClassSignUp(
        class_id=class_id, employment_id=one.employment.id, person_id=one.person.id, stand=Stand.ASKED, in_line_since=now(),
        asked_by=by.person.id,
    )  # fmt: skip
    news = ClassNews(class_id=class_id, person_id=one.person.id, news=News.ASKED, made_at=now())
    feed = CalendarFeed(person_id=one.person.id, kind=FeedKind.OWN, link_hash=f"{one.person.id:064}", made_at=now())
    walk = PathPlacing(
        path_id=path(world).id, employment_id=one.employment.id, asked_by=one.person.id, asked_at=now(),
        employee_yes_on=today(),
    )  # fmt: skip
    world.session.add_all([asked, news, feed, walk])
    world.session.flush()
    return {"sign_up_id": asked.id, "news_id": news.id, "feed_id": feed.id, "placing_id": walk.id}


def activity(world: World) -> int:
    """The id of an activity of the list."""
    row = Activity(code="A20-06", name="Bedside-undervisning", part=Part.COLLEAGUES, minutes=60)
    world.session.add(row)
    world.session.flush()
    return row.id


def path(world: World) -> LearningPath:
    """The municipality's path, approved; made when there is none."""
    row = world.session.scalars(select(LearningPath)).first()
    if row is None:
        row = LearningPath(code="UV1", name="Vejen frem", leads_to="Specialist", approved_at=now(), changed_at=now())
        world.session.add(row)
        world.session.flush()
        task = world.session.scalars(select(Task).order_by(Task.id)).first()
        assert task is not None
        world.session.add(PathStep(path_id=row.id, position=1, kind=StepKind.TASK, task_id=task.id, level=3, weeks=4))
        world.session.flush()
    return row


def step(world: World) -> int:
    """The id of its step."""
    return world.session.scalars(select(PathStep.id).where(PathStep.path_id == path(world).id)).one()
