"""What is read of learning paths, and of those who walk them."""
