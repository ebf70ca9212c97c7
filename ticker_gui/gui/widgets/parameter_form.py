"""A form with one field for each parameter of an indicator."""

from __future__ import annotations

from typing import Final

import msgspec
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFormLayout, QLayout, QSpinBox, QWidget

from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.formatting.numbers import decimals
from ticker_gui.gui.widgets.measures import CONTROL_HEIGHT
from ticker_gui.gui.widgets.plain_text import mnemonic_free, plain_label
from ticker_gui.indicators.registry import IndicatorConfig
from ticker_gui.indicators.spec import Choice, Number, Parameter, ParameterValue

_LABEL_WIDTH: Final = 88  # pixels at least, so that the fields of several forms begin at the same place


def add_field(layout: QFormLayout, title: str, field: QWidget, row: QWidget | QLayout | None = None) -> None:
    """Add a field with its label, which is at the height of its first text; ``row`` contains the field and others."""
    label = plain_label(title)
    label.setBuddy(field)
    label.setMinimumSize(_LABEL_WIDTH, CONTROL_HEIGHT)
    layout.addRow(label, row or field)
    layout.setAlignment(label, Qt.AlignmentFlag.AlignTop)


class ParameterForm(QWidget):
    """A field for each parameter of one indicator.

    Signals:
        changed: the indicator with its new parameters, as `IndicatorConfig`.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chosen: IndicatorConfig | None = None
        self.fields: Final[list[QWidget]] = []
        self._layout = QFormLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    def show_indicator(self, chosen: IndicatorConfig | None, *, has_title: bool = True) -> None:
        """Show the parameters of an indicator, or an empty form."""
        self.chosen = chosen
        self.fields.clear()
        while self._layout.rowCount():
            self._layout.removeRow(0)
        if chosen is None:
            return
        if has_title:
            self._layout.addRow(plain_label(chosen.indicator.title))
        for parameter in chosen.indicator.parameters:
            field = self._field(parameter, chosen.parameters[parameter.name])
            field.setObjectName(parameter.name)
            field.setAccessibleName(parameter.title)
            add_field(self._layout, mnemonic_free(sanitize_text(parameter.title)), field)
            self.fields.append(field)

    def _field(self, parameter: Parameter, value: ParameterValue) -> QWidget:
        match parameter:
            case Choice():
                return self._choice(parameter, str(value))
            case Number(is_whole=True):
                whole = QSpinBox(minimum=int(parameter.minimum), maximum=int(parameter.maximum))
                whole.setValue(int(value))
                whole.valueChanged.connect(lambda number: self._set_parameter(parameter, number))
                return whole
            case Number():
                field = QDoubleSpinBox(minimum=parameter.minimum, maximum=parameter.maximum)
                field.setDecimals(max(4, decimals(float(value))))
                field.setSingleStep(10.0 ** -max(1, decimals(parameter.default)))
                field.setValue(float(value))
                field.valueChanged.connect(lambda number: self._set_parameter(parameter, number))
                return field

    def _choice(self, parameter: Choice, value: str) -> QComboBox:
        field = QComboBox()
        with QSignalBlocker(field):
            field.addItems(parameter.choices)
            field.setCurrentText(value)
        field.currentTextChanged.connect(lambda text: self._set_parameter(parameter, text))
        return field

    def _set_parameter(self, parameter: Parameter, value: ParameterValue) -> None:
        assert self.chosen is not None
        parameters = {**self.chosen.parameters, parameter.name: value}
        self.chosen = msgspec.structs.replace(self.chosen, parameters=parameters)
        self.changed.emit(self.chosen)
