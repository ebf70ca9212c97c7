"""The steps of a test: a mark, the name, the detail and the time of each, with the remedy of a failed one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from ticker_gui.feed_check.progress import ProgressStep, StepStatus
from ticker_gui.gui.widgets.plain_text import plain_label
from ticker_gui.gui.widgets.theme import Theme

_MARK: Final = 16
_STROKE: Final = 1.5
_TICK: Final = QPolygonF([QPointF(3, 8.5), QPointF(6.25, 11.75), QPointF(13, 4.75)])
_CROSS: Final = (QPointF(4, 4), QPointF(12, 12), QPointF(12, 4), QPointF(4, 12))
_ARC: Final = QRectF(3.5, 3.5, 9, 9)
_QUARTERS: Final = 16 * 90
_NAME_WIDTH: Final = 110


class StepMark(QWidget):
    """A tick, a cross, an arc, a dash or a dot: the status of a step."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.status = StepStatus.PENDING
        self.setFixedSize(QSize(_MARK, _MARK))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = {
            StepStatus.DONE: self.theme.live,
            StepStatus.FAILED: self.theme.error,
            StepStatus.RUNNING: self.theme.warning,
        }.get(self.status, self.theme.text3)
        pen = QPen(QColor(color), _STROKE)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        match self.status:
            case StepStatus.DONE:
                painter.drawPolyline(_TICK)
            case StepStatus.FAILED:
                painter.drawLine(_CROSS[0], _CROSS[1])
                painter.drawLine(_CROSS[2], _CROSS[3])
            case StepStatus.RUNNING:
                painter.drawArc(_ARC, 0, 3 * _QUARTERS)
            case StepStatus.SKIPPED:
                painter.drawLine(QPointF(4, 8), QPointF(12, 8))
            case StepStatus.PENDING:
                painter.drawEllipse(QPointF(8, 8), 1, 1)


class StepList(QWidget):
    """All steps of a test. Screen readers get one text with all of them."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("test_steps")
        self.setAccessibleName("Steps of the test")
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setHorizontalSpacing(8)
        self._layout.setVerticalSpacing(4)
        self._layout.setColumnMinimumWidth(1, _NAME_WIDTH)
        self._layout.setColumnStretch(2, 1)
        self._rows: list[_Row] = []

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self._theme = theme
        for row in self._rows:
            row.mark.theme = theme
            row.mark.update()

    def show_steps(self, steps: Sequence[ProgressStep]) -> None:
        """Show these steps."""
        while len(self._rows) < len(steps):
            self._rows.append(_Row(self._layout, len(self._rows), self._theme))
        for row, step in zip(self._rows, steps, strict=False):
            row.show_step(step)
        for row in self._rows[len(steps) :]:
            row.hide()
        self.setAccessibleDescription(" ".join(describe_step(step) for step in steps))


class _Row:
    def __init__(self, layout: QGridLayout, number: int, theme: Theme) -> None:
        self.mark = StepMark(theme)
        self.title = plain_label()
        self.detail = plain_label(name="muted")
        self.time = plain_label(name="muted")
        self.remedy = plain_label(name="remedy")
        for label in (self.detail, self.remedy):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        top = Qt.AlignmentFlag.AlignTop
        layout.addWidget(self.mark, 2 * number, 0, top)
        layout.addWidget(self.title, 2 * number, 1, top)
        layout.addWidget(self.detail, 2 * number, 2, top)
        layout.addWidget(self.time, 2 * number, 3, top | Qt.AlignmentFlag.AlignRight)
        layout.addWidget(self.remedy, 2 * number + 1, 1, 1, 3)

    def show_step(self, step: ProgressStep) -> None:
        if self.mark.status is not step.status:
            self.mark.status = step.status
            self.mark.update()
        is_pending = step.status is StepStatus.PENDING
        self.mark.setAccessibleName(step.status.value)
        _set(self.title, step.title)
        self.title.setEnabled(not is_pending)
        _set(self.detail, step.detail)
        _set(self.time, "" if step.ms is None or is_pending else duration(step.ms))
        _set(self.remedy, step.remedy)
        for widget in (self.mark, self.title, self.detail, self.time):
            widget.show()
        self.remedy.setVisible(bool(step.remedy))

    def hide(self) -> None:
        for widget in (self.mark, self.title, self.detail, self.time, self.remedy):
            widget.hide()


def describe_step(step: ProgressStep) -> str:
    """Return a step as one or two sentences."""
    text = f"{step.title}: {step.status.value}"
    text += f", {step.detail}" if step.detail else ""
    return " ".join(filter(None, (text.rstrip(".") + ".", step.remedy)))


def duration(ms: float) -> str:
    """Return how long a step took: in milliseconds, from a second on in seconds."""
    return f"{ms / 1000:.1f} s" if ms >= 1000 else f"{ms:.0f} ms" if ms >= 1 else "<1 ms"


def _set(label: QLabel, text: str) -> None:
    if label.text() != text:
        label.setText(text)
