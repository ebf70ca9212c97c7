"""Painting of the watchlist, compared with a stock Qt view and delegate with the same texts and colors."""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QStyledItemDelegate, QTableView

from tests.benchmarks import harness
from ticker_gui.domain.events import DayStats, Quote, Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.watchlist.model import WatchlistModel
from ticker_gui.gui.watchlist.row_ordering import RowSorter
from ticker_gui.gui.watchlist.table import WatchlistTable
from ticker_gui.gui.widgets.theme import Theme, load_theme
from ticker_gui.market.limits import Limits
from ticker_gui.market.market import Market
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS, CellKind
from ticker_gui.watchlist.section_heading import SectionHeading, SectionRows
from ticker_gui.watchlist.sorting import Sorting

MODULE = "tests.benchmarks.table"
ROWS = 50
MANY, MANY_IN_QUICK = 5_000, 500
SECTIONED = 500
_SECTION_SIZE = 10
VISIBLE_COLUMNS = (
    "symbol", "last", "change", "change_percent", "line", "bid", "bid_size", "ask", "ask_size", "spread", "volume",
    "range", "vwap", "age",
)  # fmt: skip
_WIDTH = 1500
_FRAME_MS = 1000 / 30
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Compare full repaints, and repaints of changed rows in a short and a long list."""
    many = MANY_IN_QUICK if quick else MANY
    results = harness.run(MODULE, *((1, 3) if quick else (10, 20)), many)
    note = f"{results['full']:.2f} ms against {results['stock']:.2f} ms"
    yield harness.Figure(
        "table, 50 × 14, all changing: repaint / stock view", results["full"] / results["stock"], 0.2, note=note
    )
    for rows, target in ((50, 1.5), (5, 0.5)):
        key = f"changed_{rows}"
        note = f"{results[key]:.2f} ms"
        yield harness.Figure(
            f"table: {rows} changed rows / full repaint", results[key] / results["full"], target, note=note
        )
    note = f"{results['of_many']:.2f} ms against {results['of_few']:.2f} ms"
    yield harness.Figure(
        f"table: frame with 50 of {many:,} rows visible / 50 of 50",
        results["of_many"] / results["of_few"],
        1.3,
        note=note,
    )
    for rows in (ROWS, 5):
        with_sections, without = results[f"sections_{rows}"], results[f"plain_{rows}"]
        yield harness.Figure(
            f"table: {rows} changed rows of {SECTIONED} in sections / of {SECTIONED} without",
            with_sections / without,
            1.3,
            note=f"{with_sections:.2f} ms against {without:.2f} ms",
        )
    longest, name = results["sort"], f"table: sorting {many:,} rows, longest blocking step"
    yield harness.Figure(name, longest, _FRAME_MS, "ms", note=f"median {results['sort_median']:.1f} ms")


class Feed:
    """A feed of symbols; each step changes the last price of some or all of them."""

    def __init__(self, count: int) -> None:
        self.now_ns = 1_700_000_000 * SECOND_NS
        self.market = Market(Limits(symbols=count))
        self.feed = self.market.feed("desk")
        self.names = [f"S{index}" for index in range(count)]
        self._rng = random.Random(1)
        for name in self.names:
            self.feed.watch(name, name)
            self.feed.apply(DayStats(name, high=200.0, low=10.0, previous_close=101.0, volume=1e6), self.now_ns)
            self.feed.apply(Quote(name, 100.0, 5.0, 100.5, 6.0), self.now_ns)
        for _ in range(60):  # one step of the sparklines each
            self.now_ns += 10 * SECOND_NS
            self.step(self.names[:ROWS])
        self.step(self.names)

    def step(self, names: list[str]) -> None:
        """Change last price, change, change in percent, range and VWAP: five new texts per symbol."""
        for name in names:
            self.now_ns += 1000
            self.feed.apply(Trade(name, round(self._rng.uniform(100, 110), 2), 1.0, self.now_ns), self.now_ns)

    def some(self, count: int) -> list[str]:
        return self._rng.sample(self.names[:ROWS], count)

    def clock(self) -> int:
        return self.now_ns


class StockModel(QAbstractTableModel):
    """A model with the same texts, colors and alignments, and `data` as in Qt's documentation; texts are cached."""

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
            sign = self._text(index)[:1] if column.is_signed else ""
            return self._up if sign == "+" else self._down if sign == "−" else self._plain
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if column.kind is CellKind.TEXT else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, index: _Index) -> str:
        text = self._model.read(index.row(), self._model.now_ns()).texts[index.column()]
        return text or "+1.00%"  # instead of the sparkline


class Scene:
    """The watchlist of the program in a visible window."""

    def __init__(self, application: QApplication, count: int, *, has_sections: bool = False) -> None:
        self.application = application
        self.feed = Feed(count)
        self.model = WatchlistModel(self.feed.clock)
        self.view = WatchlistTable(self.model, load_theme("dark"), flash_enabled=True)
        self.view.set_columns(VISIBLE_COLUMNS)
        self.order = RowSorter(self.view)
        states = self.feed.market.states
        starts = range(0, count, _SECTION_SIZE) if has_sections else ()
        sections = [
            SectionRows(SectionHeading(f"Section {start}"), states[start : start + _SECTION_SIZE]) for start in starts
        ]
        self.order.set_states(states, (), sections)
        self.view.resize(_WIDTH, 500)
        self.view.show()
        application.processEvents()
        frame = self.view.height() - self.view.viewport().height()
        self.view.resize(_WIDTH, frame + ROWS * self.view.verticalHeader().defaultSectionSize() - 1)
        application.processEvents()
        assert self.view.visible_rows() == range(ROWS)

    def full(self) -> None:
        """Repaint every row."""
        self.model.refresh()
        self.view.viewport().repaint()

    def changed(self) -> None:
        """Repaint the changed rows."""
        self.model.refresh()
        self.application.processEvents()


def timed(work: Callable[[], None]) -> float:
    """Return the time of the processor that ``work`` takes, in milliseconds; other processes do not add to it."""
    begin = time.thread_time()
    work()
    return 1000 * (time.thread_time() - begin)


def main(rounds: int, repeats: int, rows_of_many: int) -> None:
    """Measure alternately, with some repaints each, in milliseconds."""
    from ticker_gui.gui.application import make_application

    application = make_application()
    few, many = Scene(application, ROWS), Scene(application, rows_of_many)
    sectioned, plain = Scene(application, SECTIONED, has_sections=True), Scene(application, SECTIONED)
    stock = QTableView()
    model = StockModel(few.model, load_theme("dark"))
    stock.setModel(model)
    stock.setItemDelegate(QStyledItemDelegate(stock))
    stock.setShowGrid(False)
    stock.verticalHeader().setDefaultSectionSize(few.view.verticalHeader().defaultSectionSize())
    for key, column in COLUMN_INDEX.items():
        stock.setColumnHidden(column, key not in VISIBLE_COLUMNS)
        stock.setColumnWidth(column, few.view.columnWidth(column))
    stock.resize(few.view.size())
    stock.show()
    application.processEvents()

    def full_stock() -> None:
        model.dataChanged.emit(model.index(0, 0), model.index(ROWS - 1, len(COLUMNS) - 1))
        stock.viewport().repaint()

    times: dict[str, list[float]] = {}
    views = (few.view, many.view, sectioned.view, plain.view, stock)
    for _ in range(rounds):
        for name, work, scene, rows, view in (
            ("full", few.full, few, ROWS, few.view),
            ("stock", full_stock, few, ROWS, stock),
            ("changed_50", few.changed, few, ROWS, few.view),
            ("changed_5", few.changed, few, 5, few.view),
            ("sections_50", sectioned.changed, sectioned, ROWS, sectioned.view),
            ("plain_50", plain.changed, plain, ROWS, plain.view),
            ("sections_5", sectioned.changed, sectioned, 5, sectioned.view),
            ("plain_5", plain.changed, plain, 5, plain.view),
            ("of_few", few.changed, few, ROWS, few.view),
            ("of_many", many.changed, many, rows_of_many, many.view),
        ):
            for other in views:
                other.setVisible(other is view)
            application.processEvents()
            for _ in range(repeats):
                if name.startswith("of_"):  # the same work before both, because it empties the processor's caches
                    many.feed.step(many.feed.names)
                if scene is not many:
                    scene.feed.step(scene.feed.some(rows))
                times.setdefault(name, []).append(timed(work))
                application.processEvents()
        many.view.show()
        many.order.sorting = Sorting("change_percent")
        for _ in range(repeats):
            many.feed.step(many.feed.names)
            times.setdefault("sort", []).append(timed(many.order.arrange))
            application.processEvents()
        many.order.sorting = None
        many.order.arrange()
    medians = {name: statistics.median(values) for name, values in times.items()}
    worst = statistics.quantiles(times["sort"], n=20)[-1]  # other processes empty the processor's caches now and then
    harness.report(**medians | {"sort": worst, "sort_median": medians["sort"]})


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
