from __future__ import annotations

from random import Random
from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QPaintEvent
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from tests.gui.pixels import argb, color_names
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.watchlist.cells import BAR_WIDTH, CellPainter
from ticker_gui.gui.watchlist.model import WatchlistModel
from ticker_gui.gui.watchlist.row_cache import RowCache
from ticker_gui.gui.watchlist.sparkline_cell import SparklineCell
from ticker_gui.gui.watchlist.view import WatchlistView
from ticker_gui.gui.widgets.paint_guard import FailureKind
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.market.market import Market
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.column_choice import ColumnChoice
from ticker_gui.watchlist.columns import COLUMNS
from ticker_gui.watchlist.sorting import Sorting

THEME = load_theme("dark")
KEYS = [column.key for column in COLUMNS]


class Painted(WatchlistView):
    """A view that records the areas it has painted."""

    areas: list[QRect]

    def paintEvent(self, event: QPaintEvent) -> None:
        self.areas = [QRect(area) for area in event.region()]  # type: ignore[attr-defined]
        super().paintEvent(event)


class Table:
    """A visible table with a small market."""

    def __init__(self, qtbot: QtBot, rows: int = 8, flash_enabled: bool = False) -> None:
        self.desk = Desk(*(f"S{number:03d}" for number in range(rows)))
        self.model = WatchlistModel(self.desk.clock)
        self.model.show(self.desk.market.states)
        self.view = Painted(self.model, THEME, flash_enabled=flash_enabled)
        qtbot.addWidget(self.view)
        self.view.resize(1100, 300)
        self.view.show()
        qtbot.waitUntil(lambda: hasattr(self.view, "areas"))
        self._qtbot = qtbot

    def frame(self) -> list[QRect]:
        """Run one frame and return the areas painted in it."""
        self.view.areas = []
        self.model.refresh()
        self._qtbot.wait(1)
        return self.view.areas

    def span(self, key: str) -> tuple[int, int]:
        header = self.view.horizontalHeader()
        left = header.sectionViewportPosition(KEYS.index(key))
        return left, left + header.sectionSize(KEYS.index(key)) - 1

    def row_rect(self, row: int) -> QRect:
        return self.view.visualRect(self.model.index(row, 0))

    def colors(self, row: int, key: str) -> set[str]:
        """Return all colors in a cell."""
        return self._colors(row, *self.span(key))

    def digits(self, row: int) -> set[str]:
        """Return all colors of a last price, without its arrow."""
        left, right = self.span("last")
        return self._colors(row, (left + right) // 2, right)

    def _colors(self, row: int, left: int, right: int) -> set[str]:
        rect = self.row_rect(row)
        return color_names(self.image().copy(left, rect.top(), right - left, rect.height() - 1))

    def image(self) -> QImage:
        return self.view.viewport().grab().toImage()


@pytest.fixture
def table(qtbot: QtBot) -> Table:
    return Table(qtbot)


def test_only_changed_cells_are_painted(table: Table) -> None:
    for row in range(8):
        table.desk.trade(f"S{row:03d}", 10.0)
    table.frame()
    table.desk.trade("S002", 10.5)
    areas = table.frame()
    assert areas
    rect = table.row_rect(2)
    assert all(rect.top() <= area.top() and area.bottom() <= rect.bottom() for area in areas)
    symbol_right = table.span("symbol")[1]
    assert all(area.left() > symbol_right for area in areas)
    assert table.frame() == []


def disturb(table: Table, random: Random) -> None:
    """Select a row, resize, scroll or pin, or do nothing of it."""
    view = table.view
    match random.randrange(12):
        case 0:
            view.selectRow(random.randrange(8))
        case 1:
            view.resize(random.randrange(300, 1100), random.randrange(100, 400))
        case 2:
            view.horizontalScrollBar().setValue(random.randrange(200))
        case 3:
            view.verticalScrollBar().setValue(random.randrange(80))
        case 4:
            view.pinned = frozenset({table.model.state(random.randrange(8))})
            view.viewport().update()


def test_the_screen_shows_what_a_full_repaint_shows_after_any_changes(table: Table, qtbot: QtBot) -> None:
    """Cells that are painted alone, also after scrolling and selecting, leave nothing out and nothing behind."""
    view, random = table.view, Random(5)
    images = []

    def on_screen() -> QImage:
        qtbot.wait(1)
        return view.screen().grabWindow(view.window().winId()).toImage()

    for _ in range(12):
        for _ in range(5):
            for _ in range(random.randrange(4)):
                table.desk.trade(f"S{random.randrange(8):03d}", 100.0 + random.randrange(1000) / 7)
            table.desk.now_ns += random.choice((0, SECOND_NS // 10, SECOND_NS // 3, 2 * SECOND_NS))
            disturb(table, random)
            random.choice((table.model.refresh, table.model.refresh_values))()
            if random.randrange(3):  # else the next changes come before this painting
                qtbot.wait(1)
        images.append(on_screen())
        view.viewport().update()
        assert on_screen() == images[-1]
    assert images[0] != images[-1]


def test_invisible_rows_are_not_painted(qtbot: QtBot) -> None:
    table = Table(qtbot, rows=500)
    table.frame()
    table.desk.trade("S400", 10.0)
    assert table.frame() == []
    table.view.scrollToBottom()
    table.frame()
    assert len(table.view._snapshots) < 150


def test_incremental_painting_equals_full_painting(table: Table, qtbot: QtBot) -> None:
    """Incremental painting gives the same image as a full repaint."""
    for step in range(30):
        table.desk.trade(f"S{step % 8:03d}", 100.0 + step * 1.37)
        table.desk.quote(f"S{(step * 3) % 8:03d}", 99.0 + step, 101.0 + step)
        table.frame()
    table.desk.now_ns += 10 * SECOND_NS  # until all sparklines are rebuilt
    table.frame()
    table.view.clearFocus()
    qtbot.wait(1)
    bit_by_bit = table.image()
    fresh = WatchlistView(table.model, THEME, flash_enabled=False)
    qtbot.addWidget(fresh)
    fresh.resize(1100, 300)
    fresh.show()
    fresh.clearFocus()
    assert fresh.viewport().grab().toImage() == bit_by_bit


def test_up_and_down_have_a_sign_and_a_color(table: Table) -> None:
    table.view.set_columns(("symbol", "change"))
    for symbol, price in (("S000", 11.0), ("S001", 9.0)):
        table.desk.day(symbol, 10.0)
        table.desk.trade(symbol, price)
    table.frame()
    image = table.image()

    def colors(row: int) -> set[str]:
        left, right = table.span("change")
        rect = table.row_rect(row)
        return {
            image.pixelColor(x, y).name() for x in range(left, right) for y in range(rect.top() + 2, rect.bottom() - 2)
        }

    assert QColor(THEME.up).name() in colors(0)
    assert QColor(THEME.down).name() in colors(1)
    assert table.model.read(0, table.desk.now_ns).texts[KEYS.index("change")] == "+1.00"
    assert table.model.read(1, table.desk.now_ns).texts[KEYS.index("change")] == "−1.00"


def test_a_changed_price_flashes_and_fades_in_two_steps(qtbot: QtBot) -> None:
    table = Table(qtbot, flash_enabled=True)
    table.desk.trade("S001", 10.0)
    table.frame()

    up = QColor(THEME.up).name()
    assert up not in table.colors(1, "last")
    with qtbot.waitSignal(table.view.frame_requested):
        table.desk.trade("S001", 11.0)
        table.frame()

    lit = table.digits(1)
    table.desk.now_ns += 400_000_000
    table.frame()
    fading = table.digits(1)
    table.desk.now_ns += 200_000_000
    table.frame()
    calm = table.digits(1)
    assert up in lit
    assert up not in fading
    assert fading != calm  # on the way back
    assert up not in calm
    with qtbot.assertNotEmitted(table.view.frame_requested):
        table.frame()


def test_changes_of_invisible_rows_do_not_flash_later(qtbot: QtBot) -> None:
    table = Table(qtbot, rows=40, flash_enabled=True)
    bar, up = table.view.verticalScrollBar(), QColor(THEME.up).name()
    table.desk.trade("S001", 10.0)
    table.frame()
    bar.setValue(bar.maximum())
    table.frame()
    table.desk.trade("S001", 11.0)
    table.frame()
    bar.setValue(0)
    before_the_frame = table.image()
    assert up not in table.digits(1)
    table.frame()
    assert table.image() == before_the_frame
    with qtbot.waitSignal(table.view.frame_requested):
        table.desk.trade("S001", 12.0)
        table.frame()
    assert up in table.digits(1)


def test_rows_of_another_list_do_not_flash_when_they_reappear(qtbot: QtBot) -> None:
    table = Table(qtbot, flash_enabled=True)
    states, up = table.desk.market.states, QColor(THEME.up).name()
    for symbol in ("S001", "S005"):  # one in each list, so that points stay where they are
        table.desk.trade(symbol, 10.0)
    table.frame()
    table.frame()
    table.model.show(states[4:])
    table.frame()
    table.desk.trade("S001", 11.0)
    table.model.show(states)
    table.frame()
    assert up not in table.digits(1)


def test_nothing_flashes_when_flashes_are_off(table: Table, qtbot: QtBot) -> None:
    table.desk.trade("S000", 10.0)
    table.frame()
    with qtbot.assertNotEmitted(table.view.frame_requested):
        table.desk.trade("S000", 11.0)
        table.frame()


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_the_bar_of_a_selected_row_is_only_at_its_start(table: Table, direction: Qt.LayoutDirection) -> None:
    table.view.setLayoutDirection(direction)
    rows = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
    table.view.selectionModel().select(table.model.index(0, 0), rows)

    def is_marked(key: str) -> bool:
        """Return whether a cell that is repainted alone has the bar."""
        cell = table.view.viewport().grab(table.view.visualRect(table.model.index(0, KEYS.index(key)))).toImage()
        return any(cell.pixelColor(x, 3).name() == THEME.accent for x in range(cell.width()))

    assert [key for key in ("symbol", "last", "bid", "age") if is_marked(key)] == ["symbol"]


def test_prices_of_a_disconnected_feed_are_muted(table: Table) -> None:
    table.desk.trade("S000", 10.0)
    table.frame()
    alive = table.image()
    table.model.state(0).coverage.mark_disconnected(0)
    table.frame()
    assert alive != table.image()
    assert QColor(THEME.text).name() not in table.colors(0, "last")


def test_prices_of_a_stale_symbol_are_muted(table: Table) -> None:
    for symbol in ("S000", "S001"):
        table.desk.trade(symbol, 10.0)
    table.frame()
    table.desk.now_ns += 61 * SECOND_NS
    table.desk.trade("S001", 10.0)
    areas = [area for area in table.frame() if area.intersects(table.row_rect(0))]
    assert any(area.left() <= table.span("last")[0] for area in areas)  # the row is painted, not its age alone
    assert QColor(THEME.text).name() not in table.colors(0, "last")
    assert QColor(THEME.text).name() in table.colors(1, "last")
    table.desk.trade("S000", 10.0)
    table.frame()
    assert QColor(THEME.text).name() in table.colors(0, "last")


def test_the_keyboard_moves_the_current_row_and_its_outline(table: Table, qtbot: QtBot) -> None:
    table.view.selectRow(0)
    table.view.setFocus()
    qtbot.keyClick(table.view, Qt.Key.Key_Down)
    assert table.view.currentIndex().row() == 1
    qtbot.wait(1)
    bit_by_bit = table.image()
    table.view.viewport().update()
    qtbot.wait(1)
    assert table.image() == bit_by_bit  # no outline is left behind


def test_the_current_row_has_a_bar_and_its_focused_cell_a_line(table: Table, qtbot: QtBot) -> None:
    table.view.set_columns(("symbol", "last"))
    table.view.activateWindow()
    table.view.setFocus()
    qtbot.waitUntil(table.view.hasFocus)
    table.view.selectRow(0)
    qtbot.keyClick(table.view, Qt.Key.Key_Down)
    image, rect = table.image(), table.row_rect(1)
    for y in (rect.top(), rect.bottom()):
        assert [image.pixelColor(x, y).name() for x in (0, 1, 2)] == [THEME.accent, THEME.accent, THEME.selection]
    left, right = table.span("symbol")
    line = {x for x in range(2, image.width()) if image.pixelColor(x, rect.bottom()).name() == THEME.focus}
    assert line
    assert left < min(line) < max(line) < right
    assert image.pixelColor(image.width() - 1, rect.top() + 5).name() == THEME.selection
    table.view.clearFocus()
    image = table.image()
    assert THEME.focus not in {image.pixelColor(x, rect.bottom()).name() for x in range(left, right)}


def focus_pixels(table: Table, row: int) -> int:
    """Return the number of pixels with the color of the focus in a row."""
    image, rect = table.image(), table.row_rect(row)
    pixels = argb(image)[rect.top() : rect.bottom() + 1, BAR_WIDTH:]
    return int((pixels == QColor(THEME.focus).rgba()).sum())


def test_the_focused_cell_is_marked_only_while_the_keyboard_is_used(table: Table, qtbot: QtBot) -> None:
    view = table.view
    view.activateWindow()
    view.setFocus(Qt.FocusReason.MouseFocusReason)
    qtbot.waitUntil(view.hasFocus)

    def click(row: int) -> None:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=table.row_rect(row).center())

    click(1)
    assert view.currentIndex().row() == 1
    assert not focus_pixels(table, 1)
    qtbot.keyClick(view, Qt.Key.Key_Control)  # is held for a click on another row
    assert not focus_pixels(table, 1)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert focus_pixels(table, 2)
    click(0)
    assert not focus_pixels(table, 0) + focus_pixels(table, 2)


@pytest.mark.parametrize(
    ("reason", "is_marked"),
    [
        (Qt.FocusReason.TabFocusReason, True),
        (Qt.FocusReason.BacktabFocusReason, True),
        (Qt.FocusReason.ShortcutFocusReason, True),
        (Qt.FocusReason.MouseFocusReason, False),
        (Qt.FocusReason.ActiveWindowFocusReason, False),
    ],
)
def test_the_focused_cell_is_marked_only_if_the_keyboard_set_the_focus(
    table: Table, qtbot: QtBot, reason: Qt.FocusReason, is_marked: bool
) -> None:
    table.view.activateWindow()
    table.view.setFocus(Qt.FocusReason.MouseFocusReason)
    qtbot.waitUntil(table.view.hasFocus)
    table.view.selectRow(0)
    table.view.clearFocus()
    table.view.setFocus(reason)
    assert bool(focus_pixels(table, 0)) is is_marked


def test_widths_do_not_follow_the_data(table: Table) -> None:
    before = [table.view.columnWidth(index) for index in range(len(COLUMNS))]
    table.desk.trade("S000", 123_456_789.123)
    table.frame()
    assert [table.view.columnWidth(index) for index in range(len(COLUMNS))] == before


def test_the_accessibility_tree_has_the_cells(table: Table) -> None:
    table.desk.trade("S000", 12.5)
    table.frame()
    interface = QAccessible.queryAccessibleInterface(table.view)
    assert interface.text(QAccessible.Text.Name) == "Watchlist"
    assert interface.role() == QAccessible.Role.Table
    width = len(COLUMNS) + 1  # with the headers
    assert interface.childCount() == (8 + 1) * width
    header, cell = (interface.child(row * width + 1 + KEYS.index("last")) for row in (0, 1))
    assert (header.role(), header.text(QAccessible.Text.Name)) == (QAccessible.Role.ColumnHeader, "Last")
    assert (cell.role(), cell.text(QAccessible.Text.Name)) == (QAccessible.Role.Cell, "S000 Last 12.50")


def test_a_larger_font_increases_the_row_height(table: Table, qtbot: QtBot) -> None:
    before, heading_height = table.row_rect(0).height(), table.view._headings._metrics.height()
    font = table.view.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    table.view.setFont(font)
    qtbot.wait(1)
    assert table.row_rect(0).height() > before
    assert table.view._headings._metrics.height() > heading_height
    table.frame()


def test_a_theme_change_repaints_at_once(table: Table, qtbot: QtBot) -> None:
    dark = table.image()
    table.view.set_theme(load_theme("light"))
    qtbot.wait(1)
    assert table.image() != dark


def test_columns_are_chosen_and_ordered(table: Table) -> None:
    table.view.set_columns(("last", "symbol", "nonsense", "vwap", "last"))
    assert table.view.columns == ("last", "symbol", "vwap")
    header = table.view.horizontalHeader()
    assert [KEYS[header.logicalIndex(place)] for place in range(3)] == ["last", "symbol", "vwap"]
    assert sum(not header.isSectionHidden(section) for section in range(header.count())) == 3
    header.moveSection(0, 2)
    assert table.view.columns == ("symbol", "vwap", "last")
    table.view.set_columns(("last",))
    assert table.view.columns == ("symbol", "last")  # the symbol is always shown


def test_the_feed_column_is_shown_only_for_several_feeds(table: Table) -> None:
    assert table.view.isColumnHidden(KEYS.index("feed"))
    table.view.set_feed_column_visible(True)
    assert not table.view.isColumnHidden(KEYS.index("feed"))
    assert "feed" in table.view.columns


@pytest.fixture
def two_feeds(qtbot: QtBot) -> WatchlistView:
    """Return a table of two feeds that both have AAPL, with room for few columns."""
    market = Market(None)
    for feed in ("alpha", "beta"):
        for symbol in ("AAPL", feed.upper()):
            market.feed(feed).watch(symbol, symbol)
    model = WatchlistModel(Desk("A").clock)
    view = WatchlistView(model, THEME)
    qtbot.addWidget(view)
    view.set_feed_column_visible(True)
    view.resize(sum(view._widths[KEYS.index(key)] for key in ("symbol", "last", "change_percent", "age")) + 40, 300)
    model.show(market.states)
    view.show()
    return view


def _visible(view: WatchlistView) -> list[str]:
    return [key for key in view.columns if not view.isColumnHidden(KEYS.index(key))]


def test_a_narrow_list_shows_the_feeds_while_they_have_the_same_symbol(two_feeds: WatchlistView) -> None:
    assert "feed" in _visible(two_feeds)
    states = two_feeds.watchlist.states
    two_feeds.watchlist.show(states[1:])
    assert "feed" not in _visible(two_feeds)
    two_feeds.watchlist.show(states)
    assert "feed" in _visible(two_feeds)


def test_what_the_feeds_have_displaced_is_back_as_soon_as_they_are_not_needed(two_feeds: WatchlistView) -> None:
    states = two_feeds.watchlist.states
    two_feeds.watchlist.show(states[1:])
    keys = ["symbol", "last", "change_percent", "line", "age"]
    two_feeds.resize(1100, 300)
    while "line" in _visible(two_feeds):
        last_width = two_feeds.width()
        two_feeds.resize(last_width - 1, 300)
    two_feeds.resize(1100, 300)
    two_feeds.resize(last_width, 300)  # without the margin at which a column returns
    assert _visible(two_feeds) == keys
    two_feeds.watchlist.show(states)
    assert "line" not in _visible(two_feeds)
    two_feeds.watchlist.show(states[1:])
    assert _visible(two_feeds) == keys


def test_without_their_column_the_feeds_are_named_beside_the_symbols_that_both_have(two_feeds: WatchlistView) -> None:
    model = two_feeds.watchlist

    def names() -> list[str]:
        return [str(model.index(row, 0).data()) for row in range(model.rowCount())]

    assert names() == ["AAPL", "ALPHA", "AAPL", "BETA"]
    two_feeds.set_columns(("symbol", "last", "bid"))
    assert names() == ["AAPL · alpha", "ALPHA", "AAPL · beta", "BETA"]
    before = model.read(0, model.now_ns()).texts
    assert model.read(0, model.now_ns()).texts is before
    model.show(model.states[1:])
    assert names() == ["ALPHA", "AAPL", "BETA"]


def test_a_frame_reads_only_the_rows_of_symbols_with_new_data(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    table.frame()
    read = table.model.read
    rows: list[int] = []

    def recorded(row: int, now_ns: int) -> RowCache:
        rows.append(row)
        return read(row, now_ns)

    monkeypatch.setattr(table.model, "read", recorded)
    for symbol in ("S002", "S005"):
        table.desk.trade(symbol, 10.0)
    table.model.refresh_values()
    assert rows == [2, 5]
    table.model.refresh_values()
    assert rows == [2, 5]
    table.desk.now_ns += 5 * SECOND_NS
    table.model.refresh()  # once a second, for the ages of all rows
    assert rows == [2, 5, *range(8)]


def test_flashes_of_all_rows_fade_with_few_frames(qtbot: QtBot) -> None:
    table = Table(qtbot, flash_enabled=True)
    requested: list[float] = []
    table.view.frame_requested.connect(requested.append)
    for row in range(8):
        table.desk.trade(f"S{row:03d}", 10.0)
    table.frame()
    for row in range(8):
        table.desk.now_ns += 10_000_000
        table.desk.trade(f"S{row:03d}", 11.0)
        table.model.refresh_values()
    count = len(requested)
    while len(requested) == count:
        table.desk.now_ns += round(requested[-1] * SECOND_NS)
        assert table.frame()
        count += 1
    assert count - 8 - 1 <= 3  # each step of all rows at once


def test_sparklines_are_updated_a_few_rows_per_frame(qtbot: QtBot) -> None:
    table = Table(qtbot, rows=30)
    table.view.resize(1100, 900)
    qtbot.wait(1)
    for row in range(30):
        table.desk.trade(f"S{row:03d}", 10.0)
    with qtbot.waitSignal(table.view.frame_requested):  # as not all are made in one frame
        table.model.refresh()
    made = sum(bool(shown.sparkline.segments) for shown in table.view._snapshots.values())
    assert 0 < made < 30
    for _ in range(5):
        table.model.refresh_values()  # also for symbols without newer data
    assert all(shown.sparkline.segments for shown in table.view._snapshots.values())
    with qtbot.assertNotEmitted(table.view.frame_requested):
        table.frame()


def test_a_new_sparkline_period_is_drawn_at_once(table: Table, qtbot: QtBot) -> None:
    table.desk.trade("S000", 10.0)
    table.desk.now_ns += 120 * SECOND_NS
    table.desk.trade("S000", 11.0)
    for _ in range(2):
        table.frame()
    before = table.image()
    table.view.set_sparkline_period("1 h")
    qtbot.wait(1)
    assert table.model.sparkline_period.name == "1 h"
    assert table.image() != before


def test_the_table_supports_right_to_left_layouts(table: Table, qtbot: QtBot) -> None:
    table.desk.trade("S000", 10.0)
    table.frame()

    def ink(key: str) -> list[int]:
        """Return the x coordinates that are drawn on in a cell of the first row."""
        image, (left, right), rect = table.image(), table.span(key), table.row_rect(0)
        ys = range(rect.top() + 1, rect.bottom() - 2)
        return [
            x - left
            for x in range(left, right + 1)
            if any((at := image.pixelColor(x, y)).lightness() > 128 and at.name() != THEME.accent for y in ys)
        ]

    numbers, words = {key: ink(key) for key in ("last", "bid", "age")}, ink("symbol")
    table.view.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    qtbot.wait(1)
    assert table.span("symbol")[0] > table.span("last")[0]
    assert {key: ink(key) for key in numbers} == numbers  # the same digits in the same places
    left, right = table.span("symbol")
    assert min(words) == (right - left) - max(ink("symbol")) == pytest.approx(10, abs=2)  # the mark of the state


@pytest.mark.parametrize(
    "part", ["_paint_texts", "_paint_prices", "_paint_sparklines", "_paint_bars", "_paint_backgrounds"]
)
def test_a_failed_part_is_named_and_the_others_are_painted(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, paint_failures: set[FailureKind], part: str
) -> None:
    def fail(*_: object) -> None:
        raise OverflowError("argument out of range")

    monkeypatch.setattr(CellPainter, part, fail)
    table = Table(qtbot)
    table.desk.trade("S003", 5.0)
    for _ in range(3):
        table.frame()
    image = table.view.viewport().grab().toImage()
    bottom = image.height() - 1
    warning = QColor(THEME.warning)
    strip = [(x, y) for x in range(300) for y in range(bottom - 20, bottom)]
    assert sum(image.pixelColor(x, y) == warning for x, y in strip) > 20
    assert paint_failures
    monkeypatch.undo()
    table.view._cells._painters = CellPainter(table.view.font(), THEME)._painters
    table.view.viewport().repaint()
    image = table.view.viewport().grab().toImage()
    assert sum(image.pixelColor(x, y) == warning for x, y in strip) == 0
    paint_failures.clear()


def test_a_sparkline_that_cannot_be_built_affects_only_its_row_and_shows_a_warning(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, paint_failures: set[FailureKind]
) -> None:
    table, make = Table(qtbot), SparklineCell.build

    def fail_for_one(sparkline: SparklineCell, state: SymbolState, *arguments: Any) -> None:
        if state.symbol == "S003":
            raise FloatingPointError("underflow")
        make(sparkline, state, *arguments)

    def warned() -> bool:
        table.frame()
        image = table.view.viewport().grab().toImage()
        bottom = image.height() - 1
        strip = [(x, y) for x in range(300) for y in range(bottom - 20, bottom)]
        return sum(image.pixelColor(x, y) == QColor(THEME.warning) for x, y in strip) > 20

    def let_trade() -> None:
        table.desk.now_ns += 2 * SECOND_NS
        for symbol, price in (("S003", 5.0), ("S004", 6.0)):
            table.desk.trade(symbol, price + table.desk.now_ns % 7)
        table.frame()

    monkeypatch.setattr(SparklineCell, "build", fail_for_one)
    for _ in range(3):
        let_trade()
    assert warned()
    assert warned()  # painting all of it does not hide it
    segments = {state.symbol: shown.sparkline.segments for state, shown in table.view._snapshots.items()}
    assert segments["S004"]
    assert not segments["S003"]
    assert {kind[1] for kind in paint_failures} == {"FloatingPointError"}
    monkeypatch.undo()
    let_trade()
    assert not warned()
    paint_failures.clear()


def test_a_sparkline_that_cannot_be_drawn_affects_only_its_column(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, paint_failures: set[FailureKind]
) -> None:
    table = Table(qtbot)
    for _ in range(3):
        table.desk.now_ns += 2 * SECOND_NS
        table.desk.trade("S003", 5.0)
        table.frame()
    for shown in table.view._snapshots.values():
        shown.sparkline.start = object()  # type: ignore[assignment]  # nothing that Qt can draw
        shown.sparkline._pixmap = None
    image = table.view.viewport().grab().toImage()
    assert not image.isNull()
    assert {kind[0] for kind in paint_failures} == {"the column Trend"}
    table.view.hide()  # nothing is painted after this
    paint_failures.clear()


def test_columns_that_no_feed_provides_are_hidden_unless_the_user_has_checked_them(table: Table) -> None:
    def visible() -> set[str]:
        return {one.key for place, one in enumerate(COLUMNS) if not table.view.isColumnHidden(place)}

    choice = ColumnChoice(("symbol", "last", "bid", "ask"), frozenset({"ask"}))
    table.view.set_column_choice(choice)
    table.view.set_columns_without_data(frozenset({"bid", "ask"}))
    assert visible() == {"symbol", "last", "ask"}
    assert table.view.column_choice == choice
    table.view.set_columns_without_data(frozenset())
    assert visible() == {"symbol", "last", "bid", "ask"}


def test_the_symbol_column_stays_in_view_when_the_table_is_scrolled_sideways(table: Table) -> None:
    view, header = table.view, table.view.header
    view.set_columns(("symbol", "last", "bid", "ask", "open", "high", "low", "volume"))
    for number in range(3):
        table.desk.trade(f"S00{number}", 10.0 + number)
    view.resize(300, 200)
    table.frame()
    width = header.sectionSize(0)
    symbols, titles = view.viewport().grab().toImage(), header.viewport().grab().toImage()
    area = QRect(2, 2, round((width - 4) * symbols.devicePixelRatio()), symbols.height() - 60)
    bar = view.horizontalScrollBar()
    for offset in (40, bar.maximum()):
        assert offset > 0
        bar.setValue(offset)
        assert header.frozen_width == width
        assert view.viewport().grab().toImage().copy(area) == symbols.copy(area)
        title = QRect(4, 4, width - 8, header.height() - 8)
        assert header.viewport().grab().toImage().copy(title) == titles.copy(title)
        assert view.indexAt(QPoint(5, 5)).column() == 0
        assert view.indexAt(QPoint(width + 5, 5)).column() != 0


def test_a_cell_that_is_scrolled_to_is_beside_the_symbol_column_and_not_below_it(table: Table) -> None:
    view = table.view
    view.set_columns(("symbol", "last", "bid", "ask", "open", "high", "low", "volume"))
    view.resize(300, 200)
    view.horizontalScrollBar().setValue(view.horizontalScrollBar().maximum())
    column = KEYS.index("bid")
    view.scrollTo(table.model.index(0, column))
    assert view.columnViewportPosition(column) >= view.header.frozen_width


def test_a_click_on_the_frozen_title_sorts_by_symbol(table: Table, qtbot: QtBot) -> None:
    view = table.view
    view.set_columns(("symbol", "last", "bid", "ask", "open", "high", "low", "volume"))
    view.resize(300, 200)
    view.horizontalScrollBar().setValue(view.horizontalScrollBar().maximum())
    with qtbot.waitSignal(view.header.sorting_requested) as requested:
        qtbot.mouseClick(view.header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(10, 8))
    assert requested.args == [Sorting("symbol", is_descending=False)]
