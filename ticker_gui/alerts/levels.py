"""Alerts on price levels: which side of a level the price is on, and what arms them again."""

from __future__ import annotations

from copy import copy
from enum import StrEnum
from math import inf
from typing import Final, Self

from ticker_gui.alerts.edge_rule import FALSE, TRUE, UNKNOWN, EdgeRule, Observe
from ticker_gui.alerts.firing import Crossing, UnobservedTime
from ticker_gui.alerts.past_rule import PastRule
from ticker_gui.alerts.past_values import PastSpan
from ticker_gui.market.symbol_state import SymbolState

MARGIN: Final = 0.001  # of the level: the price has to be farther away before an alert is armed again
SPREADS: Final = 3.0  # the same in spreads, if that is more

# No price is between these, so that every trade is evaluated.
EVERY_PRICE: Final = (inf, -inf)


class Direction(StrEnum):
    """How a value has to move to a level; the values are the words of the condition language."""

    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="
    CROSSES = "crosses"
    CROSSES_ABOVE = "crosses above"
    CROSSES_BELOW = "crosses below"

    @property
    def is_crossing(self) -> bool:
        """Whether the value has to come from the other side, so that it is never true at the start."""
        return self.value.startswith("crosses")


_ABOVE: Final = (Direction.ABOVE, Direction.AT_LEAST, Direction.CROSSES_ABOVE)
_BELOW: Final = (Direction.BELOW, Direction.AT_MOST, Direction.CROSSES_BELOW)
# At the level itself a comparison is false or true, and a crossing has not happened yet.
_AT_LEVEL: Final = {
    Direction.ABOVE: FALSE, Direction.AT_LEAST: TRUE, Direction.BELOW: TRUE, Direction.AT_MOST: FALSE,
}  # fmt: skip


class LevelRule(EdgeRule, PastRule):
    """An alert on one symbol whose value passes a level. `TRUE` is above the level and `FALSE` below it.

    Nothing changes while ``low < price < high``.
    """

    __slots__ = ("_margin", "direction", "high", "level", "low")

    def __init__(self, direction: Direction, level: float, *, needs_confirmation: bool = False) -> None:
        fires_on = (TRUE,) if direction in _ABOVE else (FALSE,) if direction in _BELOW else (TRUE, FALSE)
        super().__init__(fires_on, needs_confirmation=needs_confirmation)
        self.direction: Final = direction
        self.level: Final = level
        self._margin = 0.0
        self.low, self.high = EVERY_PRICE

    def side_of(self, price: float) -> int:
        """Return the side of a price. A price at the level has none if the condition is a crossing."""
        if price > self.level:
            return TRUE
        return FALSE if price < self.level else _AT_LEVEL.get(self.direction, UNKNOWN)

    @property
    def was_true_at_arming(self) -> bool:
        """Whether the comparison was true already when the alert was armed, and still is; a crossing never is."""
        return super().was_true_at_arming and not self.direction.is_crossing

    def begin_at(self, price: float) -> None:
        """Take a price as the baseline."""
        self.begin(self.side_of(price))
        self._update_range()

    def begin_gap(self) -> None:
        """Evaluate the next price in any case: it is the first one after a gap, and confirms nothing from before."""
        self.pending = None
        self.low, self.high = EVERY_PRICE

    def step_to(
        self,
        price: float,
        observe: Observe,
        now_ns: int,
        gap: UnobservedTime | None = None,
        *,
        is_revision: bool = False,
    ) -> Crossing | None:
        """Apply a price; return the crossing if it fires."""
        crossing = self.step(
            self.side_of(price),
            observe,
            now_ns,
            is_clear=self._is_clear_at(price),
            gap=gap,
            is_revision=is_revision,
        )
        self._update_range()
        return crossing

    def settle(self, now_ns: int) -> Crossing | None:
        """Return the crossing that fires because the price has stayed there for ``hold_ns``."""
        crossing = super().settle(now_ns)
        self._update_range()
        return crossing

    def disarm(self, rearm_ns: int, spread: float | None, price: float) -> None:
        """Note a firing: the price has to move away by the margin, on the other side if only one side fires."""
        self._margin = max(MARGIN * abs(self.level), SPREADS * max(spread or 0.0, 0.0))
        self.disarm_until(rearm_ns)
        self._is_clear = self._is_clear_at(price)
        self._update_range()

    def _is_clear_at(self, price: float) -> bool:
        return (
            (FALSE not in self.fires_on and price < self.level - self._margin)
            or (TRUE not in self.fires_on and price > self.level + self._margin)
            or (len(self.fires_on) > 1 and abs(price - self.level) > self._margin)
        )

    def _update_range(self) -> None:
        """Set the range of prices that change nothing."""
        if self.side == UNKNOWN or self.pending is not None:
            self.low, self.high = EVERY_PRICE
            return
        self.low, self.high = (self.level, inf) if self.side == TRUE else (-inf, self.level)
        if self.is_armed or self._is_clear:
            return
        if self.side == TRUE and FALSE in self.fires_on:
            self.high = self.level + self._margin
        if self.side == FALSE and TRUE in self.fires_on:
            self.low = self.level - self._margin

    def copied(self) -> Self:
        """Return a copy."""
        return copy(self)

    def is_known_by_trades(self, span: PastSpan) -> bool:
        """Return true: the trades of a gap are all that the rule needs."""
        return True

    is_known_by_bars = is_known_by_trades

    def side_at(self, state: SymbolState, price: float, time_ns: int) -> int:
        """Return the side of a price."""
        return self.side_of(price)

    def adopt(self, other: EdgeRule, *, with_side: bool) -> None:
        """Copy from another evaluation when the alert may fire again; with ``with_side``, also its side."""
        super().adopt(other, with_side=with_side)
        if isinstance(other, LevelRule):
            self._margin = other._margin
        self._update_range()
