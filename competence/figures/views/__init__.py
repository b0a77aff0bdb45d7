"""Pages about the figures: the overview, its units side by side, a subject area, and the targets."""
