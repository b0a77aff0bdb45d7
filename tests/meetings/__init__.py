"""Board meetings, improvement actions and the screen on the wall."""
