"""Reads of talks: for those who take part, and nobody else, whatever role they have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from competence.foundation.errors import NotFound
from competence.learning.models import Talk, TalkTaker
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity


@dataclass(frozen=True)
class Taker:
    """Somebody who takes part as an employee."""

    row: TalkTaker
    person_id: int
    name: str


@dataclass(frozen=True)
class OneTalk:
    """A talk as one of those who take part reads it."""

    talk: Talk
    unit: Unit
    holder: str
    """The name of whoever holds it."""
    takers: Sequence[Taker]
    holds: bool
    """She reads it as the one who holds it."""
    mine: Taker | None
    """Her own part, when she takes part as an employee."""

    def shown(self) -> list[Taker]:
        """Those who have shown what they prepared; the reader's own stands apart."""
        return [one for one in self.takers if one.row.shown_at is not None and one is not self.mine]

    @property
    def names(self) -> list[str]:
        """Of those who take part as employees."""
        return [one.name for one in self.takers if one.name]


def get_talk(session: Session, talk_id: int, person_id: int) -> OneTalk:
    """The talk. NotFound for everybody who takes no part in it."""
    row = session.execute(
        select(Talk, Unit).join(Unit, Unit.id == Talk.unit_id).where(Talk.id == talk_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    takers = takers_of(session, [talk_id]).get(talk_id, [])
    mine = next((one for one in takers if one.person_id == person_id), None)
    if row.Talk.held_by != person_id and mine is None:
        raise NotFound
    holder = session.scalar(select(PersonIdentity.name).where(PersonIdentity.person_id == row.Talk.held_by)) or ""
    return OneTalk(row.Talk, row.Unit, holder, takers, row.Talk.held_by == person_id, mine)


def takers_of(session: Session, talk_ids: Sequence[int]) -> dict[int, list[Taker]]:
    """Talk -> those who take part as employees, by name."""
    rows = session.execute(
        select(TalkTaker, Employment.person_id, PersonIdentity.name)
        .join(Employment, Employment.id == TalkTaker.employment_id)
        .outerjoin(PersonIdentity, PersonIdentity.person_id == Employment.person_id)
        .where(TalkTaker.talk_id.in_(list(talk_ids)))
        .order_by(PersonIdentity.name, TalkTaker.id)
    )
    found: dict[int, list[Taker]] = {}
    for row in rows:
        found.setdefault(row.TalkTaker.talk_id, []).append(Taker(row.TalkTaker, row.person_id, row.name or ""))
    return found


def talks_of(session: Session, reader_id: int, *, employment_id: int | None = None) -> Sequence[Talk]:
    """The talks that the reader takes part in, the latest first; about one employment alone when it is named."""
    own = (
        select(TalkTaker.talk_id)
        .join(Employment, Employment.id == TalkTaker.employment_id)
        .where(Employment.person_id == reader_id)
    )
    wanted = select(Talk).where(or_(Talk.held_by == reader_id, Talk.id.in_(own)))
    if employment_id is not None:
        wanted = wanted.where(Talk.id.in_(select(TalkTaker.talk_id).where(TalkTaker.employment_id == employment_id)))
    return session.scalars(wanted.order_by(Talk.planned_on.desc(), Talk.id.desc())).all()


def next_talks(session: Session, holder_id: int, employment_ids: Sequence[int]) -> Mapping[int, Talk]:
    """Employment -> the next talk that the reader holds with her."""
    rows = session.execute(
        select(TalkTaker.employment_id, Talk)
        .join(Talk, Talk.id == TalkTaker.talk_id)
        .where(
            TalkTaker.employment_id.in_(list(employment_ids)), Talk.held_by == holder_id, Talk.held_on.is_(None),
            Talk.cancelled_on.is_(None),
        )
        .order_by(Talk.planned_on.desc(), Talk.id.desc())
    )  # fmt: skip
    return {row.employment_id: row.Talk for row in rows}
