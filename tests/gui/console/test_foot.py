from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.console.frames import frame, ring_of
from ticker_gui.console.frame_ring import FrameRing
from ticker_gui.gui.console.foot import ConsoleFoot


def make(qtbot: QtBot) -> ConsoleFoot:
    foot = ConsoleFoot()
    qtbot.addWidget(foot)
    foot.show()
    return foot


def test_held_shown_and_dropped_frames_are_counted(qtbot: QtBot) -> None:
    foot = make(qtbot)
    foot.show_ring(ring_of("a", "b"), 2, is_filtered=False)
    assert foot.held.text() == "2 messages, 2 B kept"
    ring = FrameRing(max_frames=1)
    for _ in range(3):
        ring.add("desk", frame("x"))
    foot.show_ring(ring, 0, is_filtered=True, unsearched=3)
    assert foot.held.text() == "0 of 1 message, 1 B kept · 2 dropped · 3 not searched because it would take too long"


def test_rates_are_shown_by_type(qtbot: QtBot) -> None:
    foot = make(qtbot)
    foot.show_rates([("trade", 1206), ("quote", 0)])
    assert foot.rates.text() == "trade 1,206/s   quote 0/s"


def test_the_way_back_to_the_newest_frame_is_offered(qtbot: QtBot) -> None:
    foot = make(qtbot)
    foot.show_position(is_following=True, is_paused=False, new=0)
    assert foot.following.isVisible()
    assert not foot.latest.isVisible()
    foot.show_position(is_following=False, is_paused=False, new=312)
    assert foot.latest.text() == "Latest (312 new)"
    with qtbot.waitSignal(foot.latest_requested):
        qtbot.mouseClick(foot.latest, Qt.MouseButton.LeftButton)
    foot.show_position(is_following=True, is_paused=True, new=0)
    assert foot.latest.isVisible()
