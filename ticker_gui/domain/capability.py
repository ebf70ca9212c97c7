"""The kinds of market data that a provider can deliver."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum
from typing import Final


class Capability(Enum):
    """One kind of market data; the value is its displayed name. Prices with sizes are called trades."""

    TRADES = "prices"
    TRADE_SIZES = "trade sizes"
    QUOTES = "quotes"
    QUOTE_SIZES = "quote sizes"
    DAY_OPEN = "day open"
    DAY_RANGE = "day high and low"
    DAY_VOLUME = "day volume"
    PREVIOUS_CLOSE = "previous close"
    BARS = "bars"
    HISTORY = "past bars"
    CORRECTIONS = "trade corrections"


SIZED_TRADES: Final = frozenset((Capability.TRADES, Capability.TRADE_SIZES))
SIZED_QUOTES: Final = frozenset((Capability.QUOTES, Capability.QUOTE_SIZES))
DAY_STATISTICS: Final = frozenset((Capability.DAY_OPEN, Capability.DAY_RANGE, Capability.DAY_VOLUME))
# The kinds that matter when a provider is chosen.
BRIEF: Final = frozenset(
    (*SIZED_TRADES, *SIZED_QUOTES, *DAY_STATISTICS, Capability.BARS, Capability.HISTORY)
)  # fmt: skip

# Combinations that are displayed under one name instead of the names of their parts.
_GROUPS: Final = (
    (SIZED_TRADES, "trades"),
    (SIZED_QUOTES, "quotes"),
    (frozenset((Capability.QUOTES,)), "quotes without sizes"),
    (DAY_STATISTICS, "day statistics"),
    (frozenset((Capability.BARS, Capability.HISTORY)), "bars with history"),
)


def describe_capabilities(capabilities: Collection[Capability]) -> str:
    """Return capabilities as text, always in the same order: ``trades, quotes, day statistics``."""
    names: list[str] = []
    remaining = set(capabilities)
    for capability in Capability:
        if capability in remaining:
            group, name = next(
                (each for each in _GROUPS if capability in each[0] and each[0] <= remaining),
                (frozenset((capability,)), capability.value),
            )
            names.append(name)
            remaining -= group
    return ", ".join(names)
