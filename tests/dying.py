"""A process of its own that is killed: before the statement, or the commit, with a given number."""

import os
import signal
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from typing import Any

from sqlalchemy import Engine, event

from competence.app import wire
from competence.foundation.orm import engine_for

DONE, KILLED = 0, -signal.SIGKILL

wire()  # the process from which the others split off has loaded all of the program, and holds no connection of it
_server = get_context("forkserver")
_server.set_forkserver_preload(["pytest", "tests.dying"])


def dies(do: Callable[..., None], url: str, last: int, *arguments: Any) -> int:
    """How the process ended that does it on the database: DONE, or KILLED before its step number `last`.

    `do` stands in a module and is given an engine and the arguments, which can be pickled. AssertionError when it ends
    in any other way; what it said stands in the test's own output.
    """
    process = _server.Process(target=_do, args=(do, url, last, *arguments))
    process.start()
    process.join(120)
    assert process.exitcode in (DONE, KILLED), f"it ended with {process.exitcode}"
    return process.exitcode


def dying(do: Callable[..., None], url: str, *arguments: Any, first: int, apart: int) -> Iterator[int]:
    """The ends of processes that die further and further on, until one does not."""
    ended, last = KILLED, first
    while ended == KILLED:
        ended = dies(do, url, last, *arguments)
        yield ended
        last += apart


def _do(do: Callable[..., None], url: str, last: int, *arguments: Any) -> None:
    engine: Engine = engine_for(url)
    count = 0

    def step(*_anything: Any) -> None:
        nonlocal count
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", step)
    event.listen(engine, "commit", step)
    do(engine, *arguments)
