"""WebSocket connections: connect, subscribe, reconnect."""
