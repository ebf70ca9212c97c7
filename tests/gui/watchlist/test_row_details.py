from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtWidgets import QToolButton, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from tests.gui.pixels import color_names
from ticker_gui.gui.watchlist.panel import WatchlistPanel
from ticker_gui.gui.watchlist.row_details import RowDetails
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.watchlist.row_details import RowField, RowInfo


class Shown:
    def __init__(self, qtbot: QtBot, symbols: int) -> None:
        self.desk = Desk(*(f"S{number:02}" for number in range(symbols)))
        self.panel = WatchlistPanel(self.desk.clock, load_theme("dark"), flash_enabled=False)
        self.details = self.panel.details
        qtbot.addWidget(self.panel)
        self.panel.order.set_states(self.desk.market.states, ())
        self.panel.table.selectRow(0)
        self.panel.resize(620, 600)
        self.panel.show()

    @property
    def height(self) -> int:
        self.panel.layout().activate()  # type: ignore[union-attr]
        return self.details.height() if self.details.isVisible() else 0

    def fold(self, qtbot: QtBot) -> None:
        button = self.details.findChild(QToolButton, "row_details_fold")
        assert isinstance(button, QToolButton)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_another_font_applies_to_the_line_with_the_symbol(qtbot: QtBot) -> None:
    details = RowDetails(load_theme("dark"))
    qtbot.addWidget(details)
    details.show_info(RowInfo("BTC", "", ()))
    details.resize(400, 100)
    details.show()
    head = details.findChild(QToolButton, "row_details_fold")
    assert isinstance(head, QToolButton)
    before, font = head.grab().toImage(), head.font()
    font.setPointSizeF(1.5 * font.pointSizeF())
    head.setFont(font)
    assert head.grab().toImage() != before


def test_a_short_list_leaves_room_for_the_details_of_the_current_row(qtbot: QtBot) -> None:
    shown = Shown(qtbot, 5)
    shown.desk.trade("S00", 12.5)
    qtbot.waitUntil(lambda: shown.height > 100)
    assert shown.details.accessibleDescription().startswith("S00, desk: Open")
    shown.panel.table.selectRow(3)
    assert shown.details.accessibleDescription().startswith("S03, desk: Open")


def test_a_long_list_takes_the_room_first(qtbot: QtBot) -> None:
    shown = Shown(qtbot, 60)
    qtbot.waitUntil(lambda: 30 <= shown.height <= 36)
    shown.panel.resize(620, 150)
    qtbot.waitUntil(lambda: shown.height == 0)


def test_the_details_are_folded_and_unfolded_by_a_click(qtbot: QtBot) -> None:
    shown = Shown(qtbot, 5)
    with qtbot.waitSignal(shown.panel.details_fold_changed):
        shown.fold(qtbot)
    qtbot.waitUntil(lambda: 30 <= shown.height <= 36)
    shown.fold(qtbot)
    qtbot.waitUntil(lambda: shown.height > 100)


def test_without_a_current_row_there_are_no_details(qtbot: QtBot) -> None:
    assert Shown(qtbot, 0).height == 0


def test_values_follow_the_market(qtbot: QtBot) -> None:
    shown = Shown(qtbot, 2)
    for price in (12.5, 13.5):
        shown.desk.trade("S00", price)
        shown.panel.model.refresh()
        high = f"High {price:.2f}"
        qtbot.waitUntil(partial(_contains, shown, high))


def test_values_that_stay_the_same_are_not_painted_again(qtbot: QtBot) -> None:
    shown = Shown(qtbot, 5)
    shown.desk.trade("S00", 12.5)
    shown.details.update_requested.emit()
    qtbot.waitUntil(partial(_contains, shown, "High 12.50"))
    QCoreApplication.processEvents()
    paints = Paints()
    for widget in (shown.details, *shown.details.findChildren(QWidget)):
        widget.installEventFilter(paints)
    shown.details.update_requested.emit()
    QCoreApplication.processEvents()
    assert paints.count == 0
    shown.desk.trade("S00", 13.5)
    shown.details.update_requested.emit()
    qtbot.waitUntil(lambda: paints.count > 0)


class Paints(QObject):
    """Counts the paint events of the widgets whose events it filters."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


def _contains(shown: Shown, text: str) -> bool:
    return text in shown.details.accessibleDescription()


@pytest.mark.parametrize(("width", "rows"), [(400, 6), (600, 4)])
def test_a_wide_list_has_three_columns_of_details(qtbot: QtBot, width: int, rows: int) -> None:
    details = RowDetails(load_theme("dark"))
    qtbot.addWidget(details)
    details.show_info(RowInfo("A", "desk", (RowField("Bid", "1.00"),) * 12))
    one_row = RowDetails(load_theme("dark"))
    qtbot.addWidget(one_row)
    one_row.show_info(RowInfo("A", "desk", (RowField("Bid", "1.00"),)))
    line = details.fontMetrics().height() + 8
    assert details.unfolded_height(width) - one_row.unfolded_height(width) == (rows - 1) * line


def test_the_details_are_painted_in_the_colors_of_the_theme(qtbot: QtBot) -> None:
    shown = Shown(qtbot, 5)
    shown.desk.trade("S00", 12.5)
    qtbot.waitUntil(lambda: shown.height > 100)
    for theme in (load_theme("light"), load_theme("dark")):
        shown.panel.set_theme(theme)
        picture = shown.details.grab().toImage()
        assert color_names(picture.copy(0, 0, picture.width(), 1)) == {theme.border}
        head, values = (
            picture.copy(0, 1, picture.width(), 30),
            picture.copy(0, 32, picture.width(), picture.height() - 32),
        )
        for part, colors in ((head, {theme.text, theme.text2}), (values, {theme.text3})):
            assert colors <= color_names(part)


def test_what_is_painted_depends_on_each_part_of_the_details(qtbot: QtBot) -> None:
    details = RowDetails(load_theme("dark"))
    qtbot.addWidget(details)
    details.resize(400, 200)
    fields = RowField("Bid", "1.00"), RowField("Ask", "2.00")
    infos = [
        RowInfo("A", "desk", fields),
        RowInfo("B", "desk", fields),
        RowInfo("A", "other", fields),
        RowInfo("A", "desk", fields, "Last 12:00"),
        RowInfo("A", "desk", (fields[0], RowField("Ask", "3.00"))),
        RowInfo("A", "desk", (fields[0], RowField("Bid size", "2.00"))),
        RowInfo("A", "desk", fields, is_current=False),
    ]
    pictures = []
    for info in (*infos, infos[0]):
        details.show_info(info)
        pictures.append(details.grab().toImage())
    assert pictures[-1] == pictures[0]
    assert all(pictures[0] != picture for picture in pictures[1:-1])
    head = details.findChild(QToolButton, "row_details_fold")
    assert isinstance(head, QToolButton)
    unfolded = head.grab().toImage()
    details.set_folded(True)
    assert head.grab().toImage() != unfolded
