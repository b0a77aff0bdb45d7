"""Reads for coverage: units as a tree, what they need, a team's board, many units at once, and who may do one task."""
