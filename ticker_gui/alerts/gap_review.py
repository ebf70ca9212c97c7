"""Evaluates an alert on a price level for a gap that was backfilled."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from ticker_gui.alerts.firing import Crossing, Observation, UnobservedTime
from ticker_gui.alerts.levels import LevelRule
from ticker_gui.bars.tape import LAST
from ticker_gui.market.backfills import Backfill
from ticker_gui.market.symbol_state import SymbolState

_MAX_CONFIRMING_NS: Final = 3_600_000_000_000  # how long after the gap a trade may confirm one in it


def crossing_in_gap(rule: LevelRule, state: SymbolState, backfill: Backfill, now_ns: int) -> Crossing | None:
    """Return the first crossing in a gap that was backfilled, with its trade; None if there was none.

    ``rule`` is the state of the alert before the gap, which is changed.
    """
    if backfill.reason or backfill.gap.end_ns is None:
        return None
    gap = UnobservedTime(backfill.gap.start_ns, backfill.gap.end_ns, backfill.gap.missed)
    rows = state.tape.between(backfill.after_ns + 1, backfill.before_ns + _MAX_CONFIRMING_NS)
    previous: float | None = None
    columns = (rows.times_ns.tolist(), rows.prices.tolist(), rows.sizes.tolist(), rows.updates.tolist())
    for time_ns, price, size, updates in zip(*columns, strict=True):
        if time_ns >= backfill.before_ns and rule.pending is None:
            return None
        if updates & LAST:
            observation = Observation(price, time_ns, time_ns, size or None, previous)
            crossing = rule.step_to(price, lambda observation=observation: observation, time_ns, gap)  # type: ignore[misc]
            if crossing is not None:
                found = replace(crossing.observation, received_ns=now_ns)
                return replace(crossing, observation=found, confirmed_ns=crossing.confirmed_ns and now_ns)
            previous = price
    return None
