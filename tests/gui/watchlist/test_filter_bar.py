from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.gui.watchlist.filter_bar import FilterBar
from ticker_gui.gui.widgets.elided_label import ElidedLabel
from ticker_gui.market.symbol_state import SymbolState

ESCAPE = Qt.Key.Key_Escape


class Asked:
    """A filter bar, and which of three symbols pass its filter."""

    def __init__(self, qtbot: QtBot) -> None:
        self.desk = Desk("BTC-USD", "ETH-USD", "AAPL")
        for symbol, price in (("BTC-USD", 3.0), ("ETH-USD", 2.0), ("AAPL", 1.0)):
            self.desk.trade(symbol, price)
        self.row_filter: Any = None
        self.times_left = 0
        self.window = QWidget()
        self.bar = FilterBar(self.window)
        self.bar.filter_changed.connect(self._note)
        self.bar.finished.connect(self._leave)
        qtbot.addWidget(self.window)
        self.window.resize(700, 60)
        self.window.show()
        self._qtbot = qtbot

    def open(self) -> None:
        self.bar.open_filter()
        self._qtbot.waitUntil(self.field.hasFocus)

    def type(self, text: str) -> None:
        self._qtbot.keyClicks(self.field, text)

    def press(self, key: Qt.Key) -> None:
        self._qtbot.keyClick(self.field, key)

    @property
    def field(self) -> QLineEdit:
        field = self.bar.findChild(QLineEdit, "filter")
        assert isinstance(field, QLineEdit)
        return field

    @property
    def complaint(self) -> QLabel:
        label = self.bar.findChild(QLabel, "filter_complaint")
        assert isinstance(label, QLabel)
        return label

    @property
    def found(self) -> str:
        states: list[SymbolState] = self.desk.market.states
        return " ".join(
            one.symbol for one in states if self.row_filter is None or self.row_filter(one, self.desk.now_ns)
        )

    def _note(self, row_filter: object) -> None:
        self.row_filter = row_filter

    def _leave(self) -> None:
        self.times_left += 1


@pytest.fixture
def asked(qtbot: QtBot) -> Asked:
    asked = Asked(qtbot)
    asked.open()
    return asked


def test_the_filter_is_hidden_until_opened_and_then_focused(qtbot: QtBot) -> None:
    asked = Asked(qtbot)
    assert not asked.bar.isVisible()
    asked.open()
    assert asked.bar.isVisible()
    assert asked.field.hasFocus()


def test_rows_are_found_as_one_types(asked: Asked) -> None:
    asked.type("u")
    assert asked.found == "BTC-USD ETH-USD"
    asked.type("sd th")
    assert asked.found == "ETH-USD"
    for _ in "sd th":
        asked.press(Qt.Key.Key_Backspace)
    assert asked.found == "BTC-USD ETH-USD"
    asked.press(Qt.Key.Key_Backspace)
    assert asked.row_filter is None


def test_an_expression_filters_rows(asked: Asked) -> None:
    asked.type("last > 1 and symbol ~ 'btc'")
    assert asked.found == "BTC-USD"
    assert asked.complaint.text() == ""


def test_the_beginning_of_an_expression_hides_no_row(asked: Asked) -> None:
    asked.type("chan")
    assert asked.found == ""  # a word as any other
    for sign in "ge% > no":
        asked.type(sign)
    assert asked.complaint.text()
    assert asked.found == "BTC-USD ETH-USD AAPL"


def test_an_invalid_filter_is_reported_and_the_last_valid_one_stays(asked: Asked) -> None:
    asked.type("last > 1")
    asked.type(" and")
    assert "Unexpected end" in asked.complaint.text()
    assert asked.found == "BTC-USD ETH-USD"
    asked.type(" last < 3")
    assert (asked.complaint.text(), asked.complaint.toolTip()) == ("", "")
    assert asked.found == "ETH-USD"


def test_an_error_is_shown_literally_and_does_not_widen_the_window(asked: Asked) -> None:
    asked.type("<")
    before = asked.bar.minimumSizeHint().width()
    asked.type("img src=x width=9999> = last")
    assert "<img" not in asked.complaint.toolTip()
    assert asked.complaint.text()
    assert asked.complaint.textFormat() == Qt.TextFormat.PlainText
    asked.field.setText("nothing = 1")
    assert len(asked.complaint.text()) > 100
    assert asked.bar.minimumSizeHint().width() == before


def test_an_error_that_is_cut_ends_with_an_ellipsis(asked: Asked, qtbot: QtBot) -> None:
    asked.window.resize(300, 60)
    asked.bar.resize(300, 60)
    asked.type("lasst > 1")
    assert isinstance(asked.complaint, ElidedLabel)
    qtbot.waitUntil(lambda: asked.complaint.width() < 300)
    assert asked.complaint.displayed_text.startswith("Unknown column")
    assert asked.complaint.displayed_text.endswith("…")
    assert asked.complaint.accessibleDescription() == asked.complaint.text()


def test_enter_focuses_the_rows_and_keeps_the_filter(asked: Asked) -> None:
    asked.type("eth")
    asked.press(Qt.Key.Key_Return)
    assert (asked.times_left, asked.found, asked.bar.isVisible()) == (1, "ETH-USD", True)


@pytest.mark.parametrize("how", ["escape", "button"])
def test_closing_shows_all_rows_again(asked: Asked, qtbot: QtBot, how: str) -> None:
    asked.type("last >")
    asked.field.setText("eth")
    if how == "escape":
        asked.press(ESCAPE)
    else:
        (button,) = asked.bar.findChildren(QToolButton, options=Qt.FindChildOption.FindDirectChildrenOnly)
        assert button.accessibleName() == "Close filter"
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert (asked.row_filter, asked.times_left, asked.bar.isVisible()) == (None, 1, False)
    asked.open()
    assert (asked.field.text(), asked.complaint.text()) == ("", "")


def test_reopening_the_filter_selects_its_text(asked: Asked) -> None:
    asked.type("eth")
    asked.press(Qt.Key.Key_Return)
    asked.open()
    asked.type("btc")
    assert (asked.field.text(), asked.found) == ("btc", "BTC-USD")


def test_a_very_long_text_is_an_error(asked: Asked) -> None:
    asked.field.setText("x" * 501)
    assert "too long" in asked.complaint.text()
    assert asked.row_filter is None


def test_the_filter_field_has_a_name_a_mnemonic_and_help(asked: Asked) -> None:
    assert asked.field.accessibleName() == "Find and filter"
    assert "change% > 2" in asked.field.placeholderText()
    assert "bid_size &gt; 10k" in asked.field.toolTip()
    (label,) = [label for label in asked.bar.findChildren(QLabel) if label.text() == "F&ind"]
    assert label.buddy() is asked.field
    assert QKeySequence.mnemonic(label.text()).toString() == "Alt+I"


def test_the_example_in_the_placeholder_is_a_valid_filter(asked: Asked) -> None:
    QTest.keyClicks(asked.field, asked.field.placeholderText().partition("or: ")[2])
    assert asked.complaint.text() == ""


def test_the_number_of_matches_is_shown_while_there_is_a_filter(asked: Asked) -> None:
    label = asked.bar.findChild(QLabel, "filter_count")
    assert isinstance(label, QLabel)
    asked.bar.show_count(13, 13)
    assert (label.text(), label.toolTip()) == ("", "")
    asked.type("usd")
    asked.bar.show_count(3, 1300)
    assert label.text() == "3 of 1,300"
    assert label.accessibleDescription() == "3 of 1,300 rows match the filter"
    asked.bar.show_count(1, 1300)
    assert label.accessibleDescription() == "1 of 1,300 rows matches the filter"
