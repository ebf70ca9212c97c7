"""Runs the window of the program for a measurement."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any

from tests.doubles import until
from ticker_gui.app.app import App
from ticker_gui.config.settings import Feed, Settings
from ticker_gui.gui.application import make_application
from ticker_gui.gui.event_loop import make_event_loop

_application = make_application()


def run_with_qt(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine in Qt's event loop."""
    with asyncio.Runner(loop_factory=lambda: make_event_loop(_application)) as runner:
        runner.run(coroutine)


@contextlib.asynccontextmanager
async def running_app(url: str, symbols: Sequence[str], height: int = 1400, **settings: Any) -> AsyncIterator[App]:
    """Run the window with a feed of the demo protocol; by default it is tall enough for 50 rows."""
    feed = Feed(url=url, symbols=tuple(symbols), name="demo", provider="demo")
    app = App(_application, Settings(theme="dark", feeds=(feed,), **settings))
    app.window.resize(1600, height)
    run = asyncio.create_task(app.run())
    try:
        yield app
    finally:
        app.stop.set()
        await run


async def until_displayed(app: App) -> None:
    """Wait until the first messages are displayed and the window is complete; then a warm-up makes sense.

    On a busy machine, the deferred parts are imported for seconds, in a thread for which Qt's one waits again and again.
    """
    session = app.engine.feeds["demo"].session
    await until(lambda: session.frames and app.bridge.frames)
    await until(lambda: {"deferred_parts", "deferred_feed_parts"} <= vars(app).keys())
