"""Time to the first paint, compared with a script that imports the same libraries and shows an empty window."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import harness

BARE = """
import time
import msgspec, numpy, platformdirs, qasync, websockets.asyncio.client, websockets.asyncio.server
import pyqtgraph
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def event(self, event):
        handled = super().event(event)
        if event.type() == QEvent.Type.UpdateRequest:
            print(time.time(), flush=True)
            import os; os._exit(0)
        return handled
application = QApplication([])
window = Window()
window.show()
application.exec()
"""

OURS = """
import os, sys, time
from ticker_gui import cli
run_window = cli._run_window
def run_and_tell(*arguments):  # the program imports everything in its own order
    from ticker_gui import app
    class Window(app.MainWindow):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            self.painted.connect(self.tell)
        def tell(self, cost):
            print(time.time(), flush=True)
            os._exit(0)
    app.MainWindow = Window
    return run_window(*arguments)
cli._run_window = run_and_tell
sys.exit(cli.main([]))
"""


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Start both alternately and take the medians."""
    times: dict[str, list[float]] = {BARE: [], OURS: []}
    for _ in range(1 if quick else 15):
        for script, seconds in times.items():
            seconds.append(_until_painted(script))
    bare, ours = (statistics.median(times[script]) for script in (BARE, OURS))
    note = f"{ours:.2f} s against {bare:.2f} s"
    yield harness.Figure("start to first paint / bare script", ours / bare, 1.4, note=note)


def _until_painted(script: str) -> float:
    """Return the seconds from the start of the process to its first paint."""
    # Without the user's settings, and with bytecode files, as in an installation.
    environment = harness.environment() | {
        "XDG_CONFIG_HOME": os.devnull, "XDG_DATA_HOME": os.devnull, "TICKER_GUI_LOG_FILE": str(Path(tempfile.gettempdir()) / "ticker-gui-startup.log"), "PYTHONDONTWRITEBYTECODE": "",
    }  # fmt: skip
    began = time.time()
    result = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True)
    return float(result.stdout) - began
