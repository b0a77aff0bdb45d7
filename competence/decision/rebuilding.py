"""Makes anew what is derived from evidence and facts: after an upgrade, and where a check finds that something differs."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from competence.audit.chain import breaks
from competence.decision.commands import recompute_all
from competence.delegation import projection as delegations
from competence.foundation.clock import today
from competence.signoffs import projection


def rebuild(session: Session, persons: Collection[int]) -> None:
    """Nothing; the delegations, these persons' current sign-offs, and everybody's stored answers are made anew."""
    delegations.rebuild(session)
    projection.rebuild(session, set(persons), on=today())
    recompute_all(session)


def rebuild_all(session: Session) -> None:
    """Nothing; the same, with the current sign-offs of those for whom they differ from the evidence.

    Where the evidence itself is not as it was written, they are left as they are.
    """
    projected = projection.Comparison(session, on=today())
    doubted = {one.person_id for one in breaks(session, seen=projected.see)}
    rebuild(session, {person for person, _task in projected.differences() if person not in doubted})
