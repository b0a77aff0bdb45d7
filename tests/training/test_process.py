"""The process that solves: what is told when it fails, and that the next problem is solved all the same."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from competence.training.solving import NotSolved, Solver
from tests.training.worlds import candidate, municipality, problem, seat

SMALL = problem([seat()], [candidate(11)])


@pytest.fixture
def solver() -> Iterator[Solver]:
    made = Solver()
    yield made
    made.close()


def test_a_problem_is_solved_and_the_process_is_kept_for_the_next(solver):
    told: list[tuple[int, int]] = []
    first = solver.solve(SMALL, seconds=10, told=lambda done, of: told.append((done, of)))
    process = solver.pid
    assert first.open_after == 0
    assert told == [(1, 2), (2, 2)]
    assert solver.solve(SMALL, seconds=10).proposals == first.proposals
    assert solver.pid == process


def test_one_that_takes_too_long_is_ended_and_the_next_is_solved(solver):
    solver.solve(SMALL, seconds=10)
    solver.grace = 0.0
    with pytest.raises(NotSolved, match="took longer"):
        solver.solve(municipality(20), seconds=0.05)
    assert solver.pid is None
    solver.grace = 10.0
    assert solver.solve(SMALL, seconds=10).open_after == 0


def test_one_that_dies_is_told_and_the_next_is_solved(solver):
    solver.solve(SMALL, seconds=10)
    process = solver.pid
    assert process is not None
    large = municipality(40)
    killer = threading.Timer(0.2, os.kill, (process, signal.SIGKILL))
    killer.start()
    with pytest.raises(NotSolved, match="stopped before"):
        solver.solve(large, seconds=60)
    killer.join()
    assert solver.solve(SMALL, seconds=10).open_after == 0


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such limit")
def test_one_that_needs_too_much_memory_is_told_and_the_next_is_solved(solver):
    solver.solve(SMALL, seconds=10)
    large, process = municipality(60), solver.pid
    assert process is not None
    held = Path(f"/proc/{process}/statm").read_text().split()[0]
    solver.close()
    # A little more than it takes to begin with.
    solver.megabytes = (int(held) * os.sysconf("SC_PAGE_SIZE") >> 20) + 4
    with pytest.raises(NotSolved, match=r"memory|stopped before"):
        solver.solve(large, seconds=60)
    solver.megabytes = 1024
    assert solver.solve(SMALL, seconds=10).open_after == 0


def test_two_who_ask_at_once_both_get_an_answer(solver):
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(solver.solve(SMALL, seconds=10).open_after)) for _ in range(2)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found == [0, 0]


@pytest.mark.skipif(sys.platform != "linux", reason="looked up as Linux tells it")
def test_the_process_ends_when_nobody_holds_its_pipe_any_more():
    text = (
        "import os, sys\n"
        "from competence.training.solving import Solver\n"
        "from tests.training.worlds import candidate, problem, seat\n"
        "solver = Solver()\n"
        "solver.solve(problem([seat()], [candidate(11)]), seconds=10)\n"
        "print(solver.pid, flush=True)\n"
        "os._exit(0)\n"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True, cwd=os.getcwd())
    process = int(done.stdout)
    for _ in range(100):
        if _has_ended(process):
            return
        time.sleep(0.05)
    pytest.fail("the process is still there")


def _has_ended(process: int) -> bool:
    """Also when nobody has asked yet how it ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_the_web_never_loads_what_solves():
    text = "import sys, competence.app, competence.training.solving; print('highspy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
