"""Floor 1: what we know. State and arithmetic on numpy; no I/O, no clock."""
