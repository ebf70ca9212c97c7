from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLabel, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.gui.widgets.parameter_form import ParameterForm
from ticker_gui.indicators.registry import INDICATORS, IndicatorConfig, all_indicators
from ticker_gui.indicators.spec import BAR_INPUTS, MOVING_AVERAGES, Choice, Number

EVERY = [indicator.key for indicator in all_indicators()]


class Form:
    """A visible form with its emitted signals."""

    def __init__(self, qtbot: QtBot) -> None:
        self.form = ParameterForm()
        self.emitted: list[IndicatorConfig] = []
        self.form.changed.connect(self.emitted.append)
        qtbot.addWidget(self.form)
        self.form.show()
        self._qtbot = qtbot

    def show(self, key: str, **parameters: Any) -> None:
        self.form.show_indicator(IndicatorConfig(key, parameters))

    def whole(self, name: str) -> QSpinBox:
        field = self.form.findChild(QSpinBox, name)
        assert isinstance(field, QSpinBox)
        return field

    def number(self, name: str) -> QDoubleSpinBox:
        field = self.form.findChild(QDoubleSpinBox, name)
        assert isinstance(field, QDoubleSpinBox)
        return field

    def choice(self, name: str) -> QComboBox:
        field = self.form.findChild(QComboBox, name)
        assert isinstance(field, QComboBox)
        return field

    def type(self, field: QWidget, text: str) -> None:
        """Replace the text of a field."""
        self._qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self._qtbot.keyClicks(field, text)

    @property
    def texts(self) -> list[str]:
        return [label.text() for label in self.form.findChildren(QLabel)]


@pytest.fixture
def form(qtbot: QtBot) -> Form:
    return Form(qtbot)


def shown(form: Form, parameter: Number | Choice) -> object:
    """Return the value in the field of a parameter."""
    match parameter:
        case Choice():
            return form.choice(parameter.name).currentText()
        case Number(is_whole=True):
            return form.whole(parameter.name).value()
        case Number():
            return form.number(parameter.name).value()


def test_the_form_is_empty_without_an_indicator(form: Form) -> None:
    form.form.show_indicator(None)
    assert form.texts == []
    form.show("macd")
    assert form.texts[0] == "Moving average convergence/divergence"
    form.form.show_indicator(None)
    assert form.texts == []
    assert form.emitted == []


def test_each_parameter_has_a_field_with_its_value(form: Form) -> None:
    form.show("bbands", timeperiod=50, deviations=2.5, average="EMA", source="hl2")
    assert form.whole("timeperiod").value() == 50
    assert form.number("deviations").value() == 2.5
    assert form.choice("average").currentText() == "EMA"
    assert form.choice("source").currentText() == "hl2"
    assert form.texts == ["Bollinger bands", "Source", "Length", "Deviations", "Average"]
    assert form.emitted == []


def test_all_parameters_of_all_indicators_have_fields(form: Form) -> None:
    for key in EVERY:
        chosen = IndicatorConfig(key)
        form.form.show_indicator(chosen)
        assert form.texts[0] == chosen.indicator.title
        for parameter in chosen.indicator.parameters:
            assert shown(form, parameter) == parameter.default, (key, parameter.name)
            if isinstance(parameter, Choice):
                box = form.choice(parameter.name)
                assert tuple(box.itemText(row) for row in range(box.count())) == parameter.choices
    assert form.emitted == []


def test_numbers_of_all_indicators_are_limited_to_their_range(form: Form) -> None:
    for key in EVERY:
        form.show(key)
        for parameter in IndicatorConfig(key).indicator.parameters:
            if not isinstance(parameter, Number):
                continue
            field: Any = form.whole(parameter.name) if parameter.is_whole else form.number(parameter.name)
            for beyond, edge in (
                (parameter.minimum - 1, parameter.minimum),
                (parameter.maximum + 1, parameter.maximum),
            ):
                before = field.value()
                form.emitted.clear()
                field.setValue(int(beyond) if parameter.is_whole else beyond)
                assert field.value() == edge, (key, parameter.name)
                assert [emitted.parameters[parameter.name] for emitted in form.emitted] == (
                    [edge] if before != edge else []
                )


def test_a_typed_value_is_emitted_with_all_other_parameters(form: Form) -> None:
    form.show("macd", fastperiod=5)
    form.type(form.whole("slowperiod"), "40")
    assert form.emitted[-1] == IndicatorConfig("macd", {"fastperiod": 5, "slowperiod": 40})
    form.type(form.whole("signalperiod"), "7")
    assert form.emitted[-1] == IndicatorConfig("macd", {"fastperiod": 5, "slowperiod": 40, "signalperiod": 7})


def test_arrow_keys_change_numbers_by_a_step(form: Form, qtbot: QtBot) -> None:
    form.show("bbands")
    qtbot.keyClick(form.whole("timeperiod"), Qt.Key.Key_Up)
    qtbot.keyClick(form.number("deviations"), Qt.Key.Key_Down)
    assert form.emitted == [
        IndicatorConfig("bbands", {"timeperiod": 21}),
        IndicatorConfig("bbands", {"timeperiod": 21, "deviations": 1.9}),
    ]
    form.show("sar")
    qtbot.keyClick(form.number("acceleration"), Qt.Key.Key_Up)
    assert form.emitted[-1].parameters["acceleration"] == pytest.approx(0.03)


def test_choices_can_be_selected_by_keys(form: Form, qtbot: QtBot) -> None:
    form.show("bbands")
    qtbot.keyClick(form.choice("average"), Qt.Key.Key_Down)
    assert form.emitted == [IndicatorConfig("bbands", {"average": list(MOVING_AVERAGES)[1]})]
    qtbot.keyClick(form.choice("source"), Qt.Key.Key_End)
    assert form.emitted[-1].parameters["source"] == list(BAR_INPUTS)[-1]


@pytest.mark.parametrize("typed", ["0", "99999", "-3", "x", ""])
def test_invalid_numbers_are_never_emitted(form: Form, qtbot: QtBot, typed: str) -> None:
    form.show("rsi")
    form.type(form.whole("timeperiod"), typed)
    qtbot.keyClick(form.whole("timeperiod"), Qt.Key.Key_Tab)
    for emitted in form.emitted:
        assert emitted.indicator.parameters[1].normalized(emitted.parameters["timeperiod"]) is not None
    assert 2 <= form.whole("timeperiod").value() <= 10_000


@pytest.mark.parametrize("value", [0.005, 0.0125, 0.02])
def test_numbers_are_shown_with_all_their_decimals(form: Form, value: float) -> None:
    form.show("sar", acceleration=value)
    assert form.number("acceleration").value() == value


def test_another_indicator_replaces_the_fields(form: Form, qtbot: QtBot) -> None:
    form.show("macd")
    form.show("sma", timeperiod=9)
    assert form.texts == ["Simple moving average", "Source", "Length"]
    form.type(form.whole("timeperiod"), "12")
    assert form.emitted[-1] == IndicatorConfig("sma", {"timeperiod": 12})
    assert all(emitted.key == "sma" for emitted in form.emitted)


def test_showing_many_indicators_leaks_no_fields(form: Form) -> None:
    form.show("macd")
    before = len(form.form.findChildren(QWidget))
    for key in EVERY:
        form.show(key)
    form.show("macd")
    assert len(form.form.findChildren(QWidget)) == before


def test_each_field_has_a_name_and_a_label_and_is_in_the_tab_order(form: Form) -> None:
    for indicator in INDICATORS:
        form.show(indicator.key)
        labels = form.form.findChildren(QLabel)
        assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels)
        buddies = {label.buddy(): label.text() for label in labels}
        for parameter in indicator.parameters:
            field = form.form.findChild(QWidget, parameter.name)
            assert isinstance(field, QWidget)
            assert field.accessibleName() == parameter.title
            assert field.focusPolicy() & Qt.FocusPolicy.TabFocus
            assert buddies[field].replace("&&", "&") == parameter.title
