from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialogButtonBox, QLabel, QListWidget, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.gui.watchlist.import_preview import ImportPreview
from ticker_gui.list_import.imported_list import ImportedSection
from ticker_gui.list_import.reading import read_list

T = TypeVar("T", bound=QWidget)


def _preview(qtbot: QtBot, text: str) -> tuple[ImportPreview, list[tuple[ImportedSection, ...]]]:
    preview = ImportPreview(read_list(text))
    confirmed: list[tuple[ImportedSection, ...]] = []
    preview.confirmed.connect(confirmed.append)
    qtbot.addWidget(preview)
    preview.show()
    return preview, confirmed


def _child(preview: ImportPreview, kind: type[T], name: str) -> T:
    children: list[T] = preview.findChildren(kind, name)
    (child,) = children
    return child


def _items(preview: ImportPreview, name: str) -> list[str]:
    widget = _child(preview, QListWidget, name)
    return [widget.item(row).text() for row in range(widget.count())]


def test_the_preview_shows_what_was_found_and_what_was_not_understood(qtbot: QtBot) -> None:
    preview, _ = _preview(qtbot, "AAPL,###Crypto,BTC-USD,ETH-USD,Apple Inc.")
    assert _child(preview, QLabel, "import_summary").text() == (
        "3 symbols in 1 section from a TradingView list; 1 line was not understood."
    )
    assert _items(preview, "import_symbols") == ["AAPL", "Crypto", "BTC-USD", "ETH-USD"]
    assert _items(preview, "import_rejected") == ["Apple Inc."]


def test_a_section_is_as_readable_as_its_symbols_and_cannot_be_checked(qtbot: QtBot) -> None:
    preview, _ = _preview(qtbot, "AAPL,###Crypto,BTC-USD")
    symbols = _child(preview, QListWidget, "import_symbols")
    heading = symbols.item(1)
    assert heading.flags() == Qt.ItemFlag.ItemIsEnabled  # neither faint nor selectable
    assert heading.font().bold() is not symbols.item(0).font().bold()


def test_long_lines_that_were_not_understood_are_wrapped(qtbot: QtBot) -> None:
    long = " ".join(["a note of many words"] * 6)
    preview, _ = _preview(qtbot, f"###Crypto,BTC-USD,Apple Inc.,{long}")
    rejected = _child(preview, QListWidget, "import_rejected")
    assert not rejected.horizontalScrollBar().isVisible()
    assert rejected.horizontalScrollBar().maximum() == 0
    heights = [rejected.visualItemRect(rejected.item(row)).height() for row in range(rejected.count())]
    assert heights[-1] > heights[0]


def test_the_preview_says_why_it_asks_if_nothing_was_rejected(qtbot: QtBot) -> None:
    guessed, _ = _preview(qtbot, "APPLE;AAPL\nVISA;V")
    assert _child(guessed, QLabel, "muted").text() == "Some may be names. Uncheck any that are not symbols."
    certain, _ = _preview(qtbot, "AAPL,Apple Inc.")
    assert not certain.findChildren(QLabel, "muted")


def test_the_button_adds_the_checked_symbols(qtbot: QtBot) -> None:
    preview, confirmed = _preview(qtbot, "AAPL,###Crypto,BTC-USD,ETH-USD,Apple Inc.")
    button, symbols = _child(preview, QPushButton, "import_confirm"), _child(preview, QListWidget, "import_symbols")
    assert button.text() == "Add 3 symbols"
    symbols.item(2).setCheckState(Qt.CheckState.Unchecked)
    assert button.text() == "Add 2 symbols"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert confirmed == [(ImportedSection("", ("AAPL",)), ImportedSection("Crypto", ("ETH-USD",)))]


def test_nothing_can_be_added_when_nothing_is_checked(qtbot: QtBot) -> None:
    preview, _ = _preview(qtbot, "AAPL,Apple Inc.")
    symbols = _child(preview, QListWidget, "import_symbols")
    symbols.item(0).setCheckState(Qt.CheckState.Unchecked)
    button = _child(preview, QPushButton, "import_confirm")
    assert (button.text(), button.isEnabled()) == ("Add 0 symbols", False)


def test_cancelling_adds_nothing(qtbot: QtBot) -> None:
    preview, confirmed = _preview(qtbot, "AAPL,Apple Inc.")
    buttons = _child(preview, QDialogButtonBox, "import_buttons").buttons()
    qtbot.mouseClick(next(one for one in buttons if one.text() == "Cancel"), Qt.MouseButton.LeftButton)
    assert confirmed == []
    assert not preview.isVisible()


def test_of_several_columns_with_symbols_the_user_chooses_one_or_all(qtbot: QtBot) -> None:
    preview, confirmed = _preview(qtbot, "Ticker;Yahoo symbol\nSAP;SAP.DE\nSIE;SIE.DE\n;BMW.DE")
    column = _child(preview, QComboBox, "import_column")
    assert column.accessibleName() == "Column to import"
    assert [column.itemText(row) for row in range(column.count())] == ["Ticker", "Yahoo symbol", "All columns"]
    assert _items(preview, "import_symbols") == ["SAP", "SIE"]
    column.setCurrentText("All columns")
    assert _child(preview, QPushButton, "import_confirm").text() == "Add 5 symbols"
    column.setCurrentText("Yahoo symbol")
    assert _items(preview, "import_symbols") == ["SAP.DE", "SIE.DE", "BMW.DE"]
    assert _child(preview, QLabel, "import_summary").text().startswith("3 symbols from a table")
    qtbot.mouseClick(_child(preview, QPushButton, "import_confirm"), Qt.MouseButton.LeftButton)
    assert confirmed == [(ImportedSection("", ("SAP.DE", "SIE.DE", "BMW.DE")),)]


def test_other_texts_have_no_choice_of_columns(qtbot: QtBot) -> None:
    preview, _ = _preview(qtbot, "AAPL,Apple Inc.")
    assert not preview.findChildren(QComboBox)
