"""What is read of templates, programmes and students."""
