"""The echo of the demo server: every message is returned as it was received, text as text and binary as binary."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable


async def echo(messages: AsyncIterable[str | bytes], send: Callable[[str | bytes], Awaitable[object]]) -> None:
    """Return each message; the next one is read only when the client has room for the answer."""
    async for message in messages:
        await send(message)
