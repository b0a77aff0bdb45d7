"""Templates of introduction programmes, newcomers' own, the yes to a first shift, and students' stages."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261123_introduction_programmes"
down_revision: str | Sequence[str] | None = "20261123_plans_and_activities"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "onboarding_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("staff_group_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("welcome", sa.Text(), nullable=False),
        sa.Column("reference_version", sa.String(length=20), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_by", sa.Integer(), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(approved_at IS NULL) = (approved_by IS NULL)", name=op.f("ck_onboarding_template_approved_by_somebody")
        ),
        sa.CheckConstraint(
            "retired_at IS NULL OR approved_at IS NOT NULL",
            name=op.f("ck_onboarding_template_only_approved_ones_are_retired"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "approved_by"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_onboarding_template_municipality_id_approved_by"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "recorded_by"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_onboarding_template_municipality_id_recorded_by"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "retired_by"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_onboarding_template_municipality_id_retired_by"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "staff_group_id"],
            ["staff_group.municipality_id", "staff_group.id"],
            name=op.f("fk_onboarding_template_municipality_id_staff_group_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "unit_id"],
            ["unit.municipality_id", "unit.id"],
            name=op.f("fk_onboarding_template_municipality_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_onboarding_template_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onboarding_template")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_onboarding_template_municipality_id_id")),
    )
    with op.batch_alter_table("onboarding_template", schema=None) as batch_op:
        batch_op.create_index(
            "uq_onboarding_template_number",
            ["municipality_id", "unit_id", "staff_group_id", "number"],
            unique=True,
            sqlite_where=sa.text("staff_group_id IS NOT NULL"),
            postgresql_where=sa.text("staff_group_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_onboarding_template_number_of_all",
            ["municipality_id", "unit_id", "number"],
            unique=True,
            sqlite_where=sa.text("staff_group_id IS NULL"),
            postgresql_where=sa.text("staff_group_id IS NULL"),
        )

    op.create_table(
        "onboarding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employment_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("buddy_id", sa.Integer(), nullable=True),
        sa.Column("mentor_id", sa.Integer(), nullable=True),
        sa.Column("welcome", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_by", sa.Integer(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "begun_by"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_onboarding_municipality_id_begun_by"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "buddy_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_onboarding_municipality_id_buddy_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "employment_id"],
            ["employment.municipality_id", "employment.id"],
            name=op.f("fk_onboarding_municipality_id_employment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "ended_by"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_onboarding_municipality_id_ended_by"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "mentor_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_onboarding_municipality_id_mentor_id"),
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_onboarding_municipality_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onboarding")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_onboarding_municipality_id_id")),
    )
    with op.batch_alter_table("onboarding", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_onboarding_municipality_id_buddy_id"), ["municipality_id", "buddy_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_onboarding_municipality_id_mentor_id"), ["municipality_id", "mentor_id"], unique=False
        )
        batch_op.create_index(
            "uq_onboarding_open",
            ["municipality_id", "employment_id"],
            unique=True,
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )

    op.create_table(
        "onboarding_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("responsible", sa.String(length=120), nullable=False),
        sa.Column("ticks", sa.String(length=20), nullable=False),
        sa.Column("gate", sa.Boolean(), nullable=False),
        sa.Column("gate_code", sa.String(length=20), nullable=False),
        sa.Column("first_shift", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "template_id"],
            ["onboarding_template.municipality_id", "onboarding_template.id"],
            name=op.f("fk_onboarding_line_municipality_id_template_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_onboarding_line_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onboarding_line")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_onboarding_line_municipality_id_id")),
        sa.UniqueConstraint(
            "municipality_id", "template_id", "code", name=op.f("uq_onboarding_line_municipality_id_template_id_code")
        ),
    )
    op.create_table(
        "student_stage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employment_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=80), nullable=False),
        sa.Column("supervisor_id", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Boolean(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= begins_on", name=op.f("ck_student_stage_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "employment_id"],
            ["employment.municipality_id", "employment.id"],
            name=op.f("fk_student_stage_municipality_id_employment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "recorded_by"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_student_stage_municipality_id_recorded_by"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "supervisor_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_student_stage_municipality_id_supervisor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_student_stage_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_student_stage")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_student_stage_municipality_id_id")),
    )
    with op.batch_alter_table("student_stage", schema=None) as batch_op:
        batch_op.create_index(
            "uq_student_stage_open",
            ["municipality_id", "employment_id"],
            unique=True,
            sqlite_where=sa.text("ends_on IS NULL"),
            postgresql_where=sa.text("ends_on IS NULL"),
        )

    op.create_table(
        "first_shift_yes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("onboarding_id", sa.Integer(), nullable=False),
        sa.Column("employment_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "employment_id"],
            ["employment.municipality_id", "employment.id"],
            name=op.f("fk_first_shift_yes_municipality_id_employment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "given_by"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_first_shift_yes_municipality_id_given_by"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "onboarding_id"],
            ["onboarding.municipality_id", "onboarding.id"],
            name=op.f("fk_first_shift_yes_municipality_id_onboarding_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "withdrawn_by"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_first_shift_yes_municipality_id_withdrawn_by"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_first_shift_yes_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_first_shift_yes")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_first_shift_yes_municipality_id_id")),
    )
    with op.batch_alter_table("first_shift_yes", schema=None) as batch_op:
        batch_op.create_index(
            "uq_first_shift_yes_standing",
            ["municipality_id", "onboarding_id"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.create_table(
        "onboarding_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("onboarding_id", sa.Integer(), nullable=False),
        sa.Column("employment_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("responsible", sa.String(length=120), nullable=False),
        sa.Column("ticks", sa.String(length=20), nullable=False),
        sa.Column("gate", sa.Boolean(), nullable=False),
        sa.Column("gate_code", sa.String(length=20), nullable=False),
        sa.Column("first_shift", sa.Boolean(), nullable=False),
        sa.Column("newcomer_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("responsible_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("responsible_by", sa.Integer(), nullable=True),
        sa.Column("left_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_out_by", sa.Integer(), nullable=True),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(left_out_at IS NULL) = (left_out_by IS NULL)", name=op.f("ck_onboarding_item_left_out_by_somebody")
        ),
        sa.CheckConstraint(
            "(responsible_at IS NULL) = (responsible_by IS NULL)", name=op.f("ck_onboarding_item_ticked_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "added_by"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_onboarding_item_municipality_id_added_by"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "employment_id"],
            ["employment.municipality_id", "employment.id"],
            name=op.f("fk_onboarding_item_municipality_id_employment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "left_out_by"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_onboarding_item_municipality_id_left_out_by"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "onboarding_id"],
            ["onboarding.municipality_id", "onboarding.id"],
            name=op.f("fk_onboarding_item_municipality_id_onboarding_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "responsible_by"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_onboarding_item_municipality_id_responsible_by"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_onboarding_item_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onboarding_item")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_onboarding_item_municipality_id_id")),
        sa.UniqueConstraint(
            "municipality_id",
            "onboarding_id",
            "code",
            name=op.f("uq_onboarding_item_municipality_id_onboarding_id_code"),
        ),
    )
    with op.batch_alter_table("onboarding_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_onboarding_item_municipality_id_employment_id"),
            ["municipality_id", "employment_id"],
            unique=False,
        )

    op.create_table(
        "onboarding_pace",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("onboarding_id", sa.Integer(), nullable=False),
        sa.Column("employment_id", sa.Integer(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("percent > 0", name=op.f("ck_onboarding_pace_goes_on")),
        sa.ForeignKeyConstraint(
            ["municipality_id", "employment_id"],
            ["employment.municipality_id", "employment.id"],
            name=op.f("fk_onboarding_pace_municipality_id_employment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "onboarding_id"],
            ["onboarding.municipality_id", "onboarding.id"],
            name=op.f("fk_onboarding_pace_municipality_id_onboarding_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "set_by"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_onboarding_pace_municipality_id_set_by"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_onboarding_pace_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onboarding_pace")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_onboarding_pace_municipality_id_id")),
    )
    with op.batch_alter_table("onboarding_pace", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_onboarding_pace_municipality_id_onboarding_id"),
            ["municipality_id", "onboarding_id"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("onboarding_pace", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_onboarding_pace_municipality_id_onboarding_id"))

    op.drop_table("onboarding_pace")
    with op.batch_alter_table("onboarding_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_onboarding_item_municipality_id_employment_id"))

    op.drop_table("onboarding_item")
    with op.batch_alter_table("first_shift_yes", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_first_shift_yes_standing",
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.drop_table("first_shift_yes")
    with op.batch_alter_table("student_stage", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_student_stage_open",
            sqlite_where=sa.text("ends_on IS NULL"),
            postgresql_where=sa.text("ends_on IS NULL"),
        )

    op.drop_table("student_stage")
    op.drop_table("onboarding_line")
    with op.batch_alter_table("onboarding", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_onboarding_open", sqlite_where=sa.text("ended_on IS NULL"), postgresql_where=sa.text("ended_on IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_onboarding_municipality_id_mentor_id"))
        batch_op.drop_index(batch_op.f("ix_onboarding_municipality_id_buddy_id"))

    op.drop_table("onboarding")
    with op.batch_alter_table("onboarding_template", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_onboarding_template_number_of_all",
            sqlite_where=sa.text("staff_group_id IS NULL"),
            postgresql_where=sa.text("staff_group_id IS NULL"),
        )
        batch_op.drop_index(
            "uq_onboarding_template_number",
            sqlite_where=sa.text("staff_group_id IS NOT NULL"),
            postgresql_where=sa.text("staff_group_id IS NOT NULL"),
        )

    op.drop_table("onboarding_template")
