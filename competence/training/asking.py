"""The one call by which a question goes to what solves it."""

from competence.training.rules.problem import Problem, Solution


def ask(problem: Problem) -> Solution:
    """The best answer within the limits, with its proven distance from the optimum."""
    from competence.training.solving import solve  # what solves is heavy, and most pages do without it

    return solve(problem)
