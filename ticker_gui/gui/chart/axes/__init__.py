"""Axes with their ticks and tags."""
