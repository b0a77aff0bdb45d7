"""Reads of the inspection pack: what can be asked about, the pack itself, and packs that were made in the background."""

from competence.inspection.queries.asking import pack_of, posts_of, size_of
from competence.inspection.queries.choosing import Access, Choice, access_of, found_by, title_of, unit_choices
from competence.inspection.queries.kept import pack_kept, packs_kept, still_within

__all__ = [
    "Access",
    "Choice",
    "access_of",
    "found_by",
    "pack_kept",
    "pack_of",
    "packs_kept",
    "posts_of",
    "size_of",
    "still_within",
    "title_of",
    "unit_choices",
]
