from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.events import Trade
from ticker_gui.feed_setup.frame_mapping import FIELDS, assign, clear, field_at, messages_of, path_text, read
from ticker_gui.feeds.mapping import FieldMapping

LIST = {"type": "trade", "sym": "ZZZ", "data": [{"s": "AAPL", "p": 5.5, "t": 1700000000187}, {"s": "MSFT", "p": 7}]}
FLAT = {"data": {"sym": "AAPL", "px": "12.25"}}


def test_values_of_a_flat_message_are_assigned_by_their_full_paths() -> None:
    mapping = assign(assign(None, "price", ("data", "px"), FLAT), "symbol", ("data", "sym"), FLAT)
    assert mapping == FieldMapping(price="data.px", symbol="data.sym")
    assert read(mapping, FLAT, ["AAPL"]) == [Trade("AAPL", 12.25)]


def test_a_value_in_a_list_assigns_all_elements_of_the_list() -> None:
    mapping = assign(None, "price", ("data", 0, "p"), LIST)
    mapping = assign(mapping, "symbol", ("data", 1, "s"), LIST)
    assert mapping == FieldMapping(items="data[]", price="p", symbol="s")
    assert [fact.price for fact in read(mapping, LIST, ["AAPL", "MSFT"]) if isinstance(fact, Trade)] == [5.5, 7]


def test_a_value_outside_the_list_is_read_from_the_message() -> None:
    mapping = assign(assign(None, "price", ("data", 0, "p"), LIST), "symbol", ("sym",), LIST)
    assert (mapping.items, mapping.price, mapping.symbol) == ("data[]", "p", "$.sym")
    other_order = assign(assign(None, "symbol", ("sym",), LIST), "price", ("data", 0, "p"), LIST)
    assert other_order == mapping


def test_a_list_at_the_top_is_a_list_of_items() -> None:
    message = [{"s": "AAPL", "p": 1}]
    mapping = assign(assign(None, "price", (0, "p"), message), "symbol", (0, "s"), message)
    assert read(mapping, message, ["AAPL"]) == [Trade("AAPL", 1)]


def test_another_list_replaces_the_fields_of_the_first() -> None:
    message = {"a": [{"p": 1}], "b": [{"q": 2}]}
    mapping = assign(assign(None, "price", ("a", 0, "p"), message), "size", ("b", 0, "q"), message)
    assert (mapping.items, mapping.price, mapping.size) == ("b[]", "", "q")


def test_the_field_of_a_value_is_found_and_can_be_cleared() -> None:
    mapping = assign(assign(None, "price", ("data", 0, "p"), LIST), "symbol", ("sym",), LIST)
    assert field_at(mapping, ("data", 0, "p"), LIST) == "price"
    assert field_at(mapping, ("sym",), LIST) == "symbol"
    assert field_at(mapping, ("type",), LIST) == ""
    assert field_at(clear(mapping, "price"), ("data", 0, "p"), LIST) == ""


def test_the_subscribe_template_stays() -> None:
    sent = FieldMapping(subscribe='{"op":$SYMBOLS}')
    assert assign(sent, "price", ("data", 0, "p"), LIST).subscribe == sent.subscribe


def test_a_frame_that_is_not_json_has_no_messages() -> None:
    assert messages_of(b"\xff\xfe") == []
    assert messages_of(json.dumps(FLAT).encode()) == [FLAT]


_NAMES = st.text(st.characters(codec="utf-8", exclude_characters='"\\', categories=["L", "N", "P", "Zs"]), min_size=1)
_JSON = st.recursive(
    st.floats(1, 1e6) | st.integers(1, 10**6),
    lambda inner: st.dictionaries(_NAMES, inner, max_size=3) | st.lists(inner, max_size=3),
    max_leaves=8,
)


def leaves(value: Any, steps: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict):
        return [leaf for name, each in value.items() for leaf in leaves(each, (*steps, name))]
    if isinstance(value, list):
        return [leaf for index, each in enumerate(value) for leaf in leaves(each, (*steps, index))]
    return [(steps, value)]


@given(_JSON)
def test_any_number_of_any_message_can_be_assigned_and_is_read_as_the_price(message: Any) -> None:
    for steps, value in leaves(message):
        if not steps:
            continue
        path_text(steps)
        mapping = assign(None, "price", steps, message)
        if isinstance(value, int | float):
            prices = [fact.price for fact in read(mapping, message, ["A"]) if isinstance(fact, Trade)]
            assert float(value) in prices
        for field in FIELDS:
            assign(mapping, field, steps, message)
