"""Which staff groups may sign what those in them hold themselves."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.foundation.changes import command
from competence.foundation.errors import NotFound, Overtaken
from competence.foundation.text import N_, sentence
from competence.organisation.models import Unit
from competence.people.models import StaffGroup


def signers_mark(groups: Iterable[StaffGroup]) -> str:
    """What a form remembers of which groups may sign, to be told when somebody has changed it meanwhile."""
    return ".".join(sorted(group.code for group in groups if group.may_sign))


@command
def let_sign(session: Session, codes: Iterable[str], *, seen: str, by: Actor) -> Sequence[StaffGroup]:
    """The groups that were changed: from now on those with the codes may sign, and no others.

    What was signed before stands: its ground is frozen in the event. Appointed guides and development nurses sign whatever
    their group. `seen`: the mark of how it stood. Overtaken when it stands otherwise; NotFound for a code of no group.
    """
    root = session.scalars(select(Unit.path).where(Unit.parent_id.is_(None)).order_by(Unit.id)).first()
    if root is None:
        raise NotFound
    authorise(by, Permission.STAFF_GROUP_WRITE, root)
    groups = session.scalars(
        select(StaffGroup).order_by(StaffGroup.id).with_for_update().execution_options(populate_existing=True)
    ).all()
    wanted = set(codes)
    if wanted - {group.code for group in groups}:
        raise NotFound
    if signers_mark(groups) != seen:
        raise Overtaken(sentence(N_("This has been changed meanwhile. Nothing was saved. See below how it reads now.")))
    changed = [group for group in groups if group.may_sign != (group.code in wanted)]
    for group in changed:
        group.may_sign = group.code in wanted
    session.flush()
    for group in changed:
        record(
            session, by=by.person_id, action="let_sign", subject="staff_group", subject_id=group.id, administrative=True,
            detail={"group": group.code, "may_sign": group.may_sign},
        )  # fmt: skip
    return changed
