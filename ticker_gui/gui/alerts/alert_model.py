"""The table models of alerts and of their history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QIcon

from ticker_gui.alerts.alert import AlertStatus
from ticker_gui.gui.alerts.alert_rows import SORT_KEYS, AlertRow, HistoryRow, by_urgency
from ticker_gui.gui.widgets.icons import IconRole, icon
from ticker_gui.gui.widgets.measures import ROW_HEIGHT
from ticker_gui.gui.widgets.plain_text import escaped_tooltip
from ticker_gui.gui.widgets.theme import Theme

STATE, SYMBOL, CONDITION, LAST, DISTANCE, REPEAT, LAST_FIRED = range(7)
TITLES: Final = ("State", "Symbol", "Condition", "Last", "Distance", "Repeat", "Last fired")
NUMBERS: Final = (LAST, DISTANCE, LAST_FIRED)
HISTORY_TITLES: Final = ("Time", "Symbol", "What happened", "Trade")
WHAT: Final = 2  # the column of the history that says what happened
_HISTORY_NUMBERS: Final = (3,)
_ICONS: Final[dict[AlertStatus, tuple[str, IconRole]]] = {
    AlertStatus.ARMED: ("bell", "accent"),
    AlertStatus.WAITING: ("clock", "text2"),
    AlertStatus.FIRED: ("bell", "warning"),
    AlertStatus.PAUSED: ("pause", "text2"),
    AlertStatus.OUTSIDE_HOURS: ("clock", "text2"),
    AlertStatus.DONE: ("check", "text3"),
    AlertStatus.EXPIRED: ("close", "text3"),
    AlertStatus.NOT_MONITORED: ("warn", "error"),
}
_QUIET: Final = (AlertStatus.PAUSED, AlertStatus.OUTSIDE_HOURS, AlertStatus.DONE, AlertStatus.EXPIRED)
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_ROLE: Final = Qt.ItemDataRole
_ROW_SIZE: Final = QSize(0, ROW_HEIGHT)
_NO_INDEX: Final = QModelIndex()
_Index: TypeAlias = QModelIndex | QPersistentModelIndex


class AlertModel(QAbstractTableModel):
    """The alerts in the order of a column; at first those that need attention, then the nearest to their levels.

    While ``is_order_held``, the rows stay where they are, and new ones are added at the end.
    """

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons: dict[AlertStatus, QIcon] = {}
        self._rows: list[AlertRow] = []
        self._sort: tuple[int, Qt.SortOrder] | None = None
        self.is_order_held = False

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self._theme = theme
        self._icons.clear()
        self._emit_changed(0, len(self._rows) - 1)

    @property
    def rows(self) -> Sequence[AlertRow]:
        """The rows in their order."""
        return self._rows

    def set_rows(self, rows: Sequence[AlertRow]) -> None:
        """Show other rows. Only those that differ are painted again, unless their order changes."""
        ordered = self._ordered(rows)
        if [row.id for row in ordered] != [row.id for row in self._rows]:
            self.beginResetModel()
            self._rows = ordered
            self.endResetModel()
            return
        before, self._rows = self._rows, ordered
        for number, (old, new) in enumerate(zip(before, ordered, strict=True)):
            if old != new:
                self._emit_changed(number, number)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; a negative one restores the first order."""
        self._sort = None if column < 0 else (column, order)
        self.is_order_held = False
        self.set_rows(list(self._rows))

    def _ordered(self, rows: Sequence[AlertRow]) -> list[AlertRow]:
        if self.is_order_held:
            positions = {row.id: position for position, row in enumerate(self._rows)}
            return sorted(rows, key=lambda row: positions.get(row.id, len(positions)))
        if self._sort is None:
            return sorted(rows, key=by_urgency)
        column, order = self._sort
        key: Callable[[AlertRow], Any] = SORT_KEYS[column]
        known = [row for row in rows if key(row) is not None]
        unknown = [row for row in rows if key(row) is None]  # last in either order
        return [*sorted(known, key=key, reverse=order is Qt.SortOrder.DescendingOrder), *unknown]

    def _emit_changed(self, first: int, last: int) -> None:
        if last >= first:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(TITLES) - 1))

    def rowCount(self, parent: _Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        return _header(TITLES, NUMBERS, section, orientation, role)

    def data(self, index: _Index, role: int = _ROLE.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._rows):
            return None
        row, column = self._rows[index.row()], index.column()
        match role:
            case _ROLE.DisplayRole:
                return _texts(row)[column]
            case _ROLE.TextAlignmentRole:
                return _RIGHT if column in NUMBERS else _LEFT
            case _ROLE.SizeHintRole:
                return _ROW_SIZE
            case _ROLE.DecorationRole if column == STATE:
                return self._icon(row.status)
            case _ROLE.ForegroundRole:
                return self._color(row, column)
            case _ROLE.ToolTipRole:
                return escaped_tooltip(row.details) if row.details else None
            case _ROLE.AccessibleTextRole:
                return f"{TITLES[column]}: {_texts(row)[column]}"
        return None

    def _icon(self, status: AlertStatus) -> QIcon:
        if status not in self._icons:
            name, color = _ICONS[status]
            self._icons[status] = icon(name, color)
        return self._icons[status]

    def _color(self, row: AlertRow, column: int) -> QColor | None:
        theme = self._theme
        if column == STATE and row.status is AlertStatus.FIRED:
            return QColor(theme.warning)
        if column == STATE and row.status is AlertStatus.NOT_MONITORED:
            return QColor(theme.error)
        return QColor(theme.text2) if row.status in _QUIET or column in (REPEAT, LAST_FIRED, DISTANCE) else None


class HistoryModel(QAbstractTableModel):
    """The firings, the newest first."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: Sequence[HistoryRow] = ()

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self._theme = theme
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(HISTORY_TITLES) - 1))

    @property
    def rows(self) -> Sequence[HistoryRow]:
        """The rows in their order."""
        return self._rows

    def set_rows(self, rows: Sequence[HistoryRow]) -> None:
        """Show other rows."""
        if list(rows) != list(self._rows):
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def rowCount(self, parent: _Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(HISTORY_TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        return _header(HISTORY_TITLES, _HISTORY_NUMBERS, section, orientation, role)

    def data(self, index: _Index, role: int = _ROLE.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._rows):
            return None
        row, column = self._rows[index.row()], index.column()
        text = (row.time, row.symbol, row.text, row.price)[column]
        match role:
            case _ROLE.DisplayRole:
                return text
            case _ROLE.TextAlignmentRole:
                return _RIGHT if column in _HISTORY_NUMBERS else _LEFT
            case _ROLE.SizeHintRole:
                return _ROW_SIZE
            case _ROLE.ForegroundRole if column == WHAT and row.is_notable:
                return QColor(self._theme.warning)
            case _ROLE.ForegroundRole if column == 0:
                return QColor(self._theme.text2)
            case _ROLE.ToolTipRole:
                return escaped_tooltip(row.details)
            case _ROLE.AccessibleTextRole:
                return f"{HISTORY_TITLES[column]}: {text}"
        return None


def _texts(row: AlertRow) -> tuple[str, ...]:
    return (
        row.state_text,
        row.symbol,
        row.condition,
        row.last_text,
        row.distance_text,
        row.repeat,
        row.last_fired,
    )


def _header(titles: Sequence[str], numbers: Sequence[int], section: int, orientation: Qt.Orientation, role: int) -> Any:
    if orientation is not Qt.Orientation.Horizontal:
        return None
    if role == _ROLE.TextAlignmentRole:
        return _RIGHT if section in numbers else _LEFT
    return titles[section] if role == _ROLE.DisplayRole else None
