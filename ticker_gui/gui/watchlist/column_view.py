"""The columns of the table: which are visible, their widths, and which are left out when it is narrow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QTableView, QWidget

from ticker_gui.gui.watchlist.cells import CellPainter
from ticker_gui.gui.watchlist.header import ColumnHeader
from ticker_gui.gui.watchlist.model import WatchlistModel
from ticker_gui.gui.widgets.measures import SCROLL_BAR_WIDTH
from ticker_gui.watchlist.column_choice import ColumnChoice
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS, DEFAULT_COLUMNS

_SYMBOL: Final = COLUMN_INDEX["symbol"]
_LINE: Final = COLUMN_INDEX["line"]
_MAX_STRETCH: Final = 3  # of the sparklines, in a wide list
_WIDENED_FIRST: Final = ("symbol", "alias", "line")  # where there is more room than the columns need
_ARROW_COLUMNS: Final = ("change_percent", "change", "last")  # the first visible one has the arrow of the day


class ColumnView(QTableView):
    """A table that shows the chosen columns as far as they fit; the symbols get the rest of the width.

    Subclasses call `setModel` with ``watchlist`` when they are ready.

    Signals:
        resized: the size of the viewport has changed.
        columns_changed: other columns or another order were chosen, or other columns are without data.
    """

    resized = Signal()
    columns_changed = Signal()

    def __init__(self, model: WatchlistModel, cells: CellPainter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.watchlist = model
        self._cells = cells
        self._choice = ColumnChoice()
        self._possible_keys: tuple[str, ...] = ()  # the chosen columns that have data
        self._visible_keys: tuple[str, ...] = ()  # those of them for which there is room
        self._left_out: frozenset[str] = frozenset()  # those of them for which there is none
        self._added: tuple[str, ...] = ()  # columns that were not chosen, for which a wide list has room
        self._columns_without_data: frozenset[str] = frozenset()
        self._has_several_feeds = False
        self._widths: dict[int, int] = {}  # of all columns, including hidden ones
        self._symbol_width: int | None = None  # by the user; otherwise the symbols get the rest of the width
        self._is_fitting = False  # the program changes widths, not the user
        self._is_arranging = False  # the program moves columns, not the user
        self.header = ColumnHeader(self)
        self.setHorizontalHeader(self.header)
        self.header.sectionResized.connect(self._on_section_resized)
        self.header.sectionMoved.connect(self._on_section_moved)
        model.shared_symbols_changed.connect(self._fit_other_columns)

    def set_columns(self, keys: Sequence[str]) -> None:
        """Choose these columns in this order; unknown keys are ignored, and the symbol is always chosen.

        Those that are not among the default columns count as checked by the user.
        """
        checked = frozenset(keys).difference(DEFAULT_COLUMNS)
        self.set_column_choice(ColumnChoice(tuple(keys), self._choice.explicit | checked))

    def set_column_choice(self, choice: ColumnChoice) -> None:
        """Choose columns; unknown keys are ignored, and the symbol is always chosen."""
        self._added, self._left_out = (), frozenset()
        known = tuple(key for key in dict.fromkeys(choice.keys) if key in COLUMN_INDEX)
        keys = known if "symbol" in known else ("symbol", *known)
        self._choice = ColumnChoice(keys, choice.explicit.intersection(keys))
        self._arrange(keys)
        self._update_visible_columns()
        self.columns_changed.emit()

    def _arrange(self, keys: Sequence[str]) -> None:
        header = self.horizontalHeader()
        self._is_arranging = True
        for position, key in enumerate(keys):
            header.moveSection(header.visualIndex(COLUMN_INDEX[key]), position)
        self._is_arranging = False

    def _on_section_moved(self) -> None:
        if not self._is_arranging:
            self.columns_changed.emit()

    @property
    def column_choice(self) -> ColumnChoice:
        """The chosen columns, in the order of the header."""
        header = self.horizontalHeader()
        keys = sorted(self._choice.keys, key=lambda key: header.visualIndex(COLUMN_INDEX[key]))
        return ColumnChoice(tuple(keys), self._choice.explicit)

    def toggle_column(self, key: str) -> None:
        """Show a column that is hidden, also for lack of room, or hide one that is visible.

        From now on the columns are the user's own choice, which a narrow list does not change.
        """
        choice = self.column_choice.extended(self._added).without(self._left_out - {key})
        if key == "alias" and self._choice.adapts and key in self._choice.keys:  # the program has added it
            self.set_column_choice(self.column_choice.without({key}))
        elif key in self._left_out:
            self.set_column_choice(ColumnChoice(choice.keys, choice.explicit | {key}))
        else:
            self.set_column_choice(choice.toggled(key, self._columns_without_data))

    @property
    def columns(self) -> tuple[str, ...]:
        """The keys of the chosen columns, in order."""
        return self.column_choice.keys

    @property
    def columns_in_room(self) -> tuple[str, ...]:
        """The keys of the chosen columns, in order, as far as there is room, and of those that a wide list adds."""
        return self.column_choice.extended(self._added).without(self._left_out).keys

    @property
    def columns_without_data(self) -> frozenset[str]:
        """The keys of the columns whose data no feed provides."""
        return self._columns_without_data

    def set_columns_without_data(self, keys: frozenset[str]) -> None:
        """Set the columns whose data no feed provides; they are hidden unless the user has checked them."""
        self._columns_without_data = keys
        self._update_visible_columns()
        self.columns_changed.emit()

    def set_feed_column_visible(self, is_visible: bool) -> None:
        """Show or hide the feed column; it is hidden if there is only one feed."""
        self._has_several_feeds = is_visible
        self._update_visible_columns()

    @property
    def widths(self) -> dict[str, int]:
        """Widths by key of all columns, including hidden ones, that differ from the default width."""
        return {
            COLUMNS[column].key: width
            for column, width in self._widths.items()
            if width != self._cells.default_width(column)
        }

    def set_width(self, key: str, width: int) -> None:
        """Set the width of a column; a hidden column gets it when it is shown."""
        column = COLUMN_INDEX[key]
        self._widths[column] = width
        if column == _SYMBOL:
            self._symbol_width = width
        self.setColumnWidth(column, width)
        self._fit_columns()

    def _on_section_resized(self, column: int, before: int, width: int) -> None:
        if width and not self._is_fitting:  # 0 if the column is hidden
            self._widths[column] = width
            if column == _SYMBOL:
                self._symbol_width = width

    def _update_visible_columns(self) -> None:
        visible = self._choice.visible(self._columns_without_data)
        self._possible_keys = tuple(key for key in visible if key != "feed" or self._has_several_feeds)
        self._visible_keys = ()
        self._fit_columns()
        self.updateGeometry()  # the size hint is the width of the columns

    def _fit_columns(self) -> None:
        """Show the columns for which there is room, each as wide as usual, and give the rest to the symbols."""
        room, cells, keys = self.viewport().width(), self._cells, self._possible_keys
        least = {key: self._min_width(COLUMN_INDEX[key]) for key in keys}
        least["symbol"] = self._symbol_width or cells.least_width(_SYMBOL)
        fitting = keys
        if self.isVisible():
            bar_width = 0 if self.verticalScrollBar().isVisible() else SCROLL_BAR_WIDTH
            with_bar = room - bar_width  # a list that begins to scroll keeps its columns
            needed = ("feed",) if self.watchlist.has_shared_symbols else ()
            fitting = self._choice.fitting(keys, least, with_bar, left_out=self._left_out, needed_keys=needed)
            self._left_out = frozenset(keys).difference(fitting)
            fitting = self._add_columns(fitting, with_bar)
            least |= {key: self._widths[COLUMN_INDEX[key]] for key in self._added}
        self._is_fitting = True  # also while columns return, which Qt reports as a change of their widths
        if fitting != self._visible_keys:
            self._visible_keys = fitting
            for key, column in COLUMN_INDEX.items():
                self.setColumnHidden(column, key not in fitting)
            self._cells.arrow_column = next(
                (COLUMN_INDEX[key] for key in _ARROW_COLUMNS if key in fitting), COLUMN_INDEX["last"]
            )
            self.watchlist.set_columns(COLUMN_INDEX[key] for key in fitting)
        spare = max(0, room - sum(least[key] for key in fitting))
        usual = {key: self._widths[COLUMN_INDEX[key]] for key in fitting}
        usual["symbol"] = self._symbol_width or cells.default_width(_SYMBOL)
        if self._added and usual.get("line") == cells.default_width(_LINE):
            usual["line"] *= _MAX_STRETCH  # rather than a gap behind the symbols
        for key in sorted(fitting, key=_WIDENED_FIRST.__contains__, reverse=True):
            width = min(usual[key], least[key] + spare)
            spare -= width - least[key]
            self.setColumnWidth(COLUMN_INDEX[key], width)
        if self._symbol_width is None:
            self.setColumnWidth(_SYMBOL, self.columnWidth(_SYMBOL) + spare)
        self._is_fitting = False

    def _add_columns(self, fitting: tuple[str, ...], room: int) -> tuple[str, ...]:
        """Add columns that a wide list has room for, if all default columns have their usual widths."""
        usual = {key: self._widths[column] for key, column in COLUMN_INDEX.items()}
        spare = room - sum(usual[key] for key in fitting)
        before, self._added = self._added, ()
        if not self._left_out:
            self._added = self._choice.added(self._columns_without_data, usual, spare, added_before=before)
        extended = self.column_choice.extended(self._added).keys
        if self._added != before:
            self._arrange(extended)
        return tuple(key for key in extended if key in fitting or key in self._added)

    def _fit_other_columns(self) -> None:
        """Show the columns for which there is room now that others are needed: the width has not changed."""
        self._left_out = frozenset()
        self._fit_columns()

    def _min_width(self, column: int) -> int:
        """Return the width below which other columns are left out: that of the user, if it was changed."""
        width = self._widths[column]
        return self._cells.least_width(column) if width == self._cells.default_width(column) else width

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()
        self.resized.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit_columns()

    def _use_default_widths(self) -> None:
        """Set the widths of all columns, and the height of their titles, for the font."""
        self._widths = {column: self._cells.default_width(column) for column in range(len(COLUMNS))}
        self._symbol_width = None
        self._is_fitting = True
        for column, width in self._widths.items():
            self.setColumnWidth(column, width)
        self._is_fitting = False
        self.header.fit_height()
        self._fit_columns()

    def sizeHint(self) -> QSize:
        """Return a hint that is as wide as all columns."""
        others = self.verticalScrollBar().sizeHint().width() + 2 * self.frameWidth()
        columns = sum(self._widths[COLUMN_INDEX[key]] for key in self._possible_keys)
        return QSize(columns + others, super().sizeHint().height())
