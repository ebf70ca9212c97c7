"""Time to the first paint, compared with a script that imports the same libraries and shows an empty window.

Likewise with 200 symbols of which an earlier session has stored values, compared with the same symbols without them.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from tests.benchmarks import harness
from ticker_gui.archive.archive import Archive
from ticker_gui.archive.records import BarsRecord, DayRecord
from ticker_gui.bars.provided_bars import from_columns
from ticker_gui.domain.timeframe import DAY_NS, MINUTE, MINUTE_NS

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
from ticker_gui.commands import window
run_window = window._run_window
def run_and_report(*arguments):  # the program imports everything in its own order
    from ticker_gui.app import app
    class Window(app.MainWindow):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            self.painted.connect(self.report)
        def report(self, cost):
            print(time.time(), flush=True)
            os._exit(0)
    app.MainWindow = Window
    return run_window(*arguments)
window._run_window = run_and_report
sys.exit(cli.main([]))
"""

# Ends when the last known values of all symbols have been painted.
REMEMBERING = OURS.replace(
    """            os._exit(0)
""",
    """            self.painted.disconnect(self.report)
            self.painted.connect(self.finish)
        def finish(self, cost):
            if all(state.remembered for state in self.model.states):
                print(time.time(), flush=True)
                os._exit(0)
""",
)
_SYMBOLS: Final = tuple(f"SYM{number:03}-USD" for number in range(200))
_FEED: Final = "exchange"
_SETTINGS: Final = f"""[[feeds]]
name = "{_FEED}"
url = "ws://127.0.0.1:9"
provider = "coinbase"
symbols = {list(_SYMBOLS)}
"""
_MINUTES: Final = 1_440


def figures(*, quick: bool = False) -> Iterator[harness.Figure]:
    """Start both alternately and take the medians."""
    times: dict[str, list[float]] = {BARE: [], OURS: []}
    for _ in range(1 if quick else 15):
        for script, seconds in times.items():
            seconds.append(_until_painted(script)[0])
    bare, ours = (statistics.median(times[script]) for script in (BARE, OURS))
    note = f"{ours:.2f} s against {bare:.2f} s"
    yield harness.Figure("start to first paint / bare script", ours / bare, 1.4, note=note)
    yield from _with_stored_symbols(quick=quick)


def _with_stored_symbols(*, quick: bool) -> Iterator[harness.Figure]:
    """Start with and without stored values of 200 symbols alternately and take the medians."""
    with tempfile.TemporaryDirectory() as folder:
        empty, stored = Path(folder) / "empty", Path(folder) / "stored"
        for home in (empty, stored):
            (home / "ticker-gui").mkdir(parents=True)
            (home / "ticker-gui" / "config.toml").write_text(_SETTINGS)
        store_values(stored / "ticker-gui" / "market-data.sqlite3", minutes=10 if quick else _MINUTES)
        times: dict[Path, list[float]] = {empty: [], stored: []}
        later = list[float]()
        for _ in range(1 if quick else 15):
            times[empty].append(_until_painted(OURS, empty)[0])
            painted_s, remembered_s = _until_painted(REMEMBERING, stored)
            times[stored].append(painted_s)
            later.append(remembered_s - painted_s)
    without, with_values = (statistics.median(each) for each in times.values())
    note = f"{with_values:.2f} s against {without:.2f} s"
    yield harness.Figure("start with 200 stored symbols / without", with_values / without, 1.1, note=note)
    yield harness.Figure("first paint to the values of 200 stored symbols", statistics.median(later), 1.0, "s")


def store_values(file: Path, *, minutes: int) -> None:
    """Store the statistics of yesterday and the last minute bars of all symbols."""
    now_ns = time.time_ns()
    time_ns = now_ns - DAY_NS
    starts = MINUTE.start_of(time_ns) + np.arange(-minutes, 0) * MINUTE_NS
    prices = np.full(minutes, 10.0)
    bars = from_columns([starts, *[prices] * 5, np.zeros(minutes, np.int64)])
    archive = Archive(file)
    archive.start()
    for symbol in _SYMBOLS:
        archive.record(DayRecord(_FEED, symbol, time_ns, 9.0, 11.0, 8.0, 9.5, 1e6, 10.0, time_ns))
        archive.record(BarsRecord(_FEED, symbol, MINUTE.name, bars))
        archive.flush()
    archive.close(120)


def _until_painted(script: str, home: Path | str = os.devnull) -> list[float]:
    """Return the seconds from the start of the process to its first paint, and to what else the script reports."""
    # Without the user's settings, and with bytecode files, as in an installation.
    environment = harness.environment() | {
        "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home),
        "TICKER_GUI_LOG_FILE": str(Path(tempfile.gettempdir()) / "ticker-gui-startup.log"), "PYTHONDONTWRITEBYTECODE": "",
    }  # fmt: skip
    began = time.time()
    result = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True)
    return [float(line) - began for line in result.stdout.splitlines()]
