"""The verbs of development: the list of activities, a person's plan, and talks."""
