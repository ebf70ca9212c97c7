"""Imports of pyqtgraph only what the chart uses; whatever else is used of it is imported then.

Its package imports all of its modules, and copies every class and enumeration of Qt, which would be the longest part of
the program's start.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any, Final

from PySide6 import QtCore, QtGui, QtWidgets  # pyqtgraph uses the binding that is imported already

_PACKAGE: Final = "pyqtgraph"
_USED: Final = ("pyqtgraph.widgets.GraphicsView", "pyqtgraph.functions")
_QT_MODULES: Final = {f"pyqtgraph.Qt.{one.__name__.rpartition('.')[2]}": one for one in (QtCore, QtGui, QtWidgets)}
_COPYING_FUNCTION: Final = "_copy_attrs"  # of pyqtgraph.Qt; under another name, all names are copied as usual


class _QtNames(ModuleType):
    """A module of pyqtgraph with the names of a module of Qt, which pyqtgraph may override."""

    def __getattr__(self, name: str) -> object:
        if sys._getframe(1).f_code.co_name == _COPYING_FUNCTION:
            return None  # it asks whether the name is there already
        value = getattr(_QT_MODULES[self.__name__], name)
        setattr(self, name, value)
        return value


class _Package(ModuleType):
    """The package of pyqtgraph before its own code is run, as soon as a name is used that it defines.

    Its widget for graphics uses two names, which `install` defines. The cleanup at the end of the program is only
    needed by parts that use the package.
    """

    may_run = False  # the code of the package

    def __getattr__(self, name: str) -> Any:
        if find_spec(f"{_PACKAGE}.{name}") is not None:
            return import_module(f"{_PACKAGE}.{name}")
        if not self.may_run:
            raise AttributeError(f"{_PACKAGE} has no attribute {name}")
        self.may_run = False
        spec = self.__spec__
        assert spec is not None
        assert spec.loader is not None
        spec.loader.exec_module(self)
        return getattr(self, name)


def install() -> None:
    """Import what the chart uses of pyqtgraph; has no effect after the import of pyqtgraph."""
    if _PACKAGE in sys.modules or (spec := find_spec(_PACKAGE)) is None:
        return
    package = module_from_spec(spec)
    package.__class__ = _Package
    vars(package).update(getConfigOption=lambda name: package.CONFIG_OPTIONS[name], _connectCleanup=lambda: None)
    sys.modules[_PACKAGE] = package
    _add_qt_names()
    try:
        for name in _USED:
            import_module(name)
    except (AttributeError, ImportError):  # in this version, they use more of the package: all of it is imported
        for name in [name for name in sys.modules if name.partition(".")[0] == _PACKAGE]:
            del sys.modules[name]
        _add_qt_names()
    else:
        vars(package)["may_run"] = True


def _add_qt_names() -> None:
    for name in _QT_MODULES:
        sys.modules[name] = _QtNames(name)
