"""The list of people, externals, absences, and the administration of who works where."""

from competence.people.views import absences, administration, externals, listing
from competence.people.views.blueprint import bp

__all__ = ["absences", "administration", "bp", "externals", "listing"]
