"""The user's verbs about requirements: set, end, keep many at once, and import."""

from competence.coverage.commands.importing import Imported, import_requirements
from competence.coverage.commands.keeping import (
    Kept,
    Other,
    OthersChanged,
    Spot,
    Wish,
    keep_requirements,
)
from competence.coverage.commands.setting import Set, end_requirement, set_requirement
from competence.coverage.commands.writing import MOST_PEOPLE, NewRequirement

__all__ = [
    "MOST_PEOPLE",
    "Imported",
    "Kept",
    "NewRequirement",
    "Other",
    "OthersChanged",
    "Set",
    "Spot",
    "Wish",
    "end_requirement",
    "import_requirements",
    "keep_requirements",
    "set_requirement",
]
