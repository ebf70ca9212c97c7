"""The program with a window: connects engine and window, for live feeds and for a replay."""
