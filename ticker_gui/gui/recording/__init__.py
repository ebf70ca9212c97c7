"""Recording: the commands that record the feeds, and what a saved report contains."""
