"""The process that solves: begun once and kept, given so much time and memory, and begun anew when it fails."""

import atexit
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, Sentence, sentence
from competence.training.rules.problem import Problem, Solution
from competence.training.solving.wire import receive, send

Told = Callable[[int, int], object]
"""Hears how many steps are done, of how many."""
MEGABYTES = 1024
SECONDS = 30.0
"""What a problem is given unless it is said otherwise: enough for a municipality."""
GRACE = 10.0
"""Seconds that it may take beyond those it was given, to begin, to read the problem and to finish."""
PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "TZ")
"""Of the surroundings; no key and no address of a database is any of its business."""


class NotSolved(RuleBroken):
    """There is no answer, and the sentence says why and what to do."""


class Solver:
    """One process that solves, used by one thread at a time."""

    def __init__(self, *, megabytes: int = MEGABYTES, grace: float = GRACE) -> None:
        self.megabytes, self.grace = megabytes, grace
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._owner = 0

    def solve(self, problem: Problem, *, seconds: float, gap: float = 1e-4, told: Told | None = None) -> Solution:
        """The best plan found in the time. NotSolved when it takes too long or too much memory, or the process dies.

        Whoever comes while another problem is solved waits for it, for as long as her own may take.
        """
        if not self._lock.acquire(timeout=seconds + self.grace):
            raise NotSolved(sentence(N_("Another calculation is running. Try again in a moment.")))
        try:
            return self._answer(problem, seconds, gap, told)
        except BaseException:
            self.close()  # What it was doing is of no use to anybody any more.
            raise
        finally:
            self._lock.release()

    def close(self) -> None:
        """Nothing; the process has ended. The next problem begins another."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue  # Half a problem was still on its way to it.

    @property
    def pid(self) -> int | None:
        """The process; None while there is none."""
        return self._process.pid if self._process else None

    def _answer(self, problem: Problem, seconds: float, gap: float, told: Told | None) -> Solution:
        until = time.monotonic() + seconds + self.grace
        self._begin()
        asking = threading.Thread(target=self._ask, args=(self._process, (problem, seconds, gap)), daemon=True)
        asking.start()
        while True:
            try:
                kind, found = self._heard.get(timeout=max(0.001, until - time.monotonic()))
            except queue.Empty:
                raise NotSolved(_TOO_LONG) from None
            if kind == "told":
                if told is not None:
                    told(*found)
            elif kind == "solved":
                assert isinstance(found, Solution)
                return found
            else:
                raise NotSolved(_SENTENCES.get(kind, _STOPPED))

    @staticmethod
    def _ask(process: subprocess.Popen[bytes], asked: object) -> None:
        """Nothing; in a thread of its own, as a process that hangs reads nothing."""
        assert process.stdin is not None
        try:
            send(process.stdin, asked)
        except (OSError, ValueError):
            return  # It has died or was ended, which the other end of it tells.

    def _begin(self) -> None:
        """Nothing; there is a process. One that a parent of this process began is left to the parent."""
        if self._process is not None and self._owner == os.getpid() and self._process.poll() is None:
            return
        self.close()
        root = str(Path(__file__).resolve().parents[3])
        around = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603 - our own module by our own interpreter
            [sys.executable, "-m", "competence.training.solving.worker", str(self.megabytes)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=True,
            env=around | {"PYTHONPATH": root, "OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"},
        )  # fmt: skip
        self._owner = os.getpid()
        self._heard = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(self._process, self._heard), daemon=True).start()


def _listen(process: subprocess.Popen[bytes], heard: "queue.SimpleQueue[Any]") -> None:
    """Nothing; all that the process says is heard, at last that it says no more."""
    assert process.stdout is not None
    try:
        while True:
            heard.put(receive(process.stdout))
    except (EOFError, OSError, ValueError):
        heard.put(("stopped", None))


_TOO_LONG = sentence(N_("The calculation took longer than it may. Try with fewer units at a time."))
_STOPPED = sentence(N_("The calculation stopped before it was done. Try once more."))
_SENTENCES: dict[str, Sentence] = {
    "memory": sentence(N_("The calculation needed more memory than it may have. Try with fewer units at a time.")),
}

_SOLVER = Solver()
atexit.register(_SOLVER.close)


def solve(problem: Problem, *, seconds: float = SECONDS, gap: float = 1e-4, told: Told | None = None) -> Solution:
    """The best plan found in the time, by the process that this one keeps for it. NotSolved with a sentence otherwise."""
    return _SOLVER.solve(problem, seconds=seconds, gap=gap, told=told)
