"""What can be taken out as a spreadsheet."""

import io

from flask import Blueprint, send_file
from flask.typing import ResponseReturnValue

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.coverage.queries.places import tree
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.foundation.spreadsheets import XLSX
from competence.foundation.web import db
from competence.imports.exporting import matrix_file
from competence.imports.needs_file import filename, needs_csv, needs_table, needs_xlsx

bp = Blueprint("exports", __name__, url_prefix="/exports")


@bp.get("/matrix/<int:number>.xlsx")
@requires(Permission.MATRIX_READ)
def matrix(number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A version of the division of tasks."""
    made = io.BytesIO(matrix_file(db.session, number))
    return send_file(made, mimetype=XLSX, as_attachment=True, download_name=f"opgavedeling-version-{number}.xlsx")


@bp.get("/requirements/<int:unit_id>.<ending>")
@requires(Permission.REQUIREMENT_READ)
def requirements(unit_id: int, ending: str, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What is said for the unit and those below it, in the columns that the import reads, as .xlsx or .csv."""
    if ending not in ("xlsx", "csv"):
        raise NotFound
    units = tree(db.session, on=today())
    node = units.get(unit_id, within)
    table = needs_table(db.session, {one.id for one in units.below(node)})
    content, mimetype = (needs_xlsx(table), XLSX) if ending == "xlsx" else (needs_csv(table), "text/csv; charset=utf-8")
    return send_file(io.BytesIO(content), mimetype=mimetype, as_attachment=True, download_name=filename(ending))
