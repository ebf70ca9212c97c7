"""The settings dialog: a row for each setting, and the watch on the settings file."""
