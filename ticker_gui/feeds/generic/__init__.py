"""Feeds without a provider module: mapped by the settings, or detected from their frames."""
