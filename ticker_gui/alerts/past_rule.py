"""What a rule has to offer to be evaluated for a gap: with the trades in it, or with their minute bars."""

from __future__ import annotations

from typing import Protocol, Self

from ticker_gui.alerts.edge_rule import UNKNOWN
from ticker_gui.alerts.past_values import PastSpan
from ticker_gui.alerts.point_in_time_bars import PointInTimeBars
from ticker_gui.market.symbol_state import SymbolState


class PastRule(Protocol):
    """A rule of which a copy is evaluated for the past. By default, nothing in a gap decides it."""

    __slots__ = ()

    def copied(self) -> Self:
        """Return a copy, which changes independently."""

    def is_known_by_trades(self, span: PastSpan) -> bool:
        """Return whether the trades of a time decide the condition."""
        return False

    def is_known_by_bars(self, span: PastSpan) -> bool:
        """Return whether the minute bars of a time prove that the condition became true."""
        return False

    def side_at(self, state: SymbolState, price: float, time_ns: int) -> int:
        """Return the side of the condition if the last price were this one; `UNKNOWN` if that cannot be said."""
        return UNKNOWN

    def begin_past(self, state: SymbolState, time_ns: int, *, by_bars: bool) -> PointInTimeBars | None:
        """Begin the evaluation of the past at the last trade before a gap.

        Return the bars that the rule reads, to which those of the gap have to be added; None if it reads none.
        ``state`` is the current one.
        """
        return None
