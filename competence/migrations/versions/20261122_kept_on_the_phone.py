"""An observation that a phone kept is recorded once, at the moment it was seen; a code by which a guide begins."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261122_kept_on_the_phone"
down_revision: str | Sequence[str] | None = "20261122_inspection_packs"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "training_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_training_code_municipality_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_training_code_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_code")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_training_code_municipality_id_id")),
        sa.UniqueConstraint("municipality_id", "person_id", name=op.f("uq_training_code_municipality_id_person_id")),
        sa.UniqueConstraint("secret", name=op.f("uq_training_code_secret")),
    )
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("observed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("sent_as", sa.String(length=36), nullable=True))
        batch_op.create_index("uq_observation_sent_as", ["municipality_id", "sent_as"], unique=True)


def downgrade() -> None:
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.drop_index("uq_observation_sent_as")
        batch_op.drop_column("sent_as")
        batch_op.drop_column("observed_at")

    op.drop_table("training_code")
