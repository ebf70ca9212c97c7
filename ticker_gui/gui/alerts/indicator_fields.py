"""The fields of a condition on an indicator: which one, of which bars, and the value that it has to pass."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ticker_gui.alerts.condition import IndicatorLevel, number_text
from ticker_gui.alerts.levels import Direction
from ticker_gui.domain.timeframe import TIMEFRAMES
from ticker_gui.gui.alerts.form_parts import combo, named, row
from ticker_gui.gui.alerts.number_field import read_number
from ticker_gui.gui.widgets.measures import GRID
from ticker_gui.gui.widgets.parameter_form import ParameterForm
from ticker_gui.indicators.registry import IndicatorConfig, all_indicators
from ticker_gui.indicators.spec import Indicator

_DIRECTIONS: Final = {
    Direction.ABOVE: "is above",
    Direction.AT_LEAST: "is at least",
    Direction.BELOW: "is below",
    Direction.AT_MOST: "is at most",
    Direction.CROSSES: "crosses",
    Direction.CROSSES_ABOVE: "crosses above",
    Direction.CROSSES_BELOW: "crosses below",
}
_MOMENTS: Final = ("immediately", "on bar close")
_DEFAULT: Final = IndicatorLevel(IndicatorConfig("rsi"), "value", "1h", Direction.BELOW, 30.0)
_VALUE_WIDTH: Final = 110
_PARAMETERS_WIDTH: Final = 280
_VISIBLE_ITEMS: Final = 20


class IndicatorFields(QWidget):
    """Edits the condition that an indicator passes a value.

    Signals:
        changed: the user has changed something; see `level`.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.indicator: Final = combo("alert_indicator", "Indicator")
        self.bars: Final = combo("alert_indicator_bars", "Bars of the indicator")
        self.parameters: Final = ParameterForm()
        self.output: Final = combo("alert_indicator_output", "Line of the indicator")
        self.direction: Final = combo("alert_indicator_direction", "Comparison")
        self.value: Final = named(QLineEdit(), "alert_indicator_value", "Value")
        self.moment: Final = combo("alert_indicator_moment", "When it is compared")
        self.value.setMaximumWidth(_VALUE_WIDTH)
        self.parameters.setMaximumWidth(_PARAMETERS_WIDTH)
        self._is_filled = False  # the list of indicators, which is long
        self.bars.addItems([timeframe.name for timeframe in TIMEFRAMES])
        self.direction.addItems(list(_DIRECTIONS.values()))
        self.moment.addItems(_MOMENTS)
        self._lay_out()
        self.indicator.activated.connect(self._choose_indicator)
        self.parameters.changed.connect(self.changed)
        for field in (self.bars, self.output, self.direction, self.moment):
            field.activated.connect(self.changed)
        self.value.textEdited.connect(self.changed)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        which, what = row(self.indicator, self.bars), row(self.output, self.direction, self.value, self.moment)
        layout.addLayout(which)
        layout.addWidget(self.parameters)
        layout.addLayout(what)

    @property
    def level(self) -> IndicatorLevel | None:
        """The condition, or None while the value is not a number."""
        chosen, value = self.parameters.chosen, read_number(self.value.text())
        if chosen is None or value is None:
            return None
        return IndicatorLevel(
            chosen,
            self.output.currentData(),
            self.bars.currentText(),
            list(_DIRECTIONS)[self.direction.currentIndex()],
            value,
            self.moment.currentIndex() == 1,
        )

    def show_level(self, level: IndicatorLevel | None) -> None:
        """Show a condition; without one, the last one or a common one is proposed."""
        if level is None:
            if self._is_filled:
                return
            level = _DEFAULT
        if level == self.level:
            return
        self._fill()
        self._show_indicator(level.config.indicator)
        self.parameters.show_indicator(level.config, has_title=False)
        self.output.setCurrentIndex(self.output.findData(level.output))
        self.bars.setCurrentText(level.timeframe)
        self.direction.setCurrentIndex(list(_DIRECTIONS).index(level.direction))
        self.value.setText(number_text(level.level))
        self.moment.setCurrentIndex(int(level.is_on_close))

    def _fill(self) -> None:
        if not self._is_filled:
            self._is_filled = True
            for indicator in all_indicators():
                self.indicator.addItem(_title(indicator), indicator.key)
            self.indicator.setMaxVisibleItems(_VISIBLE_ITEMS)

    def _show_indicator(self, indicator: Indicator) -> None:
        self.indicator.setCurrentIndex(self.indicator.findData(indicator.key))
        self.output.clear()
        for output in indicator.outputs:
            self.output.addItem(output.title, output.key)
        self.output.setVisible(len(indicator.outputs) > 1)

    def _choose_indicator(self) -> None:
        """Show the default parameters of the indicator, and its usual value."""
        config = IndicatorConfig(self.indicator.currentData())
        indicator = config.indicator
        self._show_indicator(indicator)
        self.parameters.show_indicator(config, has_title=False)
        if indicator.thresholds:
            self.value.setText(number_text(indicator.thresholds[0]))
        self.changed.emit()


def _title(indicator: Indicator) -> str:
    return indicator.short if indicator.short == indicator.title else f"{indicator.short}: {indicator.title}"
