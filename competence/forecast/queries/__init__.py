"""Reads for the days ahead: one unit from its stored rows, many units from the compact vectors, and a scenario of one unit."""
