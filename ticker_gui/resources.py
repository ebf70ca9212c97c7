"""The paths of assets, in an installation or in a checkout."""

from __future__ import annotations

import os
from pathlib import Path

_HERE = Path(os.path.realpath(__file__)).parent


def asset(*parts: str) -> Path:
    """Return the path of a file in ``assets/``, which is inside the package if it is installed from a wheel."""
    installed = _HERE / "assets"
    root = installed if os.path.isdir(installed) else _HERE.parent / "assets"
    return root.joinpath(*parts)


def readme_file() -> Path:
    """Return the path of the README, which an installation has among its assets."""
    installed = _HERE / "assets" / "README.md"
    return installed if os.path.isfile(installed) else _HERE.parent / "README.md"
