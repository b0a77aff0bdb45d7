"""Packs that were made in the background."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.decision.queries import EMPLOYMENTS, UNITS
from competence.foundation.clock import now
from competence.foundation.errors import NotFound
from competence.foundation.orm import scoped
from competence.inspection.models import KEPT_DAYS, InspectionPack
from competence.inspection.pack import Question
from competence.inspection.queries.choosing import reached
from competence.signoffs.queries import chunks


def packs_kept(session: Session, question: Question, *, by: int) -> Sequence[Any]:
    """(id, made_at) of the packs that somebody had made for the question and that are still kept, the newest first."""
    return session.execute(
        select(InspectionPack.id, InspectionPack.made_at)
        .where(
            InspectionPack.about == question.about, InspectionPack.asked_id == question.id,
            InspectionPack.first_day == question.first, InspectionPack.last_day == question.last,
            InspectionPack.made_by == by, InspectionPack.made_at > _oldest(),
        )
        .order_by(InspectionPack.made_at.desc(), InspectionPack.id.desc())
    ).all()  # fmt: skip


def pack_kept(session: Session, pack_id: int, *, by: int) -> InspectionPack:
    """The pack. NotFound when there is none, when somebody else had it made, or when its week is over."""
    found = session.scalars(
        select(InspectionPack).where(
            InspectionPack.id == pack_id, InspectionPack.made_by == by, InspectionPack.made_at > _oldest()
        )
    ).first()
    if found is None:
        raise NotFound
    return found


def _oldest() -> datetime:
    return now() - timedelta(days=KEPT_DAYS)


def still_within(session: Session, person_ids: Sequence[int], *, within: Reach) -> bool:
    """Whether each of the persons has an employment, also one that has ended, within reach."""
    here: set[int] = set()
    for some in chunks(person_ids):
        here |= set(
            session.scalars(
                scoped(session, EMPLOYMENTS, EMPLOYMENTS.c.person_id)
                .join(
                    UNITS,
                    (UNITS.c.municipality_id == EMPLOYMENTS.c.municipality_id) & (UNITS.c.id == EMPLOYMENTS.c.unit_id),
                )
                .where(EMPLOYMENTS.c.person_id.in_(some), reached(within))
            )
        )
    return here >= set(person_ids)
