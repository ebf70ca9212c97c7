"""Alerts: conditions, their evaluation and their actions (drawn by `gui.alerts`)."""
