"""Who is on duty when, by the rosters that were taken in; and who asked for mails that nobody gets unasked."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261123_duty_roster"
down_revision: str | Sequence[str] | None = "20261123_requirements_in_time"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "mail_wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_mail_wish_municipality_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_mail_wish_municipality_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_wish")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_mail_wish_municipality_id_id")),
        sa.UniqueConstraint(
            "municipality_id", "person_id", "kind", name=op.f("uq_mail_wish_municipality_id_person_id_kind")
        ),
    )
    op.create_table(
        "roster_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.Integer(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_roster_import_ends_after_it_begins")),
        sa.ForeignKeyConstraint(
            ["municipality_id", "imported_by"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_roster_import_municipality_id_imported_by"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_roster_import_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_import")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_roster_import_municipality_id_id")),
    )
    with op.batch_alter_table("roster_import", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_roster_import_municipality_id_imported_at"), ["municipality_id", "imported_at"], unique=False
        )

    op.create_table(
        "duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employment_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("roster", sa.String(length=80), nullable=False),
        sa.Column("external_key", sa.String(length=80), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_duty_ends_after_it_begins")),
        sa.ForeignKeyConstraint(
            ["municipality_id", "employment_id"],
            ["employment.municipality_id", "employment.id"],
            name=op.f("fk_duty_municipality_id_employment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "import_id"],
            ["roster_import.municipality_id", "roster_import.id"],
            name=op.f("fk_duty_municipality_id_import_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "unit_id"],
            ["unit.municipality_id", "unit.id"],
            name=op.f("fk_duty_municipality_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_duty_municipality_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_duty_municipality_id_id")),
        sa.UniqueConstraint("municipality_id", "roster", "employment_id", "unit_id", "starts_at", name="uq_duty_place"),
    )
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_duty_municipality_id_employment_id_starts_at"),
            ["municipality_id", "employment_id", "starts_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_duty_municipality_id_import_id"), ["municipality_id", "import_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_duty_municipality_id_unit_id_starts_at"),
            ["municipality_id", "unit_id", "starts_at"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duty_municipality_id_unit_id_starts_at"))
        batch_op.drop_index(batch_op.f("ix_duty_municipality_id_import_id"))
        batch_op.drop_index(batch_op.f("ix_duty_municipality_id_employment_id_starts_at"))

    op.drop_table("duty")
    with op.batch_alter_table("roster_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roster_import_municipality_id_imported_at"))

    op.drop_table("roster_import")
    op.drop_table("mail_wish")
