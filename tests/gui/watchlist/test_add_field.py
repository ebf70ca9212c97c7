from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QKeySequence, QPalette, QShortcut
from PySide6.QtWidgets import (
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ticker_gui.feed_setup.symbol_suggestions import SymbolSuggestion
from ticker_gui.gui.watchlist.add_field import AddField, _note_color
from ticker_gui.gui.widgets.icons import current_theme
from ticker_gui.watchlist.symbol_search import search

KNOWN = ["ETH-BTC", "BTC-USDT", "BTC-USD", "AAPL", "MSFT"]
ENTER = Qt.Key.Key_Return


class Typed:
    """An add field, and the texts that it has emitted."""

    def __init__(self, qtbot: QtBot) -> None:
        self.known = list(KNOWN)
        self.note = ""
        self.connections: list[str] = []
        self.field = AddField(self.suggest)
        self.field.connection_requested.connect(self.connections.append)
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

    def suggest(self, text: str) -> list[SymbolSuggestion]:
        if text == "GHOST":
            return [SymbolSuggestion(text, "GHOST: connect Yahoo", connects=True)]
        if text == "apple":
            return [SymbolSuggestion("AAPL", "AAPL")]
        if text == "m":
            return [SymbolSuggestion(one, one) for one in search(text, self.known)] + [
                SymbolSuggestion("", "The list of symbols could not be loaded. " * 5, is_note=True)
            ]
        if text == "agil":
            return [SymbolSuggestion("alpaca:A", "A", "alpaca", name="Agilent · NYSE", is_by_name=True)]
        return [SymbolSuggestion(one, one, self.note) for one in search(text, self.known)]

    def type(self, text: str) -> None:
        self._qtbot.keyClicks(self.field, text)

    def press(self, key: Qt.Key) -> None:
        """Press a key; an open popup receives it first."""
        self._qtbot.keyClick(self.popup if self.popup.isVisible() else self.field, key)

    @property
    def proposed(self) -> list[str]:
        model = self.popup.model()
        return [model.index(row, 0).data() for row in range(model.rowCount())] if self.popup.isVisible() else []


@pytest.fixture
def typed(qtbot: QtBot) -> Typed:
    return Typed(qtbot)


def test_known_symbols_are_suggested_best_match_first(typed: Typed) -> None:
    typed.type("btc-usd")
    assert typed.proposed == ["BTC-USD", "BTC-USDT"]
    typed.field.clear()
    typed.type("btc")
    assert typed.proposed == ["BTC-USDT", "BTC-USD", "ETH-BTC"]
    typed.type("?")
    assert typed.proposed == []


def test_suggestions_are_requested_again_for_each_text(typed: Typed) -> None:
    typed.known = ["BTC-EUR"]
    typed.type("btc")
    assert typed.proposed == ["BTC-EUR"]


def test_the_last_symbol_is_completed_and_the_others_stay(typed: Typed) -> None:
    typed.type("AAPL, ms")
    assert typed.proposed == ["MSFT"]
    typed.press(Qt.Key.Key_Down)
    typed.press(ENTER)
    assert typed.confirmed == ["AAPL, MSFT"]


@pytest.mark.parametrize("sign", [",", ";", " "])
def test_there_are_no_suggestions_directly_after_a_separator(typed: Typed, sign: str) -> None:
    typed.type(f"btc{sign}")
    assert typed.proposed == []
    typed.type("aa")
    assert typed.proposed == ["AAPL"]


def test_enter_confirms_the_selected_suggestion_and_clears_the_field(typed: Typed) -> None:
    typed.type("btc")
    typed.press(Qt.Key.Key_Down)
    typed.press(Qt.Key.Key_Down)
    typed.press(ENTER)
    assert (typed.confirmed, typed.field.text(), typed.proposed) == (["BTC-USD"], "", [])


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_confirms_the_text_if_no_suggestion_is_selected(typed: Typed, key: Qt.Key) -> None:
    typed.type("btc")
    assert typed.proposed
    typed.press(key)
    assert (typed.confirmed, typed.field.text(), typed.proposed) == (["btc"], "", [])


def test_a_click_inserts_a_suggestion_into_the_field(typed: Typed, qtbot: QtBot) -> None:
    typed.type("aapl, btc")
    place = typed.popup.visualRect(typed.popup.model().index(1, 0)).center()
    qtbot.mouseClick(typed.popup.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert (typed.field.text(), typed.proposed, typed.confirmed) == ("aapl, BTC-USD", [], [])
    typed.press(ENTER)
    assert typed.confirmed == ["aapl, BTC-USD"]


@pytest.mark.parametrize(("downs", "text"), [(0, "BTC-USDT"), (1, "BTC-USDT"), (2, "BTC-USD")])
def test_tab_accepts_the_highlighted_suggestion_or_the_first_and_keeps_the_focus(
    qtbot: QtBot, typed: Typed, downs: int, text: str
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    layout.addWidget(typed.field)
    layout.addWidget(QLineEdit())  # to which Tab would go
    window.show()
    window.activateWindow()
    typed.field.setFocus()
    qtbot.waitUntil(typed.field.hasFocus)
    typed.type("btc")
    for _ in range(downs):
        typed.press(Qt.Key.Key_Down)
    typed.press(Qt.Key.Key_Tab)
    assert (typed.field.text(), typed.field.hasFocus(), typed.proposed) == (text, True, [])
    typed.press(Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: not typed.field.hasFocus())
    typed.field.setParent(None)


@pytest.mark.parametrize("key", ["Ctrl+Z", "Ctrl+Shift+Z", "Ctrl+Y"])
def test_undo_and_redo_act_on_the_window_after_an_addition_and_on_the_text_while_typing(
    qtbot: QtBot, typed: Typed, key: str
) -> None:
    requests: list[str] = []
    shortcut = QShortcut(QKeySequence(key), typed.field, lambda: requests.append(key))
    typed.field.activateWindow()
    typed.type("AAPL")
    typed.press(ENTER)
    qtbot.keySequence(typed.field, key)
    assert (requests, typed.field.text()) == ([key], "")
    typed.type("x")
    qtbot.keySequence(typed.field, key)
    standard = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
    of_text = [binding for one in standard for binding in QKeySequence.keyBindings(one)]
    assert len(requests) == (1 if QKeySequence(key) in of_text else 2)  # the field undoes its own text
    assert shortcut.isEnabled()


def test_escape_closes_the_suggestions_and_keeps_the_text(typed: Typed) -> None:
    typed.type("btc")
    typed.press(Qt.Key.Key_Escape)
    assert (typed.field.text(), typed.proposed) == ("btc", [])
    typed.type("-")
    assert typed.proposed == ["BTC-USDT", "BTC-USD", "ETH-BTC"]


def test_complete_symbols_and_empty_text_have_no_suggestions(typed: Typed, qtbot: QtBot) -> None:
    typed.type("MSFT")
    assert typed.proposed == []
    typed.field.clear()
    typed.type("a")
    assert typed.proposed
    qtbot.keyClick(typed.field, Qt.Key.Key_Backspace)
    assert typed.proposed == []


@pytest.mark.parametrize("text", ["", "   ", "\t"])
def test_enter_in_an_empty_field_does_nothing(typed: Typed, text: str) -> None:
    typed.field.setText(text)
    typed.press(ENTER)
    assert typed.confirmed == []


def test_many_symbols_can_be_pasted_one_per_line(typed: Typed) -> None:
    many = [f"S{number:05d}" for number in range(9_000)]
    QGuiApplication.clipboard().setText("\r\n".join(many))
    typed.field.paste()
    typed.press(ENTER)
    assert typed.confirmed[0].split() == many


@pytest.mark.parametrize("text", ["Apple\tAAPL", "AAPL\nMSFT", "###Tech\r\nAAPL"])
def test_a_pasted_table_or_list_is_passed_on(typed: Typed, text: str, qtbot: QtBot) -> None:
    pasted: list[str] = []
    typed.field.list_pasted.connect(pasted.append)
    QGuiApplication.clipboard().setText(text)
    qtbot.keyClick(typed.field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert (pasted, typed.field.text()) == ([text], "")


def test_a_pasted_line_is_inserted(typed: Typed, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("AAPL, MSFT\n")
    qtbot.keyClick(typed.field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert typed.field.text().strip() == "AAPL, MSFT"


def test_the_add_field_has_a_name_and_a_placeholder(typed: Typed) -> None:
    assert typed.field.objectName() == "add_symbol"
    assert typed.field.accessibleName() == "Add symbols"
    assert typed.field.placeholderText() == "Add symbol"


@pytest.mark.parametrize("before", ["", "MSFT, "])
def test_a_symbol_that_no_feed_has_leads_to_the_dialog_and_not_into_the_list(typed: Typed, before: str) -> None:
    typed.type(f"{before}GHOST")
    assert typed.proposed == ["GHOST: connect Yahoo"]
    typed.press(Qt.Key.Key_Down)
    typed.press(ENTER)
    assert typed.connections == ["GHOST"]
    assert typed.confirmed == ([before] if before else [])


def test_without_choosing_a_suggestion_the_typed_symbol_is_confirmed(typed: Typed) -> None:
    typed.type("GHOST")
    typed.press(ENTER)
    assert (typed.confirmed, typed.connections) == (["GHOST"], [])


def test_enter_after_a_name_means_its_symbol(typed: Typed) -> None:
    typed.type("apple")
    typed.press(ENTER)
    assert typed.confirmed == ["AAPL"]


def test_an_instrument_is_suggested_with_its_name_and_added_for_its_feed(typed: Typed) -> None:
    typed.type("agil")
    assert typed.proposed == ["A · Agilent · NYSE"]
    typed.popup.repaint()  # the name leaves room for the feed
    typed.press(ENTER)
    assert typed.confirmed == ["alpaca:A"]


def test_more_suggestions_leave_the_highlighted_one(typed: Typed) -> None:
    typed.field.refresh()  # nothing is typed
    assert typed.proposed == []
    typed.type("btc")
    typed.press(Qt.Key.Key_Down)
    typed.press(Qt.Key.Key_Down)
    assert typed.popup.currentIndex().data() == "BTC-USD"
    typed.known = ["BTC-AUD", *typed.known]
    typed.field.refresh()
    assert "BTC-AUD" in typed.proposed
    assert typed.popup.currentIndex().data() == "BTC-USD"


def test_a_suggestion_is_painted_with_its_note(typed: Typed) -> None:
    def painted(note: str) -> QImage:
        typed.field.clear()
        typed.note = note
        typed.type("btc-usdt")
        return typed.popup.viewport().grab().toImage()

    plain, noted = painted(""), painted("Kraken")
    assert painted("") == plain
    changed = {x for x in range(plain.width()) for y in range(plain.height()) if plain.pixel(x, y) != noted.pixel(x, y)}
    assert min(changed) > plain.width() // 2


def test_all_lines_of_a_note_are_visible(typed: Typed) -> None:
    typed.type("m")
    popup = typed.popup
    note = popup.model().index(popup.model().rowCount() - 1, 0)
    rect = popup.visualRect(note)
    lines = popup.fontMetrics().boundingRect(0, 0, rect.width() - 24, 999, int(Qt.TextFlag.TextWordWrap), note.data())
    assert lines.height() > popup.fontMetrics().height()  # there are several
    assert rect.height() >= lines.height()
    assert popup.viewport().rect().contains(rect)


def test_a_note_has_the_color_of_secondary_texts(typed: Typed) -> None:
    typed.type("m")
    popup = typed.popup
    note = popup.model().index(popup.model().rowCount() - 1, 0)
    option = QStyleOptionViewItem()
    option.palette = popup.palette()  # type: ignore[attr-defined]
    option.fontMetrics = popup.fontMetrics()  # type: ignore[attr-defined]
    delegate = popup.itemDelegate()
    assert isinstance(delegate, QStyledItemDelegate)
    delegate.initStyleOption(option, note)
    theme = current_theme()
    assert option.palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text).name() == theme.text3  # type: ignore[attr-defined]
    assert option.state & QStyle.StateFlag.State_Enabled  # type: ignore[attr-defined]


@pytest.mark.parametrize("state", [QStyle.StateFlag.State_Selected, QStyle.StateFlag.State_MouseOver])
def test_the_name_of_the_feed_is_readable_on_the_highlighted_suggestion(state: QStyle.StateFlag) -> None:
    theme = current_theme()
    assert _note_color(state).name() == theme.text2  # text3 has too little contrast there
    assert _note_color(QStyle.StateFlag.State_Enabled).name() == theme.text3
