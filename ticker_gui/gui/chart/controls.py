"""What the tool bar has for the chart: timeframe, kind, indicators."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QWidget

from ticker_gui.gui.chart.options import USUAL_TIMEFRAMES, timeframe_title
from ticker_gui.gui.chart.paint.chart_types import CHART_TYPES
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.widgets.plain_text import set_tooltip


class ChartControls(QWidget):
    """Shows what is chosen, wherever it was chosen.

    Signals:
        indicators_requested: the user wants to choose indicators.
    """

    indicators_requested = Signal()

    def __init__(self, chart: PriceChart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chart = chart
        self._timeframe, self._kind = QComboBox(), QComboBox()
        for box, name, texts in (
            (self._timeframe, "timeframe", USUAL_TIMEFRAMES),
            (self._kind, "chart_kind", {key: kind.title for key, kind in CHART_TYPES.items()}),
        ):
            box.setObjectName(name)
            box.setAccessibleName(name.replace("_", " "))
            set_tooltip(box, name.replace("_", " ").capitalize())  # on Linux a box is read by what it shows
            for key, text in texts.items():
                box.addItem(text, key)
        self._timeframe.currentIndexChanged.connect(lambda row: self._use(timeframe=self._timeframe.itemData(row)))
        self._kind.currentIndexChanged.connect(lambda row: self._use(kind=self._kind.itemData(row)))
        indicators = QToolButton()
        indicators.setText("Indicators")
        indicators.setObjectName("indicators_button")
        set_tooltip(indicators, "Choose indicators")
        indicators.clicked.connect(self.indicators_requested.emit)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self._timeframe, self._kind, indicators):
            layout.addWidget(widget)
        chart.choices_changed.connect(self._show)
        self._show()

    def _use(self, **changes: str) -> None:
        self._chart.use(msgspec.structs.replace(self._chart.choices, **changes))

    def _show(self) -> None:
        choices = self._chart.choices
        with QSignalBlocker(self._timeframe), QSignalBlocker(self._kind):
            if self._timeframe.findData(choices.timeframe) < 0:
                self._timeframe.addItem(timeframe_title(choices.timeframe), choices.timeframe)
            self._timeframe.setCurrentIndex(self._timeframe.findData(choices.timeframe))
            self._kind.setCurrentIndex(self._kind.findData(choices.kind))
