"""Prices of a sparkline: equal time steps over the same period for all symbols."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np

from ticker_gui.bars.arrays import Floats, Times
from ticker_gui.bars.bar_columns import CLOSE, START
from ticker_gui.bars.gaps import gaps_in_range
from ticker_gui.bars.provided_bars import ProvidedBars
from ticker_gui.domain.timeframe import MINUTE, MINUTE_NS, SECOND, SECOND_NS
from ticker_gui.formatting import numbers
from ticker_gui.market.symbol_state import SymbolState

STEPS: Final = 60


class SparklinePeriod(msgspec.Struct, frozen=True):
    """The time that a sparkline covers: `STEPS` steps of ``step_ns`` nanoseconds."""

    name: str
    step_ns: int

    def step_of(self, now_ns: int) -> int:
        """Return the number of the step that contains a time; sparklines advance when it changes."""
        return now_ns // self.step_ns


SPARKLINE_PERIODS: Final = (
    SparklinePeriod("10 min", 10 * SECOND_NS),
    SparklinePeriod("1 h", MINUTE_NS),
    SparklinePeriod("4 h", 4 * MINUTE_NS),
    SparklinePeriod("1 d", 24 * MINUTE_NS),
)


def closes(state: SymbolState, period: SparklinePeriod, now_ns: int) -> Floats:
    """Return the price at the end of each step, the current one last; NaN if unknown or within a data gap.

    With remembered values, the last step is the one of their time.
    """
    if state.remembered is not None:
        return _stored_closes(state.bars.provided, period, state.remembered.dated_ns)
    state.bars.aggregate_pending()
    base = state.bars.base_of(MINUTE if period.step_ns >= MINUTE_NS else SECOND)
    base.update()
    ring = base.ring
    prices = np.full(STEPS, np.nan)
    starts = ring.column(START)
    if not len(starts):
        return prices
    now_ns -= state.coverage.exchange_lag_ns  # bars and gaps are in exchange time
    ends = _step_ends(period, now_ns)
    bar = np.searchsorted(starts, ends) - 1
    is_known = bar >= 0
    prices[is_known] = ring.column(CLOSE)[bar[is_known]]
    of_feed = state.bars.find_gaps()[: len(state.coverage.gaps)]
    gaps = [gap for gap in of_feed if not gap.is_backfilled]
    for gap in gaps_in_range(gaps, int(ends[0]) - period.step_ns, int(ends[-1]), now_ns):
        middles = ends - period.step_ns // 2
        prices[(middles > gap.start_ns) & (middles <= (gap.end_ns or now_ns))] = np.nan
    return prices


def _stored_closes(provided: ProvidedBars, period: SparklinePeriod, last_ns: int) -> Floats:
    """Return the prices of stored minute bars until a time; NaN where it is unknown whether there were trades."""
    prices, bars = np.full(STEPS, np.nan), provided.read(MINUTE)
    if not len(bars.start_ns):
        return prices
    ends = _step_ends(period, last_ns)
    bar = np.searchsorted(bars.start_ns, ends) - 1
    is_known = (bar >= 0) & (ends - bars.start_ns[bar] <= max(MINUTE_NS, period.step_ns))
    for start_ns, end_ns in provided.covered(MINUTE):
        is_known |= (bar >= 0) & (start_ns < ends) & (ends <= end_ns)
    prices[is_known] = bars.close[bar[is_known]]
    return prices


def _step_ends(period: SparklinePeriod, now_ns: int) -> Times:
    """Return the end of each step; the last one contains a time."""
    return (period.step_of(now_ns) + np.arange(2 - STEPS, 2)) * period.step_ns


def describe_change(state: SymbolState, period: SparklinePeriod, now_ns: int) -> str:
    """Return the price change over the period as text."""
    prices = closes(state, period, now_ns)
    known = prices[np.isfinite(prices)]
    if not len(known) or not known[0]:
        return numbers.NONE
    return f"{numbers.signed_percent(100.0 * (known[-1] - known[0]) / abs(known[0]))} in {period.name}"
