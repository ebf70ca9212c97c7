from __future__ import annotations

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QColor, QContextMenuEvent, QImage, QPaintEvent
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.theme import load_theme
from ticker_gui.gui.watchlist.model import WatchlistModel
from ticker_gui.gui.watchlist.view import WatchlistView
from ticker_gui.market.columns import COLUMNS

THEME = load_theme("dark")
KEYS = [column.key for column in COLUMNS]


class Painted(WatchlistView):
    """A view that remembers which areas it painted."""

    areas: list[QRect]

    def paintEvent(self, event: QPaintEvent) -> None:
        self.areas = [QRect(area) for area in event.region()]  # type: ignore[attr-defined]
        super().paintEvent(event)


class Table:
    """A shown table over a small market."""

    def __init__(self, qtbot: QtBot, rows: int = 8, flashes: bool = False) -> None:
        self.desk = Desk(*(f"S{number:03d}" for number in range(rows)))
        self.model = WatchlistModel(self.desk.clock)
        self.model.sync(self.desk.market.states)
        self.view = Painted(self.model, THEME, flashes=flashes)
        qtbot.addWidget(self.view)
        self.view.resize(1100, 300)
        self.view.show()
        qtbot.waitUntil(lambda: hasattr(self.view, "areas"))
        self._qtbot = qtbot

    def frame(self) -> list[QRect]:
        """Let one frame pass and return what was painted in it."""
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

    def colours(self, row: int, key: str) -> set[str]:
        """Return every colour of a cell."""
        image, (left, right), rect = self.image(), self.span(key), self.row_rect(row)
        return {image.pixelColor(x, y).name() for x in range(left, right) for y in range(rect.top(), rect.bottom())}

    def image(self) -> QImage:
        return self.view.viewport().grab().toImage()


@pytest.fixture
def table(qtbot: QtBot) -> Table:
    return Table(qtbot)


def test_only_what_changed_is_painted(table: Table) -> None:
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


def test_rows_out_of_sight_cost_nothing(qtbot: QtBot) -> None:
    table = Table(qtbot, rows=500)
    table.frame()
    table.desk.trade("S400", 10.0)
    assert table.frame() == []
    table.view.scrollToBottom()
    table.frame()
    assert len(table.view._shown) < 150


def test_what_is_painted_is_what_the_model_says(table: Table, qtbot: QtBot) -> None:
    """Painting bit by bit gives the same picture as painting anew."""
    for step in range(30):
        table.desk.trade(f"S{step % 8:03d}", 100.0 + step * 1.37)
        table.desk.quote(f"S{(step * 3) % 8:03d}", 99.0 + step, 101.0 + step)
        table.frame()
    table.view.clearFocus()
    qtbot.wait(1)
    bit_by_bit = table.image()
    fresh = WatchlistView(table.model, THEME, flashes=False)
    qtbot.addWidget(fresh)
    fresh.resize(1100, 300)
    fresh.show()
    fresh.clearFocus()
    assert fresh.viewport().grab().toImage() == bit_by_bit


def test_up_and_down_have_a_sign_and_a_colour(table: Table) -> None:
    for symbol, price in (("S000", 11.0), ("S001", 9.0)):
        table.desk.day(symbol, 10.0)
        table.desk.trade(symbol, price)
    table.frame()
    image = table.image()

    def colours(row: int) -> set[str]:
        left, right = table.span("change")
        rect = table.row_rect(row)
        return {
            image.pixelColor(x, y).name() for x in range(left, right) for y in range(rect.top() + 2, rect.bottom() - 2)
        }

    assert QColor(THEME.up).name() in colours(0)
    assert QColor(THEME.down).name() in colours(1)
    assert table.model.texts(0, table.desk.now_ns)[KEYS.index("change")] == "+1.00"
    assert table.model.texts(1, table.desk.now_ns)[KEYS.index("change")] == "-1.00"


def test_a_price_that_moves_lights_up_and_fades_within_400_ms(qtbot: QtBot) -> None:
    table = Table(qtbot, flashes=True)
    table.desk.trade("S000", 10.0)
    table.frame()

    def ground() -> QColor:
        return table.image().pixelColor(table.span("last")[0] + 2, table.row_rect(0).top() + 2)

    calm = ground()
    with qtbot.waitSignal(table.view.frame_wanted):
        table.desk.trade("S000", 11.0)
        table.frame()
    lit = ground()
    assert lit != calm
    table.desk.now_ns += 200_000_000
    table.frame()
    assert ground() not in (lit, calm)
    table.desk.now_ns += 200_000_000
    table.frame()
    assert ground() == calm
    with qtbot.assertNotEmitted(table.view.frame_wanted):
        table.frame()


def test_nothing_lights_up_where_that_is_switched_off(table: Table, qtbot: QtBot) -> None:
    table.desk.trade("S000", 10.0)
    table.frame()
    with qtbot.assertNotEmitted(table.view.frame_wanted):
        table.desk.trade("S000", 11.0)
        table.frame()


def test_figures_of_a_dead_feed_do_not_look_alive(table: Table) -> None:
    table.desk.trade("S000", 10.0)
    table.frame()
    alive = table.image()
    table.model.state(0).watch.lose(0)
    table.view.viewport().update()
    assert alive != table.image()
    assert QColor(THEME.text).name() not in table.colours(0, "last")


def test_a_symbol_whose_silence_is_improbable_does_not_look_alive(table: Table) -> None:
    for symbol in ("S000", "S001"):
        table.desk.trade(symbol, 10.0)
    table.frame()
    table.desk.now_ns += 61 * SECOND_NS
    table.desk.trade("S001", 10.0)
    areas = [area for area in table.frame() if area.intersects(table.row_rect(0))]
    assert any(area.left() <= table.span("last")[0] for area in areas)  # the row is painted, not its age alone
    assert QColor(THEME.text).name() not in table.colours(0, "last")
    assert QColor(THEME.text).name() in table.colours(1, "last")
    table.desk.trade("S000", 10.0)
    table.frame()
    assert QColor(THEME.text).name() in table.colours(0, "last")


def test_delete_wants_the_selected_rows_gone(table: Table, qtbot: QtBot) -> None:
    table.view.selectRow(1)
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    table.view.selectionModel().select(table.model.index(3, 0), flags)
    with qtbot.waitSignal(table.view.removal_wanted) as wanted:
        qtbot.keyClick(table.view, Qt.Key.Key_Delete)
    assert [state.symbol for state in wanted.args[0]] == ["S001", "S003"]
    table.view.clearSelection()
    with qtbot.assertNotEmitted(table.view.removal_wanted):
        qtbot.keyClick(table.view, Qt.Key.Key_Delete)


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


def test_widths_do_not_follow_the_data(table: Table) -> None:
    before = [table.view.columnWidth(index) for index in range(len(COLUMNS))]
    table.desk.trade("S000", 123_456_789.123)
    table.frame()
    assert [table.view.columnWidth(index) for index in range(len(COLUMNS))] == before


def test_an_empty_list_invites_a_first_symbol(qtbot: QtBot) -> None:
    table = Table(qtbot, rows=1)
    full = table.image()
    table.desk.feed.unwatch("S000")
    table.model.sync(table.desk.market.states)
    qtbot.wait(1)
    empty = table.image()
    middle = QRect(empty.width() // 2 - 100, empty.height() // 2 - 20, 200, 40)
    assert empty.copy(middle) != full.copy(middle)


def test_the_accessibility_tree_has_the_cells(table: Table) -> None:
    table.desk.trade("S000", 12.5)
    table.frame()
    interface = QAccessible.queryAccessibleInterface(table.view)
    assert interface.text(QAccessible.Text.Name) == "watchlist"
    assert interface.role() == QAccessible.Role.Table
    width = len(COLUMNS) + 1  # with the headers
    assert interface.childCount() == (8 + 1) * width
    header, cell = (interface.child(row * width + 1 + KEYS.index("last")) for row in (0, 1))
    assert (header.role(), header.text(QAccessible.Text.Name)) == (QAccessible.Role.ColumnHeader, "Last")
    assert (cell.role(), cell.text(QAccessible.Text.Name)) == (QAccessible.Role.Cell, "S000 Last 12.50")


def test_a_larger_font_makes_higher_rows(table: Table, qtbot: QtBot) -> None:
    before = table.row_rect(0).height()
    font = table.view.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    table.view.setFont(font)
    qtbot.wait(1)
    assert table.row_rect(0).height() > 1.5 * before
    table.frame()


def test_other_colours_are_drawn_at_once(table: Table, qtbot: QtBot) -> None:
    dark = table.image()
    table.view.use_theme(load_theme("light"))
    qtbot.wait(1)
    assert table.image() != dark


def test_the_menu_of_a_row_asks_why_it_is_quiet(table: Table, qtbot: QtBot) -> None:
    table.view.selectRow(1)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), QPoint(5, 5))
    table.view.contextMenuEvent(event)
    (menu,) = table.view.findChildren(QMenu)
    actions = {action.text(): action for action in menu.actions()}
    with qtbot.waitSignal(table.view.why_wanted) as why:
        actions["&Why is it quiet?"].trigger()
    assert why.args == [table.model.state(1)]
    menu.close()
