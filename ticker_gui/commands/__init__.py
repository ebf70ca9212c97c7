"""The commands without a window: stream, history, check and demo-server."""
