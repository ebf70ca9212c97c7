"""Makes pyqtgraph look up names of Qt when it uses them, instead of copying all of them when it is imported.

Copying creates every class and enumeration of Qt in Python, which is the longest part of the program's start.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Final

_MODULES: Final = ("QtCore", "QtGui", "QtWidgets")
_COPYING_FUNCTION: Final = "_copy_attrs"  # of pyqtgraph.Qt; under another name, all names are copied as usual


class _QtNames(ModuleType):
    """A module of pyqtgraph with the names of a module of Qt, which pyqtgraph may override."""

    def __getattr__(self, name: str) -> object:
        if sys._getframe(1).f_code.co_name == _COPYING_FUNCTION:
            return None  # it asks whether the name is there already
        value = getattr(import_module(f"PySide6.{self.__name__.rpartition('.')[2]}"), name)
        setattr(self, name, value)
        return value


def install() -> None:
    """Prepare the import of pyqtgraph; has no effect after it."""
    for name in _MODULES:
        sys.modules.setdefault(f"pyqtgraph.Qt.{name}", _QtNames(f"pyqtgraph.Qt.{name}"))
