"""The table of frames, which paints its visible rows itself and follows the newest one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QItemSelectionRange, QModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontDatabase,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFrame, QHeaderView, QTableView, QWidget

from ticker_gui.console.frame_ring import FrameEntry
from ticker_gui.gui.console.frame_model import AFTER, BYTES, DIRECTION, FEED, LINE, NUMBERS, TIME, TYPE, FrameModel
from ticker_gui.gui.widgets.icons import draw_icon
from ticker_gui.gui.widgets.measures import DENSE_ROW_HEIGHT, GAP, ICON_SIZE, SMALL_TEXT, TABLE_HEAD_HEIGHT
from ticker_gui.gui.widgets.paint_guard import PaintGuard, draw_failures, paint_widget
from ticker_gui.gui.widgets.text_painter import TextPainter
from ticker_gui.gui.widgets.theme import Theme, scaled, tabular

_SAMPLES: Final = {
    TIME: "00:00:00.000",
    AFTER: "+100.00 s",
    BYTES: "1,048,576",
    TYPE: "subscription",
    FEED: "coinbase",
}
_BAR_WIDTH: Final = 2  # at the left edge of selected rows
_ICON: Final = 12
_CELL_MARGIN: Final = 6
_NARROW: Final = 460


class FrameTable(QTableView):
    """A row per frame; all rows have the same height, so the scroll bar determines the visible ones.

    Signals:
        following_changed: whether the table keeps scrolling to the newest frame.
        frame_chosen: the user has selected another row.
        selection_changed: other rows are selected.
        copy_requested: copy the selected frames.
        menu_requested: where the user has asked for the menu, in global coordinates.
    """

    following_changed = Signal(bool)
    frame_chosen = Signal()
    selection_changed = Signal()
    copy_requested = Signal()
    menu_requested = Signal(object)

    def __init__(self, model: FrameModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame_model: Final = model
        self._theme = theme
        self._guard = PaintGuard()
        self._is_following = True
        self._is_refreshing = False
        self._icons: dict[tuple[str, str, float], QPixmap] = {}
        self.setObjectName("frames")
        self.setAccessibleName("Messages")
        model.rowsAboutToBeRemoved.connect(self._forget_dropped)  # before Qt chooses another current row
        self.setModel(model)
        self._configure()
        self._fit_to_font()
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.selectionModel().currentRowChanged.connect(self._on_current_changed)
        self.selectionModel().selectionChanged.connect(lambda: self.selection_changed.emit())

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self._theme = theme
        self._icons.clear()
        self.viewport().update()

    # Following the newest frame

    @property
    def is_following(self) -> bool:
        """Whether the table keeps scrolling to the newest frame."""
        return self._is_following

    def set_following(self, is_following: bool) -> None:
        """Scroll to the newest frame now and whenever one arrives, or stay."""
        if is_following:
            self._scroll_to_end()
        if is_following is not self._is_following:
            self._is_following = is_following
            self.following_changed.emit(is_following)

    def refresh(self) -> None:
        """Show the frames that have arrived; the rows in view stay in view unless the table follows."""
        bar, self._is_refreshing = self.verticalScrollBar(), True
        try:
            frames, (row, rest) = self._frame_model.frames, divmod(bar.value(), self._row_height)
            number = frames[row] if row < len(frames) else None  # at the top
            removed, added = self._frame_model.refresh()
            if removed or added:
                self.executeDelayedItemsLayout()  # now, so that it is painted only once
                self.updateGeometries()
                if self._is_following:
                    bar.setValue(bar.maximum())
                elif removed and number is not None:
                    bar.setValue(frames.row_from(number) * self._row_height + rest)
        finally:
            self._is_refreshing = False

    def scrollContentsBy(self, right: int, down: int) -> None:
        """Repaint everything once: Qt would move the pixels, paint the rest at once, and then paint all again."""
        self.verticalHeader().setOffset(self.verticalScrollBar().value())
        self.viewport().update()

    def _scroll_to_end(self) -> None:
        self._is_refreshing = True
        self.updateGeometries()
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
        self._is_refreshing = False

    def _on_scrolled(self, value: int) -> None:
        if not self._is_refreshing:
            self._update_following(value >= self.verticalScrollBar().maximum())

    def _update_following(self, is_following: bool) -> None:
        if is_following is not self._is_following:
            self._is_following = is_following
            self.following_changed.emit(is_following)

    def _on_current_changed(self, current: QModelIndex) -> None:
        if current.isValid() and not self._is_refreshing:
            self._update_following(False)
            self.frame_chosen.emit()

    def _forget_dropped(self, parent: QModelIndex, first: int, last: int) -> None:
        """Select nothing if the current frame is dropped: Qt would make the next one the current one."""
        if first <= self.currentIndex().row() <= last:
            self.selectionModel().clear()

    @property
    def selected_ranges(self) -> list[range]:
        """The selected rows in ascending order, as ranges: there may be many thousands."""
        selection: Iterable[QItemSelectionRange] = self.selectionModel().selection()  # type: ignore[assignment]
        return [range(top, bottom + 1) for top, bottom in sorted((one.top(), one.bottom()) for one in selection)]

    @property
    def selected_rows(self) -> list[int]:
        """The selected rows in ascending order."""
        return [row for rows in self.selected_ranges for row in rows]

    # Input

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Choose no row: Qt would choose the first one, and the table would no longer follow the newest."""
        had_current, self._is_refreshing = self.currentIndex().isValid(), True
        super().focusInEvent(event)
        if not had_current:
            self.selectionModel().clear()
        self._is_refreshing = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
        elif event.key() == Qt.Key.Key_End:
            self.set_following(True)
        elif event.key() == Qt.Key.Key_Home and self._frame_model.rowCount():
            self.setCurrentIndex(self._frame_model.index(0, LINE))
            self.scrollToTop()
        else:
            super().keyPressEvent(event)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        draw = partial(self._paint, event.rect())
        paint_widget(self.viewport(), event.rect(), self._guard, "the messages", draw, self._paint_failures)

    def _paint_failures(self, painter: QPainter, area: QRect) -> None:
        if self._guard.failed:
            theme = self._theme
            draw_failures(
                painter, area, self._guard.failed, self._texts, QColor(theme.warning), QColor(theme.warning_bg)
            )

    def _paint(self, area: QRect, painter: QPainter) -> None:
        painter.fillRect(area, QColor(self._theme.base))
        model, height = self._frame_model, self._row_height
        offset = self.verticalHeader().offset()
        first = max(0, (area.top() + offset) // height)
        rows = range(first, min(model.rowCount(), (area.bottom() + offset) // height + 1))
        selected = self.selected_ranges if self.selectionModel().hasSelection() else []
        entries = [(row, row * height - offset, entry) for row in rows if (entry := model.entry(row)) is not None]
        for row, top, _ in entries:
            if any(row in one for one in selected):
                painter.fillRect(0, top, self.viewport().width(), height, QColor(self._theme.selection))
                painter.fillRect(0, top, _BAR_WIDTH, height, QColor(self._theme.accent))
        for column in (TIME, AFTER, BYTES, TYPE, FEED):
            if not self.isColumnHidden(column):
                self._paint_column(painter, column, entries)
        self._paint_icons(painter, entries)
        self._paint_lines(painter, entries)

    def _paint_column(self, painter: QPainter, column: int, entries: list[tuple[int, int, FrameEntry]]) -> None:
        model, theme = self._frame_model, self._theme
        left = self.columnViewportPosition(column) + _CELL_MARGIN
        right = left + self.columnWidth(column) - 2 * _CELL_MARGIN
        usual = QColor(theme.text if column in (TIME, TYPE) else theme.text2)
        error, colors = QColor(theme.error), []
        for _, _, entry in entries:
            colors.append(error if column == TYPE and self._is_error(entry) else usual)
        painter.setClipRect(left, 0, right - left, self.viewport().height())
        self._texts.draw_column(
            painter,
            [model.text(row, column, entry) for row, _, entry in entries],
            [top + self._text_top for _, top, _ in entries],
            colors,
            left,
            right,
            is_left=column not in NUMBERS,
        )
        painter.setClipping(False)

    def _paint_lines(self, painter: QPainter, entries: list[tuple[int, int, FrameEntry]]) -> None:
        """Paint the frames themselves, which are too long and too different to be laid out and cached."""
        left = self.columnViewportPosition(LINE) + _CELL_MARGIN
        width = self.columnWidth(LINE) - 2 * _CELL_MARGIN
        room = max(1, int(width / self._character_width))
        painter.setFont(self._fixed_font)
        painter.setPen(QColor(self._theme.text))
        painter.setClipRect(left, 0, width, self.viewport().height())
        for row, top, entry in entries:
            line = self._frame_model.text(row, LINE, entry)
            shown = line if len(line) <= room else f"{line[: room - 1]}…"
            painter.drawText(left, top + self._baseline, shown)
        painter.setClipping(False)

    def _paint_icons(self, painter: QPainter, entries: list[tuple[int, int, FrameEntry]]) -> None:
        theme = self._theme
        left = self.columnViewportPosition(DIRECTION) + (self.columnWidth(DIRECTION) - _ICON) // 2
        for _, top, entry in entries:
            if self._frame_model.is_rejected(entry):
                name, color = "close", theme.error
            elif entry.frame.direction == "out":
                name, color = "out", theme.accent
            else:
                name, color = "in", theme.text3
            painter.drawPixmap(left, top + (self._row_height - _ICON) // 2, self._icon(name, color))

    def _is_error(self, entry: FrameEntry) -> bool:
        return "error" in entry.type.lower() or self._frame_model.is_rejected(entry)

    def _icon(self, name: str, color: str) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = self._icons.get((name, color, ratio))
        if pixmap is None:
            pixmap = QPixmap(QSize(_ICON, _ICON) * ratio)
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            draw_icon(painter, QRectF(0, 0, _ICON, _ICON), name, color)
            painter.end()
            self._icons[name, color, ratio] = pixmap
        return pixmap

    # Setup

    def _configure(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._request_menu)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setFixedHeight(TABLE_HEAD_HEIGHT)
        header.setStretchLastSection(True)
        header.setSectionResizeMode(DIRECTION, QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(ICON_SIZE + GAP)

    def _request_menu(self, at: QPoint) -> None:
        self.menu_requested.emit(self.viewport().mapToGlobal(at))

    def _fit_to_font(self) -> None:
        font = tabular(scaled(QApplication.font(), SMALL_TEXT))
        self._texts = TextPainter(font)
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        self._fixed_font = QFont(fixed)
        self._fixed_font.setPointSizeF(QApplication.font().pointSizeF() * SMALL_TEXT)
        lines = TextPainter(self._fixed_font).metrics
        self._character_width = max(1.0, lines.horizontalAdvance("0"))
        text_height = max(self._texts.metrics.height(), lines.height())
        self._row_height = max(DENSE_ROW_HEIGHT, round(text_height) + 4)
        self._text_top = (self._row_height - round(self._texts.metrics.height())) // 2
        self._baseline = (self._row_height - round(lines.height())) // 2 + round(lines.ascent())
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(self._row_height)
        rows.setDefaultSectionSize(self._row_height)
        self.setColumnWidth(DIRECTION, ICON_SIZE + GAP)
        for column, sample in _SAMPLES.items():
            width = self._texts.metrics.horizontalAdvance(sample)
            self.setColumnWidth(column, round(width) + 2 * _CELL_MARGIN + GAP)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out columns where the frames themselves would have no room."""
        super().resizeEvent(event)
        for column in (AFTER, BYTES):
            self.setColumnHidden(column, event.size().width() < _NARROW)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_texts"):
            self._fit_to_font()
