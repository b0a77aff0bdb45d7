"""What can be taken out as a spreadsheet."""

import io

from flask import Blueprint, send_file
from flask.typing import ResponseReturnValue

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.foundation.spreadsheets import XLSX
from competence.foundation.web import db
from competence.imports.exporting import matrix_file

bp = Blueprint("exports", __name__, url_prefix="/exports")


@bp.get("/matrix/<int:number>.xlsx")
@requires(Permission.MATRIX_READ)
def matrix(number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A version of the division of tasks."""
    made = io.BytesIO(matrix_file(db.session, number))
    return send_file(made, mimetype=XLSX, as_attachment=True, download_name=f"opgavedeling-version-{number}.xlsx")
