from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from ticker_gui.feeds.history import Instrument
from ticker_gui.gui.widgets.symbol_completion import SymbolCompletion

KNOWN = ("AAPL", "AMZN", "MSFT")
LISTED = (Instrument("QQQ", "Index fund", "NASDAQ"), Instrument("MSFT", "Microsoft"), Instrument("MS", "Otto Tools"))


def a_field(qtbot: QtBot) -> tuple[QLineEdit, SymbolCompletion]:
    field = QLineEdit()
    qtbot.addWidget(field)
    completion = SymbolCompletion(
        field,
        lambda: KNOWN,
        lambda name: "AAPL" if name == "apple" else "",
        lambda typed: [one for one in LISTED if typed.casefold() in f"{one.symbol} {one.name}".casefold()],
    )
    field.show()
    return field, completion


def suggestions(completion: SymbolCompletion) -> list[str]:
    model = completion._suggestions
    return [model.item(row).text() for row in range(model.rowCount())]


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


def test_instruments_of_the_provider_are_suggested_with_their_names_and_inserted_as_symbols(qtbot: QtBot) -> None:
    field, completion = a_field(qtbot)
    qtbot.keyClicks(field, "ms")
    assert suggestions(completion) == ["MS · Otto Tools", "MSFT · Microsoft"]
    field.clear()
    qtbot.keyClicks(field, "AAPL, index")
    assert suggestions(completion) == ["QQQ · Index fund · NASDAQ"]
    popup = completion._popup
    qtbot.waitUntil(popup.isVisible)
    qtbot.keyClick(popup, Qt.Key.Key_Return)  # a name is no symbol, so that the first suggestion is highlighted
    assert field.text() == "AAPL, QQQ"


def test_suggestions_that_are_found_later_join_the_others_and_the_highlighted_one_stays(qtbot: QtBot) -> None:
    field, completion = a_field(qtbot)
    found = [Instrument("MSFT", "Microsoft")]
    completion._find_instruments = lambda typed: found
    completion.refresh()
    assert suggestions(completion) == []  # nothing is typed
    qtbot.keyClicks(field, "ms")
    qtbot.waitUntil(completion._popup.isVisible)
    qtbot.keyClick(completion._popup, Qt.Key.Key_Down)
    found.insert(0, Instrument("MS", "Morgan Stanley"))
    completion.refresh()
    assert suggestions(completion) == ["MS · Morgan Stanley", "MSFT · Microsoft"]
    assert completion._popup.currentIndex().data() == "MSFT · Microsoft"
