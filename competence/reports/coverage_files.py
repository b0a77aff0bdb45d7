"""What leaders and directors take out of coverage: the matrix on A3 and as a spreadsheet, and the figures of units."""

import io
import re
from collections.abc import Sequence

from flask import Blueprint, Response, g, send_file
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.coverage.queries.board import Board, board
from competence.coverage.queries.places import Node, Tree
from competence.coverage.queries.wide import headcount
from competence.coverage.views.coverage import MOST_COLUMNS, filters, unit_on
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound
from competence.foundation.spreadsheets import XLSX, Content, delimited_of, workbook_of
from competence.foundation.web import db
from competence.reports.matrix_content import about_of, sheet_of, table_of
from competence.reports.matrix_sheet import Which, matrix_pdf

bp = Blueprint("coverage_files", __name__, url_prefix="/coverage")
ENDINGS = ("xlsx", "csv")


def named_board(unit_id: int, actor: Actor, within: Reach) -> tuple[Tree, Board]:
    """(the units, the board of the day in the address). NotFound where the page shows figures only."""
    units, node = unit_on(unit_id, actor, within, filters().on)
    too_many = not units.is_leaf(node) and headcount(db.session, node, on=today()) > MOST_COLUMNS
    if too_many or not actor.may(Permission.COVERAGE_READ, node.path):
        raise NotFound
    looked_at(unit_id=node.id)
    chosen = filters()
    return units, board(db.session, units, node, on=chosen.on, days=chosen.days)


def place_of(units: Tree, node: Node) -> str:
    """The municipality and the units between it and the unit: "Fjordby Kommune, Hjemmeplejen Nord"."""
    above = [one.name for one in reversed(units.above(node))]
    return ", ".join(above) or g.municipality.name


def language() -> str:
    """The reader's language."""
    locale = get_locale()
    return locale.language if locale else "da"


@bp.get("/<int:unit_id>/a3/<which>.pdf")
@requires(Permission.COVERAGE_READ)
def a3(unit_id: int, which: str, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The matrix on A3: for the wall of the team's room, or for the leader's desk."""
    units, found = named_board(unit_id, actor, within)
    sheet = sheet_of(found, _which(which), place=place_of(units, found.unit), at=now())
    name = filename(found.unit, found.on.isoformat(), _("wall") if which == Which.WALL else _("desk"), "pdf")
    return Response(
        matrix_pdf(sheet, _, language=language()), mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )  # fmt: skip


@bp.get("/<int:unit_id>/matrix/<which>.<ending>")
@requires(Permission.COVERAGE_READ)
def matrix(unit_id: int, which: str, ending: str, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The same as a spreadsheet, .xlsx or .csv."""
    units, found = named_board(unit_id, actor, within)
    wanted = _which(which)
    about = about_of(found, wanted, place=place_of(units, found.unit), at=now())
    name = filename(found.unit, found.on.isoformat(), _("wall") if which == Which.WALL else _("desk"), ending)
    return as_file(table_of(found, wanted), ending, name, sheet=_("Matrix"), about=about)


def _which(text: str) -> Which:
    """The sheet of that name. NotFound when there is none."""
    if text not in [one.value for one in Which]:
        raise NotFound
    return Which(text)


def as_file(
    rows: Sequence[Sequence[Content]], ending: str, name: str, *, sheet: str, about: Sequence[Sequence[Content]] = ()
) -> ResponseReturnValue:
    """The rows as a file to save; a .csv holds the table alone. NotFound for another ending than "xlsx" and "csv"."""
    if ending not in ENDINGS:
        raise NotFound
    if ending == "csv":
        return send_file(io.BytesIO(delimited_of(rows)), mimetype="text/csv", as_attachment=True, download_name=name)
    sheets = {sheet: rows} | ({_("About"): about} if about else {})
    made = workbook_of(sheets, unfrozen=(_("About"),))
    return send_file(io.BytesIO(made), mimetype=XLSX, as_attachment=True, download_name=name)


def filename(node: Node, *parts: str) -> str:
    """As "team-havnen-2026-06-09-wall.pdf"; the last part is the ending."""
    return named_file(node.name, *parts)


def named_file(name: str, *parts: str) -> str:
    """The same of another name."""
    *said, ending = parts
    letters = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})
    words = [re.sub(r"[^a-z0-9]+", "-", word.lower().translate(letters)).strip("-") for word in (name, *said)]
    return f"{'-'.join(word for word in words if word) or 'unit'}.{ending}"
