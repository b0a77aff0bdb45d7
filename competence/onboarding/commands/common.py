"""What several commands look up and check."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.text import N_, looks_like_cpr, sentence, squeeze
from competence.onboarding.models import Onboarding, OnboardingItem
from competence.organisation.models import Unit
from competence.people.models import Employment

FOLLOWERS = (Permission.ONBOARDING_KEEP, Permission.ONBOARDING_TICK)


def words(text: str, field: str, most: int) -> str:
    """The text without blanks around it. RuleBroken when it is too long, or holds a CPR number."""
    text = text.replace("\r\n", "\n").strip()
    if looks_like_cpr(text):
        raise RuleBroken(sentence(N_("Never write a citizen's name or CPR number. Take the number out.")), field=field)
    if len(text) > most:
        raise RuleBroken(sentence(N_("The text is too long. Use at most %(max)s characters."), max=most), field=field)
    return text


def line(text: str, field: str, most: int) -> str:
    """The same on one line."""
    return squeeze(words(text, field, most))


def check_runs(employment: Employment) -> None:
    """Nothing. RuleBroken when the employment has ended."""
    if employment.valid_to is not None and employment.valid_to <= today():
        raise RuleBroken(sentence(N_("The employment has ended. Its introduction programme cannot be changed.")))


def programme_for(
    session: Session, onboarding_id: int, by: Actor, *, keep: bool = True, seen: int | None = None
) -> tuple[Onboarding, Employment, Unit]:
    """The running programme, held against whoever changes it at the same time.

    NotFound when there is none by that id of somebody whom she leads (`keep`), or follows in another way. RuleBroken when
    the employment, or the programme, has ended. Overtaken when it is not as it was `seen`.
    """
    row = session.execute(
        select(Onboarding, Employment, Unit)
        .join(Employment, Employment.id == Onboarding.employment_id)
        .join(Unit, Unit.id == Employment.unit_id)
        .where(Onboarding.id == onboarding_id)
        .with_for_update(of=Onboarding)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    onboarding, employment, unit = row.Onboarding, row.Employment, row.Unit
    if keep and (employment.person_id == by.person_id or not by.may(Permission.ONBOARDING_KEEP, unit.path)):
        raise NotFound
    check_runs(employment)
    if onboarding.ended_on is not None:
        raise RuleBroken(sentence(N_("The introduction programme has ended.")))
    if seen is not None and onboarding.revision != seen:
        raise Overtaken(sentence(N_("The programme has been changed meanwhile. Nothing was saved. Look at it again.")))
    return onboarding, employment, unit


def item_for(session: Session, onboarding_id: int, item_id: int) -> OnboardingItem:
    """The programme's item, as it is now. NotFound when it has none by that id."""
    item = session.scalars(
        select(OnboardingItem)
        .where(OnboardingItem.id == item_id, OnboardingItem.onboarding_id == onboarding_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if item is None:
        raise NotFound
    return item


def colleague(session: Session, person_id: int | None, by: Actor, *, but: int, field: str) -> int | None:
    """The person, who works today within the leader's reach. RuleBroken when it is the newcomer herself, or nobody there."""
    if person_id is None:
        return None
    if person_id == but:
        raise RuleBroken(sentence(N_("Choose somebody else than the newcomer.")), field=field)
    paths = session.scalars(
        select(Unit.path)
        .join(Employment, Employment.unit_id == Unit.id)
        .where(
            Employment.person_id == person_id,
            Employment.valid_from <= today(),
            Employment.valid_to.is_(None) | (Employment.valid_to > today()),
        )
    ).all()
    if not any(by.may(Permission.ONBOARDING_KEEP, path) for path in paths):
        raise RuleBroken(sentence(N_("Choose somebody who works in your units.")), field=field)
    return person_id
