"""Reads: the figures of today, and those that were kept."""
