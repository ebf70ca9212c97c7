"""Paths in the home folder of a user."""

from __future__ import annotations

import os.path
from pathlib import Path


def expand_home(path: str) -> Path:
    """Return a path with ``~`` or ``~name`` replaced by the home folder; without such a user, it does not change.

    `Path.expanduser` would raise a `RuntimeError`, whereas a path that does not exist is reported like any other.
    """
    return Path(os.path.expanduser(path))  # noqa: PTH111
