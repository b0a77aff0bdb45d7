"""The practice log with its use by the municipality, requests for training, own notes and ratings; when a refresh is suggested."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261122_practice_log"
down_revision: str | Sequence[str] | None = "20261122_kept_on_the_phone"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "practice_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("discussed_on", sa.Date(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "ended_at IS NULL OR ended_at >= begun_at", name=op.f("ck_practice_use_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "begun_by"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_practice_use_municipality_id_begun_by"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "ended_by"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_practice_use_municipality_id_ended_by"),
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_practice_use_municipality_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_use")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_practice_use_municipality_id_id")),
    )
    with op.batch_alter_table("practice_use", schema=None) as batch_op:
        batch_op.create_index(
            "uq_practice_use_open",
            ["municipality_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "own_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_own_note_municipality_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "task_id"],
            ["task.municipality_id", "task.id"],
            name=op.f("fk_own_note_municipality_id_task_id"),
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_own_note_municipality_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_note")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_own_note_municipality_id_id")),
        sa.UniqueConstraint(
            "municipality_id", "person_id", "task_id", name=op.f("uq_own_note_municipality_id_person_id_task_id")
        ),
    )
    op.create_table(
        "practice_done",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_practice_done_municipality_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "task_id"],
            ["task.municipality_id", "task.id"],
            name=op.f("fk_practice_done_municipality_id_task_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_practice_done_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_done")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_practice_done_municipality_id_id")),
        sa.UniqueConstraint("municipality_id", "person_id", "task_id", "done_on", name="uq_practice_done_day"),
    )
    op.create_table(
        "self_rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("rating", sa.String(length=20), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "person_id"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_self_rating_municipality_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "task_id"],
            ["task.municipality_id", "task.id"],
            name=op.f("fk_self_rating_municipality_id_task_id"),
        ),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_self_rating_municipality_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_rating")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_self_rating_municipality_id_id")),
        sa.UniqueConstraint(
            "municipality_id", "person_id", "task_id", name=op.f("uq_self_rating_municipality_id_person_id_task_id")
        ),
    )
    op.create_table(
        "training_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employment_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_how", sa.String(length=20), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "closed_by"],
            ["person.municipality_id", "person.id"],
            name=op.f("fk_training_request_municipality_id_closed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "employment_id"],
            ["employment.municipality_id", "employment.id"],
            name=op.f("fk_training_request_municipality_id_employment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "task_id"],
            ["task.municipality_id", "task.id"],
            name=op.f("fk_training_request_municipality_id_task_id"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_training_request_municipality_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_request")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_training_request_municipality_id_id")),
    )
    with op.batch_alter_table("training_request", schema=None) as batch_op:
        batch_op.create_index(
            "uq_training_request_open",
            ["municipality_id", "employment_id", "task_id"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("refresh_months", sa.Integer(), nullable=True))

    op.create_index(
        "ix_evidence_event_not_yet",
        "evidence_event",
        ["municipality_id", "recorded_at"],
        sqlite_where=sa.text("kind = 'not_yet'"),
        postgresql_where=sa.text("kind = 'not_yet'"),
    )


def downgrade() -> None:
    op.drop_index("ix_evidence_event_not_yet", "evidence_event")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_column("refresh_months")

    with op.batch_alter_table("training_request", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_training_request_open",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.drop_table("training_request")
    op.drop_table("self_rating")
    op.drop_table("practice_done")
    op.drop_table("own_note")
    with op.batch_alter_table("practice_use", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_practice_use_open",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.drop_table("practice_use")
