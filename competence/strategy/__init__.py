"""The yearly strategic competence plan: priorities, measures, indicators, the needs map, and the pulse that feeds it."""
