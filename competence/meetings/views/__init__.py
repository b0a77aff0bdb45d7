"""The pages of a board meeting, of improvement actions, of the screen on the wall, and an employee's own yes."""
