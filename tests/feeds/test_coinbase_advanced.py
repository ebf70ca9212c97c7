from __future__ import annotations

import json

import pytest

from tests.feeds.venues import coinbase_advanced as venue
from ticker_gui.domain.events import DayStats, Quote, Reply, Trade
from ticker_gui.feeds.coinbase_advanced import CoinbaseAdvanced


def test_a_ticker_is_a_quote_and_the_days_figures() -> None:
    quote, day = CoinbaseAdvanced().decode(venue.TICKER.encode())
    assert quote == Quote("BTC-USD", 61234.4, 1.5, 61234.6, 0.5, 1_700_000_000_500_000_000)
    assert isinstance(day, DayStats)
    assert day.open == pytest.approx(60000.0)
    assert (day.high, day.low, day.volume, day.last, day.last_time_ns) == (61900.0, 60100.0, 15328.12, 61200.0, None)


@pytest.mark.parametrize("empty", ['"",', '"0",', "null,"])
def test_an_empty_side_is_not_an_unchanged_one(empty: str) -> None:
    sides = '"best_bid":"61234.40","best_bid_quantity":"1.5",'
    quote, _ = CoinbaseAdvanced().decode(
        venue.TICKER.replace(sides, f'"best_bid":{empty}"best_bid_quantity":{empty}').encode()
    )
    assert quote == Quote("BTC-USD", ask=61234.6, ask_size=0.5, time_ns=1_700_000_000_500_000_000, has_no_bid=True)
    quote, _ = CoinbaseAdvanced().decode(venue.TICKER.replace(sides, "").encode())
    assert quote == Quote("BTC-USD", ask=61234.6, ask_size=0.5, time_ns=1_700_000_000_500_000_000)


def test_the_last_trades_come_oldest_first() -> None:
    assert CoinbaseAdvanced().decode(venue.TRADES.encode()) == [
        Trade("BTC-USD", 61234.5, 0.0015, 1_700_000_000_589_012_000, 995098700),
        Trade("BTC-USD", 61234.75, 0.002, 1_700_000_000_789_012_345, 995098701),
    ]


def test_a_product_in_usdc_is_delivered_under_the_name_of_the_one_in_usd() -> None:
    it = CoinbaseAdvanced()
    list(it.subscribe(["BTC-USDC"]))
    assert {trade.symbol for trade in it.decode(venue.TRADES.encode()) if isinstance(trade, Trade)} == {"BTC-USDC"}
    assert it.decode(venue.SUBSCRIPTIONS.encode()) == (Reply(("BTC-USDC", "ETH-USD"), ok=True, message="subscribed"),)


def test_heartbeats_are_asked_for_once() -> None:
    it = CoinbaseAdvanced()
    channels = [json.loads(message)["channel"] for message in (*it.subscribe(["A-USD"]), *it.subscribe(["B-USD"]))]
    assert channels == ["ticker", "market_trades", "heartbeats", "ticker", "market_trades"]


def test_errors_are_told_and_heartbeats_are_not() -> None:
    assert CoinbaseAdvanced().decode(venue.ERROR.encode()) == (Reply((), ok=False, message="failure to subscribe"),)
    assert not CoinbaseAdvanced().decode(venue.HEARTBEAT.encode())
    assert not CoinbaseAdvanced().decode(b'{"channel":"l2_data","events":[]}')


def test_spelling() -> None:
    typed = ("btcusd", "BTC/USD", "btc-usd", "COINBASE:BTCUSD")
    assert {CoinbaseAdvanced.wire_symbol(symbol) for symbol in typed} == {"BTC-USD"}
    assert CoinbaseAdvanced.wire_symbol("BTC-PERP-INTX") == "BTC-PERP-INTX"
