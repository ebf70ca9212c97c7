"""The color and the line width of an indicator, as the user chooses them."""

from __future__ import annotations

import re
from typing import Final

COLOR_NAMES: Final = {"s1": "Gold", "s2": "Pink", "s3": "Teal", "s4": "Olive", "s5": "Slate", "s6": "Purple"}
DEFAULT_COLOR: Final = ""  # the next color of the theme, by the position of the indicator
MIN_WIDTH: Final = 1  # pixels
MAX_WIDTH: Final = 4
_CUSTOM: Final = re.compile(r"#[0-9a-f]{6}", re.ASCII)


def valid_color(color: object) -> str:
    """Return a name of `COLOR_NAMES` or a color as ``#rrggbb``; anything else becomes the default color."""
    if not isinstance(color, str):
        return DEFAULT_COLOR
    is_known = color in COLOR_NAMES or _CUSTOM.fullmatch(color.lower()) is not None
    return color.lower() if is_known else DEFAULT_COLOR


def valid_width(width: object) -> int:
    """Return a line width in pixels; anything else than a number from 1 to 4 becomes the default width."""
    is_known = isinstance(width, int) and not isinstance(width, bool) and MIN_WIDTH <= width <= MAX_WIDTH
    return width if isinstance(width, int) and is_known else MIN_WIDTH
