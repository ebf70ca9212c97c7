"""Alerts: conditions, their evaluation and what they do."""
