"""Where assets are found, installed or in the checkout."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def asset(*parts: str) -> Path:
    """Return the path of a file in ``assets/``, which a wheel carries inside the package."""
    installed = _HERE / "assets"
    root = installed if installed.is_dir() else _HERE.parent / "assets"
    return root.joinpath(*parts)
