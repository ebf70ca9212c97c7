"""The setup of a feed: providers, drafts, keys, and the settings file (drawn by `gui.connect`)."""
