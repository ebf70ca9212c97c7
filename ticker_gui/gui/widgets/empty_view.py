"""What an empty list or chart shows: an icon, a line, a sentence and what the user can do."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ticker_gui.gui.widgets.icons import icon
from ticker_gui.gui.widgets.measures import EMPTY_TEXT, GAP, LARGE_ICON_SIZE
from ticker_gui.gui.widgets.plain_text import plain_label
from ticker_gui.gui.widgets.theme import scaled

_MAX_TEXT_CHARACTERS = 84  # of a line that is easy to read
_NO_ACTION = "No action"  # of a hidden button: screen readers list those, too


class EmptyText(NamedTuple):
    """The texts of an empty state; without ``action`` there is no button. ``second_action`` is that of a second one."""

    title: str
    sentence: str = ""
    action: str = ""
    second_action: str = ""


class EmptyView(QWidget):
    """Shows an icon, texts and buttons in the center of its area.

    Signals:
        action_requested: the user has pressed the button.
        second_action_requested: the user has pressed the second button.
    """

    action_requested = Signal()
    second_action_requested = Signal()

    def __init__(self, name: str, icon_name: str, parent: QWidget | None = None, *, is_filled: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAutoFillBackground(is_filled)
        self.setBackgroundRole(QPalette.ColorRole.Base)  # the surface of lists and charts
        self._icon = icon(icon_name, "text3", is_large=True)
        self._text = EmptyText("")
        self._is_icon_due = True  # most views are never seen
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._picture.setFixedHeight(LARGE_ICON_SIZE)
        self._title = plain_label("", f"{name}_title")
        self._title.setFont(scaled(QApplication.font(), EMPTY_TEXT, is_strong=True))
        self._sentence = plain_label("", "empty")
        self._button = QPushButton()
        self._button.setObjectName(f"{name}_action")
        self._button.clicked.connect(self.action_requested)
        self._second_button = QPushButton()
        self._second_button.setObjectName(f"{name}_second_action")
        self._second_button.clicked.connect(self.second_action_requested)
        layout = QVBoxLayout(self)
        layout.setSpacing(GAP + 2)
        layout.addStretch()
        for label in (self._picture, self._title, self._sentence):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(label is self._sentence)
        self._sentence.setMaximumWidth(_MAX_TEXT_CHARACTERS * self._sentence.fontMetrics().averageCharWidth())
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self._sentence, 1000)  # up to its greatest width
        middle.addStretch(1)
        layout.addWidget(self._picture)
        layout.addWidget(self._title)
        layout.addLayout(middle)
        for button in (self._button, self._second_button):
            button.setAccessibleName(_NO_ACTION)
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addStretch()

    @property
    def text(self) -> EmptyText:
        """What is displayed."""
        return self._text

    def show_text(self, text: EmptyText) -> None:
        """Show other texts."""
        if text == self._text:
            return
        self._text = text
        self._title.setText(text.title)
        self._sentence.setText(text.sentence)
        self._sentence.setVisible(bool(text.sentence))
        for button, action in ((self._button, text.action), (self._second_button, text.second_action)):
            button.setText(action)
            button.setAccessibleName(action or _NO_ACTION)
            button.setVisible(bool(action))
        self.setAccessibleName(f"{text.title}. {text.sentence}".strip())

    def refresh_icon(self) -> None:
        """Draw the icon in the colors of the current theme, now or when it will be shown."""
        self._is_icon_due = not self.isVisible()
        if not self._is_icon_due:
            self._picture.setPixmap(self._icon.pixmap(LARGE_ICON_SIZE, LARGE_ICON_SIZE))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_icon_due:
            self.refresh_icon()
