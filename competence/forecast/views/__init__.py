"""Pages about the days ahead: the forecast of a unit, and what if."""
