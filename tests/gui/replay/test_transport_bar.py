"""The bar that controls a replay."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from tests.recording.recorded import T0
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.replay.transport_bar import PlayState, TransportBar

SPEEDS = (0.5, 1.0, 10.0, math.inf)


@pytest.fixture
def bar(qtbot: QtBot) -> Iterator[TransportBar]:
    window = QMainWindow()
    qtbot.addWidget(window)
    bar = TransportBar(SPEEDS, window)
    window.addToolBar(Qt.ToolBarArea.BottomToolBarArea, bar)
    bar.set_recording(T0, T0 + 600 * SECOND_NS)
    bar.set_zone(UTC)
    bar.show_state(PlayState(T0))
    window.resize(1200, 200)
    window.show()
    yield bar
    window.close()


@pytest.mark.parametrize(
    ("state", "word", "action", "can_step"),
    [
        (PlayState(T0), "", "Pause", True),
        (PlayState(T0, is_paused=True), "Paused", "Play", True),
        (PlayState(T0, reached_speed=9.84), "Running at 9.8×", "Pause", True),
        (PlayState(T0, math.inf, reached_speed=1250.4), "Running at 1,250×", "Pause", True),
        (PlayState(T0, is_paused=True, is_seeking=True, progress=0.42), "Seeking 42%", "Stop", True),
        (PlayState(T0, is_at_end=True), "At the end", "Play", False),
    ],
)
def test_the_state_is_shown_in_words(
    bar: TransportBar, state: PlayState, word: str, action: str, can_step: bool
) -> None:
    bar.show_state(state)
    assert (bar.word.text(), bar.pause.accessibleName(), bar.step.isEnabled()) == (word, action, can_step)


def test_times_are_those_of_the_zone_of_the_chart(bar: TransportBar) -> None:
    bar.show_time(T0 + 61 * SECOND_NS)
    assert (bar.now.text(), bar.end.text()) == ("03:05:06.000", "03:14:05 · 10:00")
    assert bar.slider.accessibleDescription() == "03:05:06  1:01 of 10:00"
    bar.set_zone(ZoneInfo("Asia/Tokyo"))
    assert (bar.now.text(), bar.end.text()) == ("12:05:06.000", "12:14:05 · 10:00")
    bar.set_recording(T0, T0 + 86_400 * SECOND_NS)
    assert bar.now.text() == "2 Jan 12:05:06.000"


def test_buttons_and_boxes_emit_what_the_user_requests(bar: TransportBar) -> None:
    requests: list[object] = []
    bar.pause_requested.connect(lambda: requests.append("pause"))
    bar.step_requested.connect(lambda: requests.append("step"))
    bar.speed_requested.connect(requests.append)
    bar.skip_requested.connect(requests.append)
    bar.seek_requested.connect(requests.append)
    QTest.mouseClick(bar.pause, Qt.MouseButton.LeftButton)
    QTest.mouseClick(bar.step, Qt.MouseButton.LeftButton)
    bar.speed.setCurrentIndex(3)
    bar.speed.activated.emit(3)
    bar.skip.click()
    bar.slider.seek_requested.emit(T0)
    assert requests == ["pause", "step", math.inf, True, T0]


def test_a_speed_of_the_command_line_is_added_to_the_choices(bar: TransportBar) -> None:
    bar.show_state(PlayState(T0, speed=3.0))
    assert bar.speed.currentText() == "3×"
    assert [bar.speed.itemText(index) for index in range(bar.speed.count())] == ["0.5×", "1×", "3×", "10×", "Maximum"]


def test_a_narrow_bar_keeps_the_badge_the_pause_and_the_slider(bar: TransportBar) -> None:
    window = bar.window()
    optional: tuple[QWidget, ...] = (bar.skip, bar.end, bar.step, bar.speed)
    hidden: list[QWidget] = []
    for width in range(1200, 260, -20):
        window.resize(width, 200)
        hidden += [one for one in optional if not one.isVisible() and one not in hidden]
        assert bar.badge.isVisible()
        assert bar.pause.isVisible()
        assert bar.slider.width() >= 60
        assert window.width() == width
    assert hidden == list(optional)


def test_every_control_has_an_accessible_name_and_a_tooltip(bar: TransportBar) -> None:
    for control in (bar.pause, bar.step, bar.speed, bar.skip):
        assert control.toolTip()
        assert control.accessibleName() or control is bar.skip
    assert bar.slider.accessibleName() == "Position in the recording"


def test_every_part_is_in_the_bar_and_the_slider_takes_the_room(bar: TransportBar) -> None:
    parts = (bar.badge, bar.pause, bar.step, bar.now, bar.slider, bar.end, bar.word, bar.speed, bar.skip)
    lefts = [part.mapTo(bar, QPoint()).x() for part in parts]
    assert lefts == sorted(lefts)
    assert all(bar.isAncestorOf(part) and part.isVisible() for part in parts)
    assert bar.slider.width() > bar.width() / 4


def test_a_dragged_slider_shows_its_time_and_not_that_of_the_replay(bar: TransportBar) -> None:
    bar.slider.dragged.emit(T0 + 61 * SECOND_NS)
    assert bar.now.text() == "03:05:06.000"
