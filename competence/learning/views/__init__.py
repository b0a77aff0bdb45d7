"""The pages of development: the list of activities, plans, the employee's own page, talks, and the balance of units."""
