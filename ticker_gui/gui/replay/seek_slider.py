"""The slider that shows and sets the position in a recording."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSlider, QStyle, QToolTip, QWidget

from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.widgets.icons import current_theme
from ticker_gui.gui.widgets.measures import CONTROL_HEIGHT
from ticker_gui.gui.widgets.plain_text import escaped_tooltip

STEP_NS: Final = 5 * SECOND_NS  # of an arrow key
_PAGES: Final = 10  # of the whole recording
_MAX_STEPS: Final = 1_000_000_000  # Qt's sliders count in 32 bits
_MIN_UNIT_NS: Final = 1_000_000
_KEYS_MS: Final = 150  # several keys in a row are one request
_NOTE_WIDTH: Final = 2
_GROOVE: Final = 4
_HANDLE: Final = 14


class SeekSlider(QSlider):
    """A click goes to that place; a drag does when it ends. Remarks in the recording are marks on it.

    ``describe`` returns a time as text, for the tooltip and screen readers.

    Signals:
        seek_requested: go to this time, in nanoseconds since the epoch.
        dragged: the pointer is at this time.
    """

    seek_requested = Signal(object)
    dragged = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName("replay_position")
        self.setAccessibleName("Position in the recording")
        self.setMouseTracking(True)
        self.setFixedHeight(CONTROL_HEIGHT)
        self.setTracking(False)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # as the time axis of the chart
        self.describe: Callable[[int], str] = str
        self._began_ns, self._unit_ns = 0, _MIN_UNIT_NS
        self._notes: Sequence[tuple[int, str]] = ()
        self._is_moved_by_user = False
        self._keys = QTimer(self, singleShot=True, interval=_KEYS_MS)
        self._keys.timeout.connect(self._request)
        self.actionTriggered.connect(self._on_action)

    def set_recording(self, began_ns: int, ended_ns: int, notes: Sequence[tuple[int, str]] = ()) -> None:
        """Set the first and the last time, and the times with remarks."""
        duration_ns = max(1, ended_ns - began_ns)
        self._began_ns, self._notes = began_ns, notes
        self._unit_ns = max(_MIN_UNIT_NS, duration_ns // _MAX_STEPS + 1)
        self.setRange(0, -(-duration_ns // self._unit_ns))
        self.setSingleStep(max(1, min(STEP_NS, duration_ns // _PAGES) // self._unit_ns))
        self.setPageStep(max(1, self.maximum() // _PAGES))
        self.update()

    def show_time(self, time_ns: int) -> None:
        """Show the time that is played, unless the user is choosing another one."""
        if not self.isSliderDown() and not self._keys.isActive():
            self.setValue((time_ns - self._began_ns) // self._unit_ns)

    def time_at(self, value: int) -> int:
        """Return the time of a value."""
        return self._began_ns + value * self._unit_ns

    def x_of(self, time_ns: int) -> float:
        """Return the x coordinate of a time."""
        share = (time_ns - self._began_ns) / self._unit_ns / max(1, self.maximum())
        return _HANDLE / 2 + min(1.0, max(0.0, share)) * (self.width() - _HANDLE)

    def _value_at(self, x: float) -> int:
        return QStyle.sliderValueFromPosition(0, self.maximum(), round(x - _HANDLE / 2), self.width() - _HANDLE)

    # The user

    def _on_action(self, action: int) -> None:
        if not self.isSliderDown():
            self._keys.start()  # the value is set after this

    def _request(self) -> None:
        self.seek_requested.emit(self.time_at(self.value()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        event.accept()
        self.setSliderDown(True)
        self._drag_to(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._drag_to(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)
            self.setValue(self._value_at(event.position().x()))
            self._request()

    def _drag_to(self, event: QMouseEvent) -> None:
        value = self._value_at(event.position().x())
        self.setSliderPosition(value)
        self._show_tip(event.globalPosition().toPoint(), event.position().x())
        self.dragged.emit(self.time_at(value))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            self._show_tip(event.globalPos(), event.pos().x())
            return True
        return super().event(event)

    def _show_tip(self, at: QPoint, x: float) -> None:
        """Show the time under the pointer, and the remark if there is one."""
        texts = [self.describe(self.time_at(self._value_at(x)))]
        texts += [text for time_ns, text in self._notes if abs(self.x_of(time_ns) - x) <= 2 * _NOTE_WIDTH][:3]
        QToolTip.showText(at, escaped_tooltip("\n".join(texts)), self)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = current_theme(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        top = (self.height() - _GROOVE) / 2
        x = self.x_of(self.time_at(self.sliderPosition()))
        groove = QRectF(_HANDLE / 2, top, self.width() - _HANDLE, _GROOVE)
        painter.setBrush(QColor(theme.control))
        painter.drawRoundedRect(groove, 2, 2)
        color = QColor(theme.warning if self.isEnabled() else theme.disabled)
        painter.setBrush(color)
        painter.drawRoundedRect(QRectF(groove.left(), top, x - groove.left(), _GROOVE), 2, 2)
        painter.setBrush(QColor(theme.text2))
        for time_ns, _ in self._notes:
            painter.drawRect(QRectF(self.x_of(time_ns) - _NOTE_WIDTH / 2, top - 4, _NOTE_WIDTH, _GROOVE + 8))
        center = QPointF(x, self.height() / 2)
        if self.hasFocus():
            painter.setBrush(QColor(theme.focus))
            painter.drawEllipse(center, _HANDLE / 2 + 2, _HANDLE / 2 + 2)
        painter.setBrush(color)
        painter.drawEllipse(center, _HANDLE / 2, _HANDLE / 2)
        painter.end()
