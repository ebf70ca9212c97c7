"""Messages per second from socket to screen, compared with a loop that only receives and decodes.

The time in which other processes have the core is not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

from tests.benchmarks import harness
from tests.benchmarks.flood_server import symbols

if TYPE_CHECKING:
    from ticker_gui.gui.bridge import MarketBridge

MODULE = "tests.benchmarks.throughput"
SYMBOLS = 50
_WARM_UP_S = 1.0
_PACED_S = 0.1
_USUAL_SHARE = 0.8  # of the time in which a process has a core on an idle machine


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Measure the bare loop and the window alternately and take the medians."""
    seconds, rounds = (0.5, 1) if quick else (3.0, 7)  # the first frames take longer than later ones
    ratios, frames, rates = [], [], []
    for _ in range(rounds):
        with harness.flood(SYMBOLS) as url:
            bare = harness.run(MODULE, "bare", url, seconds)
        with harness.flood(SYMBOLS) as url:
            ours = harness.run(MODULE, "window", url, seconds)
        ratios.append(ours["rate"] / bare["rate"])
        rates.append((ours["rate"], bare["rate"]))
        frames.append(ours["frames"])
    ours_rate, bare_rate = (statistics.median(column) for column in zip(*rates, strict=True))
    note = f"{ours_rate:,.0f} against {bare_rate:,.0f} messages/s"
    yield harness.Figure("flood: throughput / bare loop", statistics.median(ratios), 0.60, is_minimum=True, note=note)
    yield harness.Figure("flood: frames per second", statistics.median(frames), 20, "/s", is_minimum=True)


async def bare(url: str, seconds: float) -> None:
    """Receive and decode only."""
    import msgspec
    from websockets.asyncio.client import connect

    from ticker_gui.domain.events import Bar, DayStats, Quote, Reply, Trade

    decode = msgspec.json.Decoder(Trade | Quote | DayStats | Bar | Reply).decode
    async with connect(url, compression=None, proxy=None) as socket:
        receive = socket.recv
        count = 0
        begin = harness.own_time_s() + min(_WARM_UP_S, seconds)
        end = begin + seconds
        while True:
            decode(await receive(decode=False))
            count += 1
            if count % 1024 == 0:
                now = harness.own_time_s()
                if now > end:
                    break
                if now < begin:
                    count = 0
        harness.report(rate=count / (now - begin))


async def window(url: str, seconds: float) -> None:
    """Run the window of the program and count messages and frames."""
    from tests.benchmarks.window import running_app, until_displayed

    async with running_app(url, symbols(SYMBOLS)) as app:
        session = app.engine.feeds["demo"].session
        await until_displayed(app)
        async with frames_in_own_time(app.bridge):
            await harness.wait_own_time(min(_WARM_UP_S, seconds))
            messages, frames = session.frames, app.bridge.frames
            passed = await harness.wait_own_time(seconds, lambda: session.frames)
        harness.report(rate=(session.frames - messages) / passed, frames=(app.bridge.frames - frames) / passed)


@contextlib.asynccontextmanager
async def frames_in_own_time(bridge: MarketBridge) -> AsyncIterator[None]:
    """While this process waits for a core most of the time, reduce the frames to 20 per second of its own time.

    Frames keep their pace while others have the core. In the little time that is left, they would be all it does.
    """
    pacing = asyncio.create_task(_pace(bridge))
    try:
        yield
    finally:
        pacing.cancel()


async def _pace(bridge: MarketBridge) -> None:
    while True:
        began, own_began = time.perf_counter(), harness.own_time_s()
        await asyncio.sleep(_PACED_S)
        share = (harness.own_time_s() - own_began) / (time.perf_counter() - began)
        bridge.set_frame_limit(60 if share > _USUAL_SHARE else max(1, round(20 * share)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("bare", "window"))
    parser.add_argument("url")
    parser.add_argument("seconds", type=float)
    options = parser.parse_args()
    if options.what == "bare":
        asyncio.run(bare(options.url, options.seconds))
    else:
        from tests.benchmarks.window import run_with_qt

        run_with_qt(window(options.url, options.seconds))
