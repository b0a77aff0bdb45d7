"""Measures the program against bare code on the same data: `python -m tests.bench`, one JSON line for each measurement."""
