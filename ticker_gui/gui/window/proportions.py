"""Sizes of the window and its parts, computed from the space on the screens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

_FIRST_WIDTH, _FIRST_HEIGHT = 1600, 1000
_MAX_SCREEN_SHARE: Final = 0.9
_LIST_SHARE, _MAX_LIST_SHARE = 0.39, 0.45
_MIN_HEIGHT_ABOVE: Final = 400  # pixels above panels at the bottom: the bars of the window, and a readable chart
_MIN_BOTTOM_SHARE: Final = 0.3
_MIN_LIST_WIDTH, _MAX_LIST_WIDTH = 512, 640  # all default columns, with the usual fonts


class Area(NamedTuple):
    """A rectangle on the desktop, in device-independent pixels."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first x coordinate to the right of the area."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The first y coordinate below the area."""
        return self.top + self.height

    def overlap(self, other: Area) -> int:
        """Return the size of the part that this area and another one have in common, in square pixels."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0, width) * max(0, height)


def first_area(available: Area) -> Area:
    """Return the area of a new window: centered, and at most 0.9 of the available space."""
    width = min(_FIRST_WIDTH, int(_MAX_SCREEN_SHARE * available.width))
    height = min(_FIRST_HEIGHT, int(_MAX_SCREEN_SHARE * available.height))
    left, top = (available.width - width) // 2, (available.height - height) // 2
    return Area(available.left + left, available.top + top, width, height)


def moved_onto_screen(frame: Area, screens: Sequence[Area]) -> Area:
    """Return the area of a window, made smaller and moved so that it is completely on the screen it overlaps most.

    Without an overlap, that is the first screen.
    """
    if not screens:
        return frame
    screen = max(screens, key=frame.overlap)
    width, height = min(frame.width, screen.width), min(frame.height, screen.height)
    left = min(max(frame.left, screen.left), screen.right - width)
    top = min(max(frame.top, screen.top), screen.bottom - height)
    return Area(left, top, width, height)


class ChosenWidth(NamedTuple):
    """A width of the watchlist that the user has chosen, and the width of the window then, in pixels."""

    width: int
    window: int


def fitting_list_width(chosen: ChosenWidth | None, window_width: int) -> int:
    """Return the width of the watchlist: the chosen one, as far as it leaves the chart the share that it had."""
    if chosen is None:
        return list_width(window_width)
    share = round(window_width * chosen.width / max(1, chosen.window))
    return min(chosen.width, max(share, max_list_width(window_width)))


def list_width(window_width: int) -> int:
    """Return the width of the watchlist: 39 % of the window, within limits; the chart gets the rest."""
    width = min(max(round(_LIST_SHARE * window_width), _MIN_LIST_WIDTH), _MAX_LIST_WIDTH)
    return min(width, max_list_width(window_width))


def max_list_width(window_width: int) -> int:
    """Return the largest width of the watchlist beside the chart, unless the user makes it wider."""
    return round(_MAX_LIST_SHARE * window_width)


def max_bottom_height(window_height: int) -> int:
    """Return the largest height of panels at the bottom, unless the user makes them higher: the chart stays readable.

    It is half of the window, or less in a low one.
    """
    return min(window_height // 2, max(window_height - _MIN_HEIGHT_ABOVE, round(_MIN_BOTTOM_SHARE * window_height)))
