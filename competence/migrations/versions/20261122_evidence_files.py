"""Photos and PDFs that lie at a person's task as evidence; their bytes lie outside the database."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261122_evidence_files"
down_revision: str | Sequence[str] | None = "20261122_practice_log"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "evidence_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("gate_code", sa.String(length=20), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=True),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("stored", sa.String(length=32), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", sa.Integer(), nullable=True),
        sa.Column("removed_why", sa.String(length=16), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_evidence_file_municipality_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "task_id"],
            ["task.municipality_id", "task.id"],
            name=op.f("fk_evidence_file_municipality_id_task_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_evidence_file_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_file")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_evidence_file_municipality_id_id")),
        sa.UniqueConstraint("municipality_id", "stored", name=op.f("uq_evidence_file_municipality_id_stored")),
    )
    op.create_index(
        op.f("ix_evidence_file_municipality_id_person_id_task_id"),
        "evidence_file",
        ["municipality_id", "person_id", "task_id"],
    )


def downgrade() -> None:
    op.drop_table("evidence_file")
