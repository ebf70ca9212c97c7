"""The learned update rate of a symbol, and when it counts as stale."""

from __future__ import annotations

from typing import Final

from ticker_gui.domain.timeframe import SECOND_NS

# A symbol is stale after several times its longest recent gap between updates, within these bounds.
_MULTIPLE: Final = 3
_MIN_NS: Final = 15 * SECOND_NS
_MAX_NS: Final = 600 * SECOND_NS
_DEFAULT_STALE_AFTER_NS: Final = 60 * SECOND_NS  # before the update rate is known
_MIN_GAPS: Final = 8


class StalenessModel:
    """The update rate of one symbol, learned from the times between updates."""

    __slots__ = ("_gaps", "_longest_ns")

    def __init__(self) -> None:
        self._gaps = 0  # up to _MIN_GAPS
        self._longest_ns = 0

    def note(self, gap_ns: int) -> None:
        """Add the time between two updates; long ones are slowly forgotten."""
        self._gaps += self._gaps < _MIN_GAPS
        if gap_ns > self._longest_ns:
            self._longest_ns = min(gap_ns, _MAX_NS)
        else:
            self._longest_ns -= self._longest_ns >> 8

    @property
    def longest_ns(self) -> int:
        """The longest recent time between two updates."""
        return self._longest_ns

    @property
    def stale_after_ns(self) -> int:
        """The time without updates after which the symbol is stale."""
        if self._gaps < _MIN_GAPS:
            return _DEFAULT_STALE_AFTER_NS
        return min(max(_MULTIPLE * self._longest_ns, _MIN_NS), _MAX_NS)
