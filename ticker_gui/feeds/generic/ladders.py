"""Detects by their values whether items of an unknown feed are levels of an order book.

Levels resemble trades: they have a price, a size and sometimes a side. But the prices of levels in a message differ and
are sorted, bids are below asks, and a size of zero removes a level, while no trade has a size of zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from ticker_gui.feeds.generic.candidates import Item, number_of
from ticker_gui.feeds.generic.field_roles import FieldRoles

_MIN_STEPS: Final = 4  # from one price to the next in a message
_MIN_SIDE: Final = 4  # prices per side
_MIN_DISTINCT: Final = 0.8
_SIDES: Final = frozenset({"buy", "sell", "b", "s", "bid", "ask", "long", "short", "buyer", "seller"})


def is_ladder(items: Sequence[Item], field_roles: FieldRoles) -> bool:
    """Return whether the prices are more likely those of levels of an order book than those of trades."""
    price = field_roles.roles.get("price")
    if price is None or {"bid", "ask"} & field_roles.roles.keys():
        return False
    prices = field_roles.numbers_by_item(price)
    if "size" in field_roles.roles and 0.0 in field_roles.numbers_by_item(field_roles.roles["size"]).values():
        return True
    return _is_ordered(items, prices, "trade_id" in field_roles.roles) or any(
        _is_divided(values, prices) for values in field_roles.texts_by_item().values()
    )


def has_side(field_roles: FieldRoles) -> bool:
    """Return whether the items name a side, so that each may be a trade or a level of an order book."""
    return any(
        isinstance(value, str) and value.lower() in _SIDES
        for values in field_roles.texts_by_item().values()
        for value in values.values()
    )


def _is_ordered(items: Sequence[Item], prices: dict[int, float], has_ids: bool) -> bool:
    """Return whether messages have several prices each, all in strict order and in the same direction."""
    if has_ids:
        return False
    rows: defaultdict[tuple[int, str | None], list[float]] = defaultdict(list)
    for number, price in prices.items():
        rows[id(items[number].message), items[number].key].append(price)
    steps = [second - first for row in rows.values() for first, second in pairwise(row)]
    return len(steps) >= _MIN_STEPS and (all(step > 0 for step in steps) or all(step < 0 for step in steps))


def _is_divided(sides: dict[int, Any], prices: dict[int, float]) -> bool:
    """Return whether a field with two texts divides the prices into low and high ones, nearly all different."""
    by_side: defaultdict[str, list[float]] = defaultdict(list)
    for number, side in sides.items():
        if number in prices and isinstance(side, str) and number_of(side) is None:
            by_side[side].append(prices[number])
    if len(by_side) != 2:
        return False
    low, high = sorted(by_side.values(), key=min)
    if min(len(set(low)), len(set(high))) < _MIN_SIDE or max(low) >= min(high):
        return False
    return len(set(low)) + len(set(high)) >= _MIN_DISTINCT * (len(low) + len(high))
