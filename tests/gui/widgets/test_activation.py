from __future__ import annotations

import ctypes
import os

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from ticker_gui.gui.widgets import activation
from ticker_gui.gui.widgets.activation import raise_window


def test_a_minimized_window_is_shown_and_active(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.showMinimized()
    raise_window(window)
    qtbot.waitUntil(lambda: window.isActiveWindow() and not window.isMinimized())


def test_a_maximized_window_stays_maximized(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.showMaximized()
    window.showMinimized()
    raise_window(window)
    assert window.isMaximized()


def test_an_open_dialog_gets_the_focus_instead_of_its_window(qtbot: QtBot) -> None:
    window, other = QWidget(), QWidget()
    for widget in (window, other):
        qtbot.addWidget(widget)
        widget.show()
    dialog = QDialog(window)
    dialog.open()
    other.activateWindow()
    raise_window(window)
    qtbot.waitUntil(dialog.isActiveWindow)


def test_on_wayland_the_token_of_the_start_activates_the_window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", staticmethod(lambda: "wayland"))
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "")
    window = QWidget()
    qtbot.addWidget(window)
    raise_window(window, "token-7")
    assert os.environ["XDG_ACTIVATION_TOKEN"] == "token-7"


def test_without_the_library_of_x11_the_window_is_raised_by_qt(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", staticmethod(lambda: "xcb"))

    def missing(name: str) -> ctypes.CDLL:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(ctypes, "CDLL", missing)
    window = QWidget()
    qtbot.addWidget(window)
    raise_window(window)
    qtbot.waitUntil(window.isActiveWindow)


@pytest.mark.parametrize(
    ("launch_id", "time"),
    [("a/b/1-2-host_TIME4711", 4711), ("", 0), ("token", 0), ("x_TIME", 0), (f"x_TIME{2**32 + 5}", 5),
     ("x_TIME" + "9" * 30, 0), ("x_TIME-1", 0)],
)  # fmt: skip
def test_the_time_of_the_start_is_read_from_its_id(launch_id: str, time: int) -> None:
    assert activation._launch_time(launch_id) == time


def test_the_end_of_a_start_is_sent_in_messages_of_twenty_bytes() -> None:
    sent = list[tuple[str, bytes]]()
    activation._end_launch(lambda bits, window, kind, data: sent.append((kind, data)), 1, 'a"b\\' + "c" * 40)
    assert [kind for kind, _ in sent] == ["_NET_STARTUP_INFO_BEGIN", *["_NET_STARTUP_INFO"] * (len(sent) - 1)]
    assert max(len(data) for _, data in sent) == 20
    assert b"".join(data for _, data in sent) == b'remove: ID="a\\"b\\\\' + b"c" * 40 + b'"\0'
