"""Floor 2: how payloads arrive. asyncio and websockets; no Qt."""
