"""The commands without a window: stream, history, export, check, websocket and demo-server."""
