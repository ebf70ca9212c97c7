from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QStackedWidget
from pytestqt.qtbot import QtBot

from tests.console.frames import frame
from ticker_gui.console.frame_ring import FrameEntry
from ticker_gui.console.outcome import Outcome, OutcomeLine
from ticker_gui.domain.events import Trade
from ticker_gui.gui.console.frame_details import FrameDetails
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.theme import load_theme

TRADE = Outcome("Decoded as", [OutcomeLine("Trade", "A  1.5", "3 ms after the exchange")], facts=[Trade("A", 1.5)])


def make(qtbot: QtBot) -> FrameDetails:
    details = FrameDetails(load_theme("dark"))
    qtbot.addWidget(details)
    details.resize(500, 400)
    details.show()
    return details


def entry(payload: str | bytes) -> FrameEntry:
    return FrameEntry("desk", frame(payload), "trade")


def labels(details: FrameDetails) -> list[str]:
    return [label.text() for label in details.findChildren(QLabel) if label.isVisible()]


def test_nothing_is_selected_at_first(qtbot: QtBot) -> None:
    details = make(qtbot)
    assert details.empty.isVisible()
    assert not details.mapping.isEnabled()


def test_a_frame_is_shown_as_a_tree_as_text_and_in_hex(qtbot: QtBot) -> None:
    details = make(qtbot)
    details.show_frame(entry('{"price":1.5}'), TRADE)
    assert details.tree.isVisible()
    qtbot.keyClick(details.views, Qt.Key.Key_Right)
    assert details.text.toPlainText() == '{\n  "price": 1.5\n}'
    qtbot.keyClick(details.views, Qt.Key.Key_Right)
    assert details.text.toPlainText().startswith("00000000  7b 22 70")


def test_a_frame_without_structure_is_shown_as_text_instead_of_a_tree(qtbot: QtBot) -> None:
    details = make(qtbot)
    details.show_frame(entry("hello"), Outcome("Not decoded"))
    assert details.text.toPlainText() == "hello"
    details.show_frame(entry(b"\x00\xff"), Outcome("Not decoded"))
    assert details.text.toPlainText().startswith("00000000  00 ff")


def test_what_became_of_the_frame_is_shown_and_replaced(qtbot: QtBot) -> None:
    details = make(qtbot)
    details.show_frame(entry("{}"), TRADE)
    texts = {"Decoded as", "Trade", "A  1.5", "3 ms after the exchange"}
    qtbot.waitUntil(lambda: texts <= set(labels(details)))
    details.show_frame(entry("{}"), Outcome("Rejected", [OutcomeLine("no price")], is_problem=True))
    qtbot.waitUntil(lambda: {"Rejected", "no price"} <= set(labels(details)))
    assert "Trade" not in labels(details)


def test_a_frame_can_be_used_for_a_mapping(qtbot: QtBot) -> None:
    details = make(qtbot)
    shown = entry("{}")
    details.show_frame(shown, Outcome(""))
    with qtbot.waitSignal(details.mapping_requested) as caught:
        qtbot.mouseClick(details.mapping, Qt.MouseButton.LeftButton)
    assert caught.args == [shown]


def test_values_and_text_have_a_font_of_fixed_width(qapp: QApplication, qtbot: QtBot) -> None:
    apply_theme(qapp, load_theme("dark"))
    details, dock = make(qtbot), QStackedWidget()
    qtbot.addWidget(dock)
    dock.addWidget(details)  # a style sheet sets fonts again when a widget moves
    dock.show()
    for view in (details.tree, details.text):
        assert view.font().family() == QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
        assert view.font().pointSizeF() < details.font().pointSizeF()


@pytest.mark.parametrize("height", [150, 190, 400])
def test_the_outcome_is_never_cut_in_a_low_and_narrow_panel(qtbot: QtBot, height: int) -> None:
    details = make(qtbot)
    details.resize(320, height)
    words = "AUR/USX  bid 1.1151  bid size 390,000  ask 1.1152  ask size 410,000"
    details.show_frame(entry('{"price":1.5}'), Outcome("Decoded as", [OutcomeLine("Quote", words, "0.5 ms later")]))
    (line,) = [label for label in details.findChildren(QLabel) if label.text() == words]
    (area,) = [area for area in details.findChildren(QScrollArea) if area.isAncestorOf(line)]
    qtbot.waitUntil(lambda: line.width() < 320 and line.height() >= line.heightForWidth(line.width()))
    assert line.heightForWidth(line.width()) > line.fontMetrics().height()  # it is wrapped
    (title,) = [label for label in details.findChildren(QLabel) if label.text() == "Quote"]
    assert title.y() == line.y()  # beside its first line
    area.ensureWidgetVisible(line)
    assert not line.visibleRegion().isEmpty()
    assert details.tree.height() > 0
    if height == 400:
        assert area.verticalScrollBar().maximum() == 0  # there is room for all of it
