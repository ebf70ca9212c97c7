"""The settings as rows to edit: values, sources and changes of the file (drawn by `gui.settings`)."""
