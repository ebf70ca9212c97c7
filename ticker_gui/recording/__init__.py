"""Recordings: the raw frames of feeds in a file, and reading them again."""
