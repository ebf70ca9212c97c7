"""The streaming table: its model, its view, and how cells are painted."""
