"""The dialog for an error that keeps the program from starting, for users who started it without a terminal."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.gui.widgets.dialog_parts import action_button
from ticker_gui.gui.widgets.icons import icon
from ticker_gui.gui.widgets.measures import DIALOG_MARGIN, GAP, LARGE_ICON_SIZE
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip

_WIDTH: Final = 480
_MAX_LENGTH: Final = 2_000


class StartErrorDialog(QDialog):
    """Shows what happened and what to do. ``file`` is the settings file, if it can be opened.

    ``has_started`` says that the window was open before.

    Signals:
        file_requested: open the settings file.
    """

    file_requested = Signal()

    def __init__(
        self, message: str, file: str = "", *, has_started: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._message = message
        self.setObjectName("start_error")
        self.setWindowTitle("Ticker GUI")
        heading = "Ticker GUI has stopped" if has_started else "Ticker GUI could not start"
        self.setAccessibleName(heading)
        self.setMinimumWidth(_WIDTH)
        picture = QLabel()
        size = QSize(LARGE_ICON_SIZE, LARGE_ICON_SIZE)
        picture.setPixmap(icon("warn", "error").pixmap(size, self.devicePixelRatioF()))
        title = plain_label(heading, "feed_title")
        self.text = plain_label(sanitize_text(message, _MAX_LENGTH), "start_error_text")
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setAccessibleName(self.text.text())
        self.open_button = action_button("&Open the file", "start_error_file", "")
        set_tooltip(self.open_button, f"Open {file} in an editor")
        self.open_button.setVisible(bool(file))
        self.copy_button = action_button("&Copy", "start_error_copy", "Copy this message")
        self.close_button = action_button("Close", "start_error_close", "Close this message and exit the program")
        self.close_button.setDefault(True)
        self._lay_out(picture, title)
        self.open_button.clicked.connect(lambda: self.file_requested.emit())
        self.copy_button.clicked.connect(self.copy)
        self.close_button.clicked.connect(self.close)
        self.close_button.setFocus()

    def _lay_out(self, picture: QLabel, title: QLabel) -> None:
        words = QVBoxLayout()
        words.setSpacing(GAP)
        words.addWidget(title)
        words.addWidget(self.text, 1)
        body = QHBoxLayout()
        body.setSpacing(DIALOG_MARGIN)
        body.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        body.addLayout(words, 1)
        foot = QHBoxLayout()
        foot.setSpacing(GAP)
        foot.addStretch(1)
        for button in (self.open_button, self.copy_button, self.close_button):
            foot.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(DIALOG_MARGIN, DIALOG_MARGIN, DIALOG_MARGIN, DIALOG_MARGIN)
        layout.setSpacing(DIALOG_MARGIN)
        layout.addLayout(body, 1)
        layout.addLayout(foot)

    def copy(self) -> None:
        """Copy the message."""
        QGuiApplication.clipboard().setText(self._message)
