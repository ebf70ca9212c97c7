from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.files import StateFile
from ticker_gui.gui import window_state
from ticker_gui.gui.theme import load_theme
from ticker_gui.gui.window import MainWindow
from ticker_gui.gui.window_state import WindowState
from ticker_gui.market.arrangement import Sorting
from ticker_gui.market.columns import PLACES


def window(qtbot: QtBot) -> MainWindow:
    made = MainWindow(("desk",), Desk().clock, load_theme("dark"))
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_window_comes_back_where_it_stood(qtbot: QtBot, tmp_path: Path) -> None:
    file = StateFile(tmp_path / "window.json", WindowState)
    first = window(qtbot)
    first.resize(700, 500)
    first.splitter.setSizes([400, 300])
    first.watchlist.setColumnWidth(PLACES["last"], 133)
    first.watchlist.use_columns(("symbol", "vwap", "last"))
    first.panel.order.keep_sorted(Sorting("last"))
    first.watchlist.use_span("1 h")
    file.write(window_state.take(first))
    second = window(qtbot)
    window_state.put(file.read(), second)
    assert second.size() == first.size()
    assert second.splitter.sizes() == first.splitter.sizes()
    assert second.watchlist.columnWidth(PLACES["last"]) == 133
    assert second.watchlist.columns == ("symbol", "vwap", "last")
    assert second.panel.order.sorting == Sorting("last")
    assert second.model.trend_span.name == "1 h"


def test_records_that_are_not_qts_do_no_harm(qtbot: QtBot) -> None:
    made = window(qtbot)
    size = made.size()
    state = WindowState(
        geometry=b"nonsense" * 10,
        splitter=b"\x00" * 50,
        columns=("nonsense", "last"),
        widths={"last": -5, "bid": 10**9, "nonsense": 5},
        sorting=Sorting("nonsense"),
        trend="for ever",
    )
    window_state.put(state, made)
    assert made.size() == size
    assert made.watchlist.columns == ("symbol", "last")
    assert 0 < made.watchlist.columnWidth(PLACES["last"]) < 500
    assert made.panel.order.sorting is None
