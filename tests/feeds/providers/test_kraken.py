from __future__ import annotations

import json

import pytest

from tests.feeds.venues import kraken as venue
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, DayStats, Quote, Reply, Trade
from ticker_gui.feeds.providers.kraken import Kraken


def test_trailing_zeros_determine_the_precision() -> None:
    quote, day = Kraken().decode(venue.TICKER.encode())
    assert quote == Quote("BTC/USD", 61234.1, 1.25, 61234.2, 0.5, 1_700_000_000_054_886_000, digits=2)
    assert isinstance(day, DayStats)
    assert (day.open, day.high, day.low, day.volume, day.last) == (61134.0, 61500.0, 60900.0, 1234.5, 61234.1)


@pytest.mark.parametrize("price", ["null", "0", "0.0"])
def test_a_pair_without_prices_says_nothing_about_its_precision(price: str) -> None:
    it = Kraken()
    unpriced = venue.TICKER
    for field in ('"bid":61234.10', '"ask":61234.20', '"last":61234.10'):
        unpriced = unpriced.replace(field, f"{field.partition(':')[0]}:{price}")
    quote, _ = it.decode(unpriced.encode())
    assert isinstance(quote, Quote)
    assert quote.digits is None
    assert it.decode(venue.TICKER.encode()) == Kraken().decode(venue.TICKER.encode())


@pytest.mark.parametrize(
    "bid", ['"bid":0.0,"bid_qty":0.00000000', '"bid":null,"bid_qty":null', '"bid":61234.10,"bid_qty":0']
)
def test_an_empty_side_differs_from_an_unchanged_one(bid: str) -> None:
    sides = '"bid":61234.10,"bid_qty":1.25000000'
    quote, _ = Kraken().decode(venue.TICKER.replace(sides, bid).encode())
    assert isinstance(quote, Quote)
    assert (quote.bid, quote.bid_size, quote.ask, quote.has_no_bid, quote.has_no_ask) == (
        None,
        None,
        61234.2,
        True,
        False,
    )
    quote, _ = Kraken().decode(venue.TICKER.replace(f"{sides},", "").encode())
    assert isinstance(quote, Quote)
    assert (quote.bid, quote.has_no_bid) == (None, False)


@pytest.mark.parametrize(
    "begin", ["0001-01-01T00:00:00Z", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59Z", "2023-11-14", "", "noon"]
)
def test_a_bar_with_an_impossible_time_rejects_its_frame_only(begin: str) -> None:
    it = Kraken()
    with pytest.raises(FrameError):
        it.decode(venue.CANDLES.replace("2023-11-14T22:13:00.000000000Z", begin).encode())
    first, second = it.decode(venue.CANDLES.encode())  # as if the other frame had never come
    assert isinstance(first, Bar)
    assert isinstance(second, Bar)
    assert (first.is_closed, second.is_closed) == (True, False)


def test_the_trades_of_a_snapshot_are_sorted_by_id() -> None:
    trades = Kraken().decode(venue.TRADES.encode())
    assert [trade.trade_id for trade in trades if isinstance(trade, Trade)] == [10218208, 10218209]


def test_a_bar_is_closed_when_the_next_one_begins() -> None:
    it = Kraken()
    first, second = it.decode(venue.CANDLES.encode())
    assert isinstance(first, Bar)
    assert isinstance(second, Bar)
    assert (first.is_closed, second.is_closed) == (True, False)
    update = json.loads(venue.CANDLES)
    update["data"] = [update["data"][1] | {"close": 61235.0}]
    assert [bar.is_closed for bar in it.decode(json.dumps(update).encode()) if isinstance(bar, Bar)] == [False]
    update["data"][0]["interval_begin"] = "2023-11-14T22:14:00.000000000Z"
    closed, forming = it.decode(json.dumps(update).encode())
    assert isinstance(closed, Bar)
    assert isinstance(forming, Bar)
    assert (closed.is_closed, closed.close, forming.is_closed) == (True, 61235.0, False)


def test_pairs_are_acknowledged_and_refused_one_by_one() -> None:
    assert Kraken().decode(venue.ACK.encode()) == (Reply(("BTC/USD",), ok=True),)
    assert Kraken().decode(venue.REFUSAL.encode()) == (
        Reply(("NOPE/USD",), ok=False, message="Currency pair not supported NOPE/USD"),
    )


def test_maintenance_is_reported_and_normal_status_is_not() -> None:
    (reply,) = Kraken().decode(venue.MAINTENANCE.encode())
    assert isinstance(reply, Reply)
    assert "maintenance" in reply.message
    assert not Kraken().decode(venue.STATUS.encode())


@pytest.mark.parametrize(
    "typed", ["xbtusd", "XBT/USD", "BTC-USD", "BTC/USD", "btc_usd", "KRAKEN:BTCUSD", "KRAKEN:XBTUSD"]
)
def test_symbols_are_converted_to_the_provider_s_notation(typed: str) -> None:
    assert Kraken.wire_symbol(typed) == "BTC/USD"


def test_symbols_that_differ_only_in_case_are_distinct() -> None:
    assert Kraken.wire_symbol("AAPLx/USD") == Kraken.wire_symbol("AAPLxUSD") == "AAPLx/USD"
    assert Kraken.wire_symbol("AAPLX/USD") == "AAPLX/USD"
    assert Kraken.wire_symbol("eth-xbt") == "ETH/BTC"


def test_requests_are_split() -> None:
    assert len(list(Kraken().subscribe([f"A{i}/USD" for i in range(51)]))) == 6


def test_the_keepalive_message_is_sent() -> None:
    assert [json.loads(message) for message in Kraken().keepalive()] == [{"method": "ping"}]
