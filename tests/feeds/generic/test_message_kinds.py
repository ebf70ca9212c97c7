from __future__ import annotations

from typing import Any

import pytest

from ticker_gui.feeds.generic.candidates import Item
from ticker_gui.feeds.generic.message_kinds import (
    MessageKind,
    RequestedSymbols,
    is_generic,
    is_kind_text,
    is_order_book,
    kind_of_item,
    kind_of_text,
    kind_texts,
    mentions_requested,
)
from ticker_gui.feeds.symbols import SymbolResolver


def requested(*symbols: str) -> RequestedSymbols:
    resolver = SymbolResolver()
    resolver.add(symbols)
    return RequestedSymbols(resolver)


def kind(message: Any, value: Any = None, path: str = "") -> MessageKind:
    return kind_of_item(Item(message if value is None else value, message), path, requested("BTC-USD"))


def test_a_limited_number_of_searched_texts_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ticker_gui.feeds.generic.message_kinds._MAX_SPANS", 8)
    names = requested("A")
    assert [names.is_in(text) for text in ("A", *map(str, range(20)), "A", "x.A", "B")] == [
        *(True, *[False] * 20, True, True, False),
    ]
    assert len(names._spans) <= 8


@pytest.mark.parametrize(
    "text",
    ["orderBookL2_25", "spot.order_book_update", "level2", "market.depth.step0", "depthUpdate", "l2update", "books5", "book",
     "orderbookdepth", "lightning_board_snapshot", "/market/level2:", "trade.l2update", "book_lv2", "l2Book", "open", "done",
     "received", "price_change", "increase.depth", "mbp-10", "v4_orderbook", "offers"],
)  # fmt: skip
def test_texts_that_name_an_order_book_are_recognized(text: str) -> None:
    assert kind_of_text(text) is MessageKind.BOOK


@pytest.mark.parametrize(
    "text",
    ["markPrice", "mark", "index.price", "fundingRate", "liquidation", "push.fair.price", "vwap", "allMids", "indexPriceKline",
     "settlement", "premiumIndex", "oracle"],
)  # fmt: skip
def test_texts_that_name_values_other_than_trades_are_recognized(text: str) -> None:
    assert kind_of_text(text) is MessageKind.OTHER


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("trade", MessageKind.TRADE), ("spot.trades", MessageKind.TRADE), ("aggTrade", MessageKind.TRADE), ("/market/match:", MessageKind.TRADE),
        ("trade.l3match", MessageKind.TRADE), ("push.deal", MessageKind.TRADE), ("lightning_executions_", MessageKind.TRADE), ("fill", MessageKind.TRADE),
        ("transaction", MessageKind.TRADE), ("ticker/1s", MessageKind.TICKER), ("spot.book_ticker", MessageKind.TICKER), ("bookTicker", MessageKind.TICKER),
        ("trade.ticker", MessageKind.TICKER), ("bbo", MessageKind.TICKER), ("quote", MessageKind.TICKER), ("kline_1m", MessageKind.BAR),
        ("candle1m", MessageKind.BAR), ("tick", MessageKind.UNKNOWN), ("update", MessageKind.UNKNOWN), ("", MessageKind.UNKNOWN),
    ],
)  # fmt: skip
def test_texts_that_name_readable_kinds_are_recognized(text: str, expected: MessageKind) -> None:
    assert kind_of_text(text) is expected
    assert expected.is_readable


def test_an_order_book_anywhere_around_an_item_makes_it_one() -> None:
    level = {"price": 5, "size": 1}
    assert kind({"arg": {"channel": "books"}, "data": [level]}, level) is MessageKind.BOOK
    assert kind({"what": "l2", "data": [level]}, level) is MessageKind.BOOK
    assert kind(["BTC-USD", "book-10", level], level) is MessageKind.BOOK
    assert kind({"x": {"orderbook": [level]}}, level, "x.orderbook[]") is MessageKind.BOOK


def test_a_requested_symbol_names_no_kind() -> None:
    assert (
        kind_of_item(Item({"topic": "trade.BOOK-USDT"}, {"topic": "trade.BOOK-USDT"}), "", requested("BOOK-USDT"))
        is MessageKind.TRADE
    )


def test_a_side_of_an_order_book_decides_unless_a_text_names_a_trade() -> None:
    assert kind({"side": "bid", "price": 5}) is MessageKind.BOOK
    assert kind({"type": "trade", "side": "bid", "price": 5}) is MessageKind.TRADE
    assert kind({"action": "delete", "price": 5}) is MessageKind.BOOK
    assert kind({"side": "buy", "price": 5}) is MessageKind.UNKNOWN


def test_order_books_are_recognized_by_texts_or_by_their_lists() -> None:
    names = requested("BTC-USD")
    assert is_order_book({"type": "l2update"}, names)
    assert is_order_book({"data": {"bids": [], "asks": []}}, names)
    assert not is_order_book({"bid": 5, "ask": 6}, names)
    assert not is_order_book([1, 2], names)


def test_only_short_text_with_letters_names_a_kind() -> None:
    assert is_kind_text("trade")
    for value in (
        "",
        "5.5",
        "2026-11-28T10:00:00Z",
        "1795860000123",
        "a" * 100,
        "671b50161777ff00074c168d",
        5,
        None,
        "it's",
    ):
        assert not is_kind_text(value)


def test_words_of_many_kinds_are_generic() -> None:
    for text in ("snapshot", "update", "Buy", "channelMessage", "", "123", "spot@public"):
        assert is_generic(text)
    assert not is_generic("trade")


def test_texts_are_found_in_the_item_its_message_and_beside_it() -> None:
    item = {"type": "fill", "price": 5}
    assert kind_texts(Item(item, {"arg": {"channel": "x"}, "table": "trade", "data": [item]})) == {
        "type": "fill", "$.arg.channel": "x", "$.table": "trade",
    }  # fmt: skip
    assert kind_texts(Item(item, [5, item, "trade", "A/B"])) == {"type": "fill", "$.[2]": "trade", "$.[3]": "A/B"}


def test_a_requested_symbol_is_found_in_keys_and_values() -> None:
    names = requested("BTC-USD")
    assert mentions_requested({"data": {"BTC-USD": {"p": 1}}}, names)
    assert mentions_requested({"data": [{"s": "btcusd"}]}, names)
    assert not mentions_requested({"data": [{"s": "ethusd"}]}, names)


def test_letters_as_message_types_have_their_meaning() -> None:
    assert [kind_of_text(letter) for letter in ("T", "t", "XT", "q", "x", "c", "i")] == [
        MessageKind.TRADE, MessageKind.TRADE, MessageKind.TRADE, MessageKind.TICKER, MessageKind.OTHER, MessageKind.OTHER, MessageKind.OTHER,
    ]  # fmt: skip
    assert kind_of_text("s") is MessageKind.UNKNOWN


def test_the_first_text_of_a_row_names_its_kind() -> None:
    row = ["T", "AAPL", 5.5]
    assert kind_texts(Item(row, [row])) == {"[0]": "T"}
    message = {"type": "A", "data": row}
    assert kind_texts(Item(message, message)) == {"type": "A", "data[0]": "T"}


def test_one_order_belongs_to_the_order_book_and_two_to_a_trade() -> None:
    assert kind({"orderRef": 5, "price": 5}) is MessageKind.BOOK
    assert kind({"makerOrderId": "a", "takerOrderId": "b", "price": 5}) is MessageKind.UNKNOWN
