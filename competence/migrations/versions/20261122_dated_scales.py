"""What old levels become on a changed scale, when a staff group follows another, and a task that closes unread."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261122_dated_scales"
down_revision: str | Sequence[str] | None = "20261122_own_rules"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _in_each_municipality(statement: str) -> None:
    """Nothing; the rows of each have been changed. PostgreSQL shows the owner too one municipality at a time."""
    connection = op.get_bind()
    for municipality in connection.execute(sa.text("SELECT id FROM municipality ORDER BY id")).scalars().all():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT set_config('app.municipality', :id, true)"), {"id": str(municipality)})
        connection.execute(sa.text(f"{statement} AND municipality_id = :id"), {"id": municipality})


def upgrade() -> None:
    op.add_column("scale_change", sa.Column("becomes", sa.JSON(), nullable=True))
    op.add_column("scale_change", sa.Column("valid_from", sa.Date(), nullable=True))
    op.add_column(
        "instruction_version", sa.Column("closes_unread", sa.Boolean(), server_default=sa.false(), nullable=False)
    )

    with op.batch_alter_table("staff_group_follow", schema=None) as batch_op:
        batch_op.add_column(sa.Column("valid_from", sa.Date(), server_default="1900-01-01", nullable=False))
        batch_op.add_column(sa.Column("valid_to", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("recorded_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("ended_by", sa.Integer(), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_staff_group_follow_municipality_id_staff_group_id"), type_="unique")
        batch_op.create_index(
            "uq_staff_group_follow_open",
            ["municipality_id", "staff_group_id"],
            unique=True,
            sqlite_where=sa.text("valid_to IS NULL"),
            postgresql_where=sa.text("valid_to IS NULL"),
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_staff_group_follow_ends_after_it_begins"), "valid_to IS NULL OR valid_to >= valid_from"
        )


def downgrade() -> None:
    """What has ended is lost: the form before has one row for each group."""
    _in_each_municipality("DELETE FROM staff_group_follow WHERE valid_to IS NOT NULL")
    with op.batch_alter_table("staff_group_follow", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_staff_group_follow_ends_after_it_begins"), type_="check")
        batch_op.drop_index(
            "uq_staff_group_follow_open",
            sqlite_where=sa.text("valid_to IS NULL"),
            postgresql_where=sa.text("valid_to IS NULL"),
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_staff_group_follow_municipality_id_staff_group_id"), ["municipality_id", "staff_group_id"]
        )
        batch_op.drop_column("ended_by")
        batch_op.drop_column("recorded_by")
        batch_op.drop_column("recorded_at")
        batch_op.drop_column("valid_to")
        batch_op.drop_column("valid_from")

    op.drop_column("instruction_version", "closes_unread")
    op.drop_column("scale_change", "valid_from")
    op.drop_column("scale_change", "becomes")
