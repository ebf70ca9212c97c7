from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.gui.watchlist.panel import WatchlistPanel
from ticker_gui.gui.watchlist.row_files import export, read_files
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.watchlist.columns import COLUMNS
from ticker_gui.watchlist.sorting import Sorting

ALL_TITLES = [column.title for column in COLUMNS if column.title != "Trend"]


class Files:
    """A panel for import and export, the texts read, and the messages shown."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.folder = folder
        self.desk = Desk("BTC-USD", "=cmd()", "AAPL")
        self.panel = WatchlistPanel(self.desk.clock, load_theme("dark"), flash_enabled=False)
        self.panel.order.set_states(self.desk.market.states, ())
        for symbol, price in (("BTC-USD", 61234.5), ("=cmd()", -2.0), ("=cmd()", -2.0), ("AAPL", 0.00001832)):
            self.desk.trade(symbol, price)
        self.read: list[str] = []
        self.messages: list[str] = []
        qtbot.addWidget(self.panel)
        self.panel.show()
        self._qtbot = qtbot

    def written(self, name: str, content: bytes) -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def read_files(self, *paths: str) -> None:
        read_files(paths, self.read.append, self.messages.append)

    def export(self, is_all: bool, name: str = "My list") -> list[list[str]]:
        """Export with the default name and return the rows of the CSV file."""
        export(self.panel, name, self.messages.append, is_all=is_all)
        (dialog,) = self.panel.findChildren(QFileDialog)
        dialog.setDirectory(str(self.folder))
        dialog.accept()
        self._qtbot.waitUntil(lambda: not self.panel.findChildren(QFileDialog))
        (path,) = self.folder.glob("*.csv")
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        path.unlink()
        return rows


@pytest.fixture
def files(qtbot: QtBot, tmp_path: Path) -> Files:
    return Files(qtbot, tmp_path)


def test_files_are_read_one_after_another(files: Files) -> None:
    files.read_files(files.written("a.txt", b"AAPL\r\nMSFT\r\n"), files.written("b.txt", b"TSLA; BTC-USD"))
    assert files.read == ["AAPL\r\nMSFT\r\n", "TSLA; BTC-USD"]
    assert files.messages == []


def test_a_byte_order_mark_is_not_part_of_a_symbol(files: Files) -> None:
    files.read_files(files.written("a.txt", b"\xef\xbb\xbfAAPL"))
    assert files.read == ["AAPL"]


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"A\0B", "NUL bytes"), (b"A " * (1 << 20), "larger than 1 MB")],
    ids=["zeros", "huge"],
)
def test_files_without_text_are_reported_and_the_others_are_read(files: Files, content: bytes, why: str) -> None:
    files.read_files(files.written("bad.bin", content), files.written("good.txt", b"A"))
    (messages,) = files.messages
    assert messages.startswith("Could not read bad.bin: ")
    assert why in messages
    assert files.read == ["A"]


def test_files_of_older_spreadsheets_are_read(files: Files) -> None:
    files.read_files(files.written("a.csv", b"Gr\xf6\xdfe;K\xfcrzel"))
    assert files.read == ["Größe;Kürzel"]
    assert files.messages == []


def test_missing_files_and_folders_are_reported(files: Files) -> None:
    files.read_files(str(files.folder / "gone.txt"), str(files.folder))
    assert files.messages[0] == "Could not read gone.txt: there is no such file."
    assert files.messages[1].startswith(f"Could not read {files.folder.name}: ")
    assert "[Errno" not in " ".join(files.messages)


def test_a_file_dropped_on_the_table_is_read(files: Files) -> None:
    files.panel.table.files_dropped.connect(lambda paths: files.read_files(*paths))
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(files.written("a.txt", b"AAPL"))])
    how = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(files.panel.table.viewport(), QDragEnterEvent(QPoint(5, 5), *how))
    QApplication.sendEvent(files.panel.table.viewport(), QDropEvent(QPointF(5, 5), *how))
    assert files.read == ["AAPL"]


def test_visible_rows_are_exported_in_order_with_raw_numbers(files: Files) -> None:
    files.panel.table.set_columns(["symbol", "feed", "last", "line", "change"])
    files.panel.order.keep_sorted(Sorting("last"))
    files.panel.order.set_filter(lambda state, now_ns: (state.last or 0) > 0)
    assert files.export(is_all=False) == [
        ["Symbol", "Last", "Chg"], ["BTC-USD", "61234.5", ""], ["AAPL", "0.00001832", ""]
    ]  # fmt: skip
    assert files.messages == [f"Saved My_list.csv in {files.folder}."]


def test_exporting_all_includes_hidden_rows_and_columns(files: Files) -> None:
    files.panel.table.set_columns(["symbol"])
    files.panel.order.set_filter(lambda state, now_ns: False)
    rows = files.export(is_all=True)
    assert rows[0] == ALL_TITLES
    assert [row[0] for row in rows[1:]] == ["BTC-USD", "'=cmd()", "AAPL"]
    assert rows[2][ALL_TITLES.index("Last")] == "-2"
    assert [row[ALL_TITLES.index("Feed")] for row in rows[1:]] == ["desk"] * 3


def test_the_export_has_the_values_of_the_time_of_confirmation(files: Files) -> None:
    export(files.panel, "x", files.messages.append, is_all=False)
    (dialog,) = files.panel.findChildren(QFileDialog)
    files.desk.trade("BTC-USD", 61235.0)
    dialog.fileSelected.emit(str(files.folder / "x.csv"))
    dialog.reject()
    assert "61235" in (files.folder / "x.csv").read_text("utf-8-sig")


def test_cancelling_the_dialog_writes_no_file(files: Files) -> None:
    export(files.panel, "x", files.messages.append, is_all=False)
    files.panel.findChildren(QFileDialog)[0].reject()
    assert (list(files.folder.iterdir()), files.messages) == ([], [])


def test_a_file_that_cannot_be_written_is_reported(files: Files) -> None:
    export(files.panel, "x", files.messages.append, is_all=False)
    (dialog,) = files.panel.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(files.folder / "nowhere" / "x.csv"))
    dialog.reject()
    assert files.messages == [
        f"Could not save x.csv: the folder {files.folder / 'nowhere'} does not exist. Choose another folder."
    ]
