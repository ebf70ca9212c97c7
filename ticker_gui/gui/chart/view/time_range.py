"""The visible range of the time scale, and whether it follows the newest bar."""

from __future__ import annotations

import math
from typing import Final

_DEFAULT_BARS: Final = 120.0
_MIN_BARS: Final = 5.0
_MAX_BARS: Final = 4e6
_MAX_INITIAL_BARS: Final = 3600.0
_MIN_FILL: Final = 0.25  # share of the bars that must exist in the initial view, if there are gaps between them
_RIGHT_MARGIN: Final = 0.06  # share of the view to the right of the newest bar
_MAX_BAR_PIXELS: Final = 24.0  # with fewer bars than fit into the view
_SPARE: Final = 1.25  # room for new bars, so that the zoom does not change with each of them
_MAX_RIGHT_MARGIN: Final = 0.25  # share of the view; with a larger margin the view is not at the newest bars


UNLIMITED: Final = (-1e300, 1e300)


class TimeRange:
    """From ``left`` to ``right``. While following, it scrolls with the newest bar and keeps the margin to its right.

    It stops following when the user moves the newest bar out of view, until they return to it or ask to follow.
    """

    def __init__(self) -> None:
        self.left, self.right = 0.0, 1.0
        self.is_following = True
        self.changes = 0  # by the user
        self.is_at_newest = True  # whether a saved view returns to the newest bars
        self._bars = _DEFAULT_BARS  # that fit into the view
        self._chosen_bars = _DEFAULT_BARS  # chosen by the user, also for other symbols and timeframes
        self._newest_end, self._bar_width = 1.0, 1.0
        self._is_automatic = True  # the user has not changed the zoom or the position
        self._automatic_bars = _DEFAULT_BARS  # in view once there are enough bars
        self._right_margin = 0.0
        self._median_gap = 0.0
        self._limits = UNLIMITED

    @property
    def min_bars(self) -> int:
        """How many bars must be visible initially, even if trades are rare."""
        return round(_MIN_FILL * self._chosen_bars)

    @property
    def bars(self) -> float:
        """How many bars fit into the range."""
        return self._bars

    @property
    def bars_to_save(self) -> float:
        """How many bars fit into the range as soon as there are enough of them."""
        return self._automatic_bars if self._is_automatic else self._bars

    def reset_to(
        self, newest: float, bar_width: float, median_gap: float = 0.0, limits: tuple[float, float] = UNLIMITED
    ) -> None:
        """Start over with other bars: the end of the newest one, the width of a bar and the usual gap between bars."""
        self._newest_end, self._bar_width, self._median_gap = newest, bar_width, median_gap
        self._limits = min(limits[0], newest), max(limits[1], newest + _MIN_BARS * bar_width)
        self._reset()

    def scroll_to(self, newest: float, pixel: float) -> bool:
        """Scroll to the end of the newest bar; return whether the range changed.

        It moves by whole pixels, because less would not be visible.
        """
        self._newest_end = newest
        pixels = int((newest + self._right_margin - self.right) / pixel)
        if not self.is_following or not pixels:
            return False
        self.left, self.right = self.left + pixels * pixel, self.right + pixels * pixel
        return True

    def fit(self, oldest: float, pixels: float) -> bool:
        """While there are too few bars to fill the view, show only them; return whether the range changed.

        A bar is at most 24 pixels wide then. ``oldest`` is the position of the oldest bar and ``pixels`` the width of
        the view. A range that the user has chosen stays.
        """
        if not (self._is_automatic and self.is_following):
            return False
        existing = (self._newest_end - oldest) / self._bar_width / (1 - _RIGHT_MARGIN)
        fewest = max(existing, pixels / _MAX_BAR_PIXELS, _MIN_BARS)
        if fewest <= self._bars <= _SPARE * fewest:
            return False
        bars = min(max(_SPARE * existing, fewest), self._automatic_bars)
        if bars == self._bars:
            return False
        self._bars = bars
        self.resume_following()
        return True

    def zoom(self, factor: float, anchor: float) -> None:
        """Zoom by a factor, with the position ``anchor`` staying in place."""
        if not 0.0 < factor < math.inf or factor == 1.0:
            return
        bars = min(max(self._bars * factor, _MIN_BARS), self._max_bars)
        share = (anchor - self.left) / (self.right - self.left)
        self._note_change()
        self._set(anchor - share * bars * self._bar_width, bars * self._bar_width)
        self._chosen_bars = self._bars

    def pan(self, by: float) -> None:
        """Move by an amount of the time scale."""
        if not by:
            return
        self._note_change()
        self._set(self.left + by, self.right - self.left)

    def show(self, left: float, right: float) -> None:
        """Show a range that the user chose."""
        self._note_change()
        self._set(left, min(max(right - left, _MIN_BARS * self._bar_width), self._max_bars * self._bar_width))
        self._chosen_bars = self._bars

    def resume_following(self) -> None:
        """Follow the newest bar again, without changing the zoom."""
        width = self._bars * self._bar_width
        self._right_margin = _RIGHT_MARGIN * width
        self._set(self._newest_end + self._right_margin - width, width)

    def follow_span(self, width: float, pixels: float) -> None:
        """Follow the newest bar with this width of the time scale in view; bars are at most 24 pixels wide."""
        self._note_change()
        bars = max(width / self._bar_width / (1 - _RIGHT_MARGIN), pixels / _MAX_BAR_PIXELS, _MIN_BARS)
        self._bars = min(bars, self._max_bars)
        self.resume_following()

    def follow_bars(self, bars: float) -> None:
        """Follow the newest bar with this number of bars in view."""
        self._bars = min(max(bars, _MIN_BARS), self._max_bars)
        self._is_automatic = bars == self._automatic_bars
        self.resume_following()

    def center_on(self, position: float, bars: float, *, may_follow: bool = True) -> None:
        """Show this number of bars around a position, and follow the newest one if it is in view and ``may_follow``."""
        width = min(max(bars, _MIN_BARS), self._max_bars) * self._bar_width
        self._note_change()
        self._set(position - width / 2, width)
        self.is_following = self.is_following and may_follow
        self.is_at_newest = False

    def reset(self) -> None:
        """Follow with the default number of bars."""
        self._chosen_bars = _DEFAULT_BARS
        self.changes += 1
        self._reset()

    def _reset(self) -> None:
        wide = self.min_bars * self._median_gap / self._bar_width / (1 - _RIGHT_MARGIN)
        self._bars = self._automatic_bars = max(self._chosen_bars, min(wide, _MAX_INITIAL_BARS))
        self._is_automatic = True
        self.resume_following()

    def _note_change(self) -> None:
        self._is_automatic = False
        self.changes += 1

    @property
    def _max_bars(self) -> float:
        return min(_MAX_BARS, (self._limits[1] - self._limits[0]) / self._bar_width)

    def _set(self, left: float, width: float) -> None:
        """Set the range, moved within the limits."""
        if not (math.isfinite(left) and width > 0.0):
            return
        width = min(width, self._max_bars * self._bar_width)
        left = max(min(left, self._limits[1] - width), self._limits[0])
        self.left, self.right = left, left + width
        self._bars = width / self._bar_width
        self._right_margin = self.right - self._newest_end
        self.is_following = self.left < self._newest_end <= self.right
        self.is_at_newest = self.is_following and self._right_margin <= _MAX_RIGHT_MARGIN * width
