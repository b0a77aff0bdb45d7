"""The pages of a unit's training plan, and each one's own answer about teaching."""
