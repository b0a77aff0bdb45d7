"""The pages about sign-offs: at the bedside, the answer, and what happens to a signature afterwards."""

from competence.signoffs.views import (
    answers,
    asking,
    bedside,
    keeping,
    pausing,
    reviewing,
    second,
    signatures,
    together,
)
from competence.signoffs.views.blueprint import bp

__all__ = ["answers", "asking", "bedside", "bp", "keeping", "pausing", "reviewing", "second", "signatures", "together"]
