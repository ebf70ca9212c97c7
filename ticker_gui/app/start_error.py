"""Shows why the program could not start in a dialog, to users who started it without a terminal."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Final

from ticker_gui.domain.errors import SettingsError
from ticker_gui.gui import platform_check

_INVISIBLE: Final = ("offscreen", "minimal", "vnc")
_SIGNAL_POLL_S: Final = 0.2


def show_start_error(message: str, file: Path | None = None) -> bool:
    """Show a dialog until it is closed; return whether that was possible. ``file`` is a settings file that exists."""
    try:
        platform_check.prepare_platform(needs_display=True)
    except SettingsError:
        return False
    if os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0] in _INVISIBLE:
        return False
    _show(message, file)
    return True


def _show(message: str, file: Path | None) -> None:
    from PySide6.QtWidgets import QApplication

    from ticker_gui.gui.application import make_application
    from ticker_gui.gui.event_loop import make_event_loop
    from ticker_gui.gui.widgets.appearance import apply_theme
    from ticker_gui.gui.widgets.theme import load_theme

    application = QApplication.instance()
    has_started = isinstance(application, QApplication)
    if not isinstance(application, QApplication):
        application = make_application()
    apply_theme(application, load_theme("system"))
    with asyncio.Runner(loop_factory=lambda: make_event_loop(application)) as runner:
        runner.run(wait_for_dialog(message, file, has_started=has_started))


async def wait_for_dialog(message: str, file: Path | None, *, has_started: bool = False) -> None:
    """Show the dialog until the user or a signal closes it."""
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QDesktopServices

    from ticker_gui.gui.help.start_error_dialog import StartErrorDialog
    from ticker_gui.gui.widgets.dialogs import show_in_front
    from ticker_gui.process import exit_signals

    closed = asyncio.Event()
    dialog = StartErrorDialog(message, "" if file is None else str(file), has_started=has_started)
    dialog.file_requested.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(file))))
    dialog.finished.connect(lambda result: closed.set())
    show_in_front(dialog)
    with exit_signals.handlers_restored():
        exit_signals.handle(asyncio.get_running_loop(), lambda number: closed.set())
        while not closed.is_set():
            try:
                async with asyncio.timeout(_SIGNAL_POLL_S):  # so that Python can handle signals
                    await closed.wait()
            except TimeoutError:
                continue
    dialog.deleteLater()
