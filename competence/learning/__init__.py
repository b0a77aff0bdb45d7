"""Development as the employee sees it: activities of the 70, the 20 and the 10, goals, plans that both agree to, and talks."""
