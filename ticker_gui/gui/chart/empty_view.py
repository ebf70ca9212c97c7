"""What is shown instead of a chart without data: an icon, a line, a sentence and one button."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget

from ticker_gui.feed_status.charted_status import ChartedStatus
from ticker_gui.gui.chart.annotations.legend import WAITING_FOR_TRADES
from ticker_gui.gui.widgets.icons import icon
from ticker_gui.gui.widgets.measures import EMPTY_TEXT, GAP, LARGE_ICON_SIZE
from ticker_gui.gui.widgets.plain_text import plain_label
from ticker_gui.gui.widgets.theme import scaled
from ticker_gui.market.symbol_state import SymbolState


class EmptyText(NamedTuple):
    """The texts of an empty state; without ``action`` there is no button."""

    title: str
    sentence: str = ""
    action: str = ""


class EmptyView(QWidget):
    """Centred in its area.

    Signals:
        action_requested: the user has pressed the button.
    """

    action_requested = Signal()

    def __init__(self, name: str, icon_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._icon = icon(icon_name, "text3")
        self._text = EmptyText("")
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._title = plain_label("", f"{name}_title")
        self._title.setFont(scaled(QApplication.font(), EMPTY_TEXT, is_strong=True))
        self._sentence = plain_label("", "empty")
        self._button = QPushButton()
        self._button.setObjectName(f"{name}_action")
        self._button.clicked.connect(self.action_requested)
        layout = QVBoxLayout(self)
        layout.setSpacing(GAP + 2)
        layout.addStretch()
        for label in (self._picture, self._title, self._sentence):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(label is self._sentence)
            layout.addWidget(label)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addStretch()
        self.refresh_icon()

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
        self._button.setText(text.action)
        self._button.setVisible(bool(text.action))
        self.setAccessibleName(f"{text.title}. {text.sentence}".strip())

    def refresh_icon(self) -> None:
        """Draw the icon in the colours of the current theme."""
        self._picture.setPixmap(self._icon.pixmap(LARGE_ICON_SIZE, LARGE_ICON_SIZE))


def empty_text(state: SymbolState | None, status: ChartedStatus | None) -> EmptyText:
    """Return what is shown instead of the chart of a symbol without data, or of no symbol."""
    if state is None:
        return EmptyText("No symbol on the chart", "Select a row to see its chart.", "Add symbols")
    if status is None:
        return EmptyText(WAITING_FOR_TRADES)
    return EmptyText(status.word, status.reason, "" if status.remedy is None else status.remedy.value)
