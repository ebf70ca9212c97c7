from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from PySide6.QtCore import QDateTime, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QRadioButton,
    QScrollArea,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ticker_gui.alerts.actions.actions import Action, NotificationAction, SoundAction, WebhookAction
from ticker_gui.alerts.actions.result import ActionResult
from ticker_gui.alerts.alert import ActiveHours, Alert, Repeat
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.gui.alerts.alert_dialog import AlertDialog, AlertTargets
from ticker_gui.gui.widgets.appearance import apply_theme
from ticker_gui.gui.widgets.theme import load_theme

TARGETS = AlertTargets(["coinbase", "kraken"], ["Main", "Other"])


def no_test(action: Action, on_result: Callable[[ActionResult], None]) -> None:
    """Run nothing."""


def make_dialog(alert: Alert, **options: float) -> AlertDialog:
    dialog = AlertDialog(no_test)
    dialog.show_alert(alert, TARGETS, is_new=not alert.condition, **options)
    return dialog


FULL = Alert(
    "id",
    "rsi(14,1h) < 30",
    "BTC-USD",
    "kraken",
    repeat=Repeat.PER_BAR,
    timeframe="5m",
    expires_ns=(QDateTime.currentSecsSinceEpoch() * SECOND_NS + 3 * DAY_NS) // (60 * SECOND_NS) * 60 * SECOND_NS,
    active_hours=ActiveHours(9 * 60 + 30, 60, (0, 6)),
    is_confirmed=False,
    cooldown_s=90.0,
    note="Sell",
    actions=(NotificationAction(), SoundAction("bell", 50)),
)


@pytest.mark.parametrize(
    "alert",
    [
        FULL,
        Alert("id", "last > 5", "A", is_confirmed=True),
        Alert("id", "last > 5", list_name="Other", hold_s=30.0),
        Alert("id", "silent", "A", "a feed that is gone"),
        Alert("id", "last > 5", "A", hold_s=0.5, cooldown_s=200_000.0, expires_ns=4_000_000_010_123_456_789),
    ],
)
def test_an_alert_that_is_shown_and_saved_is_the_same(qapp: QApplication, alert: Alert) -> None:
    dialog, saved = make_dialog(alert), list[Alert]()
    dialog.saved.connect(saved.append)
    dialog.save_button.click()
    assert saved == [alert]
    assert type(saved[0].repeat) is Repeat  # and not a text that is equal


def test_any_expiry_stays_exact_until_the_user_changes_it(qapp: QApplication) -> None:
    dialog = make_dialog(FULL)

    @given(st.integers(-(10**30), 10**30) | st.integers(-(2**63), 2**64))
    def check(expires_ns: int) -> None:
        dialog.show_alert(replace(FULL, expires_ns=expires_ns), TARGETS, is_new=False)
        assert dialog.alert.expires_ns == expires_ns
        moment = QDateTime.currentDateTime().addYears(1)
        dialog.expiry.setDateTime(moment)
        assert dialog.alert.expires_ns == moment.toSecsSinceEpoch() * SECOND_NS

    check()


def test_times_that_the_user_changes_are_whole_seconds(qapp: QApplication) -> None:
    dialog = make_dialog(Alert("id", "last > 5", "A", hold_s=0.5, cooldown_s=1.5))
    assert (dialog.hold.value(), dialog.cooldown.value()) == (1, 2)
    dialog.hold.setValue(3)
    assert (dialog.alert.hold_s, dialog.alert.cooldown_s) == (3.0, 1.5)


def test_the_bar_is_only_asked_for_where_it_decides(qapp: QApplication) -> None:
    dialog = make_dialog(Alert("id", "last > 5", "A"))
    assert dialog.timeframe.isHidden()
    dialog.repeat.setCurrentIndex(dialog.repeat.findData(Repeat.PER_BAR))
    assert not dialog.timeframe.isHidden()


def test_a_new_alert_proposes_a_level_at_the_price(qapp: QApplication) -> None:
    dialog = make_dialog(Alert("id", "", "A", "coinbase"), price=12.5)
    assert dialog.windowTitle() == "New alert"
    assert dialog.alert.condition == "last crosses 12.5"
    assert dialog.save_button.isEnabled()


def test_a_new_alert_asks_for_the_level_where_there_is_no_price(qapp: QApplication) -> None:
    dialog = make_dialog(Alert("id", "", "A", "coinbase"))
    condition = dialog.condition
    assert condition.kind.currentText() == "Price crosses"
    assert not condition.amount.isHidden()
    assert (dialog.problem, dialog.save_button.isEnabled()) == ("Enter a number.", False)
    QTest.keyClicks(condition.amount, "12.5")
    assert dialog.alert.condition == "last crosses 12.5"
    assert dialog.save_button.isEnabled()


def test_labels_are_at_the_height_of_their_fields_and_all_fields_begin_at_one_place(
    qapp: QApplication, qtbot: QtBot
) -> None:
    apply_theme(qapp, load_theme("dark"))
    dialog = make_dialog(Alert("id", "last > 5", "A"))
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    rows = {row.check_box: row.fields for row in dialog.actions_editor.rows.values()}
    fields = (dialog.condition.kind, dialog.hold, dialog.repeat, dialog.cooldown, dialog.note)
    labels = {label.buddy(): label for label in dialog.findChildren(QLabel) if label.buddy() is not None}
    pairs: list[tuple[QWidget, QWidget]] = [
        (dialog.is_symbol, dialog.symbol),
        (dialog.is_list, dialog.list_name),
        (dialog.expires, dialog.expiry),
        (dialog.has_hours, dialog.begin),
        (labels[dialog.condition], dialog.condition.kind),
        *((labels[field], field) for field in fields[1:]),
    ]

    def middle(widget: QWidget) -> int:
        return widget.mapTo(dialog, widget.rect().center()).y()

    def left(widget: QWidget) -> int:
        return widget.mapTo(dialog, QPoint()).x()

    assert {abs(middle(label) - middle(field)) for label, field in pairs} == {0}
    assert len({left(field) for _, field in pairs} | {left(field) for field in rows.values()}) == 1
    for box, field in rows.items():
        assert box.mapTo(dialog, QPoint()).y() == field.mapTo(dialog, QPoint()).y()


def test_a_screen_reader_reads_what_is_visible_and_stops_only_at_controls(qapp: QApplication) -> None:
    dialog = make_dialog(Alert("id", "last > 5", "A"))
    boxes = [box for box in dialog.findChildren(QAbstractButton) if isinstance(box, QCheckBox | QRadioButton)]
    assert len(boxes) > 10
    for box in boxes:
        assert box.text().replace("&", "") in (box.accessibleName() or box.text().replace("&", ""))
    for field in dialog.findChildren(QComboBox):
        assert field.accessibleDescription(), field.objectName()
    (scroll,) = dialog.findChildren(QScrollArea)
    assert scroll.focusPolicy() is Qt.FocusPolicy.NoFocus


def test_all_fields_are_visible_at_once_on_the_screen_of_a_laptop(qapp: QApplication, qtbot: QtBot) -> None:
    apply_theme(qapp, load_theme("dark"))
    dialog = make_dialog(Alert("id", "last > 5", "A"))
    qtbot.addWidget(dialog)
    dialog.resize(840, 690)  # below the title bar, on a screen of 1366 × 768
    with qtbot.waitExposed(dialog):
        dialog.show()
    (scroll,) = dialog.findChildren(QScrollArea)
    assert scroll.verticalScrollBar().maximum() == 0


def test_saving_is_disabled_with_the_reason_until_everything_needed_is_entered(qapp: QApplication) -> None:
    dialog = make_dialog(Alert("id", "last > 5"))
    assert (dialog.problem, dialog.save_button.isEnabled()) == ("Enter a symbol.", False)
    QTest.keyClicks(dialog.symbol, "A")
    assert dialog.save_button.isEnabled()
    dialog.condition.set_text("nonsense")
    assert not dialog.save_button.isEnabled()
    dialog.condition.set_text("last > 5")
    dialog.expires.setChecked(True)
    dialog.expiry.setDateTime(QDateTime.currentDateTime().addSecs(-60))
    assert dialog.problem == "The expiry is in the past."
    dialog.expires.setChecked(False)
    dialog.has_hours.setChecked(True)
    for day in dialog.weekdays:
        day.setChecked(False)
    assert dialog.problem == "Choose at least one day of the week."
    dialog.saved.connect(lambda alert: pytest.fail("saved"))
    dialog.buttons.accepted.emit()


def test_an_alert_for_a_list_has_no_symbol(qapp: QApplication) -> None:
    dialog = make_dialog(Alert("id", "last > 5", "A", "kraken"))
    dialog.is_list.setChecked(True)
    dialog.list_name.setCurrentText("Other")
    assert (dialog.alert.symbol, dialog.alert.feed, dialog.alert.list_name) == ("", "", "Other")
    assert not dialog.symbol.isEnabled()


def test_the_result_of_a_test_is_scrolled_into_view(qtbot: QtBot) -> None:
    dialog = AlertDialog(lambda action, done: done(ActionResult("Webhook", is_success=True, text="It was sent.")))
    qtbot.addWidget(dialog)
    url = "https://example.com/"
    dialog.show_alert(Alert("a", "last > 1", "A", actions=(WebhookAction(url),)), TARGETS, is_new=False)
    dialog.resize(dialog.width(), 300)
    dialog.show()
    row = dialog.actions_editor.rows[WebhookAction]
    row.button.click()
    assert row.message.text() == "It was sent."
    qtbot.waitUntil(lambda: row.message.visibleRegion().boundingRect().height() == row.message.height())
