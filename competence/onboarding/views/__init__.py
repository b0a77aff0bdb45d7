"""The pages of introduction."""
