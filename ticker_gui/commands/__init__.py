"""The commands without a window: stream, history, export, check and demo-server."""
