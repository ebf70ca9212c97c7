"""The alerts in the window: the panel with their table and history, their dialog and their actions."""
