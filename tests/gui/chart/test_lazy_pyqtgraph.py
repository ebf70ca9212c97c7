from __future__ import annotations

import sys
from types import ModuleType

from PySide6 import QtCore, QtGui

from tests import programs
from ticker_gui.gui.chart.lazy_pyqtgraph import _QtNames, install

_IMPORT = """
import sys
import PySide6.QtWidgets
from ticker_gui.gui.chart import lazy_pyqtgraph, pane
from pyqtgraph.Qt import QtCore, QtGui, QtWidgets

assert isinstance(QtWidgets, lazy_pyqtgraph._QtNames), "pyqtgraph has replaced the module"
copied = len(vars(QtCore)) + len(vars(QtGui)) + len(vars(QtWidgets))
assert copied < 200, f"{copied} names were copied"
assert QtCore.QTimer is PySide6.QtCore.QTimer
assert QtWidgets.QFileSystemModel is QtGui.QFileSystemModel  # pyqtgraph moves it
assert QtWidgets.QOpenGLWidget.__name__ == "QOpenGLWidget"  # pyqtgraph adds it
assert not hasattr(PySide6.QtWidgets, "QOpenGLWidget")
assert not hasattr(QtCore, "QNothing")
imported = [name for name in sys.modules if name.startswith("pyqtgraph")]
assert len(imported) < 40, f"{imported} were imported"

import pyqtgraph

assert issubclass(pane.Pane, pyqtgraph.GraphicsView)  # all of it is imported, and this class is the same one
assert len([name for name in sys.modules if name.startswith("pyqtgraph")]) > 80
assert pyqtgraph.PlotWidget.__name__ == "PlotWidget"
assert pyqtgraph.__version__
pyqtgraph.setConfigOption("useOpenGL", True)
assert pyqtgraph.functions.getConfigOption("useOpenGL")
assert not hasattr(pyqtgraph, "nothing")
"""

_ANOTHER_VERSION = """
import sys
from ticker_gui.gui.chart import lazy_pyqtgraph

for name in [name for name in sys.modules if name.partition(".")[0] == "pyqtgraph"]:
    del sys.modules[name]
lazy_pyqtgraph.vars = lambda package: {}  # as if the widget used names that are not defined before

lazy_pyqtgraph.install()
from pyqtgraph.widgets.GraphicsView import GraphicsView
import pyqtgraph

assert type(pyqtgraph) is not lazy_pyqtgraph._Package
assert GraphicsView is pyqtgraph.GraphicsView
assert isinstance(pyqtgraph.Qt.QtCore, lazy_pyqtgraph._QtNames)
"""


def test_of_pyqtgraph_only_what_the_chart_uses_is_imported_until_more_is_used() -> None:
    result = programs.call_new_python(_IMPORT)
    assert result.returncode == 0, result.stderr


def test_all_of_another_version_is_imported_if_its_widget_uses_more() -> None:
    result = programs.call_script(_ANOTHER_VERSION)
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
