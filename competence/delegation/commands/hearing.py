"""A draft is heard before it is approved; a coming version is withdrawn before its first day."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Role, authorise
from competence.audit.chain import NewEvent, append, lock_chains
from competence.audit.commands import record
from competence.delegation.commands.drafts import open_draft
from competence.delegation.commands.versions import lock_version, root_unit
from competence.delegation.drafting import refuse_cpr
from competence.delegation.models import HearingComment, HearingInvitation, MatrixVersion
from competence.delegation.queries.drafts import law_of
from competence.delegation.queries.hearing import HEARD, Asked, asked, can_be_asked, invited
from competence.foundation.bulk import hold_still
from competence.foundation.changes import command, touched
from competence.foundation.clock import now, today
from competence.foundation.errors import NotAllowed, NotFound, Overtaken, RuleBroken
from competence.foundation.text import N_, sentence


@command
def open_hearing(
    session: Session, number: int, *, until: date, roles: Sequence[Role], person_ids: Sequence[int], by: Actor
) -> MatrixVersion:
    """The draft, on which those asked may comment through `until`. Asked again: the new list and day take the old ones' place."""
    draft = open_draft(session, number, by)
    if until < today():
        raise RuleBroken(sentence(N_("The last day for comments must be today or later.")), field="until")
    if not roles and not person_ids:
        raise RuleBroken(sentence(N_("Choose at least one to ask.")), field="roles")
    known = {person_id for person_id, _name in can_be_asked(session, on=today())}
    if set(roles) - set(HEARD) or set(person_ids) - known:
        raise NotFound
    session.execute(delete(HearingInvitation).where(HearingInvitation.version_id == draft.id))
    for role in roles:
        session.add(HearingInvitation(version_id=draft.id, role=role, invited_by=by.person_id, recorded_at=now()))
    for person_id in person_ids:
        session.add(
            HearingInvitation(version_id=draft.id, person_id=person_id, invited_by=by.person_id, recorded_at=now())
        )
    draft.hearing_opened_at, draft.hearing_opened_by, draft.hearing_until = now(), by.person_id, until
    draft.hearing_reminded_at = None
    record(
        session, by=by.person_id, action="open_hearing", subject="matrix_version", subject_id=draft.id,
        detail={"until": until.isoformat(), "roles": [role.value for role in roles], "persons": list(person_ids)},
    )  # fmt: skip
    return draft


@command
def remind_hearing(session: Session, number: int, *, by: Actor | None) -> Sequence[Asked]:
    """Those who are asked and have said nothing yet: they are to be reminded now. `by` None: the command line.

    RuleBroken when the version is in no hearing, or everybody has commented.
    """
    version = open_draft(session, number, by) if by is not None else lock_version(session, number)
    if not version.is_in_hearing(today()):
        raise RuleBroken(sentence(N_("The version is not in hearing.")))
    silent = [one for one in asked(session, version.id, on=today()) if not one.has_commented]
    if not silent:
        raise RuleBroken(sentence(N_("Everybody who is asked has commented. There is nobody to remind.")))
    version.hearing_reminded_at = now()
    record(
        session, by=by.person_id if by else None, action="remind_hearing", subject="matrix_version",
        subject_id=version.id, detail={"persons": len(silent)},
    )  # fmt: skip
    return silent


@command
def comment(
    session: Session, number: int, text: str, *, place: tuple[int, int] | None = None, by: Actor
) -> HearingComment:
    """The comment on the draft, or on one cell of it. NotAllowed for who is not asked; RuleBroken when the hearing is over."""
    authorise(by, Permission.MATRIX_COMMENT)
    version = lock_version(session, number)
    if version.hearing_until is None or version.approved_at is not None or version.discarded_at is not None:
        raise RuleBroken(sentence(N_("The version is not in hearing.")))
    if version.hearing_until < today():
        raise RuleBroken(sentence(N_("The hearing ended on %(day)s."), day=version.hearing_until))
    if not invited(session, version.id).include(by) and not by.may(Permission.MATRIX_EDIT):
        raise NotAllowed(Permission.MATRIX_COMMENT)
    if not text.strip():
        raise RuleBroken(sentence(N_("Write your comment.")), field="text")
    refuse_cpr(text, "text")
    if place is not None:
        law_of(session, *place)
    said = HearingComment(
        version_id=version.id, task_id=place[0] if place else None, staff_group_id=place[1] if place else None,
        text=text.strip(), written_by=by.person_id, recorded_at=now(),
    )  # fmt: skip
    session.add(said)
    session.flush()
    record(session, by=by.person_id, action="comment", subject="hearing_comment", subject_id=said.id)
    return said


@command
def answer_comment(session: Session, comment_id: int, text: str, *, by: Actor) -> HearingComment:
    """The comment with its answer, by which it is no longer open. Overtaken when it has one already."""
    authorise(by, Permission.MATRIX_EDIT, root_unit(session).path)
    said = session.scalars(
        select(HearingComment).where(HearingComment.id == comment_id).execution_options(populate_existing=True)
    ).first()
    if said is None:
        raise NotFound
    if said.answered_at is not None:
        raise Overtaken(sentence(N_("The comment has already been answered.")))
    if not text.strip():
        raise RuleBroken(sentence(N_("Write the answer.")), field="answer")
    refuse_cpr(text, "answer")
    said.answer, said.answered_by, said.answered_at = text.strip(), by.person_id, now()
    record(session, by=by.person_id, action="answer_comment", subject="hearing_comment", subject_id=said.id)
    return said


@command
def withdraw_version(session: Session, number: int, *, by: Actor) -> MatrixVersion:
    """The coming version as a draft again, before its first day; the one before it holds on. RuleBroken from that day."""
    authorise(by, Permission.MATRIX_APPROVE, root_unit(session).path)
    lock_chains(session, [by.person_id])
    version = lock_version(session, number)
    hold_still(session)
    if version.approved_at is None or version.valid_from is None:
        raise Overtaken(sentence(N_("The version is not approved, so there is nothing to withdraw.")))
    if version.valid_from <= today():
        raise RuleBroken(
            sentence(
                N_("The version is in force since %(day)s. Approve a new one to take its place."),
                day=version.valid_from,
            )
        )
    first = version.valid_from
    before = session.scalars(
        select(MatrixVersion)
        .where(MatrixVersion.approved_at.is_not(None), MatrixVersion.valid_to == first)
        .execution_options(populate_existing=True)
    ).first()
    if before is not None:
        before.valid_to = version.valid_to
    version.valid_from = version.valid_to = version.approved_at = version.approved_by = version.approved_as = None
    session.flush()
    append(
        session,
        NewEvent(
            by.person_id,
            "matrix_withdrawn",
            by.person_id,
            fields={"version": version.number, "valid_from": first.isoformat()},
        ),
    )
    record(
        session, by=by.person_id, action="withdraw_version", subject="matrix_version", subject_id=version.id,
        detail={"number": version.number, "valid_from": first.isoformat()},
    )  # fmt: skip
    touched(session, everybody=True)
    return version
