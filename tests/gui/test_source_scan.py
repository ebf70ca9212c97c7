from __future__ import annotations

import subprocess
import sys

import pytest

from ticker_gui.gui import source_scan

_READ = """
import inspect, sys
import PySide6.QtCore
from ticker_gui.gui import source_scan

read = []
inspect.getsource = lambda module: read.append(module) or "PySide6"
import wave
assert (len(read) > 0) is True, "PySide reads no sources any more, so this module has no use"
source_scan.disable_source_scan()
read.clear()
import colorsys, fileinput
assert not read
timer = PySide6.QtCore.QTimer()
timer.setInterval(5)
assert timer.interval() == 5
assert not hasattr(timer, "set_interval")
"""


def test_no_source_is_read_and_the_names_of_qt_are_the_usual_ones() -> None:
    result = subprocess.run([sys.executable, "-c", _READ], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_without_the_function_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, source_scan._MODULE, sys)
    source_scan.disable_source_scan()
    assert not hasattr(sys, source_scan._FUNCTION)
