"""`python -m competence.training.solving.worker MEGABYTES`: solves what it is sent, one by one, until the pipe closes."""

import contextlib
import os
import sys
import traceback

from competence.training.solving.wire import receive, send

try:
    import resource
except ImportError:  # pragma: no cover - Windows has no such limit
    resource = None  # type: ignore[assignment]


def main() -> None:
    """Nothing; ends when there is nothing more to solve."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # Whatever a library prints goes to the log, not between the answers.
    _modest(int(sys.argv[1]))
    from competence.training.solving.best import best  # After the limit, so that the libraries are counted too.

    while True:
        try:
            problem, seconds, gap = receive(sys.stdin.buffer)
        except EOFError:
            return
        try:
            solution = best(
                problem, seconds=seconds, gap=gap, told=lambda done, of: send(answers, ("told", (done, of)))
            )
        except MemoryError:
            send(answers, ("memory", None))
            os._exit(1)  # What is left of the memory is in pieces: the next problem gets a process of its own.
        except Exception as wrong:
            traceback.print_exc()
            send(answers, ("wrong", type(wrong).__name__))
        else:
            send(answers, ("solved", solution))


def _modest(megabytes: int) -> None:
    """Nothing; this process may take no more memory than that, and lets others go first."""
    if resource is not None:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(5)


if __name__ == "__main__":
    main()
