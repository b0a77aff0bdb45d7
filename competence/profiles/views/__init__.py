"""The pages of the competence profiles."""

from competence.profiles.views import editing, following, history, reading
from competence.profiles.views.blueprint import bp

__all__ = ["bp", "editing", "following", "history", "reading"]
