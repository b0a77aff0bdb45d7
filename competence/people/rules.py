"""The words for shifts, and the first day of what has always been."""

from collections.abc import Mapping
from datetime import date

from competence.foundation.text import N_

FROM_THE_START = date(1900, 1, 1)
"""The first day of what came with the reference data: before anything that can be asked about."""

SHIFT_NAMES: Mapping[str, str] = {"D": N_("Day"), "A": N_("Evening"), "N": N_("Night")}
"""The letters of the fixed shifts in their order, with their names."""
