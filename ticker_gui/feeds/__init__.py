"""Floor 1: how each provider speaks. Payload ↔ facts; no I/O, no clock."""
