"""Painting the table, against a stock view with a stock delegate that shows the same."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QStyledItemDelegate, QTableView

from tests.benchmarks import harness
from ticker_gui.domain.events import DayStats, Quote, Trade
from ticker_gui.gui.theme import Theme, load_theme
from ticker_gui.gui.watchlist.model import WatchlistModel
from ticker_gui.gui.watchlist.view import WatchlistView
from ticker_gui.market.columns import COLUMNS
from ticker_gui.market.market import Market

MODULE = "tests.benchmarks.table"
ROWS = 50
_SIZE = (1400, 1400)
_IN_A_ROW = 20
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_HIDDEN = [column.key for column in COLUMNS].index("feed")


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Compare a repaint of the whole table, 150 of its texts being new, and of what changed."""
    told = harness.run(MODULE, 1 if quick else 10)
    note = f"{told['full']:.2f} ms against {told['stock']:.2f} ms"
    yield harness.Figure(
        "table: full repaint, 150 new texts / stock view", told["full"] / told["stock"], 0.15, note=note
    )
    for rows in (50, 5):
        key = f"changed_{rows}"
        note = f"{told[key]:.2f} ms"
        yield harness.Figure(f"table: {rows} changed rows / full repaint", told[key] / told["full"], 1.5, note=note)


class Feed:
    """Fifty symbols; each step moves the last price of all or some, and what follows from it."""

    def __init__(self) -> None:
        self.now_ns = 10**18
        self.market = Market()
        self.feed = self.market.feed("desk")
        self._chance = random.Random(1)
        for index in range(ROWS):
            self.feed.watch(f"S{index}", f"S{index}")
            self.feed.apply(DayStats(f"S{index}", high=200.0, low=10.0, previous_close=101.0, volume=1e6), self.now_ns)
            self.feed.apply(Quote(f"S{index}", bid=100.0, ask=100.5), self.now_ns)
        self.step(ROWS)

    def step(self, rows: int) -> None:
        """Give ``rows`` symbols a new last price, change and change in per cent: three new texts each."""
        for index in self._chance.sample(range(ROWS), rows):
            self.now_ns += 1000
            price = round(self._chance.uniform(100, 110), 2)
            self.feed.apply(Trade(f"S{index}", price, 1.0, self.now_ns), self.now_ns)

    def clock(self) -> int:
        return self.now_ns


class StockModel(QAbstractTableModel):
    """The same texts, colours and alignments from a `data` as Qt's documentation writes it; texts are made once."""

    def __init__(self, model: WatchlistModel, theme: Theme) -> None:
        super().__init__()
        self._model = model
        self._up, self._down, self._plain = QColor(theme.up), QColor(theme.down), QColor(theme.text)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return self._model.rowCount()

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return len(COLUMNS)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(index)
        if role == Qt.ItemDataRole.ForegroundRole:
            sign = self._text(index)[0] if column.is_signed else ""
            return self._up if sign == "+" else self._down if sign == "-" else self._plain
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if column.is_text else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, index: _Index) -> str:
        return self._model.texts(index.row(), self._model.now_ns())[index.column()]


def main(rounds: int) -> None:
    """Measure ours and the stock view by turns, twenty repaints each, in milliseconds."""
    from ticker_gui.app import make_application

    application = make_application()
    theme = load_theme("dark")
    feed = Feed()
    model = WatchlistModel(feed.clock)
    model.sync(feed.market.states)
    ours = WatchlistView(model, theme, flashes=False)
    stock = QTableView()
    stock_model = StockModel(model, theme)
    stock.setModel(stock_model)
    stock.setItemDelegate(QStyledItemDelegate(stock))
    stock.setShowGrid(False)
    stock.verticalHeader().setDefaultSectionSize(ours.verticalHeader().defaultSectionSize())
    for column in range(len(COLUMNS)):
        stock.setColumnWidth(column, ours.columnWidth(column))
    for view in (ours, stock):
        view.setColumnHidden(_HIDDEN, True)
        view.resize(*_SIZE)
        view.show()
    application.processEvents()
    assert ours._visible_rows() == range(ROWS)

    def full() -> None:
        model.refresh()
        ours.viewport().repaint()

    def full_stock() -> None:
        stock_model.dataChanged.emit(stock_model.index(0, 0), stock_model.index(ROWS - 1, len(COLUMNS) - 1))
        stock.viewport().repaint()

    def changed() -> None:
        model.refresh()
        application.processEvents()

    times: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, work, rows in (
            ("full", full, ROWS),
            ("stock", full_stock, ROWS),
            ("changed_50", changed, 50),
            ("changed_5", changed, 5),
        ):
            for view in (ours, stock):
                view.setUpdatesEnabled(view is (stock if work is full_stock else ours))
            for _ in range(_IN_A_ROW):
                feed.step(rows)
                begin = time.perf_counter()
                work()
                times.setdefault(name, []).append(1000 * (time.perf_counter() - begin))
                application.processEvents()
    harness.report(**{name: statistics.median(values) for name, values in times.items()})


if __name__ == "__main__":
    import sys

    main(int(sys.argv[1]))
