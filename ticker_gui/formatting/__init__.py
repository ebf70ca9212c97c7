"""Numbers, CSV and symbol lists as text."""
