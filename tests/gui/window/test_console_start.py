from __future__ import annotations

import asyncio

from tests.conftest import RunQt
from tests.doubles import ScriptedConnector, until
from tests.engine.test_engine import feed
from ticker_gui.app.app import App
from ticker_gui.config.settings import Settings
from ticker_gui.engine.engine import Engine
from ticker_gui.gui.application import Application
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.gui.bridge import MarketBridge
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.console_start import ConsoleStart
from ticker_gui.gui.window.main_window import MainWindow


def test_the_console_records_as_soon_as_it_is_opened(run_qt: RunQt) -> None:
    async def test() -> None:
        engine = Engine([feed("desk", "A")], connector=ScriptedConnector())
        window = MainWindow(["desk"], engine.clock, load_theme("dark"))
        start = ConsoleStart(engine, MarketBridge(engine, window), window, BackgroundTasks())
        window.show()
        assert start.presenter is None
        assert not engine.taps.frames
        window.docks.open(window.console)
        assert start.presenter is not None
        assert engine.taps.frames
        window.docks.close(window.console)
        assert not engine.taps.frames
        window.close()

    run_qt(test())


def test_the_program_shows_the_frames_of_its_feeds(run_qt: RunQt, qapp: Application) -> None:
    async def test() -> None:
        app = App(qapp, Settings())
        running = asyncio.create_task(app.run())
        try:
            await until(app.window.isVisible)
            app.window.docks.open(app.window.console)
            panel = app.window.console.panel
            await until(lambda: panel.model.rowCount() > 5)
            trades = [row for row, one in enumerate(panel.shown_entries()) if one.type == "trade"]
            panel.table.selectRow(trades[-1])
            assert panel.details.outcome_title.text() in ("Decoded as", "Nothing new, or not watched")
            assert panel.foot.held.text().endswith("kept")
        finally:
            app.stop.set()
            await running

    run_qt(test())
