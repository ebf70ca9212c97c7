"""The capabilities that the events of a frame prove."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ticker_gui.domain.capability import SIZED_QUOTES, SIZED_TRADES, Capability
from ticker_gui.domain.events import Bar, Correction, DayStats, Fact, Quote, Trade


def delivered(facts: Sequence[Fact]) -> set[Capability]:
    """Return the capabilities that events prove."""
    bars = Counter(fact.symbol for fact in facts if isinstance(fact, Bar))
    found = {Capability.HISTORY} if any(count > 1 for count in bars.values()) else set()
    for fact in facts:
        match fact:
            case Trade(size=size):
                found |= {Capability.TRADES} if size is None else SIZED_TRADES
            case Quote(bid_size=bid_size, ask_size=ask_size):
                found |= {Capability.QUOTES} if bid_size is ask_size is None else SIZED_QUOTES
            case DayStats() as day:
                statistics = {
                    Capability.DAY_OPEN: day.open,
                    Capability.DAY_RANGE: day.low if day.high is None else day.high,
                    Capability.DAY_VOLUME: day.volume,
                    Capability.PREVIOUS_CLOSE: day.previous_close,
                }
                found |= {capability for capability, value in statistics.items() if value is not None}
            case Bar():
                found.add(Capability.BARS)
            case Correction():
                found.add(Capability.CORRECTIONS)
    return found
