"""Of two requirements about the same never both begin on a day, and none ends before it begins."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261123_requirements_in_time"
down_revision: str | Sequence[str] | None = "20261123_figures_of_each_month"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_HAS_HELD = sa.text("valid_to IS NULL OR valid_to > valid_from")


def upgrade() -> None:
    connection = op.get_bind()
    for municipality in connection.execute(sa.text("SELECT id FROM municipality ORDER BY id")).scalars().all():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT set_config('app.municipality', :id, true)"), {"id": str(municipality)})
        # One that was replaced before its first day used to be ended on the day on which that was written.
        connection.execute(
            sa.text(
                "UPDATE requirement SET valid_to = valid_from WHERE valid_to < valid_from AND municipality_id = :id"
            ),
            {"id": municipality},
        )
    with op.batch_alter_table("requirement", schema=None) as batch_op:
        batch_op.create_check_constraint(batch_op.f("ck_requirement_ends_after_it_begins"), "valid_to >= valid_from")
    op.create_index(
        "uq_requirement_begins", "requirement",
        ["municipality_id", "unit_id", "unit_kind", "task_id", "shift", "day_kind", "valid_from"],
        unique=True, sqlite_where=_HAS_HELD, postgresql_where=_HAS_HELD,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("uq_requirement_begins", table_name="requirement", sqlite_where=_HAS_HELD, postgresql_where=_HAS_HELD)
    with op.batch_alter_table("requirement", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_requirement_ends_after_it_begins"), type_="check")
