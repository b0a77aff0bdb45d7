"""Reads of the audit log and the access log."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from competence.audit.models import AuditEntry


def administrative_entries(session: Session, *, page: int = 1, size: int = 50) -> tuple[Sequence[AuditEntry], int]:
    """(changes of people, units, accounts and roles, the latest first; how many in all)."""
    ours = select(AuditEntry).where(AuditEntry.administrative.is_(True))
    total = session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.administrative.is_(True))) or 0
    entries = session.scalars(
        ours.order_by(AuditEntry.recorded_at.desc(), AuditEntry.id.desc()).limit(size).offset((page - 1) * size)
    )
    return entries.all(), total


def entries_of(session: Session, action: str) -> Sequence[AuditEntry]:
    """What one command has ever changed, the latest first."""
    return session.scalars(
        select(AuditEntry)
        .where(AuditEntry.action == action)
        .order_by(AuditEntry.recorded_at.desc(), AuditEntry.id.desc())
    ).all()


def entries_about(session: Session, subject: str, subject_id: int) -> Sequence[AuditEntry]:
    """What has ever been changed about the row `subject_id` of the table `subject`, the latest first."""
    return session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject == subject, AuditEntry.subject_id == subject_id)
        .order_by(AuditEntry.recorded_at.desc(), AuditEntry.id.desc())
    ).all()
