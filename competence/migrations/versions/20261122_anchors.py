"""Anchors: the ends of all chains, signed each day, and the keys that sign."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261122_anchors"
down_revision: str | Sequence[str] | None = "20261122_the_life_of_a_sign"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "anchor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chains", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("moved", sa.String(length=64), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_anchor_municipality_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchor")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_anchor_municipality_id_id")),
        sa.UniqueConstraint("municipality_id", "number", name=op.f("uq_anchor_municipality_id_number")),
    )
    op.create_table(
        "anchor_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.Column("ground", sa.String(length=10), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("signed_before", sa.String(length=128), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_anchor_key_municipality_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchor_key")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_anchor_key_municipality_id_id")),
        sa.UniqueConstraint("municipality_id", "number", name=op.f("uq_anchor_key_municipality_id_number")),
    )
    op.create_table(
        "anchored_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hashes", sa.Text(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "number"],
            ["anchor.municipality_id", "anchor.number"],
            name=op.f("fk_anchored_head_municipality_id_number"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_anchored_head_municipality_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_anchored_head_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchored_head")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_anchored_head_municipality_id_id")),
        sa.UniqueConstraint(
            "municipality_id", "person_id", "number", name=op.f("uq_anchored_head_municipality_id_person_id_number")
        ),
    )


def downgrade() -> None:
    op.drop_table("anchored_head")
    op.drop_table("anchor_key")
    op.drop_table("anchor")
