from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.market_of import Desk
from ticker_gui.gui.chart.price_chart import PriceChart
from ticker_gui.gui.chart.timeframe_entry import TimeframeEntry
from ticker_gui.gui.widgets.theme import load_theme

_Key = Qt.Key


@pytest.fixture
def chart(qtbot: QtBot) -> PriceChart:
    desk = Desk("A")
    for second in range(5):
        desk.trade("A", 100.0 + second)
    chart = PriceChart(load_theme("dark"), desk.clock)
    chart.show_symbol(desk.market.states[0])
    qtbot.addWidget(chart)
    chart.resize(600, 400)
    chart.show()
    chart.activateWindow()
    chart.setFocus()
    qtbot.waitUntil(chart.hasFocus)
    return chart


def echo(chart: PriceChart) -> QLabel:
    label = chart.findChild(QLabel, "timeframe_entry")
    assert isinstance(label, QLabel)
    return label


@pytest.mark.parametrize(
    ("typed", "timeframe"),
    [
        ("5m", "5m"),
        ("5", "5m"),
        ("4h", "4h"),
        ("1d", "1d"),
        ("30s", "30s"),
        ("100t", "100t"),
        ("60m", "1h"),
        ("1M", "1M"),
    ],
)
def test_a_typed_timeframe_is_shown_and_enter_applies_it(
    chart: PriceChart, qtbot: QtBot, typed: str, timeframe: str
) -> None:
    qtbot.keyClicks(chart, typed)
    assert echo(chart).isVisible()
    assert echo(chart).text().startswith(f"{typed} ")
    assert chart.options.timeframe != timeframe
    with qtbot.waitSignal(chart.options_changed):
        qtbot.keyClick(chart, _Key.Key_Return)
    assert chart.options.timeframe == timeframe
    assert not echo(chart).isVisible()


def test_escape_cancels_and_the_next_escape_has_its_usual_effect(chart: PriceChart, qtbot: QtBot) -> None:
    qtbot.keyClick(chart, _Key.Key_M)
    assert chart.crosshair is not None
    qtbot.keyClicks(chart, "5m")
    qtbot.keyClick(chart, _Key.Key_Escape)
    assert not echo(chart).isVisible()
    assert chart.crosshair is not None
    qtbot.keyClick(chart, _Key.Key_Return)
    assert chart.options.timeframe == "ticks"
    qtbot.keyClick(chart, _Key.Key_Escape)
    assert chart.crosshair is None


@pytest.mark.parametrize(("typed", "reason"), [("7m", "7m bars are not available"), ("5x", "not a unit")])
def test_an_impossible_timeframe_has_its_reason_and_enter_changes_nothing(
    chart: PriceChart, qtbot: QtBot, typed: str, reason: str
) -> None:
    qtbot.keyClicks(chart, typed)
    assert reason in echo(chart).text()
    assert echo(chart).property("wrong") is True
    qtbot.keyClick(chart, _Key.Key_Return)
    assert reason in echo(chart).text()
    assert reason in echo(chart).accessibleName()
    assert chart.options.timeframe == "ticks"


def test_a_number_alone_asks_for_a_unit_before_it_is_called_impossible(chart: PriceChart, qtbot: QtBot) -> None:
    qtbot.keyClicks(chart, "4")
    assert "Add a unit" in echo(chart).text()
    assert echo(chart).property("wrong") is False
    qtbot.keyClick(chart, _Key.Key_Return)
    assert "4m bars are not available" in echo(chart).text()
    qtbot.keyClicks(chart, "h")
    qtbot.keyClick(chart, _Key.Key_Return)
    assert chart.options.timeframe == "4h"


@pytest.mark.parametrize("width", [900, 250, 160])
def test_the_text_is_complete_in_a_narrow_chart(chart: PriceChart, qtbot: QtBot, width: int) -> None:
    chart.setFixedWidth(width)
    qtbot.keyClicks(chart, "7m")
    label = echo(chart)
    assert chart.rect().contains(label.geometry())
    assert label.width() >= label.sizeHint().width() or label.height() >= label.heightForWidth(label.width())


def test_the_text_covers_neither_the_head_nor_the_controls(chart: PriceChart, qtbot: QtBot) -> None:
    controls = QWidget()
    controls.setFixedHeight(70)
    chart.set_bars(controls, QWidget())
    chart.show()
    qtbot.waitUntil(lambda: controls.y() >= chart.head.height())
    qtbot.keyClicks(chart, "5m")
    assert not echo(chart).geometry().intersects(controls.geometry())
    assert not echo(chart).geometry().intersects(chart.head.geometry())


def test_backspace_removes_the_last_character(chart: PriceChart, qtbot: QtBot) -> None:
    qtbot.keyClicks(chart, "15m")
    for _ in range(2):
        qtbot.keyClick(chart, _Key.Key_Backspace)
    assert echo(chart).text().startswith("1 ")
    qtbot.keyClick(chart, _Key.Key_Backspace)
    assert not echo(chart).isVisible()


def test_letters_without_a_digit_keep_their_meaning(chart: PriceChart, qtbot: QtBot) -> None:
    qtbot.keyClick(chart, _Key.Key_M)
    assert not echo(chart).isVisible()
    assert chart.crosshair is not None


def test_another_key_cancels_and_has_its_usual_effect(chart: PriceChart, qtbot: QtBot) -> None:
    chart.refresh()
    qtbot.keyClicks(chart, "5")
    right = chart.time_range.right
    qtbot.keyClick(chart, _Key.Key_Left)
    assert not echo(chart).isVisible()
    assert chart.time_range.right != right


def test_shortcuts_do_not_begin_an_entry(chart: PriceChart, qtbot: QtBot) -> None:
    qtbot.keyClick(chart, _Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert not echo(chart).isVisible()


def test_the_entry_ends_when_the_focus_leaves_the_chart(chart: PriceChart, qtbot: QtBot) -> None:
    qtbot.keyClicks(chart, "5m")
    assert echo(chart).isVisible()
    chart.clearFocus()
    assert not echo(chart).isVisible()


def test_a_timeframe_can_be_typed_without_a_symbol(chart: PriceChart, qtbot: QtBot) -> None:
    chart.show_symbol(None)
    qtbot.keyClicks(chart, "1h")
    qtbot.keyClick(chart, _Key.Key_Return)
    assert chart.options.timeframe == "1h"


@pytest.mark.parametrize(("text", "key"), [("5", _Key.Key_5), ("ь", 0x42C)])
def test_keys_of_other_keyboard_layouts_are_understood(qtbot: QtBot, text: str, key: int) -> None:
    chart = QWidget()
    qtbot.addWidget(chart)
    entry = TimeframeEntry(chart)
    shift = Qt.KeyboardModifier.ShiftModifier
    assert entry.handle_key(QKeyEvent(QEvent.Type.KeyPress, _Key.Key_5, shift, "5"))  # a French keyboard
    assert entry.handle_key(QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, text))
    assert entry.text().startswith(f"5{text.replace('ь', 'm')} ")


def test_a_month_can_be_typed_in_every_keyboard_layout(qtbot: QtBot) -> None:
    chart = QWidget()
    qtbot.addWidget(chart)
    entry = TimeframeEntry(chart)
    entry.handle_key(QKeyEvent(QEvent.Type.KeyPress, _Key.Key_1, Qt.KeyboardModifier.NoModifier, "1"))
    entry.handle_key(QKeyEvent(QEvent.Type.KeyPress, 0x42C, Qt.KeyboardModifier.ShiftModifier, "Ь"))
    assert entry.text().startswith("1M   1 mo ")


@given(st.text("0123456789smhdtx", min_size=1, max_size=10))
def test_only_possible_timeframes_are_accepted(qapp: object, typed: str) -> None:
    chart = QWidget()
    entry = TimeframeEntry(chart)
    accepted: list[str] = []
    entry.accepted.connect(accepted.append)
    for character in typed:
        entry.handle_key(
            QKeyEvent(QEvent.Type.KeyPress, ord(character.upper()), Qt.KeyboardModifier.NoModifier, character)
        )
    entry.handle_key(QKeyEvent(QEvent.Type.KeyPress, _Key.Key_Return, Qt.KeyboardModifier.NoModifier))
    assert bool(accepted) == entry.isHidden() or not any(map(str.isdigit, typed))
