"""How often something comes of a symbol, and when its silence is improbable."""

from __future__ import annotations

from typing import Final

from ticker_gui.domain.timeframe import SECOND_NS

# A symbol is stale after several times its longest recent gap between updates, within these bounds.
_MULTIPLE: Final = 3
_MIN_NS: Final = 15 * SECOND_NS
_MAX_NS: Final = 600 * SECOND_NS
_DEFAULT_STALE_AFTER_NS: Final = 60 * SECOND_NS  # before the tempo is known
_MIN_GAPS: Final = 8


class StalenessModel:
    """A symbol's own tempo, learned from the times between arrivals."""

    __slots__ = ("_gaps", "_longest_ns")

    def __init__(self) -> None:
        self._gaps = 0  # counted up to where they tell a tempo
        self._longest_ns = 0

    def note(self, gap_ns: int) -> None:
        """Take in the time between two arrivals; old long ones are slowly forgotten."""
        self._gaps += self._gaps < _MIN_GAPS
        if gap_ns > self._longest_ns:
            self._longest_ns = min(gap_ns, _MAX_NS)
        else:
            self._longest_ns -= self._longest_ns >> 8

    @property
    def longest_ns(self) -> int:
        """The longest recent time between two arrivals."""
        return self._longest_ns

    @property
    def stale_after_ns(self) -> int:
        """How long a silence may last until it is improbable."""
        if self._gaps < _MIN_GAPS:
            return _DEFAULT_STALE_AFTER_NS
        return min(max(_MULTIPLE * self._longest_ns, _MIN_NS), _MAX_NS)
