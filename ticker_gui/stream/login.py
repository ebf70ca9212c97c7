"""Waits until a protocol is ready to subscribe: until it is logged in, and until the relay behind it has data."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.stream.connection_failures import login_timed_out


async def wait_until_ready(
    protocol: FeedProtocol,
    received: asyncio.Event,
    send_answers: Callable[[], Awaitable[None]],
    timeout_s: float,
    on_waiting: Callable[[str], object],
) -> None:
    """Answer what is received until the protocol is ready.

    The login has to be complete within the timeout. A relay may take longer: ``on_waiting`` receives each reason for
    which it has no data.

    Raises:
        ConnectionLost: the login takes too long.
    """
    reason = ""
    try:
        async with asyncio.timeout(timeout_s) as limit:
            while not protocol.is_ready:
                if protocol.waiting_reason not in ("", reason):  # perhaps before anything is waited for
                    reason = protocol.waiting_reason
                    limit.reschedule(None)
                    on_waiting(reason)
                received.clear()
                await received.wait()
                await send_answers()
    except TimeoutError:
        raise login_timed_out(protocol.title) from None
