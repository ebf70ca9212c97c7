from __future__ import annotations

import subprocess
import sys
from types import ModuleType

from PySide6 import QtCore, QtGui

from ticker_gui.gui.chart.lazy_qt_names import _QtNames, install

_IMPORT = """
import PySide6.QtWidgets
from ticker_gui.gui.chart import lazy_qt_names
import pyqtgraph
from pyqtgraph.Qt import QtCore, QtGui, QtWidgets
assert isinstance(QtWidgets, lazy_qt_names._QtNames), "pyqtgraph has replaced the module"
copied = len(vars(QtCore)) + len(vars(QtGui)) + len(vars(QtWidgets))
assert copied < 200, f"{copied} names were copied"
assert QtCore.QTimer is PySide6.QtCore.QTimer
assert QtWidgets.QFileSystemModel is QtGui.QFileSystemModel  # pyqtgraph moves it
assert QtWidgets.QOpenGLWidget.__name__ == "QOpenGLWidget"  # pyqtgraph adds it
assert not hasattr(PySide6.QtWidgets, "QOpenGLWidget")
assert not hasattr(QtCore, "QNothing")
"""


def test_pyqtgraph_copies_only_the_names_that_it_uses() -> None:
    result = subprocess.run([sys.executable, "-c", _IMPORT], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_while_pyqtgraph_copies_names_each_is_there_already() -> None:
    def _copy_attrs(source: ModuleType, target: ModuleType) -> None:
        for name in dir(source):
            if not hasattr(target, name):
                setattr(target, name, getattr(source, name))

    names = _QtNames("pyqtgraph.Qt.QtCore")
    _copy_attrs(QtCore, names)
    assert "QObject" not in vars(names)
    assert names.QObject is QtCore.QObject
    assert "QObject" in vars(names)


def test_a_name_that_was_overridden_stays_so() -> None:
    names = _QtNames("pyqtgraph.Qt.QtGui")
    names.QPen = "own"  # type: ignore[attr-defined]
    assert names.QPen == "own"
    assert not hasattr(QtGui, "own")


def test_after_the_import_of_pyqtgraph_nothing_is_replaced() -> None:
    import pyqtgraph

    before = sys.modules["pyqtgraph.Qt.QtCore"]
    install()
    assert sys.modules["pyqtgraph.Qt.QtCore"] is before
    assert pyqtgraph.Qt.QtCore.QObject is QtCore.QObject
