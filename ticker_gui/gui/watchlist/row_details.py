"""The details of the current row, below a list that does not need the room."""

from __future__ import annotations

import time
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from ticker_gui.gui.widgets.icons import draw_icon
from ticker_gui.gui.widgets.measures import GAP, ICON_SIZE, INSET, SMALL_TEXT
from ticker_gui.gui.widgets.plain_text import set_tooltip
from ticker_gui.gui.widgets.theme import Theme, scaled, tabular
from ticker_gui.watchlist.row_details import RowInfo, grid_position, grid_rows

_UPDATE_MS: Final = 250
_SEPARATOR: Final = " · "  # between the parts of a note
_MARGIN: Final = 12
_GAP: Final = 24  # between the columns
_LINE_GAP: Final = 8
_HEADER_HEIGHT: Final = 32
_WIDTH_FOR_THREE: Final = 480  # pixels from which there are three columns instead of two


class RowDetails(QWidget):
    """Shows labels and values in two or three columns below a line with the symbol, which folds and unfolds them.

    Signals:
        update_requested: the values may have changed; at most four times a second.
        fold_requested: the user wants to fold (True) or unfold (False) the values.
    """

    update_requested = Signal()
    fold_requested = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("row_details")
        self.setAccessibleName("Details of the current row")
        self.setMinimumHeight(1)  # the details never make the window higher
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._fields: Final = _Fields(theme, self)
        self._fold = _Head(theme, self)
        set_tooltip(self._fold, "Fold or unfold the details")
        self._fold.clicked.connect(lambda: self.fold_requested.emit(self._fields.isVisibleTo(self)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 1, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._fold)
        layout.addWidget(self._fields)
        self._requested_s = 0.0  # when new values were requested last
        self._timer = QTimer(self, singleShot=True, interval=2 * _UPDATE_MS)
        self._timer.timeout.connect(self._request_update)
        self.set_theme(theme)
        self.set_folded(False)

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self._border = QColor(theme.border)
        self._fields.set_theme(theme)
        self._fold.set_theme(theme)
        self.update()

    def set_folded(self, is_folded: bool) -> None:
        """Show only the line with the symbol, or the values too."""
        self._fields.setVisible(not is_folded)
        self._fold.set_folded(is_folded)

    def show_info(self, info: RowInfo) -> None:
        """Show the details of a symbol."""
        if info == self._fields.info:
            return
        self._fold.show_info(info)
        self.setAccessibleDescription(str(info))
        self._fields.show_info(info)

    def schedule_update(self) -> None:
        """Request new values now or with a later frame, if they are visible: a frame of their own would cost more."""
        if not self.isVisible():
            return
        if time.monotonic() - self._requested_s >= _UPDATE_MS / 1000:
            self._request_update()
        elif not self._timer.isActive():
            self._timer.start()  # in case no later frame comes

    def _request_update(self) -> None:
        self._requested_s = time.monotonic()
        self._timer.stop()
        self.update_requested.emit()

    def unfolded_height(self, width: int) -> int:
        """Return the height with all values, in pixels."""
        return _HEADER_HEIGHT + 1 + self._fields.height_for(width)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(QRect(0, 0, self.width(), 1), self._border)


class _Head(QToolButton):
    """The line with the symbol, its source and its last trade; a click folds and unfolds the values."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("row_details_fold")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEADER_HEIGHT)
        self._info = RowInfo("", "", ())
        self._is_folded = False
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self._text, self._text2, self._text3 = QColor(theme.text), QColor(theme.text2), QColor(theme.text3)
        self._focus = QColor(theme.focus)
        self.update()

    def set_folded(self, is_folded: bool) -> None:
        """Show by the icon whether the values are folded."""
        if is_folded is not self._is_folded:  # this is called with each update of the values
            self._is_folded = is_folded
            self.update()

    def show_info(self, info: RowInfo) -> None:
        """Show another symbol."""
        if (info.symbol, info.source, info.note) != (self._info.symbol, self._info.source, self._info.note):
            self._info = info
            self.setAccessibleName(f"Details of {info.symbol}")
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, area = QPainter(self), QRect(GAP, 0, self.width() - GAP - _MARGIN, self.height())
        name = "right" if self._is_folded else "down"
        icon_area = QRectF(area.left(), (self.height() - ICON_SIZE) / 2, ICON_SIZE, ICON_SIZE)
        draw_icon(painter, icon_area, name, self._text if self.underMouse() else self._text2)
        area.setLeft(area.left() + ICON_SIZE + INSET)
        info, small = self._info, scaled(self.font(), SMALL_TEXT)
        for text, font, color in (
            (info.symbol, scaled(self.font(), 1.0, is_strong=True), self._text),
            ("Details" if self._is_folded else info.source, self.font(), self._text2),
        ):
            area.setLeft(area.left() + _draw(painter, area, text, font, color, Qt.AlignmentFlag.AlignLeft) + GAP)
        metrics, parts = QFontMetrics(small), info.note.split(_SEPARATOR)
        while parts and metrics.horizontalAdvance(_SEPARATOR.join(parts)) > area.width():
            parts.pop()
        _draw(painter, area, _SEPARATOR.join(parts), small, self._text3, Qt.AlignmentFlag.AlignRight)
        if self.hasFocus():
            painter.setPen(self._focus)
            painter.drawRect(self.rect().adjusted(1, 1, -2, -2))


def _draw(painter: QPainter, area: QRect, text: str, font: QFont, color: QColor, side: Qt.AlignmentFlag) -> int:
    """Draw a text at one side of an area, elided where there is no room; return its width."""
    metrics = QFontMetrics(font)
    elided = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter, elided)
    return metrics.horizontalAdvance(elided)


class _Fields(QWidget):
    """Paints the labels and values."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.info = RowInfo("", "", ())
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self._label, self._value = QColor(theme.text3), QColor(theme.text)
        self.update()

    def show_info(self, info: RowInfo) -> None:
        """Show other values."""
        if len(info.fields) != len(self.info.fields):
            self.updateGeometry()
        self.info = info
        self.update()

    def height_for(self, width: int) -> int:
        """Return the height that the fields need in a width, in pixels."""
        return grid_rows(len(self.info.fields), _columns(width)) * self._line_height + _LINE_GAP

    @property
    def _line_height(self) -> int:
        return self.fontMetrics().height() + _LINE_GAP

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if _columns(event.oldSize().width()) != _columns(event.size().width()):
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(0, self.height_for(self.width()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, fields, columns = QPainter(self), self.info.fields, _columns(self.width())
        painter.setFont(tabular(self.font()))
        width = (self.width() - 2 * _MARGIN - (columns - 1) * _GAP) // columns
        for index, (label, value) in enumerate(fields):
            row, column = grid_position(index, len(fields), columns)
            cell = QRect(_MARGIN + column * (width + _GAP), row * self._line_height, width, self._line_height)
            painter.setPen(self._label)
            painter.drawText(cell, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, label)
            painter.setPen(self._value if self.info.is_current else self._label)
            painter.drawText(cell, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, value)


def _columns(width: int) -> int:
    return 3 if width >= _WIDTH_FOR_THREE else 2
