"""The figures of each month are kept, and a municipality may have targets."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261123_figures_of_each_month"
down_revision: str | Sequence[str] | None = "20261123_board_meeting"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "figure_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("figure", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "recorded_by"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_figure_target_municipality_id_recorded_by"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_figure_target_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_target")),
        sa.UniqueConstraint("municipality_id", "figure", name=op.f("uq_figure_target_municipality_id_figure")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_figure_target_municipality_id_id")),
    )
    op.create_table(
        "unit_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("made_for", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("needs", sa.Integer(), nullable=False),
        sa.Column("gaps", sa.Integer(), nullable=False),
        sa.Column("critical_gaps", sa.Integer(), nullable=False),
        sa.Column("vulnerable", sa.Integer(), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("own_people", sa.Integer(), nullable=False),
        sa.Column("expiring", sa.Integer(), nullable=False),
        sa.Column("renewing", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("waits", sa.JSON(), nullable=False),
        sa.Column("is_place", sa.Boolean(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("gaps <= needs", name=op.f("ck_unit_snapshot_no_more_gaps_than_needs")),
        sa.ForeignKeyConstraint(
            ["municipality_id", "unit_id"],
            ["unit.municipality_id", "unit.id"],
            name=op.f("fk_unit_snapshot_municipality_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_unit_snapshot_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_snapshot")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_unit_snapshot_municipality_id_id")),
        sa.UniqueConstraint(
            "municipality_id", "month", "unit_id", name=op.f("uq_unit_snapshot_municipality_id_month_unit_id")
        ),
    )
    with op.batch_alter_table("unit_snapshot", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_unit_snapshot_municipality_id_unit_id_month"),
            ["municipality_id", "unit_id", "month"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("unit_snapshot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_snapshot_municipality_id_unit_id_month"))

    op.drop_table("unit_snapshot")
    op.drop_table("figure_target")
