"""The check of a feed, step by step, for the check command and the window."""
