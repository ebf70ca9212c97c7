"""The chart's data as a table, for screen readers and users who prefer numbers."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt
from PySide6.QtWidgets import QDialog, QTableView, QVBoxLayout, QWidget

from ticker_gui.bars.provided_bars import BarSource
from ticker_gui.chart.bar_table import CLOSE, COVERAGE_TITLE, SOURCE_WORDS, TIME, VOLUME, column, titles
from ticker_gui.chart.chart_data import ChartData
from ticker_gui.domain.sanitize import SYMBOL_LENGTH, sanitize_text
from ticker_gui.formatting import numbers
from ticker_gui.gui.chart.annotations.labels import moment_text, value_text
from ticker_gui.gui.chart.scene import Scene
from ticker_gui.gui.widgets.dialog_parts import close_row
from ticker_gui.gui.widgets.dialogs import resize_within_screen
from ticker_gui.gui.widgets.measures import DIALOG_MARGIN, GAP

_Index: TypeAlias = QModelIndex | QPersistentModelIndex
_NO_INDEX: Final = QModelIndex()
_ROLE: Final = Qt.ItemDataRole
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class BarModel(QAbstractTableModel):
    """All bars in memory, the newest last.

    Rows are numbered from the first bar of the session, so that numbers do not change when old bars are dropped.
    """

    def __init__(self) -> None:
        super().__init__()
        self._scene: Scene | None = None
        self._titles: list[str] = []
        self._begin = self._end = 0

    def set_scene(self, scene: Scene) -> None:
        """Show the data of a scene. For the same chart, only the rows added and removed at the ends are reported."""
        before, self._scene = self._scene, scene
        series, texts = scene.chart_data.series, [*titles(scene.chart_data), COVERAGE_TITLE]
        begin, end = series.begin, series.begin + len(series)
        is_same = before is not None and before.chart_data is scene.chart_data and texts == self._titles
        if not is_same or not self._begin <= begin <= self._end <= end:
            self.beginResetModel()
            self._titles, self._begin, self._end = texts, begin, end
            self.endResetModel()
            return
        if begin > self._begin:
            self.beginRemoveRows(_NO_INDEX, 0, begin - self._begin - 1)
            self._begin = begin
            self.endRemoveRows()
        if end > self._end:
            self.beginInsertRows(_NO_INDEX, self._end - begin, end - begin - 1)
            self._end = end
            self.endInsertRows()
        if end > begin:
            self.dataChanged.emit(self.index(0, 0), self.index(end - begin - 1, len(texts) - 1))

    def rowCount(self, parent: _Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else self._end - self._begin

    def columnCount(self, parent: _Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == _ROLE.TextAlignmentRole:
            return _RIGHT  # aligned with the numbers below
        return sanitize_text(self._titles[section]) if role == _ROLE.DisplayRole else None

    def data(self, index: _Index, role: int = _ROLE.DisplayRole) -> Any:
        if role == _ROLE.TextAlignmentRole:
            return _RIGHT
        if role != _ROLE.DisplayRole or self._scene is None:
            return None
        chart_data = self._scene.chart_data
        row = self._begin + index.row() - chart_data.series.begin  # old rows may have been dropped since
        if index.column() == len(self._titles) - 1:
            return self._coverage(chart_data, row)
        values = column(chart_data, index.column())
        return self._text(chart_data, index.column(), values[row].item()) if 0 <= row < len(values) else ""

    def _coverage(self, chart_data: ChartData, row: int) -> str:
        """Return whether all trades of a bar were received, or where it comes from."""
        if not 0 <= row < len(chart_data.series) or self._scene is None:
            return ""
        if chart_data.partial_mask(row, row + 1, self._scene.now_ns)[0]:
            return SOURCE_WORDS[BarSource.PARTIAL]
        return SOURCE_WORDS[BarSource(chart_data.series.sources(row, row + 1)[0])]

    def _text(self, chart_data: ChartData, number: int, value: float) -> str:
        assert self._scene is not None
        digits = chart_data.state.price_decimals
        if number == TIME:
            return moment_text(int(value), self._scene.zone, is_day=chart_data.is_daily)
        if number == VOLUME:
            return self._scene.style.write(numbers.amount(value))
        return self._scene.style.write(
            numbers.price(value, digits) if number <= CLOSE else value_text(value, digits + 1)
        )


class BarTable(QDialog):
    """A window with the table of bars; it is updated with the chart."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar_table")
        self.setAccessibleName("Chart data")
        resize_within_screen(self, QSize(760, 520))
        self.model: Final = BarModel()
        self._view = QTableView(self)
        self._view.setObjectName("bars")
        self._view.setAccessibleName("Chart data")
        self._view.setModel(self.model)
        self._view.verticalHeader().hide()
        self._view.setShowGrid(False)
        self._is_following = True
        bar = self._view.verticalScrollBar()
        bar.valueChanged.connect(lambda value: self._set_following(value == bar.maximum()))
        bar.rangeChanged.connect(lambda minimum, maximum: bar.setValue(maximum if self._is_following else bar.value()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(DIALOG_MARGIN, DIALOG_MARGIN, DIALOG_MARGIN, DIALOG_MARGIN)
        layout.setSpacing(GAP)
        layout.addWidget(self._view)
        layout.addLayout(close_row(self))

    def show_scene(self, scene: Scene) -> None:
        """Show the data of a scene. If the last row is in view, the table keeps scrolling to the newest row."""
        has_no_rows, top = not self.model.rowCount(), QPersistentModelIndex(self._view.indexAt(QPoint()))
        data = scene.chart_data
        self.setWindowTitle(f"{sanitize_text(data.state.symbol, SYMBOL_LENGTH)}, {data.timeframe}")
        self.model.set_scene(scene)
        if has_no_rows:
            self._view.resizeColumnsToContents()
            self._view.setCurrentIndex(self.model.index(self.model.rowCount() - 1, 0))
        if self._is_following or has_no_rows:
            self._view.scrollToBottom()
        elif top.isValid():  # else it would scroll with each bar that is dropped
            self._view.scrollTo(top, QTableView.ScrollHint.PositionAtTop)

    def _set_following(self, is_following: bool) -> None:
        self._is_following = is_following
