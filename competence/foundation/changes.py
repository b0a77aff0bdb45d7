"""How a change in one feature reaches the features above it: announced here, answered by what app.py has wired."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class Touched:
    """What a command has changed so far, as far as stored answers are concerned."""

    persons: dict[int, set[int] | None] = field(default_factory=dict)
    """Person -> the tasks about which something changed; None = all of them (an employment, an absence ...)."""
    everybody: bool = False
    """The matrix, a scale or a staff group changed: all answers of the municipality."""
    tasks: set[int] = field(default_factory=set)
    """Tasks of which everybody's answers changed: a stop, a stricter unit, an instruction."""

    def add(self, person_id: int, task_id: int | None) -> None:
        """Note the person's task, or all her tasks."""
        tasks = self.persons.setdefault(person_id, set())
        if task_id is None:
            self.persons[person_id] = None
        elif tasks is not None:
            tasks.add(task_id)

    def __bool__(self) -> bool:
        return self.everybody or bool(self.persons) or bool(self.tasks)


Answer = Callable[[Session, Touched], None]
_answers: list[Answer] = []


def answered_by(answer: Answer) -> None:
    """Wire what recomputes stored answers. Called once by app.py; wiring the same function again changes nothing."""
    if answer not in _answers:
        _answers.append(answer)


def touched(
    session: Session, *, person_id: int | None = None, task_id: int | None = None, everybody: bool = False
) -> None:
    """Note whose answers must be recomputed at the command's end.

    A person's (all tasks, or one), everybody's about one task (`task_id` alone), or everybody's about all.
    """
    pending: Touched = session.info.setdefault("touched", Touched())
    if person_id is not None:
        pending.add(person_id, task_id)
    elif task_id is not None:
        pending.tasks.add(task_id)
    pending.everybody = pending.everybody or everybody


def command(function: Callable[Concatenate[Session, P], R]) -> Callable[Concatenate[Session, P], R]:
    """A user's verb: when the outermost one ends, the answers that it touched are recomputed, in its transaction."""

    @wraps(function)
    def run(session: Session, /, *args: P.args, **kwargs: P.kwargs) -> R:
        depth = session.info.get("command_depth", 0)
        session.info["command_depth"] = depth + 1
        try:
            result = function(session, *args, **kwargs)
            session.flush()
            if depth == 0:
                settle(session)
            return result
        finally:
            session.info["command_depth"] = depth
            if depth == 0:
                session.info.pop("touched", None)

    return run


def settle(session: Session) -> None:
    """Recompute now what has been touched since the last time."""
    pending: Touched | None = session.info.pop("touched", None)
    if pending:
        for answer in _answers:
            answer(session, pending)
        session.flush()
