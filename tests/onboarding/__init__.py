"""Introduction programmes, their templates, and students."""
