"""A team's matrix on A3, for the wall and for the desk; and the least code that draws as much on a plain canvas."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from reportlab.lib.pagesizes import A3, landscape
from reportlab.pdfgen.canvas import Canvas

from competence.reports.typography import REGULAR, load_fonts

SHEETS = ("wall", "desk")
ROWS_A_PAGE = 40


def asking(client: FlaskClient, team: int, which: str) -> Callable[[], int]:
    """A call that fetches the team's sheet; how many bytes came. RuntimeError when it is not given."""
    address = f"/coverage/{team}/a3/{which}.pdf"

    def ask() -> int:
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status}")
        return len(answer.get_data())

    return ask


def bare_sheet(people: int, tasks: int) -> Callable[[], None]:
    """A call that draws a square with a digit for each person and task, with the grid and the tasks' names, untagged."""
    load_fonts()
    made: Any = Canvas
    width, height = landscape(A3)

    def run() -> None:
        canvas = made(BytesIO(), pagesize=(width, height), initialFontName=REGULAR)
        for first in range(0, tasks, ROWS_A_PAGE):
            rows = range(first, min(first + ROWS_A_PAGE, tasks))
            canvas.setFont(REGULAR, 9)
            xs, ys = (
                [230 + 28 * at for at in range(people + 1)],
                [height - 100 - 16 * at for at in range(len(rows) + 1)],
            )
            canvas.grid(xs, ys)
            for down, row in enumerate(rows):
                canvas.drawString(31, ys[down] - 12, f"Opgave nummer {row}")
                for at in range(people):
                    canvas.rect(xs[at] + 7, ys[down] - 14, 13, 12, stroke=1, fill=0)
                    canvas.drawString(xs[at] + 11, ys[down] - 12, str(1 + (row + at) % 3))
            canvas.showPage()
        canvas.save()

    return run
