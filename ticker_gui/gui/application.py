"""The one QApplication, set up as the program wants it."""

from __future__ import annotations

import logging
from typing import Final

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from ticker_gui.resources import asset

_DESKTOP_ID: Final = "io.github.ticker_gui.TickerGui"


def make_application() -> QApplication:
    """Return the one QApplication, set up."""
    qInstallMessageHandler(_log_qt)
    application = QApplication(["ticker-gui"])
    application.setStyle("Fusion")
    application.setWindowIcon(QIcon(str(asset("icons", "ticker-gui.svg"))))
    QGuiApplication.setDesktopFileName(_DESKTOP_ID)
    # The loop ends because the main task returns, never because Qt quits under it.
    application.setQuitOnLastWindowClosed(False)
    return application


def _log_qt(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Send Qt's own messages to the log; most are about platforms and harmless, none is for the user's terminal."""
    level = logging.ERROR if kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg) else logging.INFO
    logging.getLogger("ticker_gui.qt").log(level, "%s", message)
