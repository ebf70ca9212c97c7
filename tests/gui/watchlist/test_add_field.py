from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QListView
from pytestqt.qtbot import QtBot

from ticker_gui.gui.watchlist.add_field import AddField

KNOWN = ["ETH-BTC", "BTC-USDT", "BTC-USD", "AAPL", "MSFT"]
ENTER = Qt.Key.Key_Return


class Typed:
    """A field that somebody types into, and what it has said."""

    def __init__(self, qtbot: QtBot) -> None:
        self.known = list(KNOWN)
        self.field = AddField(lambda: self.known)
        self.confirmed: list[str] = []
        self.field.confirmed.connect(self.confirmed.append)
        self._qtbot = qtbot
        qtbot.addWidget(self.field)
        self.field.show()
        self.field.setFocus()
        qtbot.waitUntil(self.field.hasFocus)
        popup = self.field._completer.popup()
        assert isinstance(popup, QListView)
        self.popup = popup

    def type(self, text: str) -> None:
        self._qtbot.keyClicks(self.field, text)

    def press(self, key: Qt.Key) -> None:
        """Press a key: a popup gets it first, where there is one."""
        self._qtbot.keyClick(self.popup if self.popup.isVisible() else self.field, key)

    @property
    def proposed(self) -> list[str]:
        model = self.popup.model()
        return [model.index(row, 0).data() for row in range(model.rowCount())] if self.popup.isVisible() else []


@pytest.fixture
def typed(qtbot: QtBot) -> Typed:
    return Typed(qtbot)


def test_known_symbols_are_proposed_the_likeliest_first(typed: Typed) -> None:
    typed.type("btc-usd")
    assert typed.proposed == ["BTC-USD", "BTC-USDT"]
    typed.field.clear()
    typed.type("btc")
    assert typed.proposed == ["BTC-USDT", "BTC-USD", "ETH-BTC"]
    typed.type("?")
    assert typed.proposed == []


def test_what_is_proposed_is_asked_for_anew(typed: Typed) -> None:
    typed.known = ["BTC-EUR"]
    typed.type("btc")
    assert typed.proposed == ["BTC-EUR"]


def test_what_is_typed_last_is_completed_and_the_others_stay(typed: Typed) -> None:
    typed.type("AAPL, ms")
    assert typed.proposed == ["MSFT"]
    typed.press(Qt.Key.Key_Down)
    typed.press(ENTER)
    assert typed.confirmed == ["AAPL, MSFT"]


@pytest.mark.parametrize("sign", [",", ";", " "])
def test_after_a_separator_nothing_is_proposed_until_more_is_typed(typed: Typed, sign: str) -> None:
    typed.type(f"btc{sign}")
    assert typed.proposed == []
    typed.type("aa")
    assert typed.proposed == ["AAPL"]


def test_enter_takes_the_proposal_that_was_chosen_and_empties_the_field(typed: Typed) -> None:
    typed.type("btc")
    typed.press(Qt.Key.Key_Down)
    typed.press(Qt.Key.Key_Down)
    typed.press(ENTER)
    assert (typed.confirmed, typed.field.text(), typed.proposed) == (["BTC-USD"], "", [])


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_takes_what_is_typed_where_no_proposal_was_chosen(typed: Typed, key: Qt.Key) -> None:
    typed.type("btc")
    assert typed.proposed
    typed.press(key)
    assert (typed.confirmed, typed.field.text(), typed.proposed) == (["btc"], "", [])


def test_a_click_puts_a_proposal_into_the_field_to_go_on_typing(typed: Typed, qtbot: QtBot) -> None:
    typed.type("aapl, btc")
    place = typed.popup.visualRect(typed.popup.model().index(1, 0)).center()
    qtbot.mouseClick(typed.popup.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert (typed.field.text(), typed.proposed, typed.confirmed) == ("aapl, BTC-USD", [], [])
    typed.press(ENTER)
    assert typed.confirmed == ["aapl, BTC-USD"]


def test_tab_completes(typed: Typed) -> None:
    typed.type("ms")
    typed.press(Qt.Key.Key_Tab)
    assert (typed.field.text(), typed.field.hasFocus()) == ("MSFT", True)


def test_escape_puts_the_proposals_away_and_keeps_what_is_typed(typed: Typed) -> None:
    typed.type("btc")
    typed.press(Qt.Key.Key_Escape)
    assert (typed.field.text(), typed.proposed) == ("btc", [])
    typed.type("-")
    assert typed.proposed == ["BTC-USDT", "BTC-USD", "ETH-BTC"]


def test_nothing_is_proposed_where_the_symbol_is_typed_already_or_nothing(typed: Typed, qtbot: QtBot) -> None:
    typed.type("MSFT")
    assert typed.proposed == []
    typed.field.clear()
    typed.type("a")
    assert typed.proposed
    qtbot.keyClick(typed.field, Qt.Key.Key_Backspace)
    assert typed.proposed == []


@pytest.mark.parametrize("text", ["", "   ", "\t"])
def test_enter_in_an_empty_field_says_nothing(typed: Typed, text: str) -> None:
    typed.field.setText(text)
    typed.press(ENTER)
    assert typed.confirmed == []


def test_many_are_pasted_one_per_line_and_none_is_lost(typed: Typed) -> None:
    many = [f"S{number:05d}" for number in range(9_000)]
    QGuiApplication.clipboard().setText("\r\n".join(many))
    typed.field.paste()
    typed.press(ENTER)
    assert typed.confirmed[0].split() == many


def test_it_says_what_it_is_for(typed: Typed) -> None:
    assert typed.field.objectName() == "add_symbol"
    assert typed.field.accessibleName() == "Add symbols"
    assert "Enter" in typed.field.placeholderText()
