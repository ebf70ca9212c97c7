from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QSpinBox

from tests.alerts.test_simple_condition import indicator_levels
from ticker_gui.alerts.condition import IndicatorLevel
from ticker_gui.gui.alerts.condition_form import ConditionForm
from ticker_gui.gui.alerts.indicator_fields import IndicatorFields


def choose(fields: IndicatorFields, key: str) -> None:
    fields.indicator.setCurrentIndex(fields.indicator.findData(key))
    fields.indicator.activated.emit(fields.indicator.currentIndex())


@pytest.fixture
def form(qapp: QApplication) -> ConditionForm:
    return ConditionForm()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(level=indicator_levels())
def test_the_fields_and_the_text_are_two_views_of_the_same_condition(
    form: ConditionForm, level: IndicatorLevel
) -> None:
    form.set_text(level.text)
    assert form.indicator.level == level
    assert (form.text, form.problem) == (level.text, "")
    form.indicator.changed.emit()
    assert form.text == level.text


def test_a_value_of_zero_is_shown_as_it_was_entered_after_a_negative_zero(form: ConditionForm) -> None:
    form.set_text("SUPERTREND(10,-0.0,2h) crosses above -0")
    form.set_text("SUPERTREND(10,0.0,2h) crosses above 0")
    form.indicator.changed.emit()
    assert form.text == "SUPERTREND(10,0.0,2h) crosses above 0"


def test_the_usual_condition_is_entered_without_any_text(qapp: QApplication) -> None:
    form = ConditionForm()
    form.kind.setCurrentText("Indicator")
    assert form.text == "rsi(14,1h) < 30"
    fields = form.indicator
    assert fields.output.isHidden()  # it has one value only
    length = fields.findChild(QSpinBox, "timeperiod")
    assert length is not None
    length.setValue(7)
    fields.bars.setCurrentText("5m")
    fields.moment.setCurrentText("on bar close")
    fields.moment.activated.emit(1)
    assert form.text == "rsi(7,5m) < 30 on close"
    choose(fields, "macd")
    fields.output.setCurrentIndex(fields.output.findData("signal"))
    fields.output.activated.emit(1)
    assert form.text == "macd(12,26,9,5m).signal < 30 on close"
    choose(fields, "stoch")
    assert fields.value.text() == "20"  # a usual value of this indicator


def test_a_value_that_is_no_number_is_a_problem_and_keeps_the_text(qapp: QApplication) -> None:
    form = ConditionForm()
    form.set_text("rsi(14,1h) < 30")
    form.indicator.value.clear()
    QTest.keyClicks(form.indicator.value, "x")
    assert (form.text, form.problem) == ("rsi(14,1h) < 30", "Enter a number.")
    form.kind.setCurrentText("Price is above")
    form.kind.setCurrentText("Indicator")
    assert form.problem == "Enter a number."


def test_the_choices_have_the_short_name_and_the_title(qapp: QApplication) -> None:
    form = ConditionForm()
    form.kind.setCurrentText("Indicator")
    indicator = form.indicator.indicator
    assert indicator.itemText(indicator.findData("rsi")) == "RSI: Relative strength index"
    assert all(indicator.itemText(index) for index in range(indicator.count()))
