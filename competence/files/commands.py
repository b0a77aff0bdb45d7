"""Adding an evidence file, taking it out of view, and erasing it when its person is forgotten."""

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.catalogue.queries.tasks import gates_of_task, get_task
from competence.credentials.queries import name_within
from competence.files.models import EvidenceFile
from competence.files.queries import erased_names, get_file, lying
from competence.files.rules import MOST_AT_A_TASK, Purpose, Why
from competence.files.storing import Store, Stored
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, looks_like_cpr, sentence, squeeze
from competence.people.models import LegalHold


@dataclass(frozen=True)
class NewFile:
    """A file that was looked at and lies in the folder already."""

    stored: Stored
    media_type: str
    size: int
    hash: str
    purpose: Purpose
    gate_code: str | None = None
    title: str = ""


@command
def add_file(session: Session, person_id: int, task_id: int, new: NewFile, *, by: Actor) -> EvidenceFile:
    """The file, as evidence at the person's task. RuleBroken says why not; the caller then takes the bytes away."""
    authorise_about(session, person_id, by=by)
    task = get_task(session, task_id)
    if task.archived_on is not None and task.archived_on <= today():
        raise RuleBroken(N_("The task is no longer in the catalogue."))
    gates = {gate.code for gate in gates_of_task(session, task_id)}
    if (new.purpose is Purpose.GATE) != (new.gate_code is not None) or (new.gate_code and new.gate_code not in gates):
        raise RuleBroken(N_("Choose what it is evidence of."), field="purpose")
    if looks_like_cpr(new.title):
        raise RuleBroken(
            N_("The text looks as if it holds a CPR number. Remove it: CPR numbers are not kept here."), field="title"
        )
    here = (
        EvidenceFile.person_id == person_id,
        EvidenceFile.task_id == task_id,
        EvidenceFile.removed_at.is_(None),
        EvidenceFile.erased_at.is_(None),
    )
    if session.scalar(select(EvidenceFile.id).where(*here, EvidenceFile.hash == new.hash)) is not None:
        raise RuleBroken(N_("This file lies at the task already."), field="file")
    if (session.scalar(select(func.count(EvidenceFile.id)).where(*here)) or 0) >= MOST_AT_A_TASK:
        raise RuleBroken(
            sentence(
                N_("There are %(most)s files at the task already. Remove one that is not needed first."),
                most=MOST_AT_A_TASK,
            ),
            field="file",
        )
    row = EvidenceFile(
        person_id=person_id, task_id=task_id, purpose=new.purpose, gate_code=new.gate_code, title=squeeze(new.title)[:120],
        media_type=new.media_type, size=new.size, hash=new.hash, stored=new.stored.name, salt=new.stored.salt,
        recorded_at=now(), recorded_by=by.person_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, by=by.person_id, action="add_evidence_file", subject="evidence_file", subject_id=row.id,
        person_id=person_id, detail={"task": task_id, "hash": new.hash},
    )  # fmt: skip
    return row


@command
def note_refused(session: Session, person_id: int, task_id: int, *, by: Actor) -> None:
    """Nothing; it is noted that the virus scanner found something in a file that she tried to add."""
    authorise_about(session, person_id, by=by)
    record(
        session, by=by.person_id, action="refuse_evidence_file", subject="evidence_file", person_id=person_id,
        administrative=True, detail={"task": task_id},
    )  # fmt: skip


@command
def remove_file(session: Session, file_id: int, why: Why, *, by: Actor) -> EvidenceFile:
    """The file, taken out of view, and erased at once when it shows a citizen. A signature that rests on it stands.

    NotFound when it is not within her reach. While it must be kept for a case it is only taken out of view.
    """
    row = get_file(session, file_id, by=by, permission=Permission.EVIDENCE_FILE_ADD)
    row.removed_at, row.removed_by, row.removed_why = now(), by.person_id, why
    held = select(LegalHold.id).where(
        LegalHold.lifted_at.is_(None), (LegalHold.person_id.is_(None)) | (LegalHold.person_id == row.person_id)
    )
    if why is Why.CITIZEN and session.scalars(held).first() is None:
        row.title, row.salt, row.erased_at = None, None, row.removed_at
    record(
        session, by=by.person_id, action="remove_evidence_file", subject="evidence_file", subject_id=row.id,
        person_id=row.person_id, detail={"task": row.task_id, "why": why.value},
    )  # fmt: skip
    return row


def forget_files(session: Session, person_id: int) -> None:
    """Nothing; of the person's files only hashes and dates are left. The bytes can no longer be read, and are swept up."""
    session.execute(
        update(EvidenceFile)
        .where(EvidenceFile.person_id == person_id, EvidenceFile.erased_at.is_(None))
        .values(title=None, salt=None, erased_at=now())
        .execution_options(synchronize_session=False)
    )


def sweep(session: Session, store: Store) -> int:
    """How many files were removed from the folder because they are erased, or because no row names them."""
    # Erased names first: what is added between the two readings is then named by neither, and too young to go.
    gone = erased_names(session)
    return store.sweep({name for _id, name, _size in lying(session)}, gone)


def missing(session: Session, store: Store) -> list[int]:
    """The ids of files whose bytes are not in the folder, or not as many as were written."""
    return [id_ for id_, name, size in lying(session) if not store.has(name, size)]


def authorise_about(session: Session, person_id: int, *, by: Actor) -> None:
    """Nothing; `by` is the person herself, or may add files for somebody who works within her reach now. Else NotFound."""
    if person_id == by.person_id:
        authorise(by, Permission.OWN_READ)
        return
    name_within(session, person_id, within=by.reach(Permission.EVIDENCE_FILE_ADD))
