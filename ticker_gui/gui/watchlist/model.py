"""The watchlist as Qt's model: one row a symbol, in the order of watching."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ticker_gui.gui.text import tool_tip
from ticker_gui.market import formats
from ticker_gui.market.columns import COLUMNS, RowTexts
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.stream.clock import Clock

# Looking a role up in Qt's enumeration costs more than all else that `data` does.
_DISPLAY: Final = int(Qt.ItemDataRole.DisplayRole)
_ALIGNMENT: Final = int(Qt.ItemDataRole.TextAlignmentRole)
_TOOL_TIP: Final = int(Qt.ItemDataRole.ToolTipRole)
_ACCESSIBLE: Final = int(Qt.ItemDataRole.AccessibleTextRole)
VALUE_ROLE: Final = int(Qt.ItemDataRole.UserRole)
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

_Index = QModelIndex | QPersistentModelIndex
_ROOT: Final = QModelIndex()


class _Row:
    """One symbol's texts as of a version of its state and a second of its age."""

    __slots__ = ("age_s", "made", "state", "texts", "version")

    def __init__(self, state: SymbolState) -> None:
        self.state = state
        self.version = -1
        self.age_s: int | None = None
        self.made = RowTexts(state)
        self.texts: list[str] = []


class WatchlistModel(QAbstractTableModel):
    """Shows the states it was given last; their content is read when somebody asks.

    `VALUE_ROLE` gives a cell's bare value.
    """

    def __init__(self, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.now_ns: Final = clock
        self._rows: list[_Row] = []

    @property
    def states(self) -> list[SymbolState]:
        """The states shown, by row."""
        return [row.state for row in self._rows]

    def state(self, row: int) -> SymbolState:
        """Return the state shown in a row."""
        return self._rows[row].state

    def texts(self, row: int, now_ns: int) -> list[str]:
        """Return a row's texts, one for each of `COLUMNS`; made anew only where they can have changed."""
        held = self._rows[row]
        state = held.state
        age_s = state.age_s(now_ns)
        if held.version != state.version or held.age_s != age_s:
            held.version, held.age_s = state.version, age_s
            held.texts = held.made.read(now_ns)
        return held.texts

    def sync(self, states: Sequence[SymbolState]) -> None:
        """Show these states in this order; rows that stay are moved, so that selections stay with them."""
        wanted = {id(state) for state in states}
        for row in range(len(self._rows) - 1, -1, -1):
            if id(self._rows[row].state) not in wanted:
                self.beginRemoveRows(_ROOT, row, row)
                del self._rows[row]
                self.endRemoveRows()
        for row, state in enumerate(states):
            if row < len(self._rows) and self._rows[row].state is state:
                continue
            held = next((at for at in range(row + 1, len(self._rows)) if self._rows[at].state is state), None)
            if held is None:
                self.beginInsertRows(_ROOT, row, row)
                self._rows.insert(row, _Row(state))
                self.endInsertRows()
            else:
                self.beginMoveRows(_ROOT, held, held, _ROOT, row)
                self._rows.insert(row, self._rows.pop(held))
                self.endMoveRows()

    def refresh(self) -> None:
        """Say that any cell may have changed; the view finds out which of those it shows did."""
        if self._rows:
            last = self.index(len(self._rows) - 1, len(COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), last, [_DISPLAY])

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        column = COLUMNS[section]
        if role == _DISPLAY:
            return column.title
        if role == _TOOL_TIP:
            return column.about
        if role == _ALIGNMENT:
            return _LEFT if column.is_text else _RIGHT
        return None

    def data(self, index: _Index, role: int = _DISPLAY) -> Any:
        if not index.isValid():
            return None
        if role == _DISPLAY:
            return self.texts(index.row(), self.now_ns())[index.column()]
        if role == _ALIGNMENT:
            return _LEFT if COLUMNS[index.column()].is_text else _RIGHT
        if role == VALUE_ROLE:
            return COLUMNS[index.column()].value(self._rows[index.row()].state, self.now_ns())
        if role == _TOOL_TIP:
            return tool_tip(self._explanation(index))
        if role == _ACCESSIBLE:
            text = self.texts(index.row(), self.now_ns())
            return (
                text[0] if index.column() == 0 else f"{text[0]} {COLUMNS[index.column()].title} {text[index.column()]}"
            )
        return None

    def _explanation(self, index: _Index) -> str:
        """Return what a cell's text leaves out."""
        state = self._rows[index.row()].state
        if state.refusal is not None:
            return f"{state.symbol} is refused: {state.refusal}"
        column = COLUMNS[index.column()]
        value = column.value(state, self.now_ns())
        exact = formats.exact(value) if isinstance(value, float) else ""
        note = column.note(state) if column.note is not None else ""
        return f"{exact}, {note}" if exact and note else exact
