"""Logging, and the containment of unexpected exceptions."""
