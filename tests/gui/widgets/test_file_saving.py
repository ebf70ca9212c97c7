from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.domain.errors import SettingsError
from ticker_gui.gui.widgets.file_saving import choose_save_path, file_name, save_bytes, save_screenshot, save_text

RESERVED = ["CON", "prn", "Aux", "NUL", "com1", "LPT9", "nul.old"]


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window


def ask(window: QWidget, folder: Path, proposal: str = "rows.csv") -> tuple[QFileDialog, list[Path]]:
    """Open the save dialog; return it and the list of paths that it passes on."""
    chosen: list[Path] = []
    choose_save_path(window, "Export rows", proposal, "CSV (*.csv);;All files (*)", chosen.append)
    (dialog,) = window.findChildren(QFileDialog)
    dialog.setDirectory(str(folder))
    return dialog, chosen


def test_the_dialog_is_not_modal_and_passes_the_path_on(window: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    dialog, chosen = ask(window, tmp_path)
    assert dialog.isVisible()
    assert dialog.objectName() == "save_as"
    assert dialog.windowTitle() == "Export rows"
    assert dialog.nameFilters() == ["CSV (*.csv)", "All files (*)"]
    field = dialog.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    assert field.text() == "rows.csv"
    field.selectAll()
    qtbot.keyClicks(field, "mine")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert chosen == [tmp_path / "mine.csv"]
    qtbot.waitUntil(lambda: not window.findChildren(QFileDialog))


def test_a_name_without_a_dot_gets_the_whole_suffix(window: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    chosen: list[Path] = []
    dialog = choose_save_path(window, "Record", "a.one.gz", "Recordings (*.one.gz)", chosen.append, suffix="one.gz")
    dialog.setDirectory(str(tmp_path))
    field = dialog.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    field.selectAll()
    qtbot.keyClicks(field, "mine")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert chosen == [tmp_path / "mine.one.gz"]


def test_the_default_name_can_be_accepted(window: QWidget, tmp_path: Path) -> None:
    dialog, chosen = ask(window, tmp_path)
    dialog.accept()
    assert chosen == [tmp_path / "rows.csv"]


def test_escape_passes_nothing_on_and_deletes_the_dialog(window: QWidget, qtbot: QtBot, tmp_path: Path) -> None:
    dialog, chosen = ask(window, tmp_path)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.findChildren(QFileDialog))
    assert chosen == []


@pytest.mark.parametrize(
    ("text", "name"),
    [("Watchlist", "Watchlist"), ("My coins & more", "My_coins_more"), ("../../etc/passwd", "etc_passwd"),
     ("a/b\\c:d*e?f", "a_b_c_d_e_f"), ("Größe 5", "Größe_5"), ("", "ticker"), (" . ", "ticker"), ("...", "ticker")],
)  # fmt: skip
def test_the_name_of_a_list_becomes_a_file_name(text: str, name: str) -> None:
    assert file_name(text) == name


@pytest.mark.parametrize("text", RESERVED)
def test_names_of_windows_devices_are_avoided(text: str) -> None:
    assert file_name(text).upper() != text.upper()
    assert text in file_name(text)


@given(st.text(max_size=80))
def test_any_text_becomes_a_file_name_valid_on_every_platform(text: str) -> None:
    name = file_name(text)
    assert 1 <= len(name) <= 61
    assert not set(name) & set('/\\:*?"<>| \0\n')
    assert name[0] != "."
    assert name[-1] != "."
    assert name.upper() not in map(str.upper, RESERVED)


def test_a_text_is_saved_for_spreadsheets_and_reported(tmp_path: Path) -> None:
    messages: list[str] = []
    path = tmp_path / "rows.csv"
    path.write_text("old")
    save_text(path, "Symbol\r\nÄ\r\n", messages.append)
    assert path.read_bytes() == b"\xef\xbb\xbfSymbol\r\n\xc3\x84\r\n"
    assert messages == [f"Saved rows.csv in {tmp_path}."]
    assert list(tmp_path.iterdir()) == [path]


def test_bytes_are_saved_unchanged(tmp_path: Path) -> None:
    save_bytes(tmp_path / "a.png", b"\x89PNG\r\n", str)
    assert (tmp_path / "a.png").read_bytes() == b"\x89PNG\r\n"


def test_a_screenshot_is_saved_as_png(window: QWidget, tmp_path: Path) -> None:
    window.resize(60, 40)
    save_screenshot(window, tmp_path / "window.png")
    image = QImage(str(tmp_path / "window.png"))
    assert image.size() == window.grab().size()
    missing = tmp_path / "nowhere" / "window.png"
    with pytest.raises(SettingsError) as raised:
        save_screenshot(window, missing)
    assert raised.value.for_user == (
        f"Could not save the screenshot to {missing}: the folder {missing.parent} does not exist."
    )


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    messages: list[str] = []
    save_text(tmp_path / "nowhere" / "rows.csv", "x", messages.append)
    assert messages == [
        f"Could not save rows.csv: the folder {tmp_path / 'nowhere'} does not exist. Choose another folder."
    ]


@pytest.mark.skipif(sys.platform == "win32" or not os.geteuid(), reason="root and Windows may write everywhere")
def test_a_read_only_folder_is_reported(tmp_path: Path) -> None:
    messages: list[str] = []
    tmp_path.chmod(0o500)
    save_text(tmp_path / "rows.csv", "x", messages.append)
    tmp_path.chmod(0o700)
    assert messages == [
        f"Could not save rows.csv: you do not have permission to write to {tmp_path}. Choose another folder."
    ]
