"""Classes and bedside teaching: planned, signed up for, held, signed for afterwards, and seen in one's own calendar."""
