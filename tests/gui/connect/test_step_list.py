from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ticker_gui.feed_check.progress import ProgressStep, StepStatus
from ticker_gui.gui.connect.step_list import StepList, StepMark, describe_step, duration
from ticker_gui.gui.widgets.theme import load_theme

STEPS = [
    ProgressStep("dns", "Name", StepStatus.DONE, "10.0.0.1", 11.2),
    ProgressStep("tcp", "TCP", StepStatus.FAILED, "The connection was refused.", 3200.0, "Check the port."),
]


def texts(steps: StepList) -> list[str]:
    return [label.text() for label in steps.findChildren(QLabel) if label.isVisibleTo(steps) and label.text()]


def test_each_step_has_its_name_detail_time_and_remedy(qtbot: QtBot) -> None:
    steps = StepList(load_theme("dark"))
    qtbot.addWidget(steps)
    steps.show_steps(STEPS)
    assert texts(steps) == [
        "Name", "10.0.0.1", "11 ms", "TCP", "The connection was refused.", "3.2 s", "Check the port.",
    ]  # fmt: skip
    assert steps.accessibleDescription() == (
        "Name: passed, 10.0.0.1. TCP: failed, The connection was refused. Check the port."
    )
    steps.show_steps(STEPS[:1])
    assert texts(steps) == ["Name", "10.0.0.1", "11 ms"]
    steps.show_steps(())
    assert texts(steps) == []


@pytest.mark.parametrize("status", StepStatus)
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_status_has_a_mark_of_its_own(qtbot: QtBot, status: StepStatus, theme: str) -> None:
    pictures = []
    for one in StepStatus:
        mark = StepMark(load_theme(theme))
        qtbot.addWidget(mark)
        mark.status = one
        pictures.append((one, mark.grab().toImage()))
    own = dict(pictures)[status]
    assert all(own != other for one, other in pictures if one is not status)


def test_a_failed_mark_has_the_color_of_errors(qtbot: QtBot) -> None:
    theme = load_theme("dark")
    mark = StepMark(theme)
    qtbot.addWidget(mark)
    mark.status = StepStatus.FAILED
    image = mark.grab().toImage()
    assert image.pixelColor(image.width() // 2, image.height() // 2).red() > QColor(theme.window).red() + 80


def test_times_are_in_milliseconds_or_seconds() -> None:
    assert [duration(ms) for ms in (0.2, 1, 999.4, 1000, 30_000)] == ["<1 ms", "1 ms", "999 ms", "1.0 s", "30.0 s"]


def test_a_step_without_details_is_described_by_its_status() -> None:
    assert describe_step(ProgressStep("tls", "TLS", StepStatus.PENDING)) == "TLS: not started."


def test_the_marks_take_the_colors_of_a_new_theme(qtbot: QtBot) -> None:
    pictures = []
    for name in ("dark", "light"):
        steps = StepList(load_theme(name))
        qtbot.addWidget(steps)
        steps.show_steps(STEPS)
        steps.set_theme(load_theme("light"))
        pictures.append([mark.grab().toImage() for mark in steps.findChildren(StepMark)])
    assert len(pictures[0]) == len(STEPS)
    assert pictures[0] == pictures[1]
