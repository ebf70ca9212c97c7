"""The symbols in watchlists, tables and texts of other programs, with their sections."""
