"""The built-in demo market and its WebSocket server."""
