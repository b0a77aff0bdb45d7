"""What is read of activities, plans and talks."""
