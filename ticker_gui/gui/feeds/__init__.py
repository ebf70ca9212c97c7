"""Feeds in the window: the banner, the Feeds panel and menu, and the field for a new key."""
