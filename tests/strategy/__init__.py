"""The strategic plan, the needs map and the pulse."""
