"""A draft: made from a version or from nothing, named, and given up. Never removed."""

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.catalogue.rules import ScaleKind
from competence.catalogue.rules.scales import Turn
from competence.delegation.commands.versions import lock_version, root_unit
from competence.delegation.drafting import COLUMNS, refuse_cpr
from competence.delegation.models import Cell, MatrixVersion
from competence.delegation.queries import CELLS, get_version
from competence.delegation.queries.drafts import frameworks
from competence.delegation.queries.terms import ranks_of
from competence.delegation.rules import Ground
from competence.foundation.changes import command
from competence.foundation.clock import now
from competence.foundation.errors import Overtaken, RuleBroken
from competence.foundation.orm import scoped, tenant_id
from competence.foundation.text import N_, sentence, squeeze


def open_draft(session: Session, number: int, by: Actor) -> MatrixVersion:
    """The draft, which `by` may edit, kept from others. Overtaken when it has been approved or given up."""
    authorise(by, Permission.MATRIX_EDIT, root_unit(session).path)
    version = lock_version(session, number)
    if version.approved_at is not None:
        raise Overtaken(sentence(N_("The version is approved and is never edited. Make a new draft from it.")))
    if version.discarded_at is not None:
        raise Overtaken(sentence(N_("The draft has been given up. Make a new one.")))
    return version


@command
def make_draft(
    session: Session, *, from_number: int | None, name: str = "", description: str = "", by: Actor
) -> MatrixVersion:
    """A draft with the cells of another version, or with none, numbered after the newest."""
    authorise(by, Permission.MATRIX_EDIT, root_unit(session).path)
    _check_texts(name, description)
    source = get_version(session, from_number) if from_number is not None else None
    last = session.execute(scoped(session, MatrixVersion, func.max(MatrixVersion.__table__.c.number))).scalar()
    draft = MatrixVersion(
        number=int(last or 0) + 1, name=squeeze(name), description=description.strip(), recorded_at=now(),
        recorded_by=by.person_id, based_on_id=source.id if source else None,
    )  # fmt: skip
    session.add(draft)
    session.flush()
    copied = _copy(session, source, draft) if source else 0
    record(
        session, by=by.person_id, action="make_draft", subject="matrix_version", subject_id=draft.id,
        detail={"number": draft.number, "from": from_number, "cells": copied},
    )  # fmt: skip
    return draft


def _copy(session: Session, source: MatrixVersion, draft: MatrixVersion) -> int:
    known, ranks = frameworks(session), ranks_of(session, source.id, now=True)
    rows = []
    for row in session.execute(scoped(session, CELLS).where(CELLS.c.version_id == source.id).order_by(CELLS.c.id)):
        said = {name: getattr(row, name) for name in COLUMNS} | ranks(row)
        place = (row.task_id, row.staff_group_id)
        if said["ground"] == Ground.FRAMEWORK and not said["framework"]:
            said["framework"] = known.get(place)
        rows.append(
            said
            | {
                "municipality_id": tenant_id(session), "version_id": draft.id, "task_id": place[0],
                "staff_group_id": place[1], "revision": 0,
            }
        )  # fmt: skip
    if rows:
        session.execute(insert(Cell), rows)
    return len(rows)


@command
def describe_draft(session: Session, number: int, *, name: str, description: str, by: Actor) -> MatrixVersion:
    """The draft with another name and description."""
    draft = open_draft(session, number, by)
    _check_texts(name, description)
    draft.name, draft.description = squeeze(name), description.strip()
    record(session, by=by.person_id, action="describe_draft", subject="matrix_version", subject_id=draft.id)
    return draft


def _check_texts(name: str, description: str) -> None:
    refuse_cpr(name, "name")
    refuse_cpr(description, "description")
    if len(squeeze(name)) > 80:
        raise RuleBroken(sentence(N_("The name is too long. Use at most 80 characters.")), field="name")


@command
def discard_draft(session: Session, number: int, *, by: Actor) -> MatrixVersion:
    """The draft, given up now. It stays to be read with its log; nothing in it can count any more."""
    draft = open_draft(session, number, by)
    draft.discarded_at, draft.discarded_by = now(), by.person_id
    record(session, by=by.person_id, action="discard_draft", subject="matrix_version", subject_id=draft.id)
    return draft


def carry_drafts(session: Session, scale: ScaleKind, turn: Turn) -> None:
    """Nothing; open drafts say their levels on the new practice scale. Wired to the change of a scale by app.py."""
    if scale is not ScaleKind.PRACTICE:
        return
    drafts = session.scalars(
        select(MatrixVersion.id).where(MatrixVersion.approved_at.is_(None), MatrixVersion.discarded_at.is_(None))
    ).all()
    for cell in session.scalars(select(Cell).where(Cell.version_id.in_(drafts)).order_by(Cell.id)):
        if cell.minimum_level:
            cell.minimum_level = turn.asked(cell.minimum_level)
        if cell.education_level:
            cell.education_level = turn.held(cell.education_level)
    session.flush()
