"""The figures of all units: the heat map by itself, and a month kept."""

from collections.abc import Callable

from sqlalchemy import Engine

from competence.coverage.queries.places import tree
from competence.figures.commands import take_snapshot
from competence.figures.queries.live import heat_of
from competence.foundation.clock import today
from competence.foundation.orm import begin_writing, open_session


def units(engine: Engine, municipality_id: int) -> int:
    """How many there are."""
    with open_session(engine, municipality_id) as session:
        return len(tree(session, on=today()).nodes)


def heat(engine: Engine, municipality_id: int) -> Callable[[], object]:
    """A call that counts needs, gaps and vulnerable needs of each unit, subject area and shift, from everybody's vector."""

    def run() -> object:
        with open_session(engine, municipality_id) as session:
            known = tree(session, on=today())
            return heat_of(session, known, known.children[None])

    return run


def keeping(engine: Engine, municipality_id: int) -> Callable[[], object]:
    """A call that keeps the figures of the month."""

    def run() -> object:
        with open_session(engine, municipality_id) as session:
            begin_writing(session)
            look = take_snapshot(session)
            session.commit()
            return look

    return run
