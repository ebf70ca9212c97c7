from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.feeds.generic.candidates import Item
from ticker_gui.feeds.generic.conditions import condition_of, find_condition
from ticker_gui.feeds.generic.message_kinds import RequestedSymbols, kind_texts
from ticker_gui.feeds.generic.paths import compile_condition
from ticker_gui.feeds.symbols import SymbolResolver


def requested(*symbols: str) -> RequestedSymbols:
    resolver = SymbolResolver()
    resolver.add(symbols)
    return RequestedSymbols(resolver)


def found(messages: list[Any], count: int, *symbols: str) -> str | None:
    """Return the condition that the first messages meet and the others do not."""
    items = [Item(message, message) for message in messages]
    return find_condition(items, [kind_texts(item) for item in items], set(range(count)), requested(*symbols))


def test_a_kind_is_selected_by_its_text() -> None:
    assert found([{"type": "trade"}, {"type": "trade"}, {"type": "book"}], 2) == "type == 'trade'"


def test_a_text_that_names_a_kind_is_used_before_other_kinds_arrive() -> None:
    assert found([{"type": "trade", "p": 1}], 1) == "type == 'trade'"
    assert found([{"p": 1}], 1) == ""


def test_several_texts_of_one_kind_are_joined() -> None:
    assert found([{"type": "match"}, {"type": "last_match"}, {"type": "open"}], 2) == (
        "type == 'last_match' || type == 'match'"
    )


def test_items_without_a_text_are_selected_by_excluding_others() -> None:
    assert found([{"p": 1}, {"p": 2, "type": "book"}], 1) == "type != 'book'"


def test_indistinguishable_items_have_no_condition() -> None:
    assert found([{"p": 1}, {"p": 2}], 1) is None


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("trades.BTC-USD", "starts_with(topic, 'trades.')"),
        ("market.btcusd.trade.detail", "ends_with(topic, '.trade.detail')"),
        ("BTC-USD", ""),
        ("snapshot", ""),
        ("spot/BTC_USD", ""),
        ("trade", "topic == 'trade'"),
    ],
)
def test_a_condition_never_holds_a_requested_symbol(text: str, condition: str) -> None:
    assert condition_of("topic", text, requested("BTC-USD")) == condition


kinds = st.sampled_from(["trade", "book", "BTC-USD", "trades.BTC-USD", "2026-11-28T10:00:00Z", "1795860000123", "5", "update", "buy", "x", "it's"]) | st.text(max_size=6) | st.integers()  # fmt: skip


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["type", "channel", "t", "action", "topic"]), kinds), min_size=1, max_size=8
    ),
    st.data(),
)
def test_conditions_select_their_group_and_contain_no_symbol_time_or_number(
    messages: list[Any], data: st.DataObject
) -> None:
    count = data.draw(st.integers(1, len(messages)))
    condition = found(messages, count, "BTC-USD")
    if not condition:
        return
    check = compile_condition(condition)
    assert [bool(check(message, message, None)) for message in messages] == [
        index < count for index in range(len(messages))
    ]
    for text in ("BTC", "2026", "1795", "'5'"):
        assert text not in condition
