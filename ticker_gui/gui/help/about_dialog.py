"""The dialog with version, license and libraries."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ticker_gui import __version__
from ticker_gui.engine.program_info import LIBRARY_LICENSES, LICENSE, about_text, versions
from ticker_gui.gui.widgets.dialog_parts import action_button, rule
from ticker_gui.gui.widgets.measures import DIALOG_MARGIN, GAP, GRID, GROUP_GAP
from ticker_gui.gui.widgets.plain_text import plain_label

_ICON: Final = 64
_COLUMNS: Final = 2


class AboutDialog(QDialog):
    """Shows what the program consists of."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("about")
        self.setWindowTitle("About Ticker GUI")
        self.setAccessibleName("About Ticker GUI")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.copy_button = action_button("&Copy", "copy_about", "Copy version, license and libraries as text")
        self.close_button = action_button("C&lose", "close_about", "Close this dialog")
        self.copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(about_text(qVersion())))
        self.close_button.clicked.connect(self.close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(DIALOG_MARGIN, DIALOG_MARGIN, DIALOG_MARGIN, DIALOG_MARGIN)
        layout.setSpacing(GAP)
        layout.addLayout(self._head())
        layout.addWidget(rule())
        layout.addLayout(self._versions())
        layout.addWidget(_note(f"{LICENSE}\n{LIBRARY_LICENSES}"))
        layout.addLayout(self._foot())
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)
        self.close_button.setFocus()

    def _head(self) -> QHBoxLayout:
        picture = QLabel()
        picture.setPixmap(QGuiApplication.windowIcon().pixmap(QSize(_ICON, _ICON), self.devicePixelRatioF()))
        title = plain_label(f"Ticker GUI {__version__}", "feed_title")
        words = QVBoxLayout()
        words.setSpacing(GRID)
        words.addStretch(1)
        words.addWidget(title)
        words.addWidget(plain_label("Live prices of stocks and crypto from any market-data WebSocket.", "muted"))
        words.addStretch(1)
        head = QHBoxLayout()
        head.setSpacing(DIALOG_MARGIN)
        head.addWidget(picture)
        head.addLayout(words, 1)
        return head

    def _versions(self) -> QGridLayout:
        """Lay out the versions in two columns, read downwards."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(DIALOG_MARGIN)
        grid.setVerticalSpacing(GRID)
        found = versions(qVersion())[1:]  # the program's own is the title
        height = -(-len(found) // _COLUMNS)
        for index, (name, version) in enumerate(found):
            column, row = divmod(index, height)
            grid.addWidget(plain_label(name, "muted"), row, 3 * column)
            value = plain_label(version, f"version_{name}")
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(value, row, 3 * column + 1)
        grid.setColumnMinimumWidth(2, GROUP_GAP)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(4, 1)
        return grid

    def _foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setSpacing(GAP)
        foot.addStretch(1)
        foot.addWidget(self.copy_button)
        foot.addWidget(self.close_button)
        return foot


def _note(text: str) -> QLabel:
    label = plain_label(text, "note")
    label.setWordWrap(True)
    return label
