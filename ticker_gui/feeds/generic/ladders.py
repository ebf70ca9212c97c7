"""Whether items of an unknown feed are the levels of an order book, by their values alone.

Levels look like trades: a price, a size, maybe a side. But the levels in one message have prices of their own, in
order; bids lie below asks; and a size of zero removes a level, while no trade has one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from ticker_gui.feeds.generic.candidates import Item, number_of
from ticker_gui.feeds.generic.field_roles import FieldRoles

_MIN_STEPS: Final = 4  # from one price to the next in the same message
_MIN_SIDE: Final = 4  # prices on one side
_MIN_DISTINCT: Final = 0.8
_SIDES: Final = frozenset({"buy", "sell", "b", "s", "bid", "ask", "long", "short", "buyer", "seller"})


def is_ladder(items: Sequence[Item], field_roles: FieldRoles) -> bool:
    """Return whether the prices found are more likely levels of an order book than trades."""
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
    """Return whether the items say on which side they are: each may be a trade as well as one level."""
    return any(
        isinstance(value, str) and value.lower() in _SIDES
        for values in field_roles.texts_by_item().values()
        for value in values.values()
    )


def _is_ordered(items: Sequence[Item], prices: dict[int, float], has_ids: bool) -> bool:
    """Return whether messages hold several prices each, all of them in strict order and in the same direction."""
    if has_ids:
        return False
    rows: defaultdict[tuple[int, str | None], list[float]] = defaultdict(list)
    for number, price in prices.items():
        rows[id(items[number].message), items[number].key].append(price)
    steps = [second - first for row in rows.values() for first, second in pairwise(row)]
    return len(steps) >= _MIN_STEPS and (all(step > 0 for step in steps) or all(step < 0 for step in steps))


def _is_divided(sides: dict[int, Any], prices: dict[int, float]) -> bool:
    """Return whether two texts divide the prices into low and high ones, nearly all of them different."""
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
