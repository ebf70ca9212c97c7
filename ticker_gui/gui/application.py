"""The Qt application and its setup."""

from __future__ import annotations

import atexit
import logging
import re
import sys
from typing import Final

from PySide6.QtCore import QEvent, QMessageLogContext, QtMsgType, Signal, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from ticker_gui.gui.widgets.keyboard_focus import KeyboardFocus
from ticker_gui.gui.widgets.style import Style
from ticker_gui.resources import asset

_DESKTOP_ID: Final = "io.github.ticker_gui.TickerGui"
# What Qt 6 reports before it ends the process: QXcbConnection::processXcbEvents, QWaylandDisplay::checkWaylandError.
_DISPLAY_LOST: Final = re.compile(r"The (X11|Wayland) connection (broke|experienced a fatal error)")


class Application(QApplication):
    """The application object; it requests to quit instead of quitting by itself.

    Signals:
        quit_requested: the desktop session ends, or the user quits from the system's menu.
        display_lost: the X server or the Wayland compositor is gone; Qt ends its loop or the process
            when the slots return.
    """

    quit_requested = Signal()
    display_lost = Signal()

    keyboard_focus: KeyboardFocus

    def event(self, event: QEvent) -> bool:
        if event.type() != QEvent.Type.Quit:
            return super().event(event)
        self.quit_requested.emit()  # Qt would stop its event loop while tasks run in it
        return True


def icon_file() -> str:
    """Return the icon's file name in the format for windows and taskbar on this platform."""
    return {"win32": "ticker-gui.ico", "darwin": "ticker-gui.icns"}.get(sys.platform, "ticker-gui.svg")


def make_application() -> Application:
    """Create and configure the application."""
    qInstallMessageHandler(_log_qt)
    atexit.register(qInstallMessageHandler, None)  # Qt unloads its plugins when Python can be called no more
    _register_with_system()
    application = Application(["ticker-gui"])
    application.setStyle(Style())
    application.keyboard_focus = KeyboardFocus(application)
    application.setWindowIcon(QIcon(str(asset("icons", icon_file()))))
    QGuiApplication.setDesktopFileName(_DESKTOP_ID)
    # The event loop ends when the main task returns, never because Qt quits.
    application.setQuitOnLastWindowClosed(False)
    return application


def is_any_window_exposed() -> bool:
    """Return whether any window may be visible: not if all are hidden, minimized or on another desktop."""
    return any(window.isExposed() for window in QGuiApplication.topLevelWindows())


def _register_with_system() -> None:
    """Identify the program to the system, so that it is not grouped with Python or throttled in the background."""
    if sys.platform == "win32":  # groups the windows in the taskbar under our icon
        import ctypes

        ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID(_DESKTOP_ID)
    elif sys.platform == "darwin":  # App Nap delays timers and sockets of windows that are covered
        import appnope

        appnope.nope()


def _log_qt(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Write Qt's messages to the log instead of the terminal; most are harmless platform messages."""
    level = logging.ERROR if kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg) else logging.INFO
    is_fatal = kind is QtMsgType.QtFatalMsg  # Qt ends the process when this returns
    logging.getLogger("ticker_gui.qt").log(level, "%s", message, extra={"is_fatal": is_fatal})
    application = QApplication.instance()
    if _DISPLAY_LOST.search(message) and isinstance(application, Application):
        application.display_lost.emit()
