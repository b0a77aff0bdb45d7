"""The optimiser. What is imported here asks the process that solves; HiGHS itself is only loaded there."""

from competence.training.solving.process import NotSolved, Solver, solve

__all__ = ["NotSolved", "Solver", "solve"]
