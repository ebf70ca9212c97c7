"""The slider of a replay, with the mouse and the keyboard."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from tests.recording.recorded import T0
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.replay.seek_slider import SeekSlider

LEFT = Qt.MouseButton.LeftButton
END_NS = T0 + 100 * SECOND_NS


@pytest.fixture
def slider(qtbot: QtBot) -> SeekSlider:
    slider = SeekSlider()
    qtbot.addWidget(slider)
    slider.set_recording(T0, END_NS, [(T0 + 50 * SECOND_NS, "the price jumped")])
    slider.resize(414, 28)
    slider.show()
    return slider


def requests_of(slider: SeekSlider) -> list[float]:
    found: list[float] = []
    slider.seek_requested.connect(lambda time_ns: found.append((time_ns - T0) / SECOND_NS))
    return found


def at(slider: SeekSlider, seconds: float) -> QPoint:
    return QPoint(round(slider.x_of(T0 + int(seconds * SECOND_NS))), 14)


def test_a_click_goes_to_that_time_and_a_drag_when_it_ends(slider: SeekSlider) -> None:
    requests = requests_of(slider)
    QTest.mouseClick(slider, LEFT, pos=at(slider, 25))
    assert requests == [pytest.approx(25, abs=0.5)]
    QTest.mousePress(slider, LEFT, pos=at(slider, 25))
    for seconds in (40, 80):
        QTest.mouseMove(slider, at(slider, seconds))
        slider.show_time(T0)  # the replay goes on meanwhile
        assert slider.sliderPosition() == pytest.approx(seconds * 1000, abs=500)
    assert len(requests) == 1
    QTest.mouseRelease(slider, LEFT, pos=at(slider, 80))
    assert requests[1:] == [pytest.approx(80, abs=0.5)]


def test_several_keys_in_a_row_are_one_request(slider: SeekSlider, qtbot: QtBot) -> None:
    requests = requests_of(slider)
    slider.show_time(T0 + 50 * SECOND_NS)
    for _ in range(3):
        QTest.keyClick(slider, Qt.Key.Key_Right)
    slider.show_time(T0)
    assert not requests
    qtbot.waitUntil(lambda: bool(requests))
    assert requests == [65.0]
    for key, seconds in ((Qt.Key.Key_Home, 0.0), (Qt.Key.Key_PageUp, 10.0), (Qt.Key.Key_End, 100.0)):
        QTest.keyClick(slider, key)
        qtbot.waitUntil(partial(lambda expected: requests[-1] == expected, seconds))


def test_the_tooltip_has_the_time_and_the_remark_there(slider: SeekSlider) -> None:
    slider.describe = lambda time_ns: f"second {(time_ns - T0) // SECOND_NS}"
    slider._show_tip(QPoint(), slider.x_of(T0 + 20 * SECOND_NS))
    assert QToolTip.text() == "<qt>second 20</qt>"
    slider._show_tip(QPoint(), slider.x_of(T0 + 50 * SECOND_NS))
    assert QToolTip.text() == "<qt>second 50<br>the price jumped</qt>"
    QToolTip.hideText()


@given(length_s=st.integers(0, 40 * 365 * 86_400), share=st.floats(0, 1))
def test_recordings_of_every_length_fit(qapp: QApplication, length_s: int, share: float) -> None:
    slider = SeekSlider()
    slider.set_recording(T0, T0 + length_s * SECOND_NS)
    time_ns = T0 + int(share * length_s) * SECOND_NS
    slider.show_time(time_ns)
    assert abs(slider.time_at(slider.value()) - time_ns) <= max(1_000_000, length_s * 2)
    assert slider.time_at(slider.maximum()) >= T0 + length_s * SECOND_NS


def test_the_slider_is_painted_with_focus_and_without(slider: SeekSlider) -> None:
    before = slider.grab().toImage()
    slider.show_time(T0 + 50 * SECOND_NS)
    assert slider.grab().toImage() != before
