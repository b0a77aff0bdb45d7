"""The one call by which a question goes to what solves it."""

from competence.foundation.changes import Tell, quiet
from competence.training.rules.problem import Problem, Solution

SECONDS = 10.0
"""What a question is given while somebody waits."""


def ask(problem: Problem, *, seconds: float = SECONDS, tell: Tell = quiet) -> Solution:
    """The best answer within the limits, with its proven distance from the optimum. NotSolved when there is none in time."""
    from competence.training.solving import solve  # most pages do without what it imports

    return solve(problem, seconds=seconds, told=tell)
