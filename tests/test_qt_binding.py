"""PySide6 6.12.0 loses a reference to None on every call that returns nothing, and ends in an abort on Python 3.11."""

from __future__ import annotations

import subprocess
import sys

from tests import programs

COUNT = 10_000

SCRIPT = f"""
import sys
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

class Sender(QObject):
    sent = Signal()
    told_what = Signal(object)

class Model(QAbstractListModel):
    def rowCount(self, parent=QModelIndex()):
        return 1
    def data(self, index, role=0):
        return None

application = QApplication([])
sender, model, ticks = Sender(), Model(), []
sender.sent.connect(lambda: None)
sender.told_what.connect(lambda what: None)

def drift():
    before = sys.getrefcount(None)
    for _ in range({COUNT}):
        sender.sent.emit()
        sender.told_what.emit(None)
        model.data(model.index(0))
        model.headerData(0, Qt.Orientation.Horizontal)
    timer = QTimer()
    timer.timeout.connect(lambda: (ticks.append(1), len(ticks) % {COUNT // 10} or application.quit()) and None)
    timer.start(0)
    application.exec()
    timer.stop()
    return sys.getrefcount(None) - before

drift()
print(abs(drift()))
"""


def test_none_keeps_its_references() -> None:
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=programs.environment(),
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert int(result.stdout) < COUNT / 10


def test_both_bridges_use_the_same_binding(qapp: object) -> None:
    import pyqtgraph
    import qasync

    assert qasync.QtModuleName == "PySide6"
    assert pyqtgraph.Qt.QT_LIB == "PySide6"
