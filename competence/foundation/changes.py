"""How a change in one feature reaches the features above it: announced here, answered by what app.py has wired."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from competence.foundation.orm import begin_writing, open_session, tenant_id

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


@dataclass
class Touched:
    """What a command has changed so far, as far as stored answers are concerned."""

    persons: dict[int, set[int] | None] = field(default_factory=dict)
    """Person -> the tasks about which something changed; None = all of them (an employment, an absence ...)."""
    everybody: bool = False
    """The matrix, a scale or a staff group changed: all answers of the municipality."""
    tasks: set[int] = field(default_factory=set)
    """Tasks of which everybody's answers changed: a stop, a stricter unit, an instruction."""
    new: set[int] = field(default_factory=set)
    """Those of the persons who were not there before: nothing is known of them but their employments."""

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
Tell = Callable[[int, int], None]
"""Told now and then, while something long goes on, how much of how much is done."""
Foresee = Callable[[Session, Callable[[Session], object], Tell], object]
_foresee: list[Foresee] = []


def answered_by(answer: Answer) -> None:
    """Wire what recomputes stored answers. Called once by app.py; wiring the same function again changes nothing."""
    if answer not in _answers:
        _answers.append(answer)


def foreseen_by(foresee: Foresee) -> None:
    """Wire what makes stored answers ahead: it gives what `session.info["foreseen"]` is to hold while the command runs."""
    if foresee not in _foresee:
        _foresee.append(foresee)


def quiet(_done: int, _total: int) -> None:
    """Nothing: nobody wants to know how far it is."""


def foresee(session: Session, run: Callable[[Session], R], *, tell: Tell = quiet) -> Callable[[Session], R]:
    """The same command with its answers made, so that running it holds the right to write for a moment only.

    For a command that changes rules that all share (the matrix, the settings) and nothing about a person. `run` is run
    once in a session of its own and rolled back: what it raises is raised here already. Its answers are made while
    others may write. What they change meanwhile is made again when the command is run. Call it outside a transaction
    that writes.
    """
    made = [make(session, run, tell) for make in _foresee]

    def ready(writing: Session) -> R:
        writing.info["foreseen"] = next((one for one in made if one is not None), None)
        try:
            return run(writing)
        finally:
            writing.info.pop("foreseen", None)

    return ready


def rehearse(session: Session, run: Callable[[Session], object], look: Callable[[Session, Touched], T]) -> T:
    """What `look` sees, in a session of its own, after `run` and given what it touched; all of it is rolled back.

    Raises what `run` raises.
    """
    with open_session(session.get_bind().engine, tenant_id(session)) as apart:
        begin_writing(apart)
        apart.info["command_depth"] = 1  # nothing is recomputed
        try:
            run(apart)
            apart.flush()
            return look(apart, apart.info.get("touched") or Touched())
        finally:
            apart.rollback()


def touched(
    session: Session,
    *,
    person_id: int | None = None,
    task_id: int | None = None,
    everybody: bool = False,
    new: bool = False,
) -> None:
    """Note whose answers must be recomputed at the command's end.

    A person's (all tasks, or one), everybody's about one task (`task_id` alone), or everybody's about all. `new`: the
    person has just been added, with nothing but employments.
    """
    pending: Touched = session.info.setdefault("touched", Touched())
    if person_id is not None:
        pending.add(person_id, task_id)
        if new:
            pending.new.add(person_id)
        else:
            pending.new.discard(person_id)
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
                session.info.pop("foreseen", None)

    return run


def settle(session: Session) -> None:
    """Recompute now what has been touched since the last time."""
    pending: Touched | None = session.info.pop("touched", None)
    if pending:
        for answer in _answers:
            answer(session, pending)
        session.flush()
