"""The words for shifts."""

from collections.abc import Mapping

from competence.foundation.text import N_

SHIFT_NAMES: Mapping[str, str] = {"D": N_("Day"), "A": N_("Evening"), "N": N_("Night")}
"""The letters of the fixed shifts in their order, with their names."""
