"""Credentials: keys, what was issued, issuers that are trusted, and what was brought along."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261122_credentials"
down_revision: str | Sequence[str] | None = "20261122_passport_codes"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "credential_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_credential_key_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_key")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_credential_key_municipality_id_id")),
        sa.UniqueConstraint("municipality_id", "number", name=op.f("uq_credential_key_municipality_id_number")),
        sa.UniqueConstraint("municipality_id", "public_key", name=op.f("uq_credential_key_municipality_id_public_key")),
    )
    op.create_table(
        "trusted_issuer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_trusted_issuer_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trusted_issuer")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_trusted_issuer_municipality_id_id")),
    )
    with op.batch_alter_table("trusted_issuer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_trusted_issuer_municipality_id_issuer"), ["municipality_id", "issuer"], unique=False
        )

    op.create_table(
        "brought_credential",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=80), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_hers", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "issuer_id"],
            ["trusted_issuer.municipality_id", "trusted_issuer.id"],
            name=op.f("fk_brought_credential_municipality_id_issuer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_brought_credential_municipality_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "task_id"],
            ["task.municipality_id", "task.id"],
            name=op.f("fk_brought_credential_municipality_id_task_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_brought_credential_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brought_credential")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_brought_credential_municipality_id_id")),
    )
    with op.batch_alter_table("brought_credential", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_brought_credential_municipality_id_person_id_task_id"),
            ["municipality_id", "person_id", "task_id"],
            unique=False,
        )

    op.create_table(
        "issued_credential",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("list_number", sa.Integer(), nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_issued_credential_municipality_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "task_id"],
            ["task.municipality_id", "task.id"],
            name=op.f("fk_issued_credential_municipality_id_task_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_issued_credential_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_credential")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_issued_credential_municipality_id_id")),
        sa.UniqueConstraint(
            "municipality_id",
            "list_number",
            "status_index",
            name=op.f("uq_issued_credential_municipality_id_list_number_status_index"),
        ),
        sa.UniqueConstraint("municipality_id", "uid", name=op.f("uq_issued_credential_municipality_id_uid")),
    )
    with op.batch_alter_table("issued_credential", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_issued_credential_municipality_id_person_id_seq"),
            ["municipality_id", "person_id", "seq"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("issued_credential", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_issued_credential_municipality_id_person_id_seq"))

    op.drop_table("issued_credential")
    with op.batch_alter_table("brought_credential", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_brought_credential_municipality_id_person_id_task_id"))

    op.drop_table("brought_credential")
    with op.batch_alter_table("trusted_issuer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_trusted_issuer_municipality_id_issuer"))

    op.drop_table("trusted_issuer")
    op.drop_table("credential_key")
