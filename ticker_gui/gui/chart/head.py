"""The head of the chart: symbol, price and change, and at the right the state of the data with its remedy."""

from __future__ import annotations

from typing import Final, NamedTuple

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from ticker_gui.domain.state_mark import StateMark
from ticker_gui.feed_status.charted_status import ChartedStatus, Remedy
from ticker_gui.formatting.numbers import on_screen
from ticker_gui.gui.chart.accessible_summary import Headline
from ticker_gui.gui.widgets.keyboard_focus import is_ring_visible
from ticker_gui.gui.widgets.measures import (
    CHART_HEAD_HEIGHT,
    CONTROL_HEIGHT,
    GAP,
    MARK_SIZE,
    PANEL_MARGIN,
    PRICE_TEXT,
    TITLE_TEXT,
)
from ticker_gui.gui.widgets.plain_text import escaped_tooltip
from ticker_gui.gui.widgets.state_marks import draw_mark, mark_color
from ticker_gui.gui.widgets.text_painter import TextPainter
from ticker_gui.gui.widgets.theme import Theme, scaled, tabular

_SEVERE: Final = (StateMark.NOT_CONNECTED, StateMark.REFUSED)
_SPACE: Final = 14  # between the texts


class HeadPart(NamedTuple):
    """A text at the left of the head."""

    texts: TextPainter
    text: str
    color: str
    left: int


class ChartHead(QWidget):
    """Draws the headline and the status. Screen readers find the headline as its name.

    It is not a label, because each new text of a label would lay out the window again. Parts that do not fit are left
    out, never cut: a cut number is misleading.

    Signals:
        remedy_requested: the user wants what the button offers, as `Remedy`.
    """

    remedy_requested = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chart_title")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._theme = theme
        self._headline = Headline()
        self._status: ChartedStatus | None = None
        self._is_focused = self._was_keyboard = False  # the chart, and by the keyboard
        if parent is not None:
            parent.installEventFilter(self)
        font = tabular(QApplication.font())
        self._small: Final = TextPainter(font)
        self._title: Final = TextPainter(scaled(font, TITLE_TEXT, is_strong=True))
        self._price: Final = TextPainter(scaled(font, PRICE_TEXT, is_strong=True))
        self.setFixedHeight(max(CHART_HEAD_HEIGHT, round(self._price.metrics.height()) + GAP))
        self._button = QPushButton(self)
        self._button.setObjectName("chart_remedy")
        self._button.setAccessibleName("No action")  # while it is hidden: screen readers list it nevertheless
        self._button.setFixedHeight(max(CONTROL_HEIGHT, self._button.fontMetrics().height() + GAP))
        self._button.clicked.connect(self._request_remedy)
        self._button.hide()
        self._button.installEventFilter(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(PANEL_MARGIN, 0, PANEL_MARGIN, 0)
        layout.addStretch()
        layout.addWidget(self._button)

    def text(self) -> str:
        """Return the headline."""
        return self._headline.text

    @property
    def status(self) -> ChartedStatus | None:
        """The status that is displayed."""
        return self._status

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self._theme = theme
        self.update()

    def show_headline(self, headline: Headline) -> None:
        """Show other texts; nothing is drawn if they are the same."""
        if headline != self._headline:
            self._headline = headline
            self.setAccessibleName(headline.text)
            self.update()

    def show_status(self, status: ChartedStatus | None, *, has_button: bool = True) -> None:
        """Show the state of the data; without ``has_button``, the remedy is offered elsewhere."""
        is_offered = status is not None and status.remedy is not None and has_button
        if self._button.isVisibleTo(self) != is_offered:
            self._button.setVisible(is_offered)
        if status == self._status:
            return
        self._status = status
        if status is not None and status.remedy is not None:
            self._button.setText(status.remedy.value)
            self._button.setAccessibleName(status.remedy.value)
            self._button.setToolTip(escaped_tooltip(_TOOL_TIPS[status.remedy]))
        text = "" if status is None else f"{status.word}, {status.detail}".rstrip(", ")
        self.setAccessibleDescription(text if status is None or not status.reason else f"{text}. {status.reason}")
        self.setToolTip(escaped_tooltip("" if status is None else status.reason))
        self.update()

    def _request_remedy(self) -> None:
        if self._status is not None and self._status.remedy is not None:
            self.remedy_requested.emit(self._status.remedy)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show by a ring that the chart has the focus, since that is covered by its parts; keep clear of the button."""
        if watched is self._button and event.type() in _MOVED:
            self.update()  # the texts end before it
        if isinstance(event, QFocusEvent) and watched is self.parent():
            self._is_focused = event.gotFocus()
            if self._is_focused:
                self._was_keyboard = is_ring_visible(event.reason(), was_visible=self._was_keyboard)
            self.update()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        painter.fillRect(event.rect(), QColor(theme.base))
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(theme.border))
        status_left = self._draw_status(painter)
        self._draw_headline(painter, status_left - _SPACE)
        if self._is_focused and self._was_keyboard:
            painter.setPen(QPen(QColor(theme.focus), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _draw_status(self, painter: QPainter) -> int:
        """Draw the status at the right, the detail only if there is room; return its left edge."""
        status, texts, theme = self._status, self._small, self._theme
        right = self._button.x() - GAP if self._button.isVisibleTo(self) else self.width() - PANEL_MARGIN
        if status is None:
            return right
        word, detail = texts.get(status.word), texts.get(status.detail)
        room = right - self._title.get(self._headline.symbol).width - 2 * PANEL_MARGIN
        has_detail = bool(status.detail) and word.width + detail.width + MARK_SIZE + 2 * GAP <= room / 2
        width = MARK_SIZE + GAP - 1 + word.width + (GAP - 2 + detail.width if has_detail else 0)
        left = round(right - width)
        if left < room / 8:
            return right
        color = mark_color(status.mark, theme)
        draw_mark(painter, left, round((self.height() - MARK_SIZE) / 2), status.mark, color)
        top, left_of_word = self._top(texts), left + MARK_SIZE + GAP - 1
        painter.setFont(texts.font)
        painter.setPen(QColor(color if status.mark in _SEVERE else theme.text2))
        texts.draw(painter, left_of_word, top, word)
        if has_detail:
            painter.setPen(QColor(theme.text3))
            texts.draw(painter, round(left_of_word + word.width) + GAP - 2, top, detail)
        return left

    def _draw_headline(self, painter: QPainter, end: int) -> None:
        for part in self.parts_before(end):
            painter.setFont(part.texts.font)
            painter.setPen(QColor(part.color))
            part.texts.draw(painter, part.left, self._top(part.texts), part.texts.get(part.text))

    def parts_before(self, end: int) -> list[HeadPart]:
        """Return the texts that fit before an x coordinate, each with its place; the symbol is always among them."""
        theme, line = self._theme, self._headline
        is_stale = bool(line.date) or (self._status is not None and self._status.is_stale)
        text, text2 = (theme.text3, theme.text3) if is_stale else (theme.text, theme.text2)
        change = text if is_stale else {1: theme.up, -1: theme.down}.get(line.direction, theme.text)
        arrow = {1: "▲ ", -1: "▼ "}.get(line.direction, "")
        numbers = [
            (self._price, on_screen(line.price), text),
            (self._small, line.date, text),
            (self._small, f"{arrow}{on_screen(line.change)}" if line.change else "", change),
            (self._small, on_screen(line.percent), change),
        ]
        parts = [HeadPart(self._title, line.symbol, text, PANEL_MARGIN)]
        left = PANEL_MARGIN + self._title.get(line.symbol).width + _SPACE
        width = sum(texts.get(one).width + _SPACE for texts, one, _ in numbers if one)
        if line.name and left + self._small.get(line.name).width + _SPACE + width <= end:
            parts.append(HeadPart(self._small, line.name, text2, round(left)))
            left += self._small.get(line.name).width + _SPACE
        dated_width = self._small.get(line.date).width + _SPACE if line.date else 0  # no such price without its date
        for texts, one, color in numbers:
            if one:
                if left + texts.get(one).width + (dated_width if texts is self._price else 0) > end:
                    break
                parts.append(HeadPart(texts, one, color, round(left)))
                left += texts.get(one).width + _SPACE
        return parts

    def _top(self, texts: TextPainter) -> int:
        return round((self.height() - texts.metrics.height()) / 2)


_MOVED: Final = {QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide}
_TOOL_TIPS: Final = {
    Remedy.FIND: "Search for the symbol in all feeds",
    Remedy.ENTER_KEY: "Enter the API key for this feed",
    Remedy.CONNECT: "Connect a feed that has this symbol",
    Remedy.ENABLE: "Connect the feed of this symbol again",
    Remedy.RETRY: "Reconnect now",
}
