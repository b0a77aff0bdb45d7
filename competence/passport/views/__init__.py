"""The pages about a passport: the code on a phone, what it shows, and what a scanned paper leads to."""

from competence.passport.views import codes, reading
from competence.passport.views.blueprint import bp

__all__ = ["bp", "codes", "reading"]
