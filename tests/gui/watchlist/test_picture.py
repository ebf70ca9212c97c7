"""Pictures of the table."""

from __future__ import annotations

import re
from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.engine.recordings import opening, play_until, replay_of, trade
from tests.gui.market_of import Desk
from ticker_gui.domain.clock import Clock
from ticker_gui.gui.watchlist.picture import caption, table_picture
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.market.symbol_state import SymbolState


def window_of(qtbot: QtBot, clock: Clock, states: list[SymbolState]) -> MainWindow:
    window = MainWindow(["desk"], clock, load_theme("dark"))
    qtbot.addWidget(window)
    window.panel.order.set_states(states, ())
    window.model.refresh()
    return window


def test_a_picture_of_a_replay_says_so_with_the_time_of_the_recording(qtbot: QtBot, tmp_path: Path) -> None:
    replay = replay_of(tmp_path, opening(), trade(1, 1))
    play_until(replay, replay.summary.ended_ns)
    table = window_of(qtbot, replay.engine.clock, list(replay.engine.market.states)).watchlist
    assert re.fullmatch(r"REPLAY · Fri 02 Jan 2026 \d\d:04:06 \w+", caption(table))
    picture, rows = table_picture(table).toImage(), table.grab().toImage()
    assert picture.height() > rows.height()
    assert picture.copy(rows.rect()).convertToFormat(rows.format()) == rows
    replay.close()


def test_a_picture_of_live_rows_is_what_is_on_the_screen(qtbot: QtBot) -> None:
    desk = Desk("A")
    table = window_of(qtbot, desk.clock, list(desk.market.states)).watchlist
    assert caption(table) == ""
    assert table_picture(table).toImage() == table.grab().toImage()
