"""The colors of a chart, derived from the theme."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from PySide6.QtGui import QColor

from ticker_gui.gui.widgets.theme import Theme, mix
from ticker_gui.indicators.spec import Output

_PALE: Final = 0.45
_STALE: Final = 0.55  # share of the colors of lines
_NEAR_TEXT: Final = (0.7, 0.4)  # shares of the colors of lines
_OF_COLOR: Final = 0.25  # share of the color of an indicator in the lines that are not its main one
_BAND_EDGES: Final = ("upper", "lower")
_MIN_DISTANCE: Final = 24.0  # of two colors in their space of red, green and blue; closer ones look the same in a line


class ChartColors:
    """The colors as Qt objects; of stale data, without the colors of up and down."""

    def __init__(self, theme: Theme, *, is_stale: bool = False) -> None:
        self.base, self.text, self.muted = QColor(theme.base), QColor(theme.text), QColor(theme.text3)
        self.grid, self.border, self.accent = QColor(theme.grid), QColor(theme.border), QColor(theme.accent)
        self.raised, self.control, self.text2 = QColor(theme.raised), QColor(theme.control), QColor(theme.text2)
        self.warning, self.on_accent = QColor(theme.warning), QColor(theme.on_accent)
        self.line = QColor(theme.text)  # of line and area charts
        self.up, self.down = QColor(theme.up), QColor(theme.down)
        if is_stale:
            self.line, self.up, self.down = QColor(theme.text3), QColor(theme.text2), QColor(theme.text3)
        self.pale_up, self.pale_down = (mix(color, self.base, _PALE) for color in (self.up, self.down))
        self._theme, self._is_stale = theme, is_stale
        self._series = [self._series_color(color) for color in theme.series]
        self._compared_key: object = None  # what the colors of compared symbols depend on
        self._compared: list[QColor] = []

    def series(self, number: int) -> QColor:
        """Return the color of an indicator; colors repeat if there are many."""
        return self._series[number % len(self._series)]

    def indicator(self, color: str, number: int) -> QColor:
        """Return the chosen color of an indicator, see `indicators.appearance`; the default depends on its number."""
        return self._series_color(getattr(self._theme, color, color)) if color else self.series(number)

    def _series_color(self, color: str) -> QColor:
        return mix(QColor(color), self.base, _STALE) if self._is_stale else QColor(color)

    def compared(self, count: int, used: Sequence[QColor]) -> list[QColor]:
        """Return the colors of compared symbols: different ones, and none that an indicator uses.

        They are the colors of indicators from the end, then the same ones closer to that of the text. If all of them
        are taken, they repeat. Comparing all colors takes as long as drawing the bars, so the last result is kept.
        """
        key = count, [color.rgb() for color in used]
        if key != self._compared_key:
            self._compared_key, self._compared = key, self._compared_colors(count, used) if count else []
        return self._compared

    def _compared_colors(self, count: int, used: Sequence[QColor]) -> list[QColor]:
        series = self._series[::-1]
        free: list[QColor] = []
        for color in (*series, *(mix(one, self.text, share) for share in _NEAR_TEXT for one in series)):
            if all(_distance(color, other) >= _MIN_DISTANCE for other in (*used, *free)):
                free.append(color)
        return [(free or series)[number % len(free or series)] for number in range(count)]

    def outputs(self, outputs: Sequence[Output], color: QColor) -> list[QColor]:
        """Return the colors of the outputs of an indicator of a color: a neutral one for all lines but the main one.

        The edges of a band are both main lines; a histogram has the colors of up and down, and a neutral name.
        """
        neutral = mix(color, QColor("white" if self.base.lightnessF() < 0.5 else "black"), _OF_COLOR)
        return [
            self.muted
            if output.style == "histogram"
            else color
            if number == 0 or output.style in _BAND_EDGES
            else neutral
            for number, output in enumerate(outputs)
        ]

    def direction(self, is_up: bool) -> QColor:
        """Return the color of up or down."""
        return self.up if is_up else self.down

    def change(self, *texts: str) -> QColor:
        """Return the color of a change according to the first sign in its texts; zero has the text color."""
        sign = next((text[0] for text in texts if text[:1] in ("+", "-")), "")
        return self.text if not sign else self.direction(sign == "+")


def _distance(one: QColor, other: QColor) -> float:
    return math.dist((one.red(), one.green(), one.blue()), (other.red(), other.green(), other.blue()))
