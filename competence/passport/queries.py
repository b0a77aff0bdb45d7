"""Reads for the code on a phone, and for whoever scans a passport."""

import hmac

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission
from competence.foundation.clock import now
from competence.passport.models import PassportCode
from competence.passport.rules import is_living
from competence.people.models import PersonIdentity


def living_code(session: Session, person_id: int) -> PassportCode | None:
    """The person's code, if it can be opened now."""
    code = session.scalar(select(PassportCode).where(PassportCode.person_id == person_id))
    return code if code and is_living(code.made_at, code.ended_at, now=now()) else None


def opens(session: Session, person_id: int, secret: str) -> PassportCode | None:
    """The person's living code, if it is the one with this secret."""
    code = living_code(session, person_id)
    return code if code and hmac.compare_digest(code.secret, secret) else None


def name_of_person(session: Session, person_id: int) -> str:
    """Her name; "" once it is erased."""
    return session.scalar(select(PersonIdentity.name).where(PersonIdentity.person_id == person_id)) or ""


def shown_to(by: Actor, path: str) -> bool | None:
    """What she sees of somebody who works in the unit at `path`.

    True: with levels and last days. False: only what may be done, and when. None: nothing.
    """
    if by.may(Permission.PERSON_HISTORY, path):
        return True
    if by.may(Permission.WHO_MAY_ASK, path) or by.may(Permission.WHO_MAY_COLLEAGUES, path):
        return False
    return None
