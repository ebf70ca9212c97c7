from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.watchlist.test_list_controller import Setup
from ticker_gui.config.settings import BUILT_IN, Feed
from ticker_gui.gui.watchlist.import_preview import ImportPreview
from ticker_gui.gui.watchlist.list_importer import ListImporter


@pytest.fixture
def setup(qtbot: QtBot) -> Setup:
    setup = Setup()
    setup.show(qtbot)
    ListImporter(setup.list_controller, setup.panel, lambda: "desk", setup.messages.append)
    return setup


def _previews(setup: Setup) -> list[ImportPreview]:
    return setup.panel.findChildren(ImportPreview)


def test_a_pasted_list_of_symbols_is_added_at_once_and_can_be_undone(setup: Setup) -> None:
    QApplication.clipboard().setText("Name;Kürzel\nApple Inc.;X\nVisa Inc.;Y\n")
    setup.table.paste()
    assert setup.rows == "A B C BTC-USD X Y"
    assert setup.undo_offers == ["Added 2 symbols to Watchlist."]
    assert not _previews(setup)
    setup.list_controller.undo()
    assert setup.rows == "A B C BTC-USD"


def test_an_uncertain_text_is_added_only_after_the_preview(setup: Setup, qtbot: QtBot) -> None:
    setup.table.text_dropped.emit("X\nApple Inc.\nY")
    assert setup.rows == "A B C BTC-USD"
    (preview,) = _previews(setup)
    qtbot.mouseClick(preview.findChild(QPushButton, "import_confirm"), Qt.MouseButton.LeftButton)
    assert setup.rows == "A B C BTC-USD X Y"
    assert setup.undo_offers == ["Added 2 symbols to Watchlist."]


def test_the_message_counts_what_is_new_in_the_list(setup: Setup) -> None:
    setup.table.text_dropped.emit("A,X,B")
    assert setup.undo_offers == ["Added X to Watchlist. 2 were in it already."]
    assert setup.list_controller.history.undo_text == "Undo: add X"
    setup.table.text_dropped.emit("###Stocks,A,B")
    assert setup.undo_offers[-1] == "Moved 2 symbols into sections of Watchlist."
    assert setup.list_controller.history.undo_text == "Undo: move 2 symbols into sections"


def test_symbols_with_an_exchange_are_added_to_its_feed(setup: Setup) -> None:
    setup.table.text_dropped.emit("###Crypto,COINBASE:ETHUSD,###Stocks,NASDAQ:X")
    assert setup.watched("coins") == ["BTC-USD", "ETH-USD"]
    assert setup.watched("desk") == ["A", "B", "C", "NASDAQ:X"]


def test_the_sections_of_symbols_that_no_feed_had_are_kept_for_the_feed_that_is_connected_for_them(
    qtbot: QtBot,
) -> None:
    setup = Setup(BUILT_IN)
    setup.show(qtbot)
    ListImporter(setup.list_controller, setup.panel, lambda: "", setup.messages.append)
    setup.table.text_dropped.emit("###Stocks,NASDAQ:AAPL,NYSE:IBM,###Crypto,BTC-USD")
    stocks = Feed("ws://stocks", ("NASDAQ:AAPL", "BTC-USD"), "stocks", "demo")
    setup.engine.set_feeds([stocks])
    setup.list_controller.apply_settings()
    lists = setup.list_controller
    assert [(one.name, [entry.symbol for entry in one.entries]) for one in lists.active_list.sections] == [
        ("Crypto", ["BTC-USD"])
    ]
    setup.engine.set_feeds([replace(stocks, symbols=(*stocks.symbols, "NYSE:IBM"))])
    lists.apply_settings()
    assert [(one.name, [entry.symbol for entry in one.entries]) for one in lists.active_list.sections] == [
        ("Crypto", ["BTC-USD"]),
        ("Stocks", ["NASDAQ:AAPL", "NYSE:IBM"]),
    ]
    assert setup.undo_offers == [
        "Moved BTC-USD into sections of Watchlist.",
        "Moved 2 symbols into sections of Watchlist.",
    ]
    lists.undo()
    assert [one.name for one in lists.active_list.sections] == ["Crypto"]  # and they are not moved again


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" \n", "No symbols found: the text is empty."),
        ("Apple Inc.", 'No symbols found. Names, numbers and ISINs are not symbols: "Apple Inc.".'),
        ("5\n6", 'No symbols found. Names, numbers and ISINs are not symbols: "5" and 1 more line.'),
        ("5\n6\n7", 'No symbols found. Names, numbers and ISINs are not symbols: "5" and 2 more lines.'),
    ],
)
def test_a_text_without_symbols_is_reported(setup: Setup, text: str, message: str) -> None:
    setup.table.text_dropped.emit(text)
    assert setup.messages == [message]
    assert setup.rows == "A B C BTC-USD"


def test_a_chosen_file_is_imported(setup: Setup, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "positions.csv"
    path.write_bytes("Bezeichnung;Kürzel\r\nMünchener Rück;X\r\n".encode("cp1252"))
    setup.table.import_requested.emit()
    (dialog,) = setup.panel.findChildren(QFileDialog)
    dialog.filesSelected.emit([str(path)])
    dialog.reject()
    assert setup.rows == "A B C BTC-USD X"


def test_symbols_that_are_in_the_list_already_are_reported(setup: Setup) -> None:
    setup.table.text_dropped.emit("A B")
    assert setup.messages == ["2 symbols are already in this list."]
    assert setup.undo_offers == []
