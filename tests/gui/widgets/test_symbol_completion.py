from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from ticker_gui.gui.widgets.symbol_completion import SymbolCompletion

KNOWN = ("AAPL", "AMZN", "MSFT")


def a_field(qtbot: QtBot) -> tuple[QLineEdit, SymbolCompletion]:
    field = QLineEdit()
    qtbot.addWidget(field)
    completion = SymbolCompletion(field, lambda: KNOWN, {"apple": "AAPL"}.get)  # type: ignore[arg-type]
    field.show()
    return field, completion


def suggestions(completion: SymbolCompletion) -> list[str]:
    return completion._suggestions.stringList()


def test_the_last_symbol_is_completed_and_nothing_follows(qtbot: QtBot) -> None:
    field, completion = a_field(qtbot)
    qtbot.keyClicks(field, "msft, aa")
    assert suggestions(completion) == ["AAPL"]
    popup = completion._popup
    qtbot.waitUntil(popup.isVisible)
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert field.text() == "msft, AAPL"


def test_a_symbol_that_is_typed_already_is_not_suggested_again(qtbot: QtBot) -> None:
    field, completion = a_field(qtbot)
    qtbot.keyClicks(field, "AAPL, a")
    assert suggestions(completion) == ["AMZN"]


def test_a_name_is_completed_to_its_symbol(qtbot: QtBot) -> None:
    field, completion = a_field(qtbot)
    qtbot.keyClicks(field, "apple")
    assert suggestions(completion) == ["AAPL"]


def test_nothing_is_suggested_after_a_comma(qtbot: QtBot) -> None:
    field, completion = a_field(qtbot)
    qtbot.keyClicks(field, "AAPL, ")
    assert suggestions(completion) == []


def test_tab_inserts_the_first_or_the_highlighted_suggestion(qtbot: QtBot) -> None:
    for downs, expected in ((0, "AAPL"), (2, "AMZN")):
        field, completion = a_field(qtbot)
        qtbot.keyClicks(field, "a")
        qtbot.waitUntil(completion._popup.isVisible)
        for _ in range(downs):
            qtbot.keyClick(completion._popup, Qt.Key.Key_Down)
        qtbot.keyClick(completion._popup, Qt.Key.Key_Tab)
        assert field.text() == expected
        assert not completion._popup.isVisible()


def test_enter_after_a_name_inserts_its_symbol(qtbot: QtBot) -> None:
    field, completion = a_field(qtbot)
    qtbot.keyClicks(field, "apple")
    qtbot.waitUntil(completion._popup.isVisible)
    qtbot.keyClick(completion._popup, Qt.Key.Key_Return)
    assert field.text() == "AAPL"
