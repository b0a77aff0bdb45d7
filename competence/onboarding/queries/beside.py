"""The newcomers somebody is there for without leading or guiding them: as buddy, as mentor, or asked to see to one thing."""

from typing import cast

from sqlalchemy import Date, Table, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from competence.foundation.clock import today
from competence.foundation.orm import execute, standing
from competence.onboarding.models import Onboarding, OnboardingItem
from competence.onboarding.queries.programmes import Item, Programme, read_programmes
from competence.people.models import Employment


def beside(session: Session, person_id: int) -> tuple[list[Programme], list[tuple[Programme, list[Item]]]]:
    """(the running programmes of those whose buddy or mentor she is, those of others with the items she is asked to see to).

    Of the latter she knows her own items and no more.
    """
    items = select(OnboardingItem.onboarding_id).where(OnboardingItem.responsible_id == person_id)
    found = read_programmes(
        session, Onboarding.ended_on.is_(None), or_(Employment.valid_to.is_(None), Employment.valid_to > today()),
        or_(Onboarding.buddy_id == person_id, Onboarding.mentor_id == person_id, Onboarding.id.in_(items)),
    )  # fmt: skip
    near = [one for one in found if person_id in (one.row.buddy_id, one.row.mentor_id)]
    others = [
        (one, [item for item in one.items if item.row.responsible_id == person_id and not item.is_left_out])
        for one in found
        if one not in near
    ]
    return near, [(one, some) for one, some in others if some]


_O, _I, _E = (cast(Table, one.__table__).c for one in (Onboarding, OnboardingItem, Employment))
_BESIDE = (
    standing(Onboarding, func.count())
    .join(Employment.__table__, (_E.municipality_id == _O.municipality_id) & (_E.id == _O.employment_id))
    .where(
        _O.ended_on.is_(None), or_(_E.valid_to.is_(None), _E.valid_to > bindparam("day", type_=Date)),
        or_(
            _O.buddy_id == bindparam("person"), _O.mentor_id == bindparam("person"),
            exists().where(
                _I.municipality_id == _O.municipality_id, _I.onboarding_id == _O.id,
                _I.responsible_id == bindparam("person"), _I.responsible_at.is_(None), _I.left_out_at.is_(None),
            ),
        ),
    )
)  # fmt: skip


def beside_count(session: Session, person_id: int) -> int:
    """How many newcomers she is there for: as buddy or mentor, or asked to see to something that is not ticked yet."""
    return int(execute(session, _BESIDE, person=person_id, day=today()).scalar_one())
