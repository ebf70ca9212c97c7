from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.gui.watchlist.drag_delegate import DragDelegate
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.main_window import MainWindow


def test_a_dragged_row_shows_only_its_symbol(qtbot: QtBot) -> None:
    desk = Desk("A")
    window = MainWindow(["desk"], desk.clock, load_theme("dark"))
    qtbot.addWidget(window)
    window.panel.order.set_states(desk.market.states, ())
    delegate = window.watchlist.itemDelegate()
    assert isinstance(delegate, DragDelegate)
    picture = QPixmap(200, 26)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    option = QStyleOptionViewItem()
    option.rect = picture.rect()  # type: ignore[attr-defined]
    for column in range(1, window.model.columnCount()):
        delegate.paint(painter, option, window.model.index(0, column))
    assert picture.toImage().pixelColor(8, 13).alpha() == 0
    delegate.paint(painter, option, window.model.index(0, 0))
    painter.end()
    image = picture.toImage()
    assert image.pixelColor(8, 13).alpha() > 0
    assert image.pixelColor(190, 13).alpha() == 0
