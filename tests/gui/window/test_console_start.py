from __future__ import annotations

from tests.conftest import RunQt
from tests.doubles import ScriptedConnector
from tests.engine.test_engine import feed
from ticker_gui.engine.engine import Engine
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
