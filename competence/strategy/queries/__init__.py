"""What stands in plans, the needs map and the rounds of the pulse."""
