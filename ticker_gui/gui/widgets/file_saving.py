"""Saving files: the file dialog, atomic writing, and the message about the result."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtWidgets import QFileDialog, QWidget

from ticker_gui.config.state_files import atomic_write
from ticker_gui.domain.errors import SettingsError
from ticker_gui.formatting.file_errors import describe_write_error

_MAX_NAME_LENGTH: Final = 60
_WINDOWS_DEVICE: Final = re.compile(
    r"(con|prn|aux|nul|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE
)  # reserved names on Windows


def choose_save_path(
    parent: QWidget,
    title: str,
    default_name: str,
    name_filters: str,
    save: Callable[[Path], object],
    *,
    suffix: str = "",
) -> QFileDialog:
    """Open a file dialog and pass the chosen path to ``save``; not modal, as a nested event loop would block the feeds.

    ``name_filters`` are in Qt's format: ``CSV (*.csv)``. A name without a dot gets ``suffix``, by default that of
    ``default_name``.
    """
    dialog = QFileDialog(parent, title)
    dialog.setObjectName("save_as")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters(name_filters.split(";;"))
    dialog.setDefaultSuffix(suffix or default_name.rpartition(".")[2])
    dialog.selectFile(default_name)
    dialog.fileSelected.connect(lambda name: save(Path(name)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog


def file_name(text: str) -> str:
    """Return a text as a file name that is valid on every platform."""
    name = re.sub(r"[^\w.-]+", "_", text)[:_MAX_NAME_LENGTH].strip("._") or "ticker"
    return f"_{name}" if _WINDOWS_DEVICE.fullmatch(name) else name


def save_text(path: Path, text: str, show_message: Callable[[str], object]) -> None:
    """Write a text file atomically, and report the result."""
    show_message(save_file(path, encode_text(text)))


def save_bytes(path: Path, content: bytes, show_message: Callable[[str], object]) -> None:
    """Write a binary file atomically, and report the result."""
    show_message(save_file(path, content))


def widget_png(widget: QWidget) -> bytes:
    """Return an image of a widget as PNG, in device pixels."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    widget.grab().save(buffer, "PNG")
    return bytes(content.data())


def save_screenshot(widget: QWidget, path: Path) -> None:
    """Save an image of a widget as a PNG file.

    Raises:
        SettingsError: the file cannot be written.
    """
    try:
        atomic_write(path, widget_png(widget))
    except OSError as error:
        raise SettingsError(f"Could not save the screenshot to {path}: {describe_write_error(error, path)}.") from error


def encode_text(text: str) -> bytes:
    """Return a text as UTF-8 with a byte order mark, without which spreadsheets misread it."""
    return text.encode("utf-8-sig")


def save_file(path: Path, content: bytes) -> str:
    """Write a file atomically; return a message about the result."""
    try:
        atomic_write(path, content)
    except OSError as error:
        return f"Could not save {path.name}: {describe_write_error(error, path)}. Choose another folder."
    return f"Saved {path.name} in {path.absolute().parent}."
