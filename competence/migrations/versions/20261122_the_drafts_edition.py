"""A mark that changes with the cells of drafts, so that what is made of a draft can be kept until then."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261122_the_drafts_edition"
down_revision: str | Sequence[str] | None = "20261122_a_reminder_of_a_hearing"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.add_column(sa.Column("drafts", sa.BigInteger(), server_default=sa.text("0"), nullable=False))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for verb in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER IF EXISTS cell_edition_{verb} ON cell")
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.drop_column("drafts")
