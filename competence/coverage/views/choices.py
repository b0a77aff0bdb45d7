"""What is chosen in an address, and long lists to choose from, drawn once for each edition of what they list."""

from datetime import date, timedelta

from flask import request
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.coverage.duties import duty_at
from competence.coverage.queries.board import tasks_on
from competence.coverage.queries.places import Node, tree
from competence.coverage.rules import Shift
from competence.foundation.clock import local, now, today
from competence.foundation.editions import remembered
from competence.organisation.rules import Settings

FARTHEST = timedelta(days=100 * 365)


def day_of(text: str) -> date:
    """The day of an address. ValueError when it is none, or so far away that nothing can be known of it."""
    asked = date.fromisoformat(text)
    if abs(asked - today()) > FARTHEST:
        raise ValueError(text)
    return asked


def first_day(settings: Settings) -> date:
    """The earliest day that the finder answers for: today's, or the day on which the night that runs now began."""
    return min(duty_at(local(now()), settings)[0], today())


def typed_duty(settings: Settings) -> tuple[date, Shift]:
    """(day, shift) of the address; the duty that runs now where it says nothing. A duty that is over is not asked about."""
    running_on, running = duty_at(local(now()), settings)
    shift = request.args.get("shift", type=Shift) or running
    earliest = running_on if shift is running else today()
    return max(request.args.get("on", earliest, type=day_of), earliest), shift


def unit_options(session: Session, node: Node | None, within: Reach) -> Markup:
    """The units within reach to choose from, `node` chosen; one that has been closed stands first when it is the chosen one."""
    known = remembered(
        session, ("unit options", within, today()),
        lambda s: tuple((one.id, str(escape(one.name))) for one in tree(s, on=today()).reached(within)),
    )  # fmt: skip
    chosen = node.id if node else None
    options = [f"<option value={key}{' selected' if key == chosen else ''}>{name}</option>" for key, name in known]
    if node is not None and not any(key == chosen for key, _name in known):
        options.insert(0, f"<option value={node.id} selected>{escape(node.name)}</option>")
    return Markup("".join(options))  # noqa: S704 - names are escaped above


def task_options(session: Session, on: date) -> Markup:
    """The names of the day's tasks, for a list of suggestions."""

    def draw(session: Session) -> Markup:
        names = [f'<option value="{escape(task.name)}"></option>' for task in tasks_on(session, on)]
        return Markup("".join(names))  # noqa: S704 - names are escaped

    return remembered(session, ("task options", on), draw)
