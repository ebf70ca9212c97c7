"""The share of a core that this process uses."""

from __future__ import annotations

import asyncio
import time


async def measured_share(seconds: float) -> float:
    """Return the processor time of this process, all threads included, over the next seconds as a share of one core."""
    began, used = time.perf_counter(), time.process_time()
    await asyncio.sleep(seconds)
    return (time.process_time() - used) / (time.perf_counter() - began)
