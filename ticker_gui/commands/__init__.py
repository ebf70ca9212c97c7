"""The commands without a window: stream, check and demo-server."""
