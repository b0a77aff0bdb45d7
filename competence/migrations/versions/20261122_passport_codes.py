"""The code on a phone; and a look by somebody who was not signed in."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261122_passport_codes"
down_revision: str | Sequence[str] | None = "20261122_anchors"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "passport_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_passport_code_municipality_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_passport_code_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passport_code")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_passport_code_municipality_id_id")),
        sa.UniqueConstraint("municipality_id", "person_id", name=op.f("uq_passport_code_municipality_id_person_id")),
    )
    with op.batch_alter_table("access_entry", schema=None) as batch_op:
        batch_op.alter_column("by_person_id", existing_type=sa.INTEGER(), nullable=True)


def downgrade() -> None:
    op.execute(
        "DELETE FROM access_entry WHERE by_person_id IS NULL AND municipality_id IN (SELECT id FROM municipality)"
    )
    with op.batch_alter_table("access_entry", schema=None) as batch_op:
        batch_op.alter_column("by_person_id", existing_type=sa.INTEGER(), nullable=False)

    op.drop_table("passport_code")
