"""Runs the parts of a connection until one of them fails."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable


async def first_failure(*awaited: Awaitable[None]) -> None:
    """Run all until one fails, cancel the others, and raise its error. None of them may return."""
    tasks = [asyncio.ensure_future(one) for one in awaited]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            if not task.cancelled():
                task.result()
        raise RuntimeError("A part of the connection ended without a reason.")
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
