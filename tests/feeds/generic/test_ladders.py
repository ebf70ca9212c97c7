from __future__ import annotations

import random
from typing import Any

from ticker_gui.feeds.generic.candidates import Item
from ticker_gui.feeds.generic.field_roles import FieldRoles
from ticker_gui.feeds.generic.ladders import has_side, is_ladder


def judged(messages: list[list[dict[str, Any]]]) -> bool:
    """Return whether the objects in messages look like levels of an order book."""
    items = [Item(value, message) for message in messages for value in message]
    fields: dict[str, dict[int, Any]] = {}
    for number, item in enumerate(items):
        for name, value in item.value.items():
            fields.setdefault(name, {})[number] = value
    field_roles = FieldRoles(fields, "", len(items))
    assert field_roles.assign() > 0
    return is_ladder(items, field_roles)


def test_prices_in_order_in_every_message_are_levels() -> None:
    assert judged([[{"price": 100 + i + level / 2, "size": 1 + level} for level in range(5)] for i in range(3)])


def test_a_size_of_zero_removes_a_level() -> None:
    assert judged([[{"price": 100.5, "size": 1.5}], [{"price": 101.5, "size": 0}]])


def test_two_sides_with_separate_prices_are_levels() -> None:
    rng = random.Random(1)
    rows = [
        {"price": 100 + (1 if i % 2 else -1) * (1 + rng.random()), "size": 2, "side": "buysell"[3 * (i % 2) :][:3]}
        for i in range(20)
    ]
    assert judged([[row] for row in rows])


def test_trades_are_not_levels() -> None:
    rng = random.Random(1)
    price, rows = 100.0, []
    for i in range(30):
        price = round(price + rng.choice((-0.01, 0, 0.01)), 2)
        rows.append({"price": price, "size": 1 + i, "side": rng.choice(("buy", "sell"))})
    assert not judged([[row] for row in rows])
    assert not judged([rows[:10], rows[10:]])


def test_a_side_is_recognized_by_its_text() -> None:
    assert has_side(FieldRoles({"side": {0: "Buy"}}, "", 1))
    assert not has_side(FieldRoles({"state": {0: "open"}}, "", 1))
