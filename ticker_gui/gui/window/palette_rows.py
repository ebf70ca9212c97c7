"""The rows of the command palette: the model with group titles and results, and their painting."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ticker_gui.command_palette.entries import Group
from ticker_gui.command_palette.search import Result
from ticker_gui.gui.widgets.icons import draw_icon
from ticker_gui.gui.widgets.measures import ICON_SIZE
from ticker_gui.gui.widgets.theme import Theme

ROW_HEIGHT: Final = 32
HEADER_HEIGHT: Final = 26
_MARGIN: Final = 16
_GAP: Final = 12
_TEXT_LEFT: Final = _MARGIN + ICON_SIZE + 10
_BAR_WIDTH: Final = 2
_MATCH_WEIGHT: Final = QFont.Weight.DemiBold
_HEADER_SCALE: Final = 0.85
_V_CENTER: Final = Qt.AlignmentFlag.AlignVCenter
_LEFT: Final = int(_V_CENTER | Qt.AlignmentFlag.AlignLeft)
_RIGHT: Final = int(_V_CENTER | Qt.AlignmentFlag.AlignRight)
_ICONS: Final = {  # of the entries of a group that have no other
    Group.SYMBOLS: "candles",
    Group.COMMANDS: "console",
    Group.LISTS: "list",
    Group.CHART: "sliders",
    Group.SETTINGS: "sliders",
}
_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole


class ResultRows(QAbstractListModel):
    """Results under the titles of their groups; titles cannot be selected."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[str | Result] = []

    def set_results(self, results: Sequence[Result]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self._rows = []
        for group, members in groupby(results, key=lambda result: result.group):
            self._rows += (group.title, *members)
        self.endResetModel()

    def result(self, row: int) -> Result | None:
        """Return the result in a row; None for the title of a group, and outside."""
        found = self._rows[row] if 0 <= row < len(self._rows) else None
        return found if isinstance(found, Result) else None

    @property
    def result_rows(self) -> list[int]:
        """The rows that have results."""
        return [row for row, content in enumerate(self._rows) if isinstance(content, Result)]

    @property
    def heights(self) -> list[int]:
        """The height of each row in pixels."""
        return [ROW_HEIGHT if isinstance(content, Result) else HEADER_HEIGHT for content in self._rows]

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        content = self._rows[index.row()]
        if role in (_Role.DisplayRole, _Role.AccessibleTextRole):
            return describe_entry(content) if isinstance(content, Result) else content
        if role == _Role.UserRole:
            return content
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if self.result(index.row()) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


def describe_entry(result: Result) -> str:
    """Return a result as a sentence for screen readers: title, state, shortcut, and why it cannot be run."""
    entry = result.entry
    reason = f"not available: {entry.reason}" if entry.reason else ""
    return ", ".join(filter(None, (entry.title, entry.detail, reason, entry.key)))


class ResultPainter(QStyledItemDelegate):
    """Paints a row: an icon, the title with matched characters in bold, the detail, and the shortcut at the right."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(0, ROW_HEIGHT if isinstance(index.data(_Role.UserRole), Result) else HEADER_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        content = index.data(_Role.UserRole)
        rect: QRect = option.rect
        font: QFont = option.font
        painter.save()
        if isinstance(content, Result):
            is_current = bool(option.state & QStyle.StateFlag.State_Selected)
            self._paint_result(painter, rect, font, content, is_current=is_current)
        else:
            self._paint_header(painter, rect, font, str(content))
        painter.restore()

    def _paint_header(self, painter: QPainter, rect: QRect, font: QFont, title: str) -> None:
        small = QFont(font)
        small.setPointSizeF(font.pointSizeF() * _HEADER_SCALE)
        small.setWeight(_MATCH_WEIGHT)
        painter.setFont(small)
        painter.setPen(QColor(self.theme.text3))
        painter.drawText(rect.adjusted(_MARGIN, 2, 0, 0), _LEFT, title)

    def _paint_result(self, painter: QPainter, rect: QRect, font: QFont, result: Result, *, is_current: bool) -> None:
        theme, entry = self.theme, result.entry
        quiet, text = QColor(theme.text2 if is_current else theme.text3), QColor(theme.text)
        if is_current:
            painter.fillRect(rect, QColor(theme.picked))
            painter.fillRect(rect.left(), rect.top(), _BAR_WIDTH, rect.height(), QColor(theme.accent))
        painter.setFont(font)
        painter.setPen(quiet)
        metrics = QFontMetrics(font)
        room = rect.adjusted(_TEXT_LEFT, 0, -_MARGIN, 0)
        square = QRectF(rect.left() + _MARGIN, rect.top(), ICON_SIZE, rect.height())
        is_quiet = entry.reason or not entry.icon  # many rows have the icon of their group
        draw_icon(painter, square, entry.icon or _ICONS[entry.group], theme.text3 if is_quiet else theme.text2)
        if entry.key:
            painter.drawText(room, _RIGHT, entry.key)
            room.setRight(room.right() - metrics.horizontalAdvance(entry.key) - _GAP)
        painter.setPen(quiet if entry.reason else text)
        end = _draw_title(painter, room, font, entry.title, result.positions)
        room.setLeft(end + _GAP)
        detail = entry.reason or entry.detail
        if detail and room.width() > metrics.horizontalAdvance("…"):
            painter.setFont(font)
            painter.setPen(quiet)
            painter.drawText(room, _LEFT, metrics.elidedText(detail, Qt.TextElideMode.ElideRight, room.width()))


def _draw_title(painter: QPainter, room: QRect, font: QFont, title: str, positions: Sequence[int]) -> int:
    """Draw a title with some characters in bold, elided at its end, and return where it ends."""
    bold = QFont(font)
    bold.setWeight(_MATCH_WEIGHT)
    matched = frozenset(positions)
    left = room.left()
    for is_match, run in groupby(range(len(title)), key=matched.__contains__):
        part_font = bold if is_match else font
        metrics = QFontMetrics(part_font)
        part = "".join(title[position] for position in run)
        space = room.right() + 1 - left
        shown = (
            part
            if metrics.horizontalAdvance(part) <= space
            else metrics.elidedText(part, Qt.TextElideMode.ElideRight, space)
        )
        painter.setFont(part_font)
        painter.drawText(QRect(left, room.top(), space, room.height()), _LEFT, shown)
        left += metrics.horizontalAdvance(shown)
        if shown != part:
            break
    return left
