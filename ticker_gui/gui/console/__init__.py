"""The console dock: the frames of all feeds, one of them in detail, and a line to send."""
