"""The console's model: frames in a ring, filters, search and messages to send (drawn by `gui.console`)."""
