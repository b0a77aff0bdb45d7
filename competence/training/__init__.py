"""Whom to train next: who learns what from whom in which weeks so that gaps close, asked of a solver, with its reasons."""
