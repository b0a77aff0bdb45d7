"""Introduction programmes: templates, a newcomer's own programme, what both tick, and students' stages."""
