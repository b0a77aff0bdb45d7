"""A learning guide may have a deputy from a day to a day, is given time for it, and notes what she used."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261122_deputies_and_time"
down_revision: str | Sequence[str] | None = "20261122_reminders"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "guide_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 1 AND 720", name=op.f("ck_guide_time_within_a_day")),
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_guide_time_municipality_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_guide_time_municipality_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_time")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_guide_time_municipality_id_id")),
        sa.UniqueConstraint(
            "municipality_id", "person_id", "day", name=op.f("uq_guide_time_municipality_id_person_id_day")
        ),
    )
    with op.batch_alter_table("role_assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("deputy_for", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("minutes_a_week", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_role_assignment_municipality_id_deputy_for"),
            "person",
            ["municipality_id", "deputy_for"],
            ["municipality_id", "id"],
        )


def downgrade() -> None:
    with op.batch_alter_table("role_assignment", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_role_assignment_municipality_id_deputy_for"), type_="foreignkey")
        batch_op.drop_column("minutes_a_week")
        batch_op.drop_column("deputy_for")

    op.drop_table("guide_time")
