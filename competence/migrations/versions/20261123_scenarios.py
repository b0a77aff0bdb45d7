"""Scenarios of a unit are kept; and what begins later, or is closed, is found among the stored answers by its day."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261123_scenarios"
down_revision: str | Sequence[str] | None = "20261122_deputies_and_time"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "scenario",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("shared_with", sa.String(length=10), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_scenario_revision_from_one")),
        sa.ForeignKeyConstraint(
            ["municipality_id", "owner_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_scenario_municipality_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "saved_by"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_scenario_municipality_id_saved_by"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "unit_id"],
            ["unit.municipality_id", "unit.id"],
            name=op.f("fk_scenario_municipality_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_scenario_municipality_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_scenario_municipality_id_id")),
    )
    with op.batch_alter_table("scenario", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_scenario_municipality_id_unit_id"), ["municipality_id", "unit_id"], unique=False
        )

    with op.batch_alter_table("entitlement", schema=None) as batch_op:
        batch_op.create_index(
            "ix_entitlement_closed",
            ["municipality_id", "valid_to"],
            unique=False,
            sqlite_where=sa.text("level = 0"),
            postgresql_where=sa.text("level = 0"),
        )
        batch_op.create_index(
            batch_op.f("ix_entitlement_municipality_id_valid_from"), ["municipality_id", "valid_from"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("entitlement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entitlement_municipality_id_valid_from"))
        batch_op.drop_index(
            "ix_entitlement_closed", sqlite_where=sa.text("level = 0"), postgresql_where=sa.text("level = 0")
        )

    with op.batch_alter_table("scenario", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scenario_municipality_id_unit_id"))

    op.drop_table("scenario")
