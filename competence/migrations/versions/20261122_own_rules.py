"""Catalogue, scales, profiles and division of tasks as a municipality's own: versions, hearing, instructions, delegations.

Rows that are there get the values that new ones begin with.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261122_own_rules"
down_revision: str | Sequence[str] | None = "20261122_first"
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
    op.create_table(
        "scale_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scale", sa.String(length=12), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_scale_change_municipality_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scale_change")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_scale_change_municipality_id_id")),
    )
    op.create_table(
        "confirmed_level",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("held_by", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("staff_group_id", sa.Integer(), nullable=False),
        sa.Column("profile_number", sa.Integer(), nullable=False),
        sa.Column("area_name", sa.String(length=120), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("level_name", sa.String(length=40), nullable=False),
        sa.Column("computed_level", sa.Integer(), nullable=True),
        sa.Column("computed_name", sa.String(length=40), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("held_by <> person_id", name=op.f("ck_confirmed_level_held_by_another")),
        sa.ForeignKeyConstraint(
            ["municipality_id", "held_by"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_confirmed_level_municipality_id_held_by"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_confirmed_level_municipality_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "staff_group_id"],
            ["staff_group.municipality_id", "staff_group.id"],
            name=op.f("fk_confirmed_level_municipality_id_staff_group_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_confirmed_level_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmed_level")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_confirmed_level_municipality_id_id")),
    )
    with op.batch_alter_table("confirmed_level") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_confirmed_level_municipality_id_person_id"), ["municipality_id", "person_id"], unique=False
        )

    op.create_table(
        "remembered_mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "saved_by"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_remembered_mapping_municipality_id_saved_by"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_remembered_mapping_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remembered_mapping")),
        sa.UniqueConstraint(
            "municipality_id", "fingerprint", name=op.f("uq_remembered_mapping_municipality_id_fingerprint")
        ),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_remembered_mapping_municipality_id_id")),
    )
    op.create_table(
        "cell_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("staff_group_id", sa.Integer(), nullable=False),
        sa.Column("batch", sa.String(length=32), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "staff_group_id"],
            ["staff_group.municipality_id", "staff_group.id"],
            name=op.f("fk_cell_change_municipality_id_staff_group_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "task_id"],
            ["task.municipality_id", "task.id"],
            name=op.f("fk_cell_change_municipality_id_task_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "undoes_id"],
            ["cell_change.municipality_id", "cell_change.id"],
            name=op.f("fk_cell_change_municipality_id_undoes_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "version_id"],
            ["matrix_version.municipality_id", "matrix_version.id"],
            name=op.f("fk_cell_change_municipality_id_version_id"),
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_cell_change_municipality_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cell_change")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_cell_change_municipality_id_id")),
    )
    with op.batch_alter_table("cell_change") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_cell_change_municipality_id_version_id_id"),
            ["municipality_id", "version_id", "id"],
            unique=False,
        )

    op.create_table(
        "hearing_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("staff_group_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(task_id IS NULL) = (staff_group_id IS NULL)", name=op.f("ck_hearing_comment_a_whole_cell_or_none")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "staff_group_id"],
            ["staff_group.municipality_id", "staff_group.id"],
            name=op.f("fk_hearing_comment_municipality_id_staff_group_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "task_id"],
            ["task.municipality_id", "task.id"],
            name=op.f("fk_hearing_comment_municipality_id_task_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "version_id"],
            ["matrix_version.municipality_id", "matrix_version.id"],
            name=op.f("fk_hearing_comment_municipality_id_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "written_by"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_hearing_comment_municipality_id_written_by"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_hearing_comment_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing_comment")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_hearing_comment_municipality_id_id")),
    )
    with op.batch_alter_table("hearing_comment") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hearing_comment_municipality_id_version_id"), ["municipality_id", "version_id"], unique=False
        )

    op.create_table(
        "hearing_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("invited_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(role IS NULL) <> (person_id IS NULL)", name=op.f("ck_hearing_invitation_a_role_or_a_person")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_hearing_invitation_municipality_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "version_id"],
            ["matrix_version.municipality_id", "matrix_version.id"],
            name=op.f("fk_hearing_invitation_municipality_id_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_hearing_invitation_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing_invitation")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_hearing_invitation_municipality_id_id")),
    )
    with op.batch_alter_table("hearing_invitation") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hearing_invitation_municipality_id_version_id"),
            ["municipality_id", "version_id"],
            unique=False,
        )

    op.create_table(
        "instruction_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=400), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("asks", sa.String(length=12), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("what_is_new", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "asks = 'keep' OR closes_on IS NOT NULL", name=op.f("ck_instruction_version_asking_has_a_day")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "task_id"],
            ["task.municipality_id", "task.id"],
            name=op.f("fk_instruction_version_municipality_id_task_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_instruction_version_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instruction_version")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_instruction_version_municipality_id_id")),
        sa.UniqueConstraint(
            "municipality_id", "task_id", "number", name=op.f("uq_instruction_version_municipality_id_task_id_number")
        ),
    )
    op.create_table(
        "task_picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "task_id"],
            ["task.municipality_id", "task.id"],
            name=op.f("fk_task_picture_municipality_id_task_id"),
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_task_picture_municipality_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_picture")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_task_picture_municipality_id_id")),
        sa.UniqueConstraint("municipality_id", "task_id", name=op.f("uq_task_picture_municipality_id_task_id")),
    )
    op.create_table(
        "task_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "task_id"],
            ["task.municipality_id", "task.id"],
            name=op.f("fk_task_revision_municipality_id_task_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_task_revision_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_revision")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_task_revision_municipality_id_id")),
        sa.UniqueConstraint(
            "municipality_id", "task_id", "revision", name=op.f("uq_task_revision_municipality_id_task_id_revision")
        ),
    )
    op.create_table(
        "task_validity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("staff_group_id", sa.Integer(), nullable=False),
        sa.Column("validity_months", sa.Integer(), nullable=True),
        sa.Column("validity_date", sa.String(length=5), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(validity_date IS NULL) <> (validity_months IS NULL)", name=op.f("ck_task_validity_one_validity")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "staff_group_id"],
            ["staff_group.municipality_id", "staff_group.id"],
            name=op.f("fk_task_validity_municipality_id_staff_group_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "task_id"],
            ["task.municipality_id", "task.id"],
            name=op.f("fk_task_validity_municipality_id_task_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_task_validity_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_validity")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_task_validity_municipality_id_id")),
        sa.UniqueConstraint(
            "municipality_id",
            "task_id",
            "staff_group_id",
            name=op.f("uq_task_validity_municipality_id_task_id_staff_group_id"),
        ),
    )
    op.create_table(
        "instruction_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("instruction_id", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "instruction_id"],
            ["instruction_version.municipality_id", "instruction_version.id"],
            name=op.f("fk_instruction_reading_municipality_id_instruction_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_instruction_reading_municipality_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_instruction_reading_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instruction_reading")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_instruction_reading_municipality_id_id")),
        sa.UniqueConstraint(
            "municipality_id",
            "person_id",
            "instruction_id",
            name=op.f("uq_instruction_reading_municipality_id_person_id_instruction_id"),
        ),
    )
    op.create_table(
        "stop_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stop_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_stop_notice_municipality_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "stop_id"],
            ["stop.municipality_id", "stop.id"],
            name=op.f("fk_stop_notice_municipality_id_stop_id"),
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_stop_notice_municipality_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_notice")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_stop_notice_municipality_id_id")),
        sa.UniqueConstraint(
            "municipality_id", "stop_id", "person_id", name=op.f("uq_stop_notice_municipality_id_stop_id_person_id")
        ),
    )
    with op.batch_alter_table("stop_notice") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_stop_notice_municipality_id_person_id"), ["municipality_id", "person_id"], unique=False
        )

    op.create_table(
        "impact_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("cells", sa.String(length=64), nullable=False),
        sa.Column("hits", sa.JSON(), nullable=False),
        sa.Column("gaps", sa.JSON(), nullable=False),
        sa.Column("calculated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calculated_by", sa.Integer(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "calculated_by"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_impact_report_municipality_id_calculated_by"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "version_id"],
            ["matrix_version.municipality_id", "matrix_version.id"],
            name=op.f("fk_impact_report_municipality_id_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_impact_report_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_impact_report")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_impact_report_municipality_id_id")),
        sa.UniqueConstraint(
            "municipality_id",
            "version_id",
            "first_day",
            name=op.f("uq_impact_report_municipality_id_version_id_first_day"),
        ),
    )

    with op.batch_alter_table("area") as batch_op:
        batch_op.add_column(sa.Column("archived_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("revision", sa.Integer(), server_default="1", nullable=False))

    with op.batch_alter_table("cell") as batch_op:
        batch_op.add_column(sa.Column("validity_date", sa.String(length=5), nullable=True))
        batch_op.add_column(sa.Column("framework", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("keeping", sa.String(length=10), server_default="at_once", nullable=False))
        batch_op.add_column(sa.Column("keeping_to", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("revision", sa.Integer(), server_default="0", nullable=False))

    with op.batch_alter_table("competence_profile") as batch_op:
        batch_op.add_column(sa.Column("approved_as", sa.String(length=40), server_default="", nullable=False))
        batch_op.add_column(sa.Column("why", sa.String(length=400), server_default="", nullable=False))
        batch_op.add_column(sa.Column("purpose", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("responsibilities", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("recorded_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("changed_by", sa.Integer(), nullable=True))
        batch_op.alter_column("valid_from", existing_type=sa.DATE(), nullable=True)
        batch_op.create_index(
            "uq_competence_profile_first_day",
            ["municipality_id", "staff_group_id", "valid_from"],
            unique=True,
            sqlite_where=sa.text("approved_at IS NOT NULL"),
            postgresql_where=sa.text("approved_at IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_competence_profile_one_draft",
            ["municipality_id", "staff_group_id"],
            unique=True,
            sqlite_where=sa.text("approved_at IS NULL"),
            postgresql_where=sa.text("approved_at IS NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_competence_profile_municipality_id_approved_by"),
            "person",
            ["municipality_id", "approved_by"],
            ["municipality_id", "id"],
        )
    _in_each_municipality("UPDATE competence_profile SET valid_from = NULL, valid_to = NULL WHERE approved_at IS NULL")
    with op.batch_alter_table("competence_profile") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_competence_profile_approved_has_a_first_day"), "approved_at IS NULL OR valid_from IS NOT NULL"
        )
        batch_op.create_check_constraint(
            op.f("ck_competence_profile_ends_after_it_begins"), "valid_to IS NULL OR valid_to > valid_from"
        )

    with op.batch_alter_table("delegation") as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=12), server_default="framework", nullable=False))
        batch_op.add_column(sa.Column("scope", sa.String(length=10), server_default="all", nullable=False))
        batch_op.add_column(sa.Column("declined_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("ended_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("instructor_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("instructed_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("supervisor_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("supervision", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("supervise_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("supervise_months", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("onward", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("rests_on_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("has_conditions", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index(
            batch_op.f("ix_delegation_municipality_id_supervisor_id"),
            ["municipality_id", "supervisor_id"],
            unique=False,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_delegation_municipality_id_instructor_id"),
            "person",
            ["municipality_id", "instructor_id"],
            ["municipality_id", "id"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_delegation_municipality_id_supervisor_id"),
            "person",
            ["municipality_id", "supervisor_id"],
            ["municipality_id", "id"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_delegation_municipality_id_rests_on_id"),
            "delegation",
            ["municipality_id", "rests_on_id"],
            ["municipality_id", "id"],
        )
    _in_each_municipality("UPDATE delegation SET scope = 'citizen' WHERE citizen_id IS NOT NULL")
    with op.batch_alter_table("delegation") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_delegation_citizen_where_the_scope_is_one"), "(scope = 'citizen') = (citizen_id IS NOT NULL)"
        )
        batch_op.create_check_constraint(op.f("ck_delegation_giver_is_another"), "giver_id <> person_id")
        batch_op.create_check_constraint(op.f("ck_delegation_onward_once"), "rests_on_id IS NULL OR NOT onward")

    with op.batch_alter_table("framework_delegation") as batch_op:
        batch_op.add_column(sa.Column("renews_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ended_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("end_reason", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("recorded_by", sa.Integer(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_framework_delegation_municipality_id_task_id_staff_group_id"),
            ["municipality_id", "task_id", "staff_group_id"],
            unique=False,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_framework_delegation_municipality_id_renews_id"),
            "framework_delegation",
            ["municipality_id", "renews_id"],
            ["municipality_id", "id"],
        )

    with op.batch_alter_table("matrix_version") as batch_op:
        batch_op.add_column(sa.Column("name", sa.String(length=80), server_default="", nullable=False))
        batch_op.add_column(sa.Column("description", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("based_on_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("discarded_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("hearing_opened_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("hearing_opened_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("hearing_until", sa.Date(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_matrix_version_municipality_id_based_on_id"),
            "matrix_version",
            ["municipality_id", "based_on_id"],
            ["municipality_id", "id"],
        )
        batch_op.create_check_constraint(
            op.f("ck_matrix_version_approved_is_not_discarded"), "approved_at IS NULL OR discarded_at IS NULL"
        )

    with op.batch_alter_table("task") as batch_op:
        batch_op.add_column(sa.Column("never_delegated", sa.String(length=200), server_default="", nullable=False))
        batch_op.add_column(sa.Column("validity_date", sa.String(length=5), nullable=True))
        batch_op.add_column(sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("last_criterion", sa.Integer(), server_default="0", nullable=False))
        batch_op.drop_column("sign_again_from")
        batch_op.create_check_constraint(
            op.f("ck_task_one_validity"), "validity_date IS NULL OR validity_months IS NULL"
        )

    with op.batch_alter_table("task_criterion") as batch_op:
        batch_op.add_column(sa.Column("place", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("competence_profile") as batch_op:
        batch_op.drop_constraint(op.f("ck_competence_profile_approved_has_a_first_day"), type_="check")
        batch_op.drop_constraint(op.f("ck_competence_profile_ends_after_it_begins"), type_="check")
    _in_each_municipality("UPDATE competence_profile SET valid_from = date(recorded_at) WHERE valid_from IS NULL")
    with op.batch_alter_table("task_criterion") as batch_op:
        batch_op.drop_column("place")

    with op.batch_alter_table("task") as batch_op:
        batch_op.drop_constraint(op.f("ck_task_one_validity"), type_="check")
        batch_op.add_column(sa.Column("sign_again_from", sa.DATE(), nullable=True))
        batch_op.drop_column("last_criterion")
        batch_op.drop_column("revision")
        batch_op.drop_column("validity_date")
        batch_op.drop_column("never_delegated")

    with op.batch_alter_table("matrix_version") as batch_op:
        batch_op.drop_constraint(op.f("ck_matrix_version_approved_is_not_discarded"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_matrix_version_municipality_id_based_on_id"), type_="foreignkey")
        batch_op.drop_column("hearing_until")
        batch_op.drop_column("hearing_opened_by")
        batch_op.drop_column("hearing_opened_at")
        batch_op.drop_column("discarded_by")
        batch_op.drop_column("discarded_at")
        batch_op.drop_column("based_on_id")
        batch_op.drop_column("description")
        batch_op.drop_column("name")

    with op.batch_alter_table("framework_delegation") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_framework_delegation_municipality_id_renews_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_framework_delegation_municipality_id_task_id_staff_group_id"))
        batch_op.drop_column("recorded_by")
        batch_op.drop_column("end_reason")
        batch_op.drop_column("ended_by")
        batch_op.drop_column("ended_at")
        batch_op.drop_column("renews_id")

    with op.batch_alter_table("delegation") as batch_op:
        batch_op.drop_constraint(op.f("ck_delegation_citizen_where_the_scope_is_one"), type_="check")
        batch_op.drop_constraint(op.f("ck_delegation_giver_is_another"), type_="check")
        batch_op.drop_constraint(op.f("ck_delegation_onward_once"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_delegation_municipality_id_rests_on_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_delegation_municipality_id_supervisor_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_delegation_municipality_id_instructor_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_delegation_municipality_id_supervisor_id"))
        batch_op.drop_column("has_conditions")
        batch_op.drop_column("rests_on_id")
        batch_op.drop_column("onward")
        batch_op.drop_column("supervise_months")
        batch_op.drop_column("supervise_on")
        batch_op.drop_column("supervision")
        batch_op.drop_column("supervisor_id")
        batch_op.drop_column("instructed_on")
        batch_op.drop_column("instructor_id")
        batch_op.drop_column("ended_on")
        batch_op.drop_column("declined_on")
        batch_op.drop_column("scope")
        batch_op.drop_column("kind")

    with op.batch_alter_table("competence_profile") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_competence_profile_municipality_id_approved_by"), type_="foreignkey")
        batch_op.drop_index(
            "uq_competence_profile_one_draft",
            sqlite_where=sa.text("approved_at IS NULL"),
            postgresql_where=sa.text("approved_at IS NULL"),
        )
        batch_op.drop_index(
            "uq_competence_profile_first_day",
            sqlite_where=sa.text("approved_at IS NOT NULL"),
            postgresql_where=sa.text("approved_at IS NOT NULL"),
        )
        batch_op.alter_column("valid_from", existing_type=sa.DATE(), nullable=False)
        batch_op.drop_column("changed_by")
        batch_op.drop_column("changed_at")
        batch_op.drop_column("recorded_by")
        batch_op.drop_column("responsibilities")
        batch_op.drop_column("purpose")
        batch_op.drop_column("why")
        batch_op.drop_column("approved_as")

    with op.batch_alter_table("cell") as batch_op:
        batch_op.drop_column("revision")
        batch_op.drop_column("keeping_to")
        batch_op.drop_column("keeping")
        batch_op.drop_column("framework")
        batch_op.drop_column("validity_date")

    with op.batch_alter_table("area") as batch_op:
        batch_op.drop_column("revision")
        batch_op.drop_column("archived_on")

    with op.batch_alter_table("stop_notice") as batch_op:
        batch_op.drop_index(batch_op.f("ix_stop_notice_municipality_id_person_id"))

    op.drop_table("impact_report")
    op.drop_table("stop_notice")
    op.drop_table("instruction_reading")
    op.drop_table("task_validity")
    op.drop_table("task_revision")
    op.drop_table("task_picture")
    op.drop_table("instruction_version")
    with op.batch_alter_table("hearing_invitation") as batch_op:
        batch_op.drop_index(batch_op.f("ix_hearing_invitation_municipality_id_version_id"))

    op.drop_table("hearing_invitation")
    with op.batch_alter_table("hearing_comment") as batch_op:
        batch_op.drop_index(batch_op.f("ix_hearing_comment_municipality_id_version_id"))

    op.drop_table("hearing_comment")
    with op.batch_alter_table("cell_change") as batch_op:
        batch_op.drop_index(batch_op.f("ix_cell_change_municipality_id_version_id_id"))

    op.drop_table("cell_change")
    op.drop_table("remembered_mapping")
    with op.batch_alter_table("confirmed_level") as batch_op:
        batch_op.drop_index(batch_op.f("ix_confirmed_level_municipality_id_person_id"))

    op.drop_table("confirmed_level")
    op.drop_table("scale_change")
