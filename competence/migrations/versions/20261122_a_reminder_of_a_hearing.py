"""When those who have said nothing in a hearing were reminded."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261122_a_reminder_of_a_hearing"
down_revision: str | Sequence[str] | None = "20261122_dated_scales"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("matrix_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hearing_reminded_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("matrix_version", schema=None) as batch_op:
        batch_op.drop_column("hearing_reminded_at")
