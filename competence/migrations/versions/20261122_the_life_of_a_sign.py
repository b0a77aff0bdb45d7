"""What a sign-off may go through: requests sent back, a second approval, suspensions, how and where a time was seen."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261122_the_life_of_a_sign"
down_revision: str | Sequence[str] | None = "20261122_answers_by_kind"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:

    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("how", sa.String(length=20), server_default="observed", nullable=False))
        batch_op.add_column(sa.Column("unit_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("place", sa.String(length=20), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_observation_municipality_id_unit_id"),
            "unit",
            ["municipality_id", "unit_id"],
            ["municipality_id", "id"],
        )

    with op.batch_alter_table("sign_off_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("closed_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("comment", sa.Text(), server_default="", nullable=False))
        batch_op.create_foreign_key(
            batch_op.f("fk_sign_off_request_municipality_id_closed_by"),
            "person",
            ["municipality_id", "closed_by"],
            ["municipality_id", "id"],
        )

    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("counts_simulated", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("counts_oral", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("counts_test", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("second_approval", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("expiring_days", sa.Integer(), nullable=True))

    with op.batch_alter_table("waiting_signoff", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lacks_second", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("pauses", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:

    with op.batch_alter_table("waiting_signoff", schema=None) as batch_op:
        batch_op.drop_column("pauses")
        batch_op.drop_column("lacks_second")

    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_column("expiring_days")
        batch_op.drop_column("second_approval")
        batch_op.drop_column("counts_test")
        batch_op.drop_column("counts_oral")
        batch_op.drop_column("counts_simulated")

    with op.batch_alter_table("sign_off_request", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_sign_off_request_municipality_id_closed_by"), type_="foreignkey")
        batch_op.drop_column("comment")
        batch_op.drop_column("closed_by")

    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_observation_municipality_id_unit_id"), type_="foreignkey")
        batch_op.drop_column("place")
        batch_op.drop_column("unit_id")
        batch_op.drop_column("how")
