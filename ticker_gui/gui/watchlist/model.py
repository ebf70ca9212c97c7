"""The watchlist as a Qt model: one row per symbol, in a given order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.state_mark import StateMark
from ticker_gui.feed_setup.symbol_providers import describe_no_feed
from ticker_gui.formatting import numbers
from ticker_gui.formatting.no_data_words import describe_no_data
from ticker_gui.formatting.past_times import describe_last_known
from ticker_gui.gui.watchlist.row_cache import RowCache
from ticker_gui.gui.widgets.plain_text import escaped_tooltip
from ticker_gui.market.subscription import symbol_failure
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS, DEFAULT_COLUMNS, CellKind
from ticker_gui.watchlist.row_status import describe_row_status
from ticker_gui.watchlist.section_heading import SectionHeading
from ticker_gui.watchlist.sparkline import SPARKLINE_PERIODS, SparklinePeriod, describe_change

# Plain integers, because looking a role up in Qt's enumeration costs more than the rest of `data`.
_DISPLAY: Final = int(Qt.ItemDataRole.DisplayRole)
_EDIT: Final = int(Qt.ItemDataRole.EditRole)
_ALIGNMENT: Final = int(Qt.ItemDataRole.TextAlignmentRole)
_TOOL_TIP: Final = int(Qt.ItemDataRole.ToolTipRole)
_ACCESSIBLE: Final = int(Qt.ItemDataRole.AccessibleTextRole)
VALUE_ROLE: Final = int(Qt.ItemDataRole.UserRole)
_NUMBERS: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
_ALIGNMENTS: Final = {
    CellKind.TEXT: int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),  # mirrored in right-to-left layouts
    CellKind.NUMBER: _NUMBERS,
    CellKind.PRICE: _NUMBERS,
    CellKind.RANGE: int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
    CellKind.SPARKLINE: int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
}
_FEED: Final = COLUMN_INDEX["feed"]
# Combined here, because Qt asks for the flags of all cells of selected rows.
_DROPPABLE: Final = Qt.ItemFlag.ItemIsDropEnabled
_HEADING: Final = Qt.ItemFlag.ItemIsEnabled
_EDITABLE_HEADING: Final = _HEADING | Qt.ItemFlag.ItemIsEditable
_CELL: Final = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsDragEnabled
_EDITABLE_CELL: Final = _CELL | Qt.ItemFlag.ItemIsEditable
_ALIAS: Final = COLUMN_INDEX["alias"]

_Index = QModelIndex | QPersistentModelIndex
_ROOT: Final = QModelIndex()


class WatchlistModel(QAbstractTableModel):
    """One row for each of the given states; cell texts are computed on demand.

    `VALUE_ROLE` returns the raw value of a cell.

    Signals:
        appearance_changed: every cell has to be painted again.
        values_changed: symbols have new data; other than after `dataChanged`, ages and states are as before.
        alias_requested: a state, and its new alias.
        feeds_changed: the state of a feed has changed.
        section_rename_requested: the heading of a section, and its new name.
        shared_symbols_changed: `has_shared_symbols` has changed.
    """

    appearance_changed = Signal()
    values_changed = Signal()
    feeds_changed = Signal()
    alias_requested = Signal(object, str)
    section_rename_requested = Signal(object, str)
    shared_symbols_changed = Signal()

    def __init__(self, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.now_ns: Final = clock
        self._feed_marks: Mapping[str, StateMark] = {}
        self.sparkline_period = SPARKLINE_PERIODS[0]
        self.style = numbers.PLAIN
        self._columns = tuple(COLUMN_INDEX[key] for key in DEFAULT_COLUMNS)
        self._rows: list[RowCache] = []
        self._shared_symbols: frozenset[str] = frozenset()  # symbols of several feeds among the rows

    @property
    def states(self) -> list[SymbolState]:
        """The states of all rows, in order."""
        return [row.state for row in self._rows]

    @property
    def symbols(self) -> list[SymbolState]:
        """The states of all rows that are not headings, in order."""
        return [row.state for row in self._rows if not isinstance(row.state, SectionHeading)]

    def state(self, row: int) -> SymbolState:
        """Return the state of a row; that of a heading is a `SectionHeading`."""
        return self._rows[row].state

    def heading(self, index: _Index) -> SectionHeading | None:
        """Return the heading in a row, or None if it is the row of a symbol."""
        state = self._rows[index.row()].state if index.isValid() else None
        return state if isinstance(state, SectionHeading) else None

    def row_of(self, state: SymbolState) -> int | None:
        """Return the row of a state, or None."""
        return next((number for number, row in enumerate(self._rows) if row.state is state), None)

    @property
    def columns(self) -> tuple[int, ...]:
        """The columns whose texts are cached: the visible ones."""
        return self._columns

    def set_columns(self, columns: Iterable[int]) -> None:
        """Set the columns whose texts are cached: the visible ones."""
        self._columns = tuple(columns)
        self._name_feeds()
        self._invalidate_rows()

    def set_style(self, style: numbers.NumberStyle) -> None:
        """Format numbers in this style."""
        self.style = style
        self._invalidate_rows()

    def set_sparkline_period(self, span: SparklinePeriod) -> None:
        """Set the period that sparklines cover."""
        self.sparkline_period = span
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, COLUMN_INDEX["line"], COLUMN_INDEX["line"])
        self.appearance_changed.emit()

    @property
    def cached_rows(self) -> Sequence[RowCache]:
        """The content of all rows as it was read last."""
        return self._rows

    def read(self, row: int, now_ns: int) -> RowCache:
        """Return the current content of a row."""
        reading = self._rows[row]
        reading.refresh(now_ns, self._columns, self.style, self._feed_marks.get(reading.state.feed, StateMark.LIVE))
        return reading

    def set_feed_marks(self, marks: Mapping[str, StateMark]) -> None:
        """Set the states of the feeds by their names; the rows show them with the next refresh."""
        if marks != self._feed_marks:
            self._feed_marks = marks
            self.feeds_changed.emit()

    @property
    def has_only_demo(self) -> bool:
        """Whether the built-in market is the only feed."""
        return all(mark is StateMark.DEMO for mark in self._feed_marks.values())

    def show(self, states: Sequence[SymbolState]) -> None:
        """Show these states in this order; persistent indexes stay on their symbols."""
        held = {id(row.state): row for row in self._rows}
        known = [row for state in states if (row := held.get(id(state))) is not None]
        if len(known) < len(self._rows):
            self._remove_rows_except({id(row) for row in known})
        self._reorder(known)
        if len(known) < len(states):
            self._insert_missing_rows(states, held)
        if len(known) < len(states) or len(known) < len(held):
            self._find_shared_symbols()

    @property
    def has_shared_symbols(self) -> bool:
        """Whether several rows have the same symbol, of different feeds."""
        return bool(self._shared_symbols)

    def _find_shared_symbols(self) -> None:
        counts = Counter(row.state.symbol for row in self._rows if not isinstance(row.state, SectionHeading))
        before, self._shared_symbols = (
            self._shared_symbols,
            frozenset(one for one, count in counts.items() if count > 1),
        )
        if before or self._shared_symbols:
            self._name_feeds()
        if bool(before) is not self.has_shared_symbols:
            self.shared_symbols_changed.emit()

    def _name_feeds(self) -> None:
        """Name the feed beside each symbol that several feeds have, unless the column of the feeds is visible."""
        shared = self._shared_symbols if _FEED not in self._columns else frozenset()
        for row in self._rows:
            names_feed = row.state.symbol in shared and not isinstance(row.state, SectionHeading)
            if names_feed is not row.names_feed:
                row.names_feed = names_feed
                row.invalidate()

    def _insert_missing_rows(self, states: Sequence[SymbolState], held: Container[int]) -> None:
        """Insert rows for new states, one block at a time."""
        first = 0
        while first < len(states):
            if id(states[first]) in held:
                first += 1
                continue
            last = first
            while last + 1 < len(states) and id(states[last + 1]) not in held:
                last += 1
            self.beginInsertRows(_ROOT, first, last)
            self._rows[first:first] = [RowCache(state) for state in states[first : last + 1]]
            self.endInsertRows()
            first = last + 1

    def refresh(self) -> None:
        """Emit `dataChanged` for all cells; the view finds out which visible ones have changed."""
        if self._rows:
            last = self.index(len(self._rows) - 1, len(COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), last, [_DISPLAY])

    def refresh_values(self) -> None:
        """Emit `values_changed`, which costs less than `refresh`: rows of symbols without new data are not read."""
        if self._rows:
            self.values_changed.emit()

    def _invalidate_rows(self) -> None:
        for row in self._rows:
            row.invalidate()
        self.appearance_changed.emit()

    def _remove_rows_except(self, kept_ids: set[int]) -> None:
        """Remove all other rows, one block at a time, from the end."""
        last = len(self._rows) - 1
        while last >= 0:
            if id(self._rows[last]) in kept_ids:
                last -= 1
                continue
            first = last
            while first > 0 and id(self._rows[first - 1]) not in kept_ids:
                first -= 1
            self.beginRemoveRows(_ROOT, first, last)
            del self._rows[first : last + 1]
            self.endRemoveRows()
            last = first - 1

    def _reorder(self, rows: list[RowCache]) -> None:
        if rows == self._rows:
            return
        self.layoutAboutToBeChanged.emit()
        pointers = self.persistentIndexList()
        place = {id(row): number for number, row in enumerate(rows)} if pointers else {}
        moved = [self.index(place[id(self._rows[pointer.row()])], pointer.column()) for pointer in pointers]
        self._rows = rows
        self.changePersistentIndexList(pointers, moved)
        self.layoutChanged.emit()

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        mime = QMimeData()
        mime.setText("\n".join(self._rows[row].state.symbol for row in sorted({index.row() for index in indexes})))
        return mime

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction | Qt.DropAction.MoveAction

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        column = COLUMNS[section]
        if role == _DISPLAY:
            is_sparkline = column.kind is CellKind.SPARKLINE
            return f"{column.title} {self.sparkline_period.name}" if is_sparkline else column.title
        if role == _TOOL_TIP:
            return column.tooltip
        if role == _ALIGNMENT:
            return _ALIGNMENTS[column.kind]
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return _DROPPABLE  # dropping between rows
        if self.heading(index) is not None:
            return _EDITABLE_HEADING if index.column() == 0 else _HEADING
        return _EDITABLE_CELL if index.column() == _ALIAS else _CELL

    def data(self, index: _Index, role: int = _DISPLAY) -> Any:
        if not index.isValid():
            return None
        if (heading := self.heading(index)) is not None:
            return _heading_data(heading, index.column(), role)
        if role in (_DISPLAY, _EDIT):
            return self._text(index)
        if role == _ALIGNMENT:
            return _ALIGNMENTS[COLUMNS[index.column()].kind]
        if role == VALUE_ROLE:
            return COLUMNS[index.column()].value(self._rows[index.row()].state, self.now_ns())
        if role == _TOOL_TIP:
            return escaped_tooltip(self._tooltip(index))
        if role == _ACCESSIBLE:
            symbol = self._text(self.index(index.row(), 0))
            column = COLUMNS[index.column()]
            text = self._text(index) or numbers.NONE
            if column.kind is not CellKind.TEXT:
                text = numbers.plain_minus(text)
            text = symbol if index.column() == 0 else f"{symbol} {column.title} {text}"
            return ", ".join(filter(None, (text, self._last_known(index))))
        return None

    def setData(self, index: _Index, value: Any, role: int = _EDIT) -> bool:
        if (heading := self.heading(index)) is not None:
            self.section_rename_requested.emit(heading, str(value))
            return True
        if index.isValid() and role == _EDIT and index.column() == _ALIAS:
            self.alias_requested.emit(self._rows[index.row()].state, str(value))
            return True
        return False

    def _text(self, index: _Index) -> str:
        """Return the text of a cell, also of sparklines and hidden columns."""
        row, column = self._rows[index.row()], COLUMNS[index.column()]
        now_ns = self.now_ns()
        if column.kind is CellKind.SPARKLINE:
            return numbers.on_screen(self.style.write(describe_change(row.state, self.sparkline_period, now_ns)))
        texts = self.read(index.row(), now_ns).texts
        if index.column() in self._columns:
            return texts[index.column()]
        text = column.format(column.value(row.state, now_ns), row.state)
        return text if column.kind is CellKind.TEXT else numbers.on_screen(self.style.write(text))

    def _tooltip(self, index: _Index) -> str:
        """Return the tooltip of a cell: its full value and its note, or why the subscription failed."""
        state, column = self._rows[index.row()].state, COLUMNS[index.column()]
        status = self.read(index.row(), self.now_ns()).status
        if status.mark is StateMark.NO_FEED:
            return describe_no_feed(state.symbol)
        last_known = self._last_known(index)
        if (failure := symbol_failure(state)) is not None:
            return " · ".join(filter(None, (describe_no_data(failure), last_known)))
        if column.key == "symbol":
            texts = (self._text(index), state.name, describe_row_status(status, state, self.now_ns()))
            return " · ".join(filter(None, texts))
        if column.key == "age" and (status.word or last_known):
            return describe_row_status(status, state, self.now_ns())
        value = column.value(state, self.now_ns())
        if value is None and column.kind is not CellKind.SPARKLINE:
            return ""
        qualifier = ", ".join(filter(None, (column.qualifier and column.qualifier(state), last_known)))
        if column.kind is CellKind.RANGE:
            return qualifier
        is_number = isinstance(value, float)
        full = numbers.on_screen(self.style.write(numbers.exact(value))) if is_number else self._text(index)
        return f"{full}, {qualifier}" if qualifier else full

    def _last_known(self, index: _Index) -> str:
        """Return the date of a cell's value, if it is a remembered one."""
        state, column = self._rows[index.row()].state, COLUMNS[index.column()]
        if state.remembered is None or (column.kind is CellKind.TEXT and column.key != "symbol"):
            return ""
        has_value = column.kind is CellKind.SPARKLINE or column.value(state, self.now_ns()) is not None
        return describe_last_known(state.remembered.dated_ns, self.now_ns()) if has_value else ""


def _heading_data(heading: SectionHeading, column: int, role: int) -> Any:
    """Return the data of a cell in the row of a heading, which spans all columns."""
    if role == _ACCESSIBLE:
        return heading.description
    return heading.symbol if role in (_DISPLAY, _EDIT) and column == 0 else None
