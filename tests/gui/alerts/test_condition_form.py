from __future__ import annotations

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ticker_gui.alerts.condition_language import EXAMPLES
from ticker_gui.alerts.simple_condition import ConditionKind
from ticker_gui.gui.alerts.condition_form import ConditionForm


def choose(form: ConditionForm, kind: ConditionKind) -> None:
    form.kind.setCurrentIndex(list(ConditionKind).index(kind))


def test_the_form_writes_the_text(qapp: QApplication) -> None:
    form = ConditionForm()
    choose(form, ConditionKind.ABOVE)
    QTest.keyClicks(form.amount, "1,250.5")
    assert (form.text, form.problem) == ("last > 1250.5", "")
    choose(form, ConditionKind.MOVES)
    form.minutes.setValue(15)
    assert form.text == "moves 1250.5% in 15m"
    choose(form, ConditionKind.SILENT)
    form.seconds.setValue(0)
    assert form.text == "silent"


def test_the_text_fills_the_form(qapp: QApplication) -> None:
    form = ConditionForm()
    QTest.keyClicks(form.expression, "last crosses 7")
    assert list(ConditionKind)[form.kind.currentIndex()] is ConditionKind.CROSSES
    assert form.amount.text() == "7"
    assert form.text == "last crosses 7"  # as it was typed


@pytest.mark.parametrize("text", EXAMPLES)
def test_a_condition_that_is_shown_is_not_changed(qapp: QApplication, text: str) -> None:
    form = ConditionForm()
    form.set_text(text)
    assert (form.text, form.problem) == (text, "")


def test_problems_are_shown_as_soon_as_something_is_entered(qapp: QApplication) -> None:
    form = ConditionForm()
    assert form.problem
    assert not form.problem_label.text()
    QTest.keyClicks(form.expression, "nonsense")
    assert "is not a condition" in form.problem_label.text()
    choose(form, ConditionKind.BELOW)
    form.amount.clear()
    QTest.keyClicks(form.amount, "x")
    assert form.problem == "Enter a number."


def test_a_level_at_a_price_is_proposed(qapp: QApplication) -> None:
    form = ConditionForm()
    form.propose_price(97_412.55)
    assert form.text == "last crosses 97412.55"


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (ConditionKind.ABOVE, ["amount"]),
        (ConditionKind.MOVES, ["amount", "unit", "direction", "minutes"]),
        (ConditionKind.NEW_HIGH, ["days"]),
        (ConditionKind.VOLUME, ["amount", "factor_note"]),
        (ConditionKind.INDICATOR, ["indicator"]),
        (ConditionKind.SILENT, ["seconds"]),
        (ConditionKind.FEED, ["feed_event"]),
        (ConditionKind.EXPRESSION, []),
    ],
)
def test_only_the_fields_of_the_kind_are_visible(qapp: QApplication, kind: ConditionKind, names: list[str]) -> None:
    form = ConditionForm()
    form.show()
    choose(form, kind)
    optional = ("amount", "unit", "direction", "minutes", "days", "factor_note", "indicator", "seconds", "feed_event")
    assert [name for name in optional if getattr(form, name).isVisible()] == [
        name for name in optional if name in names
    ]
    assert form.isAncestorOf(form.expression)
    assert form.expression.isVisible()
    form.close()


@pytest.mark.parametrize("window", ["3d", "10s", "7s"])
def test_the_time_of_a_move_stays_exact_while_the_amount_is_changed(qapp: QApplication, window: str) -> None:
    form = ConditionForm()
    form.set_text(f"moves 2% in {window}")
    form.amount.clear()
    QTest.keyClicks(form.amount, "3")
    assert form.text == f"moves 3% in {window}"
    form.minutes.setValue(5)
    assert form.text == "moves 3% in 5m"


def test_every_value_of_the_form_is_valid(qapp: QApplication) -> None:
    form = ConditionForm()
    choose(form, ConditionKind.NEW_HIGH)
    form.days.setValue(form.days.maximum())
    assert (form.text, form.problem) == ("new high of 250 days", "")
    choose(form, ConditionKind.SILENT)
    form.seconds.setValue(form.seconds.maximum())
    assert (form.text, form.problem) == ("silent 7d", "")
    choose(form, ConditionKind.MOVES)
    QTest.keyClicks(form.amount, "2")
    form.minutes.setValue(form.minutes.maximum())
    assert (form.text, form.problem) == ("moves 2% in 7d", "")
