"""The pages about a passport: the code on a phone, what it shows, and what a scanned paper leads to."""

from competence.passport.views import codes, fetching, published, reading
from competence.passport.views.blueprint import bp

__all__ = ["bp", "codes", "fetching", "published", "reading"]
