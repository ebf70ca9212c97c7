"""What the minute bars of a gap say about the prices in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from ticker_gui.bars.gaps import Gap
from ticker_gui.domain.timeframe import MINUTE
from ticker_gui.market.symbol_state import SymbolState

_SAME: Final = 1e-9  # relative; prices of bars may be rounded


class HiddenBar(NamedTuple):
    """The part of a bar that lies in a gap; a value is None if it may be that of a trade outside the gap."""

    begin_ns: int
    end_ns: int
    open: float | None
    high: float | None
    low: float | None
    close: float | None
    volume: float  # without that of the trades received in the same minute


def has_bars(state: SymbolState, gap: Gap) -> bool:
    """Return whether all minute bars of a gap that has ended are known."""
    end_ns = gap.end_ns
    return end_ns is not None and state.bars.provided.covers(MINUTE, MINUTE.start_of(gap.start_ns), end_ns)


def hidden_bars(state: SymbolState, gap: Gap) -> Iterator[HiddenBar]:
    """Yield the minute bars of a gap, oldest first.

    Only a part of the first and of the last one may be in the gap. Their prices count only if they differ from those
    of the trades received in the same minute.
    """
    end_ns = gap.start_ns if gap.end_ns is None else gap.end_ns
    bars = state.bars.provided.read(MINUTE)
    first, last = bars.start_ns.searchsorted((MINUTE.start_of(gap.start_ns), end_ns))
    columns = (bars.start_ns, bars.open, bars.high, bars.low, bars.close, bars.volume)
    for bar in zip(*(column[first:last].tolist() for column in columns), strict=True):
        yield _hidden(state, gap.start_ns, end_ns, bar)


def _hidden(
    state: SymbolState, begin_ns: int, end_ns: int, bar: tuple[int, float, float, float, float, float]
) -> HiddenBar:
    start_ns, opened, high, low, close, volume = bar
    stop_ns = MINUTE.end_of(start_ns)
    # The last trade before the gap may be the first one of the bar.
    has_first = start_ns == begin_ns and len(state.tape.between(start_ns, start_ns + 1).times_ns) > 0
    begins, ends = start_ns >= begin_ns and not has_first, stop_ns <= end_ns
    is_open = is_high = is_low = True
    if not (begins and ends):
        rows = state.tape.between(start_ns, stop_ns)
        prices, volume = rows.prices, max(0.0, volume - float(rows.sizes.sum()))
        is_known = state.tape.is_complete_from(start_ns)
        is_open = is_known and (not len(prices) or abs(opened - prices[0]) > _SAME * abs(opened))
        is_high = is_known and (not len(prices) or high > prices.max() + _SAME * abs(high))
        is_low = is_known and (not len(prices) or low < prices.min() - _SAME * abs(low))
    return HiddenBar(
        max(start_ns, begin_ns),
        min(stop_ns, end_ns),
        opened if begins and is_open else None,
        high if is_high else None,
        low if is_low else None,
        close if ends else None,
        volume,
    )
