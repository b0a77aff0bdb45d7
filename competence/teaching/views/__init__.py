"""The pages about classes: planned, taken part in, held, and in calendars."""
