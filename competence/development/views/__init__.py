"""The employee's own pages, the guide's queue, and the page about a person."""
