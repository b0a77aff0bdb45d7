"""The board meeting: figures, week's goals and improvement actions of a team, and the screen on its wall."""
