"""What is asked of the solver, what it answers, and what holds between the two. Pure."""

from competence.training.rules.problem import (
    Aim,
    Candidate,
    Closed,
    Course,
    Greedy,
    Limits,
    Pair,
    Problem,
    Proposal,
    Relaxation,
    Seat,
    Solution,
    Teacher,
    Unclosable,
    WhyNot,
)

__all__ = [
    "Aim",
    "Candidate",
    "Closed",
    "Course",
    "Greedy",
    "Limits",
    "Pair",
    "Problem",
    "Proposal",
    "Relaxation",
    "Seat",
    "Solution",
    "Teacher",
    "Unclosable",
    "WhyNot",
]
