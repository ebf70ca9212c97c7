"""The command palette's model: entries, fuzzy search and recent entries (drawn by `gui.window`)."""
