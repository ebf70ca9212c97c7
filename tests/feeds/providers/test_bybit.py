from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from tests.feeds.venues import bybit as venue
from ticker_gui.domain.events import DayStats, Quote, Reply, Trade, Updates
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.bybit import Bybit

SPOT, LINEAR, OPTION = (
    Credentials(f"wss://stream.bybit.com/v5/public/{category}") for category in ("spot", "linear", "option")
)


def test_a_spot_ticker_has_day_statistics_and_no_quote() -> None:
    assert Bybit(SPOT).decode(venue.SPOT_TICKER.encode()) == [
        DayStats("BTCUSDT", 61000.0, 61900.0, 60100.0, None, 6780.86, 1_700_000_000_003_000_000, last=61234.5)
    ]


def test_a_delta_contains_changed_values_only() -> None:
    assert Bybit(LINEAR).decode(venue.DELTA.encode()) == [
        Quote("BTCUSDT", 61234.4, 21.004, None, None, 1_700_000_000_730_000_000, has_no_ask=True)
    ]
    unchanged = venue.DELTA.replace(',"ask1Price":""', "")
    assert Bybit(LINEAR).decode(unchanged.encode()) == [
        Quote("BTCUSDT", 61234.4, 21.004, None, None, 1_700_000_000_730_000_000)
    ]
    price = b'{"topic":"tickers.BTCUSDT","type":"delta","data":{"symbol":"BTCUSDT","lastPrice":"61234.5"},"ts":1700000000730}'
    assert Bybit(LINEAR).decode(price) == [DayStats("BTCUSDT", time_ns=1_700_000_000_730_000_000, last=61234.5)]
    assert Bybit(LINEAR).decode(price.replace(b"lastPrice", b"markPrice")) == []


def test_the_first_level_of_the_book_is_the_quote_of_spot() -> None:
    assert Bybit(SPOT).decode(venue.BOOK.encode()) == (
        Quote("BTCUSDT", 61234.4, 4.0, 61234.6, 3.0, 1_700_000_000_500_000_000),
    )
    gone = venue.BOOK.replace('["61234.6","3"]', '["61234.6","0"],["61234.7","2"]')
    (quote,) = Bybit(SPOT).decode(gone.encode())
    assert isinstance(quote, Quote)
    assert (quote.ask, quote.ask_size) == (61234.7, 2.0)


@pytest.mark.parametrize(
    ("asks", "kind", "is_empty"),
    [("[]", "snapshot", True), ('[["61234.6","0"]]', "delta", True), ("[]", "delta", False), (None, "snapshot", False)],
)
def test_a_side_of_the_book_is_empty_or_unchanged(asks: str | None, kind: str, is_empty: bool) -> None:
    frame = venue.BOOK.replace('"snapshot"', f'"{kind}"')
    frame = frame.replace('"a":[["61234.6","3"]],', "" if asks is None else f'"a":{asks},')
    assert Bybit(SPOT).decode(frame.encode()) == (
        Quote("BTCUSDT", 61234.4, 4.0, time_ns=1_700_000_000_500_000_000, has_no_ask=is_empty),
    )


CALL, PUT = "BTC-26DEC25-100000-C", "BTC-26DEC25-120000-P"


def test_options_of_a_coin_share_a_topic_that_stays_subscribed_while_one_needs_it() -> None:
    it = Bybit(OPTION)

    def topics(messages: Iterable[str | bytes]) -> list[str]:
        return [topic for message in messages for topic in json.loads(message)["args"]]

    assert topics(it.subscribe([CALL])) == [f"tickers.{CALL}", "publicTrade.BTC"]
    assert topics(it.subscribe([PUT])) == [f"tickers.{PUT}"]
    assert topics(it.unsubscribe([CALL])) == [f"tickers.{CALL}"]
    trades = venue.TRADES.replace("publicTrade.BTCUSDT", "publicTrade.BTC").replace("BTCUSDT", PUT)
    assert [trade.symbol for trade in it.decode(trades.encode()) if isinstance(trade, Trade)] == [PUT]
    assert it.decode(trades.replace(PUT, CALL).encode()) == []
    assert topics(it.unsubscribe([PUT])) == [f"tickers.{PUT}", "publicTrade.BTC"]
    assert topics(it.subscribe([PUT])) == [f"tickers.{PUT}", "publicTrade.BTC"]


def test_a_symbol_subscribed_again_gets_all_its_topics() -> None:
    it = Bybit(LINEAR)
    first, second = (json.loads(next(iter(it.subscribe(["BTCUSDT"]))))["args"] for _ in range(2))
    assert first == second == ["tickers.BTCUSDT", "publicTrade.BTCUSDT"]


def test_the_answer_for_options_names_the_topics() -> None:
    answer = {
        "success": True,
        "conn_id": "aa",
        "data": {"failTopics": [f"tickers.{PUT}"], "successTopics": [f"tickers.{CALL}", "publicTrade.BTC"]},
        "type": "COMMAND_RESP",
    }
    assert Bybit(OPTION).decode(json.dumps(answer).encode()) == [
        Reply((CALL,), ok=True),
        Reply((PUT,), ok=False, message="not accepted"),
    ]


def test_an_option_without_bids_has_an_empty_side() -> None:
    facts = Bybit(OPTION).decode(venue.OPTION_TICKER.encode())
    time_ns = 1_700_000_000_074_000_000
    assert facts == [
        Quote("BTC-26DEC25-100000-C", ask=10.0, ask_size=5.1, time_ns=time_ns, has_no_bid=True),
        DayStats("BTC-26DEC25-100000-C", high=25.0, low=5.0, volume=26.55, time_ns=time_ns, last=10.0),
    ]


def test_a_batch_of_trades_is_read_in_order() -> None:
    assert Bybit(SPOT).decode(venue.TRADES.encode()) == [
        Trade("BTCUSDT", 61234.5, 0.001, 1_700_000_000_865_000_000, "20f43950-d8dd-5b31-9112-a178eb6023af")
    ]


def test_a_block_trade_updates_the_volume_only() -> None:
    (trade,) = Bybit(LINEAR).decode(venue.TRADES.replace('"BT":false', '"BT":true').encode())
    assert isinstance(trade, Trade)
    assert (trade.price, trade.size, trade.conditions, trade.updates) == (61234.5, 0.001, ("BT",), Updates.VOLUME)


def test_spot_requests_have_up_to_ten_topics_and_others_more() -> None:
    symbols = [f"A{i}USDT" for i in range(8)]
    assert [len(json.loads(message)["args"]) for message in Bybit(SPOT).subscribe(symbols)] == [10, 10, 4]
    assert [len(json.loads(message)["args"]) for message in Bybit(LINEAR).subscribe(symbols)] == [16]


def test_answers_belong_to_their_requests() -> None:
    it = Bybit(LINEAR)
    list(it.subscribe(["BTCUSDT", "ETHUSDT"]))
    list(it.subscribe(["SOLUSDT"]))
    assert it.decode(venue.ACK.replace('"1"', '"2"').encode()) == (Reply(("SOLUSDT",), ok=True),)
    assert it.decode(venue.ACK.encode()) == (Reply(("BTCUSDT", "ETHUSDT"), ok=True),)
    list(it.subscribe(["XRPUSDT"]))
    limit = venue.ERROR.replace("Invalid symbol :[tickers.NOPEUSDT]", "args size >10").replace('"1"', '"3"')
    assert it.decode(limit.encode()) == (Reply(("XRPUSDT",), ok=False, message="args size >10"),)
    assert not it.outgoing


@pytest.mark.parametrize(
    ("category", "frame", "reason"),
    [
        (SPOT, venue.ERROR, "Invalid symbol :[tickers.NOPEUSDT]"),
        (LINEAR, venue.CONTRACT_ERROR, "error:handler not found,topic:tickers.NOPEUSDT"),
    ],
)
def test_a_wrong_symbol_is_refused_and_the_others_are_requested_again(
    category: Credentials, frame: str, reason: str
) -> None:
    it = Bybit(category)
    (request,) = it.subscribe(["BTCUSDT", "NOPEUSDT", "ETHUSDT"])
    assert it.decode(frame.encode()) == (Reply(("NOPEUSDT",), ok=False, message=reason),)
    (again,) = map(json.loads, it.outgoing)
    topics = [topic for topic in json.loads(request)["args"] if not topic.endswith("NOPEUSDT")]
    assert again == {"req_id": "2", "op": "subscribe", "args": topics}
    assert it.decode(venue.ACK.replace('"1"', '"2"').encode()) == (Reply(("BTCUSDT", "ETHUSDT"), ok=True),)


def test_of_a_request_with_two_wrong_symbols_both_are_refused() -> None:
    it = Bybit(LINEAR)
    list(it.subscribe(["NOPEUSDT", "BADUSDT", "BTCUSDT"]))
    it.decode(venue.CONTRACT_ERROR.encode())
    second = venue.CONTRACT_ERROR.replace("NOPEUSDT", "BADUSDT").replace('"1"', '"2"')
    (reply,) = it.decode(second.encode())
    assert isinstance(reply, Reply)
    assert (reply.symbols, reply.ok) == (("BADUSDT",), False)
    assert json.loads(it.outgoing[-1])["args"] == ["tickers.BTCUSDT", "publicTrade.BTCUSDT"]


def test_a_topic_that_is_subscribed_already_is_accepted_and_the_others_are_requested_again() -> None:
    it = Bybit(LINEAR)
    list(it.subscribe(["BTCUSDT", "ETHUSDT"]))
    assert it.decode(venue.DUPLICATE.encode()) == (Reply(("BTCUSDT",), ok=True),)
    topics = ["publicTrade.BTCUSDT", "tickers.ETHUSDT", "publicTrade.ETHUSDT"]
    assert [json.loads(message)["args"] for message in it.outgoing] == [topics]


def test_a_symbol_removed_meanwhile_is_not_requested_again() -> None:
    it = Bybit(LINEAR)
    list(it.subscribe(["BTCUSDT", "NOPEUSDT"]))
    list(it.unsubscribe(["BTCUSDT"]))
    it.decode(venue.CONTRACT_ERROR.encode())
    assert not it.outgoing


@pytest.mark.parametrize("pong", venue.PONGS)
def test_pongs_of_all_categories_are_ignored(pong: str) -> None:
    assert not Bybit(SPOT).decode(pong.encode())


def test_the_keepalive_message_is_sent() -> None:
    assert [json.loads(message) for message in Bybit(SPOT).keepalive()] == [{"op": "ping"}]


@pytest.mark.parametrize("typed", ["btcusdt", "BTC-USDT", "btc/usdt", "BYBIT:BTCUSDT"])
def test_symbols_are_converted_to_the_provider_s_notation(typed: str) -> None:
    assert Bybit.wire_symbol(typed) == "BTCUSDT"


@pytest.mark.parametrize(
    "native", ["BTC-27DEC24", "BTCUSDT-27DEC24", "BTC-26DEC25-100000-C", "BTCPERP", "BTC-26DEC25-100000-C-USDT"]
)
def test_symbols_in_bybit_s_notation_are_unchanged(native: str) -> None:
    assert Bybit.wire_symbol(native) == native
    assert Bybit.wire_symbol(native.lower()) == native
