"""What is read of classes, of who takes part, and of calendar links."""
