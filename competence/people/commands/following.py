"""Which staff group follows which where it has no rule of its own."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.foundation.bulk import hold_still
from competence.foundation.changes import command, touched
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.text import N_, looks_like_cpr, sentence, squeeze
from competence.organisation.models import Unit
from competence.people.commands.common import group_for
from competence.people.models import StaffGroup, StaffGroupFollow


def follow_mark(row: StaffGroupFollow | None) -> str:
    """What a form remembers of how it stood, to be told when somebody has changed it meanwhile."""
    return f"{row.follows_id}:{row.from_stage or ''}" if row else ""


@command
def follow_group(
    session: Session, staff_group_id: int, follows_id: int | None, *, from_stage: str = "", seen: str, by: Actor
) -> StaffGroupFollow | None:
    """What the group follows from today on; None when it stands alone. Everybody's answers in it are made again.

    A group follows one that stands alone, and only students do so from a stage. `seen`: the mark of how it stood.
    """
    root = session.scalars(select(Unit.path).where(Unit.parent_id.is_(None)).order_by(Unit.id)).first()
    if root is None:
        raise NotFound
    authorise(by, Permission.STAFF_GROUP_WRITE, root)
    hold_still(session)
    group = group_for(session, staff_group_id)
    row = session.scalars(
        select(StaffGroupFollow).where(StaffGroupFollow.staff_group_id == group.id, StaffGroupFollow.valid_to.is_(None))
    ).first()
    if follow_mark(row) != seen:
        raise Overtaken(sentence(N_("This has been changed meanwhile. Nothing was saved. See below how it reads now.")))
    stage = squeeze(from_stage) or None
    if follows_id is not None:
        _check(session, group, group_for(session, follows_id), stage)
    if row is not None and (row.follows_id, row.from_stage) == (follows_id, stage):
        return row
    before = {"before": row.follows_id} if row else {}
    if row is not None:
        row.valid_to, row.ended_by = today(), by.person_id
        session.flush()
    changed = None
    if follows_id is not None:
        changed = StaffGroupFollow(
            staff_group_id=group.id, follows_id=follows_id, from_stage=stage, valid_from=today(), recorded_at=now(),
            recorded_by=by.person_id,
        )  # fmt: skip
        session.add(changed)
    session.flush()
    record(
        session, by=by.person_id, action="follow_group", subject="staff_group", subject_id=group.id,
        detail=before | ({"after": follows_id, "staged": stage is not None} if follows_id else {}),
    )  # fmt: skip
    touched(session, everybody=True)
    return changed


def _check(session: Session, group: StaffGroup, followed: StaffGroup, stage: str | None) -> None:
    if followed.id == group.id:
        raise RuleBroken(N_("A staff group cannot follow itself. Choose another one."), field="follows")
    onward = session.scalars(
        select(StaffGroup)
        .join(StaffGroupFollow, StaffGroupFollow.follows_id == StaffGroup.id)
        .where(StaffGroupFollow.staff_group_id == followed.id, StaffGroupFollow.valid_to.is_(None))
    ).first()
    if onward is not None:
        raise RuleBroken(
            N_("%(followed)s follows %(onward)s itself. Choose a group that follows none, as %(onward)s."),
            field="follows", followed=followed.name, onward=onward.name,
        )  # fmt: skip
    behind = session.scalars(
        select(StaffGroup)
        .join(StaffGroupFollow, StaffGroupFollow.staff_group_id == StaffGroup.id)
        .where(StaffGroupFollow.follows_id == group.id, StaffGroupFollow.valid_to.is_(None))
        .order_by(StaffGroup.position, StaffGroup.id)
    ).first()
    if behind is not None:
        raise RuleBroken(
            N_("%(behind)s follows %(group)s, which can therefore follow none. Change %(behind)s first."),
            field="follows", behind=behind.name, group=group.name,
        )  # fmt: skip
    if stage is not None and not group.is_student:
        raise RuleBroken(N_("Only students follow from a stage. Leave it empty."), field="from_stage")
    if stage is not None and looks_like_cpr(stage):
        raise RuleBroken(
            N_("The text looks as if it holds a CPR number. Remove it: CPR numbers are not kept here."),
            field="from_stage",
        )
