"""The Replay menu requests the same as the bar."""

from __future__ import annotations

import math

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from tests.recording.recorded import T0
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.gui.replay.menu import replay_items
from ticker_gui.gui.replay.transport_bar import PlayState, TransportBar
from ticker_gui.gui.widgets.menus import fill_menu, plain_title

SPEEDS = (0.5, 1.0, 10.0, math.inf)
END_NS = T0 + 600 * SECOND_NS


def opened(bar: TransportBar) -> dict[str, QAction]:
    """Return the actions of an open menu by their titles."""
    menu = QMenu(bar)
    fill_menu(menu, replay_items(bar, SPEEDS, T0, END_NS))
    menu.aboutToShow.emit()
    menus = [menu, *(action.menu() for action in menu.actions() if isinstance(action.menu(), QMenu))]
    for one in menus[1:]:
        assert isinstance(one, QMenu)
        one.aboutToShow.emit()
    return {plain_title(action.text()): action for one in menus if isinstance(one, QMenu) for action in one.actions()}


def test_every_command_is_in_the_menu(qtbot: QtBot) -> None:
    bar = TransportBar(SPEEDS)
    qtbot.addWidget(bar)
    bar.set_recording(T0, END_NS)
    bar.show_state(PlayState(T0 + 100 * SECOND_NS, speed=10.0))
    requests: list[object] = []
    bar.pause_requested.connect(lambda: requests.append("pause"))
    bar.step_requested.connect(lambda: requests.append("step"))
    for signal in (bar.speed_requested, bar.skip_requested, bar.seek_requested):
        signal.connect(requests.append)
    actions = opened(bar)
    assert actions["10×"].isChecked()
    for title in (
        "Pause or play", "Step", "Back 10 seconds", "Forward 10 seconds", "Go to the beginning", "Go to the end",
        "Maximum", "Skip idle periods",
    ):  # fmt: skip
        actions[title].trigger()
    assert requests == [
        "pause", "step", T0 + 90 * SECOND_NS, T0 + 110 * SECOND_NS, T0, END_NS, math.inf, True,
    ]  # fmt: skip


def test_at_the_end_only_going_back_is_possible(qtbot: QtBot) -> None:
    bar = TransportBar(SPEEDS)
    qtbot.addWidget(bar)
    bar.set_recording(T0, END_NS)
    bar.show_state(PlayState(END_NS, is_at_end=True))
    unavailable = {title for title, action in opened(bar).items() if title and not action.isEnabled()}
    assert unavailable == {"Step", "Forward 10 seconds", "Go to the end"}
