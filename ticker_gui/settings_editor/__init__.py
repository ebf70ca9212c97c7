"""The settings as rows to edit, without a screen: values, sources and changes of the file."""
