"""The table of a draft's editor, drawn once for each edition of the draft and kept until a cell of it changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup
from sqlalchemy.orm import Session

from competence.catalogue.queries import level_names
from competence.delegation import queries
from competence.delegation.queries import ReadVersion
from competence.delegation.views.drawing import Look, times_and_months
from competence.delegation.views.standing import LookKey, draw
from competence.foundation.editions import remembered
from competence.foundation.web import language


@dataclass(frozen=True)
class Table:
    """A draft's table as it is drawn, and what is counted in it."""

    html: Markup
    """Empty where no task fits."""
    changed: int
    """Cells that say something else than the version before."""
    editorial: int
    """Cells that are the starting point's own suggestion."""


def editor_table(
    session: Session, versions: Sequence[ReadVersion], version: ReadVersion, *, asked: str, only_changes: bool,
    signs_only: bool, on: date,
) -> Table:  # fmt: skip
    """The draft's table; `asked`: only tasks and areas with these letters. What is asked for in words is not kept."""

    def make(session: Session) -> Table:
        board = queries.read_board(session, versions, version, on=on, every=True)
        levels = level_names(session)
        looks: dict[LookKey, Look] = {}
        areas = []
        for area in board.areas:
            rows = [
                (
                    row,
                    [draw(c.terms, looks, levels) for c in row.cells],
                    [draw(c.before, looks, levels) for c in row.cells],
                )
                for row in area.rows
                if (row.has_changed or not only_changes)
                and (not asked or asked.casefold() in row.name.casefold() or asked.casefold() in area.name.casefold())
            ]
            if rows:
                areas.append((area, rows))
        # Straight from the environment: a page's own context knows its reader, whom this must not depend on.
        template = current_app.jinja_env.get_template("matrix/edit_table.html")
        html = template.render(
            version=version, board=board, areas=areas, looks=looks, signs_only=signs_only,
            area_note=_area_note, times=times_and_months,
        ) if areas else ""  # fmt: skip
        return Table(Markup(html), len(board.changes), board.editorial)  # noqa: S704 - made by a template

    if asked:
        return make(session)
    key = ("editor", version.id, on, only_changes, signs_only, language())
    return remembered(session, key, make, drafts=True)


def _area_note(rows: list[Any]) -> str:
    """As "2 tasks, no changes", for an area that is folded away."""
    changed = sum(1 for row, _cells, _olds in rows if row.has_changed)
    changes = ngettext("%(num)s task changed", "%(num)s tasks changed", changed) if changed else _("no changes")
    return f"{ngettext('%(num)s task', '%(num)s tasks', len(rows))}, {changes}"
