"""The check of a feed, step by step, for the command ``check`` and for the window."""
