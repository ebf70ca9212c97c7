"""Open the window on the system's own platform plugin for a minute, and end it as its user would."""

import sys
import threading

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from ticker_gui.cli import main

_SECONDS = 60


def close() -> None:
    """Close every window, in the thread of the application."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    assert application.platformName() != "offscreen"
    QTimer.singleShot(0, application, lambda: [window.close() for window in application.topLevelWidgets()])


timer = threading.Timer(_SECONDS, close)
timer.daemon = True
timer.start()
sys.exit(main([]))
