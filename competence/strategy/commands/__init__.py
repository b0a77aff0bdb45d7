"""The verbs of the strategic plan."""
