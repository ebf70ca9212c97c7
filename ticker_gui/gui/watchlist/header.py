"""The column header: a click sorts, a menu has more options, and dragging reorders columns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QHeaderView, QStyle, QStyleOptionHeader, QWidget

from ticker_gui.gui.watchlist.cells import ColumnRect
from ticker_gui.gui.widgets.measures import ICON_SIZE, TABLE_HEAD_HEIGHT
from ticker_gui.gui.widgets.menus import MenuCommand, popup
from ticker_gui.gui.widgets.paint_guard import PaintGuard
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS, CellKind
from ticker_gui.watchlist.sorting import Sorting

_SYMBOL: Final = COLUMN_INDEX["symbol"]
_TITLE_PADDING: Final = 10
_FIRST, _OTHER = QStyleOptionHeader.SectionPosition.Beginning, QStyleOptionHeader.SectionPosition.Middle


class ColumnHeader(QHeaderView):
    """Requests sorting and column changes, and displays the current sorting.

    Signals:
        sorting_requested: a `Sorting` to keep, or None for the manual order.
        sort_requested: a `Sorting` to sort by once.
        hide_requested: the key of a column to hide.
        columns_requested: open the column dialog.
    """

    sorting_requested = Signal(object)
    sort_requested = Signal(object)
    hide_requested = Signal(str)
    columns_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName("watchlist_columns")
        self.sorting: Sorting | None = None
        self._sorted_once: Sorting | None = None
        self._guard = PaintGuard()
        self._visible: list[ColumnRect] = []
        self._visible_key: tuple[object, ...] | None = None  # what the visible columns depend on, or None
        for changed in (self.sectionResized, self.sectionMoved, self.sectionCountChanged, self.geometriesChanged):
            changed.connect(self._forget_visible)
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.sectionClicked.connect(lambda column: self.sort_by(COLUMNS[column].key))
        self.customContextMenuRequested.connect(self._open_menu)

    def fit_height(self) -> None:
        """Set the height for the font of the titles."""
        self.setFixedHeight(max(TABLE_HEAD_HEIGHT, super().sizeHint().height()))

    def sizeHint(self) -> QSize:
        """Return the fixed height: Qt would read all titles again whenever a column is shown, hidden or resized."""
        return self.minimumSize()

    def show_sorting(self, sorting: Sorting | None) -> None:
        """Display the sorting of the rows."""
        self.sorting = sorting
        self.viewport().update()

    def sort_by(self, key: str) -> None:
        """Request sorting by a column; the second call reverses it, the third one restores the manual order."""
        if COLUMNS[COLUMN_INDEX[key]].kind is CellKind.SPARKLINE:
            return
        first = _is_descending_first(key)
        if self.sorting is None or self.sorting.column != key:
            self.sorting_requested.emit(Sorting(key, first))
        elif self.sorting.is_descending is first:
            self.sorting_requested.emit(Sorting(key, not first))
        else:
            self.sorting_requested.emit(None)

    def sort_once(self, key: str) -> None:
        """Request to sort the rows once; the second call reverses the order."""
        first = Sorting(key, _is_descending_first(key))
        self._sorted_once = Sorting(key, not first.is_descending) if self._sorted_once == first else first
        self.sort_requested.emit(self._sorted_once)

    def initStyleOptionForIndex(self, option: QStyleOptionHeader, logicalIndex: int) -> None:
        super().initStyleOptionForIndex(option, logicalIndex)
        option.textAlignment = QStyle.visualAlignment(option.direction, option.textAlignment)  # as in paintSection
        option.position = _OTHER  # the position of the symbols has a rule of its own in the style sheet
        if logicalIndex == _SYMBOL:
            option.position = _FIRST
            option.icon = _indent()  # the title stands above the symbols, beside their marks
        column = COLUMNS[logicalIndex]
        if column.kind is CellKind.SPARKLINE and not self._has_room(option.text, logicalIndex):
            option.text = column.title  # without the period, rather than cut
        if self.sorting is not None and COLUMN_INDEX[self.sorting.column] == logicalIndex:
            # Qt would draw its own arrow over right-aligned titles.
            option.text = f"{option.text} {'▾' if self.sorting.is_descending else '▴'}"

    def _has_room(self, title: str, section: int) -> bool:
        return self.fontMetrics().horizontalAdvance(title) + 2 * _TITLE_PADDING <= self.sectionSize(section)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # else "Chg %" would read "% Chg"
        draw = partial(super().paintSection, painter, rect, logicalIndex)
        self._guard.paint("the header of the watchlist", painter, draw)

    def visible_columns(self, columns: tuple[int, ...]) -> Sequence[ColumnRect]:
        """Return those of the columns that are in view, in the given order."""
        key = (columns, self.offset(), self.viewport().width(), self.isRightToLeft())
        if key != self._visible_key:  # several times per frame, so Qt is asked only after a change
            self._visible_key, self._visible = key, self._find_visible(columns)
        return self._visible

    def _find_visible(self, columns: tuple[int, ...]) -> list[ColumnRect]:
        is_frozen, end = self.frozen_width > 0, self.viewport().width()
        spans = []
        for column in columns:
            width = self.sectionSize(column)
            left = 0 if is_frozen and column == _SYMBOL else self.sectionViewportPosition(column)
            if left < end and left + width > 0 and width:
                spans.append(ColumnRect(column, left, width))
        return spans

    def _forget_visible(self) -> None:
        self._visible_key = None

    @property
    def frozen_width(self) -> int:
        """The width of the symbol column if it stays in view although the table is scrolled sideways, or else 0."""
        is_first = self.sectionPosition(_SYMBOL) == 0 and not self.isRightToLeft()
        return self.sectionSize(_SYMBOL) if is_first and self.offset() > 0 else 0

    def section_at(self, x: int) -> int:
        """Return the column at an x coordinate, or -1; the frozen column covers others."""
        return _SYMBOL if x < self.frozen_width else self.logicalIndexAt(x)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if width := self.frozen_width:
            painter = QPainter(self.viewport())
            area = QRect(0, 0, width, self.height())
            painter.fillRect(area, self.palette().window())
            self.paintSection(painter, area, _SYMBOL)
            painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.position().x() >= self.frozen_width:
            super().mousePressEvent(event)
        elif event.button() is Qt.MouseButton.LeftButton:  # Qt would sort by the column below
            self.sort_by(COLUMNS[_SYMBOL].key)

    def _open_menu(self, at: QPoint) -> None:
        section = self.section_at(at.x())
        items: list[MenuCommand | None] = []
        if section >= 0:
            column = COLUMNS[section]
            if column.kind is not CellKind.SPARKLINE:
                down, up = ("Z to A", "A to Z") if column.kind is CellKind.TEXT else ("highest first", "lowest first")
                items += [
                    MenuCommand(
                        f"&Keep sorted, {down}", partial(self.sorting_requested.emit, Sorting(column.key, True))
                    ),
                    MenuCommand(
                        f"Keep sorted, &{up}", partial(self.sorting_requested.emit, Sorting(column.key, False))
                    ),
                    MenuCommand(f"&Sort once, {down}", partial(self.sort_requested.emit, Sorting(column.key, True))),
                    MenuCommand(f"Sort &once, {up}", partial(self.sort_requested.emit, Sorting(column.key, False))),
                ]
            if column.key != "symbol":
                items += [None, MenuCommand("&Hide column", partial(self.hide_requested.emit, column.key))]
        items += [
            None,
            MenuCommand("&Manual order", partial(self.sorting_requested.emit, None)),
            MenuCommand("&Choose columns…", self.columns_requested.emit),
        ]
        popup(self, self.mapToGlobal(at), items)


@cache
def _indent() -> QIcon:
    pixmap = QPixmap(ICON_SIZE, ICON_SIZE)
    pixmap.fill(Qt.GlobalColor.transparent)
    return QIcon(pixmap)


def _is_descending_first(key: str) -> bool:
    """Return whether the first click sorts descending: numbers do, text sorts from A to Z."""
    return COLUMNS[COLUMN_INDEX[key]].kind is not CellKind.TEXT
