"""Remembered answers about a spreadsheet say what it holds."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261122_answers_by_kind"
down_revision: str | Sequence[str] | None = "20261122_the_drafts_edition"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("remembered_mapping", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=20), server_default="own_matrix", nullable=False))
        batch_op.drop_constraint(batch_op.f("uq_remembered_mapping_municipality_id_fingerprint"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_remembered_mapping_municipality_id_kind_fingerprint"),
            ["municipality_id", "kind", "fingerprint"],
        )


def downgrade() -> None:
    with op.batch_alter_table("remembered_mapping", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_remembered_mapping_municipality_id_kind_fingerprint"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_remembered_mapping_municipality_id_fingerprint"), ["municipality_id", "fingerprint"]
        )
        batch_op.drop_column("kind")
