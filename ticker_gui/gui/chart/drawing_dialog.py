"""The dialog for the times and prices of a drawing."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Final

import msgspec
import numpy as np
from PySide6.QtCore import QDate, QDateTime, QPoint, QRect, QSize, QTime, QTimeZone
from PySide6.QtWidgets import (
    QDateTimeEdit,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QVBoxLayout,
    QWidget,
)

from ticker_gui.bars.arrays import Floats
from ticker_gui.chart.drawings import TITLES, Anchor, Drawing
from ticker_gui.domain.local_time import local_time, timestamp_of
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.formatting import numbers
from ticker_gui.gui.chart.options import zone_text
from ticker_gui.gui.widgets.measures import DIALOG_MARGIN, GAP
from ticker_gui.gui.widgets.parameter_form import add_field
from ticker_gui.gui.widgets.plain_text import plain_label

_POINTS: Final = 50  # of a line, to find out how much of it is covered
_MAX_PRICE: Final = 1e12
_MAX_DECIMALS: Final = 12
_FORMAT: Final = "yyyy-MM-dd HH:mm:ss"
_NAMES: Final = {1: ("",), 2: ("First ", "Second ")}


class DrawingDialog(QDialog):
    """Edits the points of one drawing; ``drawing`` is the edited one when the dialog is accepted."""

    def __init__(self, drawing: Drawing, zone: tzinfo | None, decimals: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.drawing = drawing
        self._zone = zone
        self.setObjectName("drawing_dialog")
        self.setWindowTitle(f"Edit {TITLES[drawing.kind].lower()}")
        self._error = plain_label("", "drawing_error")
        self._error.setWordWrap(True)
        self._error.setProperty("error", True)
        self._error.hide()
        layout, form = QVBoxLayout(self), QFormLayout()
        layout.setContentsMargins(DIALOG_MARGIN, DIALOG_MARGIN, DIALOG_MARGIN, DIALOG_MARGIN)
        layout.setSpacing(GAP)
        layout.addLayout(form)
        layout.addWidget(self._error)
        self._prices, self._times = list[QDoubleSpinBox](), list[QDateTimeEdit]()
        for name, anchor in zip(_NAMES[len(drawing.anchors)], drawing.anchors, strict=True):
            self._add_price(form, f"{name}price".capitalize(), anchor, decimals)
            if drawing.end is not None:
                self._add_time(form, f"{name}time".capitalize(), anchor)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._save)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.finished.connect(self.deleteLater)
        self._prices[0].selectAll()

    def _add_price(self, form: QFormLayout, text: str, anchor: Anchor, decimals: int) -> None:
        field = QDoubleSpinBox()
        field.setDecimals(min(max(decimals, numbers.decimals(anchor.price)), _MAX_DECIMALS))
        field.setRange(-_MAX_PRICE, _MAX_PRICE)
        field.setSingleStep(10.0**-decimals)
        field.setGroupSeparatorShown(True)
        field.setValue(anchor.price)
        self._prices.append(field)
        self._add_row(form, text, field)

    def _add_time(self, form: QFormLayout, text: str, anchor: Anchor) -> None:
        field = QDateTimeEdit()
        field.setTimeZone(QTimeZone(QTimeZone.Initialization.UTC))  # the field only holds the digits of the clock
        field.setDisplayFormat(_FORMAT)
        field.setCalendarPopup(True)
        field.setDateTime(_clock(anchor.time_ns, self._zone))
        self._times.append(field)
        self._add_row(form, f"{text} ({zone_text(self._zone, anchor.time_ns / SECOND_NS)})", field)

    @staticmethod
    def _add_row(form: QFormLayout, text: str, field: QDoubleSpinBox | QDateTimeEdit) -> None:
        field.setAccessibleName(text)
        add_field(form, text, field)

    def _save(self) -> None:
        try:
            anchors = [self._edited(number, anchor) for number, anchor in enumerate(self.drawing.anchors)]
            self.drawing = msgspec.structs.replace(self.drawing, **dict(zip(("begin", "end"), anchors, strict=False)))
        except ValueError as error:
            self._error.setText(f"The line cannot be drawn: {error}.")
            self._error.show()
        else:
            self.accept()

    def _edited(self, number: int, anchor: Anchor) -> Anchor:
        """Return a point with the values of its fields; what was not changed stays exact."""
        price_field, time_ns = self._prices[number], anchor.time_ns
        is_changed = price_field.value() != round(anchor.price, price_field.decimals())
        if self._times and self._times[number].dateTime() != _clock(time_ns, self._zone):
            time_ns = _time_ns(self._times[number].dateTime(), self._zone)
        return Anchor(time_ns, price_field.value() if is_changed else anchor.price)


def _clock(time_ns: int, zone: tzinfo | None) -> QDateTime:
    """Return what a clock in a time zone shows, as if it were UTC."""
    moment = local_time(time_ns // SECOND_NS, zone)
    date, time = QDate(moment.year, moment.month, moment.day), QTime(moment.hour, moment.minute, moment.second)
    return QDateTime(date, time, QTimeZone(QTimeZone.Initialization.UTC))


def _time_ns(shown: QDateTime, zone: tzinfo | None) -> int:
    """Return the time when a clock in a time zone shows this."""
    date, time = shown.date(), shown.time()
    parts = date.year(), date.month(), date.day(), time.hour(), time.minute(), time.second()
    return int(timestamp_of(datetime(*parts), zone)) * SECOND_NS  # a local time of the zone


def free_corner(area: QRect, size: QSize, lines: Floats) -> QPoint:
    """Return where in an area of the screen a window of this size covers the least of some lines.

    The lines are rows of x1, y1, x2, y2 in pixels from the upper left corner of the area.
    """
    right, bottom = area.width() - size.width() - GAP, area.height() - size.height() - GAP
    corners = [QPoint(x, y) for y in (GAP, bottom) for x in (GAP, right)]
    shares = np.linspace(0.0, 1.0, _POINTS)[:, None]
    xs = (lines[:, 0] + shares * (lines[:, 2] - lines[:, 0])).ravel()
    ys = (lines[:, 1] + shares * (lines[:, 3] - lines[:, 1])).ravel()

    def covered(corner: QPoint) -> int:
        is_beside = (xs < corner.x() - GAP) | (xs > corner.x() + size.width() + GAP)
        return int((~is_beside & (ys > corner.y() - GAP) & (ys < corner.y() + size.height() + GAP)).sum())

    return area.topLeft() + min(corners, key=covered)
