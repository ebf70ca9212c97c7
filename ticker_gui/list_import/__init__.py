"""Symbols in watchlists, tables and texts of other programs: what they contain, in which sections."""
