"""What the question of whom to train next is made of, and what is kept of its answers."""
