"""Files that the user asks for: where they should go, and that they got there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtWidgets import QFileDialog, QWidget

from ticker_gui.config.state_files import atomic_write

_MAX_NAME_LENGTH: Final = 60
_WINDOWS_DEVICE: Final = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE)  # to Windows


def choose_save_path(
    parent: QWidget, title: str, default_name: str, name_filters: str, save: Callable[[Path], object]
) -> QFileDialog:
    """Ask for a file to write and hand it on; not modally, as a nested loop would starve the feeds.

    ``name_filters`` are what Qt calls name filters: ``CSV (*.csv)``.
    """
    dialog = QFileDialog(parent, title)
    dialog.setObjectName("save_as")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters(name_filters.split(";;"))
    dialog.setDefaultSuffix(default_name.rpartition(".")[2])
    dialog.selectFile(default_name)
    dialog.fileSelected.connect(lambda name: save(Path(name)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog


def file_name(text: str) -> str:
    """Return a text as it can be in the name of a file on any system."""
    name = re.sub(r"[^\w.-]+", "_", text)[:_MAX_NAME_LENGTH].strip("._") or "ticker"
    return f"_{name}" if _WINDOWS_DEVICE.fullmatch(name) else name


def save_text(path: Path, text: str, show_message: Callable[[str], object]) -> None:
    """Write a text, whole or not at all, and say that it is there or why it is not."""
    show_message(save_file(path, encode_text(text)))


def save_bytes(path: Path, content: bytes, show_message: Callable[[str], object]) -> None:
    """Write a file, likewise."""
    show_message(save_file(path, content))


def widget_png(widget: QWidget) -> bytes:
    """Return a picture of a widget, in the pixels of the screen."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    widget.grab().save(buffer, "PNG")
    return bytes(content.data())


def encode_text(text: str) -> bytes:
    """Return a text as a file holds it: spreadsheets take UTF-8 for what it is only with its mark."""
    return text.encode("utf-8-sig")


def save_file(path: Path, content: bytes) -> str:
    """Write a file, whole or not at all; return the sentence about it."""
    try:
        atomic_write(path, content)
    except OSError as error:
        return f"{path.name} is not written: {error.strerror or error}. Choose another folder."
    return f"{path.name} is written."
