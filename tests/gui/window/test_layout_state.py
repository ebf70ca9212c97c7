from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.command_palette.recent import MAX_RECENT
from ticker_gui.config.state_files import StateFile
from ticker_gui.console.outgoing import Draft, DraftKind
from ticker_gui.gui.chart.options import ChartOptions
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window import layout_state, narrow_view
from ticker_gui.gui.window.chart_selection import SavedSymbols
from ticker_gui.gui.window.layout_state import SavedChart, SavedIndicator, WindowState
from ticker_gui.gui.window.main_window import MainWindow
from ticker_gui.indicators.registry import IndicatorConfig
from ticker_gui.watchlist.column_choice import OLD_DEFAULT_COLUMNS, ColumnChoice
from ticker_gui.watchlist.columns import COLUMN_INDEX
from ticker_gui.watchlist.sorting import Sorting

CHOICES = ChartOptions(
    kind="hollow",
    timeframe="250t",
    scale="log",
    zone="Asia/Kolkata",
    has_volume=False,
    indicators=(
        IndicatorConfig("sma", {"timeperiod": 9, "source": "hl2"}),
        IndicatorConfig("sar", {"acceleration": 0.0125}, "s4", 3),
        IndicatorConfig("bbands", {"deviations": 3.0}, "#12ab34", 2),
        IndicatorConfig("HT_TRENDLINE"),
    ),
)
USUAL = ChartOptions()


def window(qtbot: QtBot) -> MainWindow:
    made = MainWindow(("desk",), Desk().clock, load_theme("dark"))
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_state_of_a_window_is_restored(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(narrow_view, "MIN_WIDE", 600)  # list and chart are side by side on a small screen, too
    file = StateFile(tmp_path / "window.json", WindowState)
    first = window(qtbot)
    first.resize(700, 500)
    first.docks.set_width(first.panel, 310)
    first.watchlist.setColumnWidth(COLUMN_INDEX["last"], 133)
    first.watchlist.set_columns(("symbol", "vwap", "last"))
    first.panel.order.keep_sorted(Sorting("last"))
    first.watchlist.set_sparkline_period("1 h")
    file.write(layout_state.capture(first))
    second = window(qtbot)
    layout_state.restore(file.read(), second)
    assert second.size() == first.size()
    qtbot.waitUntil(lambda: second.panel.width() == first.panel.width() == 310)
    assert second.watchlist.columnWidth(COLUMN_INDEX["last"]) == 133
    assert second.watchlist.columns == ("symbol", "vwap", "last")
    assert second.panel.order.sorting == Sorting("last")
    assert second.model.sparkline_period.name == "1 h"


def test_recent_entries_of_the_palette_are_restored(qtbot: QtBot, tmp_path: Path) -> None:
    first, second = window(qtbot), window(qtbot)
    first.command_palette.recent.add("list:Stocks")
    first.command_palette.recent.add("command:undo")
    file = StateFile(tmp_path / "window.json", WindowState)
    file.write(layout_state.capture(first))
    layout_state.restore(file.read(), second)
    assert second.command_palette.recent.ids == ("command:undo", "list:Stocks")


def test_sent_frames_are_restored(qtbot: QtBot, tmp_path: Path) -> None:
    file, first = StateFile(tmp_path / "window.json", WindowState), window(qtbot)
    first.console.panel.send_bar.note_sent(Draft(DraftKind.TEXT, "login $KEY"))
    file.write(layout_state.capture(first))
    second = window(qtbot)
    layout_state.restore(file.read(), second)
    assert second.console.sent_frames == (("Text", "login $KEY"),)
    layout_state.restore(WindowState(sent_frames=(("unknown", "x"),)), second)
    assert second.console.panel.sent_frames == ()


@pytest.mark.parametrize(("url", "saved"), [("ws://host/chat", "ws://host/chat"), ("ws://host/?token=s3cret-k", "")])
def test_the_address_of_a_websocket_is_restored_unless_it_contains_a_key(qtbot: QtBot, url: str, saved: str) -> None:
    made = window(qtbot)
    made.console.panel.connection.address.setText(url)
    state = layout_state.capture(made)
    assert state.websocket_address == saved
    made.console.panel.connection.address.clear()
    layout_state.restore(state, made)
    assert made.console.panel.connection.address.text() == saved


def test_too_many_recent_entries_are_dropped(qtbot: QtBot) -> None:
    made = window(qtbot)
    layout_state.restore(WindowState(recent=("", "x" * 10_000, *map(str, range(1000)))), made)
    assert made.command_palette.recent.ids == tuple(map(str, range(MAX_RECENT)))


def test_invalid_state_is_ignored(qtbot: QtBot) -> None:
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
    layout_state.restore(state, made)
    assert made.size() == size
    assert made.watchlist.columns == ("symbol", "last")
    assert 0 < made.watchlist.columnWidth(COLUMN_INDEX["last"]) < 500
    assert made.panel.order.sorting is None


def test_chart_options_are_restored(qtbot: QtBot, tmp_path: Path) -> None:
    file = StateFile(tmp_path / "window.json", WindowState)
    first, second = window(qtbot), window(qtbot)
    first.chart.set_options(CHOICES)
    file.write(layout_state.capture(first))
    layout_state.restore(file.read(), second)
    assert file.notice == ""
    assert second.chart.options == CHOICES
    assert layout_state.capture(second).chart == layout_state.capture(first).chart
    assert "timeperiod" in (tmp_path / "window.json").read_text()  # defaults are kept, too: they may change


def test_the_symbols_on_the_chart_and_its_view_are_saved(qtbot: QtBot, tmp_path: Path) -> None:
    file, made = StateFile(tmp_path / "window.json", WindowState), window(qtbot)
    assert layout_state.saved_symbols(layout_state.capture(made)) == SavedSymbols()
    desk = Desk("A", "B")
    for number in range(30):
        desk.trade("A", 100.0 + number)
    first, second = desk.market.states
    made.chart.show_symbol(first)
    made.chart.compare([second])
    file.write(layout_state.capture(made))
    saved, view = layout_state.saved_symbols(file.read()), made.chart.captured_view()
    assert (saved.charted, saved.compared) == (("desk", "A"), (("desk", "B"),))
    assert view is not None
    assert saved.view == view._replace(left=None, right=None)


@pytest.mark.parametrize("indicators", [(), (IndicatorConfig("rsi"),)], ids=["prices and volume", "an indicator, too"])
def test_pane_heights_are_restored(qtbot: QtBot, indicators: tuple[IndicatorConfig, ...]) -> None:
    state, heights = Desk("A").market.states[0], [200, 150, 170][: 2 + len(indicators)]
    first, second = window(qtbot), window(qtbot)
    first.resize(700, 600)
    first.chart.show_symbol(state)
    first.chart.set_options(msgspec.structs.replace(USUAL, indicators=(*indicators, IndicatorConfig("macd"))))
    first.chart.set_options(msgspec.structs.replace(USUAL, indicators=indicators))  # one pane is there and not shown
    first.chart.panes.setSizes(heights)
    kept = layout_state.capture(first)
    expected = [pane.height() for pane in first.chart.panes.visible_panes]
    assert len(expected) == len(heights)
    layout_state.restore(kept, second)
    second.chart.show_symbol(state)  # there is none yet when a window is put where it stood
    assert second.size() == first.size()
    assert [pane.height() for pane in second.chart.panes.visible_panes] == pytest.approx(expected, abs=4)


# A window.json of before the docks: Qt's record of a splitter with a watchlist of 400 pixels and a chart of 300.
OLD_SPLITTER = "AAAA/wAAAAEAAAACAAABkAAAASwBAAAABAEAAAABAA=="


def test_the_width_of_the_watchlist_is_read_from_files_without_docks(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "window.json").write_text(f'{{"version": 2, "splitter": "{OLD_SPLITTER}", "widths": {{"last": 133}}}}')
    file, made = StateFile(tmp_path / "window.json", WindowState), window(qtbot)
    layout_state.restore(file.read(), made)
    assert file.notice == ""
    qtbot.waitUntil(lambda: made.panel.width() == 400)
    assert made.watchlist.columnWidth(COLUMN_INDEX["last"]) == 133


def test_invalid_docks_do_not_affect_the_rest(qtbot: QtBot, tmp_path: Path) -> None:
    made = window(qtbot)
    usual = made.panel.width()
    for number, docks in enumerate(["5", "null", "[]", '"?"', '"AAAA"', '"\u00e9"', "{}"]):
        (tmp_path / "window.json").write_text(f'{{"docks": {docks}, "widths": {{"last": {133 + number}}}}}')
        file = StateFile(tmp_path / "window.json", WindowState)
        layout_state.restore(file.read(), made)
        assert file.notice == "", docks
        assert made.panel.isVisible(), docks
        qtbot.waitUntil(lambda: made.panel.width() == usual)
        assert made.watchlist.columnWidth(COLUMN_INDEX["last"]) == 133 + number, docks


UNKNOWN = {
    "kind": ["", "kagi", "Candles"],
    "timeframe": ["", "7m", "0t", "-5t", "1000000t", "1m ", "100t\n", "x" * 9999],
    "scale": ["", "cubic"],
    "zone": ["", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "a\0b", "America", "x" * 9999],
}


def test_unknown_options_are_ignored_and_the_others_restored(qtbot: QtBot) -> None:
    made = window(qtbot)
    for name, value in ((name, value) for name, values in UNKNOWN.items() for value in values):
        made.chart.set_options(CHOICES)
        fields: dict[str, Any] = {
            "kind": "area",
            "timeframe": "5m",
            "scale": "percent",
            "zone": "UTC",
            "has_volume": False,
        }
        layout_state.restore(WindowState(chart=SavedChart(**{**fields, name: value})), made)
        assert made.chart.options == ChartOptions(**{**fields, name: getattr(USUAL, name)}), value[:20]
        made.chart.grab()


def test_invalid_colors_and_widths_become_the_default(qtbot: QtBot, tmp_path: Path) -> None:
    made = window(qtbot)
    for looks in ('"color": 7', '"color": "<b>"', '"width": "wide"', '"width": 99', '"unknown": 1', ""):
        rest = ", " * bool(looks) + looks
        saved = f'{{"chart": {{"kind": "steps", "indicators": [{{"key": "rsi"{rest}}}]}}}}'
        (tmp_path / "window.json").write_text(saved)
        made.chart.set_options(CHOICES)
        layout_state.restore(StateFile(tmp_path / "window.json", WindowState).read(), made)
        assert made.chart.options.kind == "steps", looks
        assert made.chart.options.indicators == (IndicatorConfig("rsi"),), looks


def test_unknown_indicators_are_ignored(qtbot: QtBot) -> None:
    made = window(qtbot)
    kept: list[SavedIndicator] = [
        SavedIndicator("nonsense"),
        SavedIndicator("rsi", {"timeperiod": 21}),
        SavedIndicator("sma", {"timeperiod": 10**9}),
        SavedIndicator("sma", {"timeperiod": "nine"}),
        SavedIndicator("sma", {"color": "red"}),
        SavedIndicator("bbands", {"average": "<b>"}),
        SavedIndicator(""),
        SavedIndicator("talib:"),
        SavedIndicator("talib:__class__"),
        SavedIndicator("CDLDOJI"),
    ]
    layout_state.restore(WindowState(chart=SavedChart(kind="steps", indicators=tuple(kept))), made)
    assert made.chart.options.indicators == (IndicatorConfig("rsi", {"timeperiod": 21}), IndicatorConfig("CDLDOJI"))
    assert made.chart.options.kind == "steps"


def test_invalid_pane_heights_are_ignored(qtbot: QtBot) -> None:
    made = window(qtbot)
    heights = [pane.height() for pane in made.chart.panes.visible_panes]
    for panes in (b"nonsense", b"\0" * 64, b"\xff" * 500):
        layout_state.restore(WindowState(chart=SavedChart(panes=panes)), made)
        assert [pane.height() for pane in made.chart.panes.visible_panes] == heights, panes[:8]
        made.chart.grab()


def test_a_file_of_another_version_gives_the_default_chart(qtbot: QtBot, tmp_path: Path) -> None:
    made = window(qtbot)
    for text in ("{}", '{"version": 1, "trend": "1 h"}', '{"chart": {}, "later": [1]}'):
        (tmp_path / "window.json").write_text(text)
        file = StateFile(tmp_path / "window.json", WindowState)
        made.chart.set_options(CHOICES)
        layout_state.restore(file.read(), made)
        assert file.notice == "", text
        assert made.chart.options == USUAL, text


def test_a_file_with_an_invalid_chart_is_backed_up(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "window.json").write_text('{"chart": {"indicators": [{"parameters": {}}]}}')
    file, made = StateFile(tmp_path / "window.json", WindowState), window(qtbot)
    layout_state.restore(file.read(), made)
    assert "window.json.bad" in file.notice
    assert made.chart.options == USUAL


def test_a_hidden_column_keeps_its_width_across_restarts(qtbot: QtBot, tmp_path: Path) -> None:
    file = StateFile(tmp_path / "window.json", WindowState)
    first = window(qtbot)
    first.watchlist.set_columns(("symbol", "last", "bid", "ask", "feed"))
    usual = first.watchlist.columnWidth(COLUMN_INDEX["ask"])
    first.watchlist.setColumnWidth(COLUMN_INDEX["bid"], 133)
    first.watchlist.set_feed_column_visible(True)
    first.watchlist.setColumnWidth(COLUMN_INDEX["feed"], 141)
    first.watchlist.set_feed_column_visible(False)  # with one feed its column is not seen
    first.watchlist.set_columns(("symbol", "last"))
    first.watchlist.set_columns(("symbol", "last", "bid"))
    assert first.watchlist.columnWidth(COLUMN_INDEX["bid"]) == 133
    first.watchlist.set_columns(("symbol", "last"))
    file.write(layout_state.capture(first))
    second = window(qtbot)
    layout_state.restore(file.read(), second)
    file.write(layout_state.capture(second))  # and once more, while it is hidden
    third = window(qtbot)
    layout_state.restore(file.read(), third)
    third.watchlist.set_columns(("symbol", "last", "bid", "ask", "feed"))
    third.watchlist.set_feed_column_visible(True)
    assert third.watchlist.columnWidth(COLUMN_INDEX["bid"]) == 133
    assert third.watchlist.columnWidth(COLUMN_INDEX["feed"]) == 141
    assert third.watchlist.columnWidth(COLUMN_INDEX["ask"]) == usual


def test_only_widths_that_the_user_has_changed_are_saved(qtbot: QtBot) -> None:
    made = window(qtbot)
    assert layout_state.capture(made).widths == {}
    made.watchlist.set_columns(("symbol", "last"))
    assert layout_state.capture(made).widths == {}
    made.watchlist.setColumnWidth(COLUMN_INDEX["last"], 177)
    assert layout_state.capture(made).widths == {"last": 177}


def test_checked_columns_are_restored_and_those_of_older_files_are_inferred(qtbot: QtBot) -> None:
    first, second = window(qtbot), window(qtbot)
    choice = ColumnChoice(("symbol", "bid", "vwap"), frozenset({"bid"}))
    first.watchlist.set_column_choice(choice)
    layout_state.restore(layout_state.capture(first), second)
    assert second.watchlist.column_choice == choice
    layout_state.restore(WindowState(columns=choice.keys), second)
    assert second.watchlist.column_choice == ColumnChoice(choice.keys, frozenset({"vwap"}))


def test_a_window_without_chosen_columns_gets_todays_default_columns(qtbot: QtBot) -> None:
    made = window(qtbot)
    for explicit in (None, frozenset[str]()):
        layout_state.restore(WindowState(columns=OLD_DEFAULT_COLUMNS, explicit_columns=explicit), made)
        assert made.watchlist.column_choice == ColumnChoice()


def test_a_restored_window_is_completely_on_a_screen(qtbot: QtBot, qapp: QApplication) -> None:
    first, second = window(qtbot), window(qtbot)
    first.setGeometry(5000, 4000, 3000, 2000)
    layout_state.restore(layout_state.capture(first), second)
    assert qapp.primaryScreen().availableGeometry().contains(second.frameGeometry())


def test_folded_details_are_restored(qtbot: QtBot) -> None:
    first, second = window(qtbot), window(qtbot)
    for folded in (True, None, False):
        first.panel.set_details_folded(folded)
        layout_state.restore(layout_state.capture(first), second)
        assert second.panel.details_folded is folded
