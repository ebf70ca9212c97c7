"""Floor 0: what is said. Frozen facts; no I/O, no clock."""
