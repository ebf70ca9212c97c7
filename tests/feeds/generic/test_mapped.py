from __future__ import annotations

import contextlib
import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.feeds.delivered import delivered
from ticker_gui.domain.errors import FeedRejected, FrameError
from ticker_gui.domain.events import DayStats, Fact, Quote, Reply, Trade
from ticker_gui.feeds.generic.autodetect import AutoDetect
from ticker_gui.feeds.generic.mapped import Mapped, fill_template
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.protocol import Credentials

SECOND = 10**9


def feed(*symbols: str, key: str | None = None, **mapping: str) -> Mapped:
    it = Mapped(Credentials("ws://desk", key, mapping=FieldMapping(**mapping)))
    list(it.subscribe(symbols))
    return it


def decoded(it: Mapped, message: Any) -> list[Fact]:
    return list(it.decode(json.dumps(message).encode()))


def test_objects_are_found_in_their_envelope() -> None:
    it = feed("EURUSD", items="data[]", symbol="s", price="px", size="qty", time="ts")
    assert decoded(it, {"data": [{"s": "EURUSD", "px": "1.08", "qty": 5, "ts": 1_700_000_000}, {"s": "EURUSD"}]}) == [
        Trade("EURUSD", 1.08, 5.0, 1_700_000_000 * SECOND)
    ]


def test_too_many_items_reject_the_frame() -> None:
    it = feed("EURUSD", items="data[]", symbol="s", price="px")
    assert len(decoded(it, {"data": [{"s": "EURUSD", "px": 1}] * 10_000})) == 10_000
    with pytest.raises(FrameError, match="more than 10,000 items"):
        decoded(it, {"data": [{}] * 10_001})


def test_the_values_of_a_row_are_found_by_their_index() -> None:
    it = feed("AAPL", price="$mid", symbol="[0]", bid="[1]", bid_size="[2]", ask="[3]", time="[4]")
    assert decoded(it, ["AAPL", 184.0, 300, "184.5", "2023-11-14T22:13:20Z"]) == [
        Trade("AAPL", 184.25, None, 1_700_000_000 * SECOND),  # the mid price
        Quote("AAPL", 184.0, 300.0, 184.5, None, 1_700_000_000 * SECOND),
    ]
    assert decoded(it, ["AAPL", 184.0, 300, None, None]) == [Quote("AAPL", 184.0, 300.0)]


@given(
    st.sampled_from([None, 0, "0", 5, "5.5"]),
    st.sampled_from([None, 0, "0", 3]),
    st.sampled_from([None, 0, "0.0", 6, "6.5"]),
    st.sampled_from([None, 0, "0", 2]),
)
def test_a_price_or_a_size_of_zero_is_an_empty_side_without_a_mid_price(
    bid: Any, bid_size: Any, ask: Any, ask_size: Any
) -> None:
    it = feed("A", price="$mid", bid="b", bid_size="B", ask="a", ask_size="A")
    facts = decoded(it, {"b": bid, "B": bid_size, "a": ask, "A": ask_size})
    sides: dict[str, Any] = {}
    for side, price, size in (("bid", bid, bid_size), ("ask", ask, ask_size)):
        size = None if size is None else float(size)
        price = None if price is None else float(price)
        if price is not None and (size == 0 or (price == 0 and not size)):
            sides[f"has_no_{side}"] = True
        else:
            sides |= {side: price, f"{side}_size": size}
    quotes = [Quote("A", **sides)] if bid is not None or ask is not None else []
    assert [fact for fact in facts if isinstance(fact, Quote)] == quotes
    middles = [(quote.bid + quote.ask) / 2 for quote in quotes if quote.bid is not None and quote.ask is not None]
    assert [fact.price for fact in facts if isinstance(fact, Trade)] == middles


def test_the_mid_price_is_the_last_price_of_currency_pairs_and_of_others_only_on_request() -> None:
    message = {"s": "EURUSD", "b": 1.0, "a": 1.125}
    for symbol, price, expected in (("EURUSD", "", [1.0625]), ("BTCUSDT", "", []), ("BTCUSDT", "$mid", [1.0625])):
        it = feed(symbol, symbol="s", bid="b", ask="a", **({"price": price} if price else {}))
        facts = decoded(it, {**message, "s": symbol})
        assert [fact.price for fact in facts if isinstance(fact, Trade)] == expected
        assert [fact for fact in facts if isinstance(fact, Quote)] == [Quote(symbol, 1.0, None, 1.125)]


@pytest.mark.parametrize("paths", [{}, {"bid": "b"}, {"ask": "a"}])
def test_the_mid_price_needs_both_sides(paths: dict[str, str]) -> None:
    with pytest.raises(FeedRejected, match="needs the paths to bid and ask"):
        feed("A", price="$mid", **paths)


def test_the_name_of_a_value_may_be_its_symbol() -> None:
    it = feed("bitcoin", "ethereum", items="*", symbol="$key", price="@")
    assert decoded(it, {"bitcoin": "61234.5", "ethereum": "3200"}) == [
        Trade("bitcoin", 61234.5),
        Trade("ethereum", 3200.0),
    ]


def test_the_symbol_may_be_part_of_a_longer_name_in_the_envelope() -> None:
    it = feed("btc-usdt", items="data[]", symbol="$.topic", price="p")
    assert decoded(it, {"topic": "trades.BTC_USDT", "data": [{"p": 1}, {"p": 2}]}) == [
        Trade("btc-usdt", 1.0),
        Trade("btc-usdt", 2.0),
    ]


def test_a_feed_of_one_symbol_need_not_name_it() -> None:
    assert decoded(feed("DAX", price="kurs"), {"kurs": 15234.5}) == [Trade("DAX", 15234.5)]
    assert not decoded(feed("DAX", "FTSE", price="kurs"), {"kurs": 15234.5})


def test_a_condition_excludes_other_kinds() -> None:
    it = feed("A", symbol="s", price="p", when="type == 'trade'")
    assert decoded(it, [{"type": "trade", "s": "A", "p": 1}, {"type": "delta", "s": "A", "p": 2}]) == [Trade("A", 1.0)]


def test_day_statistics_and_trade_ids_are_read() -> None:
    it = feed("A", symbol="s", price="p", trade_id="id", open="o", high="h", low="l", previous_close="pc", volume="v")
    big = 2**60 + 1
    assert decoded(it, {"s": "A", "p": 2, "id": big, "o": 1, "h": 3, "l": "0.5", "pc": 1.5, "v": 9}) == [
        Trade("A", 2.0, trade_id=big),
        DayStats("A", 1.0, 3.0, 0.5, 1.5, 9.0),
    ]


@pytest.mark.parametrize("value", [None, "", [], {}, True])
def test_a_value_that_is_not_a_number_means_another_kind_of_message(value: Any) -> None:
    assert not decoded(feed("A", symbol="s", price="p"), {"s": "A", "p": value})


def test_text_instead_of_a_number_rejects_the_frame() -> None:
    with pytest.raises(FrameError):
        decoded(feed("A", symbol="s", price="p"), {"s": "A", "p": "n/a"})


def test_an_invalid_time_is_left_out() -> None:
    assert decoded(feed("A", symbol="s", price="p", time="t"), {"s": "A", "p": 1, "t": {}}) == [Trade("A", 1.0)]


def test_a_removed_symbol_keeps_the_notation_of_the_feed() -> None:
    it = feed("a-b", symbol="s", price="p")
    list(it.unsubscribe(["a-b"]))
    assert decoded(it, {"s": "A/B", "p": 1}) == [Trade("A/B", 1.0)]


@pytest.mark.parametrize(
    ("template", "messages"),
    [
        ('{"sub":$SYMBOLS}', ['{"sub":["A","B"]}']),
        ('{"sub":"$SYMBOLS"}', ['{"sub":"A,B"}']),
        ('{"sub":"t.$SYMBOL"}', ['{"sub":"t.A"}', '{"sub":"t.B"}']),
        ('{"sub":$SYMBOLS,"key":"$KEY"}', ['{"sub":["A","B"],"key":"k\\"y"}']),
        ("hello", ["hello"]),
        ("", []),
    ],
)
def test_requests_are_filled_in(template: str, messages: list[str]) -> None:
    assert fill_template(template, ["A", "B"], 'k"y') == messages
    assert fill_template(template, [], "key") == []


def test_an_invalid_path_is_reported_to_the_user() -> None:
    with pytest.raises(FeedRejected, match=r'price: "a\["'):
        feed("A", symbol="s", price="a[")


@pytest.mark.parametrize(
    "timestamp",
    [
        "2026-11-28",
        "20261128",
        20_261_128,
        "2026/11/28",
        "28.11.2026",
        "10:15:00",
        "9:30 AM",
        0,
        "",
        None,
        True,
        [],
        -5,
        9e30,
    ],
)
def test_a_date_a_time_of_day_and_an_implausible_time_are_not_the_time_of_a_trade(timestamp: Any) -> None:
    try:
        facts = decoded(feed("A", symbol="s", price="p", time="t"), {"s": "A", "p": 1, "t": timestamp})
    except FrameError:
        assert isinstance(timestamp, float)
    else:
        assert facts == [Trade("A", 1.0)]


def test_a_negative_size_is_the_size_of_a_sale() -> None:
    assert decoded(feed("A", symbol="s", price="p", size="q"), {"s": "A", "p": 1, "q": -2.5}) == [Trade("A", 1.0, 2.5)]


def test_a_boolean_is_not_a_trade_id() -> None:
    assert decoded(feed("A", symbol="s", price="p", trade_id="i"), {"s": "A", "p": 1, "i": True}) == [Trade("A", 1.0)]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from(["A", "2026-11-28", "1e400", "-0", "9" * 400]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(st.fixed_dictionaries(dict.fromkeys(("s", "p", "q", "t", "i", "b", "a", "h"), values)), st.booleans())
def test_any_value_anywhere_gives_facts_or_a_rejected_frame(message: dict[str, Any], is_packed: bool) -> None:
    it = feed("A", symbol="s", price="p", size="q", time="t", trade_id="i", bid="b", ask="a", high="h")
    payload = json.dumps(message).encode()
    if is_packed:
        with contextlib.suppress(OverflowError):  # msgpack has no integers beyond 64 bits
            payload = msgspec.msgpack.encode(message)
    with contextlib.suppress(FrameError):
        assert all(fact.symbol for fact in it.decode(payload) if not isinstance(fact, Reply))


@pytest.mark.parametrize("bad", [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x80"])
def test_invalid_utf_8_rejects_the_frame(bad: bytes) -> None:
    for it in (feed("A", symbol="s", price="p"), AutoDetect(Credentials("ws://desk"))):
        with pytest.raises(FrameError):
            it.decode(b'{"s":"A' + bad + b'","p":1}')


def test_pings_in_the_data_are_answered_or_reported() -> None:
    it = feed("A", symbol="s", price="p")
    assert decoded(it, {"ping": 5}) == []
    assert decoded(it, {"op": "servicePing"}) == []
    assert list(it.decode(b"ping")) == []
    assert it.outgoing == ['{"pong":5}', "pong"]
    (note,) = it.notes
    assert "servicePing" in note


VALUES = {
    "price": 2.5,
    "size": 3,
    "bid": 2,
    "bid_size": 1,
    "ask": 3,
    "ask_size": 1,
    "open": 2,
    "high": 4,
    "low": 1,
    "previous_close": 2,
    "volume": 9,
}


@given(st.sets(st.sampled_from(sorted(VALUES))))
@example({"ask_size"})
@example({"bid", "ask_size"})
@example({"bid", "ask", "size"})
def test_the_capabilities_of_a_mapping_are_what_it_delivers(fields: set[str]) -> None:
    it = feed("EURUSD", symbol="s", **{field: field for field in fields})
    assert delivered(decoded(it, {"s": "EURUSD", **VALUES})) == Mapped.capabilities_with(it.credentials.mapping)
