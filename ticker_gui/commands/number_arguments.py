"""Numbers as arguments of a command."""

from __future__ import annotations

import argparse
import math
from contextlib import suppress
from typing import Final

from ticker_gui.domain.sanitize import quoted

_DAY_S: Final = 86_400
_SMALLEST, _LARGEST = 1e-9, 1e12  # what is calculated with others would be infinite


def positive_number(text: str) -> float:
    """Return a number greater than 0 that is neither extremely small nor extremely large."""
    with suppress(ValueError):
        if _SMALLEST <= float(text) <= _LARGEST:
            return float(text)
        if 0 < float(text) < math.inf:
            raise argparse.ArgumentTypeError(f"{quoted(text)} is too {'small' if float(text) < _SMALLEST else 'large'}")
    raise argparse.ArgumentTypeError(f"{quoted(text)} is not a number greater than 0")


def delay_s(text: str) -> float:
    """Return a number of seconds, greater than 0 and at most a day; a timer of Qt cannot wait for months."""
    with suppress(ValueError):
        if 0 < float(text) <= _DAY_S:
            return float(text)
    raise argparse.ArgumentTypeError(
        f"{quoted(text)} is not a number of seconds greater than 0, and at most {_DAY_S:,}"
    )


def number_from_zero(text: str) -> float:
    """Return a number, 0 or greater, that is not extremely large."""
    with suppress(ValueError):
        if 0 <= float(text) <= _LARGEST:
            return float(text)
    raise argparse.ArgumentTypeError(f"{quoted(text)} is not a number of 0 or more")


def whole_number(text: str) -> int:
    """Return a whole number greater than 0."""
    with suppress(ValueError):
        if int(text) >= 1:
            return int(text)
    raise argparse.ArgumentTypeError(f"{quoted(text)} is not a whole number greater than 0")


def port_number(text: str) -> int:
    """Return the number of a port; 0 stands for any free one."""
    with suppress(ValueError):
        if 0 <= int(text) <= 65_535:
            return int(text)
    raise argparse.ArgumentTypeError(f"{quoted(text)} is not a port number (0 to 65535)")
