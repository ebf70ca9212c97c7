"""The dialog that shows what the file for a problem report contains, before it is saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from ticker_gui.engine.report_file import ReportEntry
from ticker_gui.formatting.numbers import counted, size_text
from ticker_gui.gui.widgets.dialog_parts import action_button
from ticker_gui.gui.widgets.dialogs import resize_within_screen
from ticker_gui.gui.widgets.measures import DIALOG_MARGIN, GAP
from ticker_gui.gui.widgets.plain_text import plain_label

_SIZE: Final = QSize(680, 480)
_INTRODUCTION: Final = (
    "One file with everything that helps to find the cause of a problem. It contains your symbols, your settings and "
    "all messages of the feeds, but no API keys. Nothing is sent: save the file and add it to your report. It can be "
    "replayed like a recording."
)
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_NAME, _DESCRIPTION, _BYTES = range(3)


class ReportFileDialog(QDialog):
    """Lists the entries of a report file.

    Signals:
        save_requested: choose where to save it.
    """

    save_requested = Signal()

    def __init__(self, title: str, entries: Sequence[ReportEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("save_last_minutes")
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        resize_within_screen(self, _SIZE)
        introduction = plain_label(_INTRODUCTION, "muted")
        introduction.setWordWrap(True)
        self.files = _file_list(entries)
        total = size_text(sum(entry.size for entry in entries))
        self.message = plain_label(f"{counted(len(entries), 'file')}, {total}", "bundle_message")
        self.message.setWordWrap(True)
        self.save_button = action_button("&Save…", "save_bundle", "Choose where to save the file")
        self.save_button.setDefault(True)
        self.cancel_button = action_button("&Cancel", "cancel_bundle", "Close this dialog without saving")
        self.save_button.clicked.connect(lambda: self.save_requested.emit())
        self.cancel_button.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.setSpacing(GAP)
        foot.addWidget(self.message, 1)
        foot.addWidget(self.save_button)
        foot.addWidget(self.cancel_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(DIALOG_MARGIN, DIALOG_MARGIN, DIALOG_MARGIN, DIALOG_MARGIN)
        layout.setSpacing(GAP)
        layout.addWidget(introduction)
        layout.addWidget(self.files, 1)
        layout.addLayout(foot)
        self.save_button.setFocus()

    def show_saving(self, is_saving: bool, message: str) -> None:
        """Show that the file is being saved, or why that was not possible."""
        self.save_button.setEnabled(not is_saving)
        self.message.setText(message)


def _file_list(entries: Sequence[ReportEntry]) -> QTreeWidget:
    files = QTreeWidget()
    files.setObjectName("bundle_files")
    files.setAccessibleName("Files")
    files.setRootIsDecorated(False)
    files.setUniformRowHeights(True)
    files.setColumnCount(3)
    files.setHeaderLabels(["File", "Contents", "Size"])
    files.headerItem().setTextAlignment(_BYTES, _RIGHT)
    for entry in entries:
        item = QTreeWidgetItem(files, [entry.name, entry.description, size_text(entry.size)])
        item.setTextAlignment(_BYTES, _RIGHT)
    header = files.header()
    header.setStretchLastSection(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(_DESCRIPTION, QHeaderView.ResizeMode.Stretch)
    return files
