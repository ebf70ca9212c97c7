"""The main window: layout, actions, saved state, and its connection to the engine."""
