"""The chart's controls in the tool bar: timeframe, chart type and indicators."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QWidget

from ticker_gui.gui.chart.options import STANDARD_TIMEFRAMES, timeframe_title
from ticker_gui.gui.chart.paint.chart_types import CHART_TYPES
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.widgets.plain_text import set_tooltip


class ChartControls(QWidget):
    """Combo boxes for timeframe and chart type, and a button for indicators; they show the chart's current options.

    Signals:
        indicators_requested: the user wants to choose indicators.
    """

    indicators_requested = Signal()

    def __init__(self, chart: PriceChart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chart = chart
        self._timeframe, self._kind = QComboBox(), QComboBox()
        for box, name, title, texts in (
            (self._timeframe, "timeframe", "Timeframe", STANDARD_TIMEFRAMES),
            (self._kind, "chart_kind", "Chart type", {key: kind.title for key, kind in CHART_TYPES.items()}),
        ):
            box.setObjectName(name)
            box.setAccessibleName(title)
            set_tooltip(box, title)  # on Linux, screen readers read the current item instead of the name
            for key, text in texts.items():
                box.addItem(text, key)
        timeframe, kind = self._timeframe, self._kind
        timeframe.currentIndexChanged.connect(lambda row: self._set_options(timeframe=timeframe.itemData(row)))
        kind.currentIndexChanged.connect(lambda row: self._set_options(kind=kind.itemData(row)))
        indicators = QToolButton()
        indicators.setText("Indicators")
        indicators.setObjectName("indicators_button")
        set_tooltip(indicators, "Choose indicators")
        indicators.clicked.connect(self.indicators_requested.emit)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self._timeframe, self._kind, indicators):
            layout.addWidget(widget)
        chart.options_changed.connect(self._update_boxes)
        self._update_boxes()

    def _set_options(self, **changes: str) -> None:
        self._chart.set_options(msgspec.structs.replace(self._chart.options, **changes))

    def _update_boxes(self) -> None:
        options = self._chart.options
        with QSignalBlocker(self._timeframe), QSignalBlocker(self._kind):
            if self._timeframe.findData(options.timeframe) < 0:
                self._timeframe.addItem(timeframe_title(options.timeframe), options.timeframe)
            self._timeframe.setCurrentIndex(self._timeframe.findData(options.timeframe))
            self._kind.setCurrentIndex(self._kind.findData(options.kind))
