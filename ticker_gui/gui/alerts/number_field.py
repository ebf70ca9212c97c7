"""A number as the user types it."""

from __future__ import annotations

import math


def read_number(text: str) -> float | None:
    """Return the number of a text with or without thousands separators; None if it is none."""
    try:
        number = float(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
