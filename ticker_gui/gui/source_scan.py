"""Keeps PySide from reading the source of every module that is imported, which takes a tenth of the program's start.

PySide looks there for modules that choose other names for its methods (``from __feature__ import snake_case``). No
module of this program or of its libraries does.
"""

from __future__ import annotations

import sys
from typing import Final

_MODULE: Final = "shibokensupport.feature"
_FUNCTION: Final = "_mod_uses_pyside"  # of a module; with another version of PySide, everything is read as usual


def disable_source_scan() -> None:
    """Treat all modules that are imported later as ones that use PySide with its usual names."""
    import PySide6  # noqa: F401  # loads the module below

    feature = sys.modules.get(_MODULE)
    if feature is not None and hasattr(feature, _FUNCTION):
        setattr(feature, _FUNCTION, lambda module: True)
