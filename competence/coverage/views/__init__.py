"""Pages about coverage: the board, who may, and what units need."""
