from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests import programs
from ticker_gui.gui.application import Application, _log_qt, icon_file, is_any_window_exposed, make_application
from ticker_gui.resources import asset

TOP = Path(__file__).parent.parent.parent


def test_the_application_of_the_tests_is_that_of_the_program(qapp: QApplication) -> None:
    assert not qapp.windowIcon().isNull()
    assert QGuiApplication.desktopFileName() == "io.github.ticker_gui.TickerGui"
    assert qapp.arguments() == ["ticker-gui"]


def test_warnings_of_qt_fail_also_the_test_that_creates_the_application(
    qapp: QApplication, qapp_cls: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def handle(*_: object) -> None:
        pass

    def make_application() -> QApplication:
        qInstallMessageHandler(None)  # the program sets its own
        return qapp

    monkeypatch.setattr("ticker_gui.gui.application.make_application", make_application)
    before = qInstallMessageHandler(handle)
    try:
        assert qapp_cls([]) is qapp
        assert qInstallMessageHandler(None) is handle
    finally:
        qInstallMessageHandler(before)


def test_the_application_does_not_quit_with_its_last_window(qapp: QApplication) -> None:
    assert not qapp.quitOnLastWindowClosed()


def test_there_is_only_one_application(qapp: QApplication) -> None:
    with pytest.raises(RuntimeError):
        make_application()


def test_the_end_of_the_session_only_requests_to_quit(qapp: Application, qtbot: QtBot) -> None:
    with qtbot.waitSignal(qapp.quit_requested):
        assert qapp.sendEvent(qapp, QEvent(QEvent.Type.Quit))


def test_hidden_windows_are_not_exposed(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(is_any_window_exposed)
    window.hide()
    qtbot.waitUntil(lambda: not is_any_window_exposed())


@pytest.mark.parametrize(
    ("kind", "level"),
    [(QtMsgType.QtDebugMsg, logging.INFO), (QtMsgType.QtInfoMsg, logging.INFO), (QtMsgType.QtWarningMsg, logging.INFO),
     (QtMsgType.QtCriticalMsg, logging.ERROR), (QtMsgType.QtFatalMsg, logging.ERROR)],
)  # fmt: skip
def test_messages_of_qt_go_to_the_log(caplog: pytest.LogCaptureFixture, kind: QtMsgType, level: int) -> None:
    with caplog.at_level(logging.INFO, "ticker_gui.qt"):
        _log_qt(kind, QMessageLogContext(), "100% of it")
    assert caplog.record_tuples == [("ticker_gui.qt", level, "100% of it")]


def test_messages_of_qt_do_not_go_to_the_terminal() -> None:
    program = (
        "from PySide6.QtCore import qWarning; from ticker_gui.gui.application import make_application; "
        "application = make_application(); qWarning('harmless'); print('done')"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=TOP, capture_output=True, text=True, timeout=150, check=False
    )
    assert (result.stdout, result.stderr) == ("done\n", "")


@pytest.mark.parametrize("platform", ["linux", "win32", "darwin"])
def test_the_icon_of_each_system_can_be_drawn_and_is_the_same(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    picture = QIcon(str(asset("icons", icon_file()))).pixmap(32, 32).toImage()
    drawn = QIcon(str(asset("icons", "ticker-gui.svg"))).pixmap(32, 32).toImage()
    assert picture.size() == drawn.size()
    points = [(x, y) for x in range(0, 32, 4) for y in range(0, 32, 4)]
    assert sum(
        abs(picture.pixelColor(x, y).lightness() - drawn.pixelColor(x, y).lightness()) for x, y in points
    ) < 10 * len(points)
    assert any(picture.pixelColor(x, y).alpha() for x, y in points)


def test_messages_of_qt_at_the_exit_do_not_crash_the_program() -> None:
    code = "from ticker_gui.gui.application import make_application; application = make_application()"
    assert programs.call_new_python(code, QT_DEBUG_PLUGINS="1").returncode == 0  # Qt reports what it unloads
