"""The pages about requirements: the list, one of them, the table, and what is taken from others."""

from competence.coverage.views import requirements, sheet, taking
from competence.coverage.views.requirements import bp

__all__ = ["bp", "requirements", "sheet", "taking"]
