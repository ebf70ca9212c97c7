"""The alerts in the window: their actions."""
