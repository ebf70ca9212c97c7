"""Demo server → socket → window: a price arrives, the feed drops, the feed returns."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from tests.conftest import RunQt
from tests.doubles import until
from tests.ports import free_port
from ticker_gui.app.app import App
from ticker_gui.config.settings import Feed, Settings
from ticker_gui.demo.market import DemoMarket
from ticker_gui.demo.server import DemoServer
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.gui.application import Application


@contextlib.asynccontextmanager
async def shown(application: Application, settings: Settings) -> AsyncIterator[App]:
    app = App(application, settings)
    task = asyncio.create_task(app.run())
    try:
        yield app
    finally:
        app.stop.set()
        assert await task == 0


def test_without_a_url_the_built_in_market_is_shown_as_simulated(qapp: Application, run_qt: RunQt) -> None:
    async def test() -> None:
        async with shown(qapp, Settings()) as app:
            model = app.window.model
            await until(lambda: model.rowCount() == 12 and all(state.last for state in model.states))
            await until(lambda: app.window.chart.scene and len(app.window.chart.scene.visible_data.line.prices) > 100)
            label = app.window.findChild(QLabel, "banner_title")
            assert isinstance(label, QLabel)
            assert (label.isVisible(), label.text()) == (True, "Demo data:")
            frames = app.bridge.frames
            await until(lambda: app.bridge.frames > frames + 10)

    run_qt(test())


def test_the_window_recovers_after_a_feed_has_reconnected(qapp: Application, run_qt: RunQt) -> None:
    async def test() -> None:
        market = DemoMarket(["NIMB", "ZEPH", "ORCA"], seed=1)
        port = free_port()
        server = DemoServer(market, port=port, rate=200)
        await server.start()
        feed = Feed(server.url, ("nimb", "ZEPH"), "desk", "demo")
        async with shown(qapp, Settings(feeds=(feed,))) as app:
            nimb = app.engine.market.states[0]
            await until(lambda: nimb.trades > 400)
            await server.stop()
            await until(lambda: not nimb.is_live(app.engine.clock()))
            seen = nimb.trades
            QTest.keyClicks(app.window.add_field, "orca")  # added while there is no line
            QTest.keyClick(app.window.add_field, Qt.Key.Key_Return)
            again = DemoServer(market, port=port, rate=200)
            await again.start()
            app.engine.retry_now()
            await until(lambda: app.engine.feeds["desk"].state.kind is FeedStatus.LIVE)
            await until(lambda: nimb.trades > seen + 20)
            await until(lambda: len(app.window.model.states) == 3 and app.window.model.states[2].last is not None)
            await until(lambda: nimb.is_live(app.engine.clock()))
            # What the server sent again after the reconnect was counted once.
            assert nimb.trades <= market._listings["NIMB"]._trades
            await again.stop()

    run_qt(test())


def test_added_symbols_are_subscribed_and_removed_ones_are_not(qapp: Application, run_qt: RunQt) -> None:
    async def test() -> None:
        server = DemoServer(DemoMarket(["NIMB", "ZEPH"], seed=1), rate=500)
        await server.start()
        feed = Feed(server.url, ("NIMB",), "desk", "demo")
        async with shown(qapp, Settings(feeds=(feed,))) as app:
            window = app.window
            await until(lambda: window.model.rowCount() == 1 and window.model.states[0].trades > 400)
            QTest.keyClicks(window.add_field, "zeph")
            QTest.keyClick(window.add_field, Qt.Key.Key_Return)
            await until(lambda: window.model.rowCount() == 2 and window.model.states[1].trades > 400)
            assert window.model.states[1].symbol == "zeph"
            window.watchlist.selectRow(0)
            QTest.keyClick(window.watchlist, Qt.Key.Key_Delete)
            await until(lambda: [state.symbol for state in window.model.states] == ["zeph"])
            await until(lambda: not server._subscribers["NIMB"])
            assert server._subscribers["ZEPH"]
        await server.stop()

    run_qt(test())
