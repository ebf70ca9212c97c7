from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feeds.venues import coinbase_advanced as venue
from ticker_gui.domain.events import DayStats, Quote, Reply, Trade
from ticker_gui.feeds.providers.coinbase_advanced import CoinbaseAdvanced


def test_a_ticker_is_a_quote_and_day_statistics() -> None:
    quote, day = CoinbaseAdvanced().decode(venue.TICKER.encode())
    assert quote == Quote("BTC-USD", 61234.4, 1.5, 61234.6, 0.5, 1_700_000_000_500_000_000)
    assert isinstance(day, DayStats)
    assert day.open == pytest.approx(60000.0)
    assert (day.high, day.low, day.volume, day.last, day.last_time_ns) == (61900.0, 60100.0, 15328.12, 61200.0, None)


@pytest.mark.parametrize("empty", ['"",', '"0",', "null,"])
def test_an_empty_side_differs_from_an_unchanged_one(empty: str) -> None:
    sides = '"best_bid":"61234.40","best_bid_quantity":"1.5",'
    quote, _ = CoinbaseAdvanced().decode(
        venue.TICKER.replace(sides, f'"best_bid":{empty}"best_bid_quantity":{empty}').encode()
    )
    assert quote == Quote("BTC-USD", ask=61234.6, ask_size=0.5, time_ns=1_700_000_000_500_000_000, has_no_bid=True)
    quote, _ = CoinbaseAdvanced().decode(venue.TICKER.replace(sides, "").encode())
    assert quote == Quote("BTC-USD", ask=61234.6, ask_size=0.5, time_ns=1_700_000_000_500_000_000)


def test_the_trades_of_a_snapshot_are_sorted_oldest_first() -> None:
    assert CoinbaseAdvanced().decode(venue.TRADES.encode()) == [
        Trade("BTC-USD", 61234.5, 0.0015, 1_700_000_000_589_012_000, 995098700),
        Trade("BTC-USD", 61234.75, 0.002, 1_700_000_000_789_012_345, 995098701),
    ]


def test_data_of_a_usd_product_belong_to_the_usdc_product_too() -> None:
    it = CoinbaseAdvanced()
    list(it.subscribe(["BTC-USDC"]))
    assert {trade.symbol for trade in it.decode(venue.TRADES.encode()) if isinstance(trade, Trade)} == {"BTC-USDC"}
    assert it.decode(venue.SUBSCRIPTIONS.encode()) == (Reply(("BTC-USDC", "ETH-USD"), ok=True, message="subscribed"),)


def symbols_of(it: CoinbaseAdvanced, frame: str) -> list[str]:
    return [fact.symbol for fact in it.decode(frame.encode()) if not isinstance(fact, Reply)]


def test_products_that_share_an_order_book_are_both_served_and_neither_removes_the_other() -> None:
    it = CoinbaseAdvanced()
    list(it.subscribe(["BTC-USD", "BTC-USDC"]))
    assert symbols_of(it, venue.TICKER) == ["BTC-USD", "BTC-USD", "BTC-USDC", "BTC-USDC"]
    assert sorted(symbols_of(it, venue.TRADES)) == ["BTC-USD", "BTC-USD", "BTC-USDC", "BTC-USDC"]
    assert list(it.unsubscribe(["BTC-USDC"])) == []
    assert symbols_of(it, venue.TICKER) == ["BTC-USD", "BTC-USD"]
    list(it.subscribe(["BTC-USDC"]))
    assert list(it.unsubscribe(["BTC-USD"])) == []
    assert symbols_of(it, venue.TICKER) == ["BTC-USDC", "BTC-USDC"]
    requests = [json.loads(message) for message in it.unsubscribe(["BTC-USDC"])]
    assert {(request["channel"], *request["product_ids"]) for request in requests} == {
        ("ticker", "BTC-USD", "BTC-USDC"),
        ("market_trades", "BTC-USD", "BTC-USDC"),
    }


PRODUCTS = ("BTC-USD", "BTC-USDC", "ETH-USDC", "USDT-USD", "USDT-USDC")


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(PRODUCTS)), max_size=20))
def test_every_subscribed_product_receives_data_after_any_additions_and_removals(steps: list[tuple[bool, str]]) -> None:
    """The server has order books and does not distinguish the products that share one."""
    it, wanted, streams = CoinbaseAdvanced(), set[str](), set[str]()
    book_of = {product: product if product.startswith("USDT") else product.removesuffix("C") for product in PRODUCTS}
    for is_added, product in steps:
        messages = it.subscribe([product]) if is_added else it.unsubscribe([product])
        (wanted.add if is_added else wanted.discard)(product)
        for request in map(json.loads, messages):
            books = {book_of[name] for name in request.get("product_ids", ())}
            streams = streams | books if request["type"] == "subscribe" else streams - books
        assert streams == {book_of[each] for each in wanted}
        for book in streams:
            decoded = set(symbols_of(it, venue.TRADES.replace("BTC-USD", book)))
            assert decoded == {each for each in wanted if book_of[each] == book}


def test_a_product_with_data_under_its_own_name_has_its_own_order_book() -> None:
    it = CoinbaseAdvanced()
    list(it.subscribe(["BTC-USD", "BTC-USDC"]))
    own = venue.TICKER.replace("BTC-USD", "BTC-USDC")
    assert symbols_of(it, own) == ["BTC-USDC", "BTC-USDC"]
    assert symbols_of(it, venue.TICKER) == ["BTC-USD", "BTC-USD"]
    (ticker, _) = (json.loads(message) for message in it.unsubscribe(["BTC-USDC"]))
    assert ticker["product_ids"] == ["BTC-USDC"]
    assert symbols_of(it, venue.TICKER) == ["BTC-USD", "BTC-USD"]


def test_the_acknowledgement_of_an_order_book_is_for_all_its_products() -> None:
    it = CoinbaseAdvanced()
    list(it.subscribe(["BTC-USD", "BTC-USDC"]))
    assert it.decode(venue.SUBSCRIPTIONS.encode()) == (
        Reply(("BTC-USD", "BTC-USDC", "ETH-USD"), ok=True, message="subscribed"),
    )


def test_heartbeats_are_subscribed_once() -> None:
    it = CoinbaseAdvanced()
    channels = [json.loads(message)["channel"] for message in (*it.subscribe(["A-USD"]), *it.subscribe(["B-USD"]))]
    assert channels == ["ticker", "market_trades", "heartbeats", "ticker", "market_trades"]


def test_errors_are_reported_and_heartbeats_are_ignored() -> None:
    assert CoinbaseAdvanced().decode(venue.ERROR.encode()) == (Reply((), ok=False, message="failure to subscribe"),)
    assert not CoinbaseAdvanced().decode(venue.HEARTBEAT.encode())
    assert not CoinbaseAdvanced().decode(b'{"channel":"l2_data","events":[]}')


def test_symbols_are_converted_to_the_provider_s_notation() -> None:
    typed = ("btcusd", "BTC/USD", "btc-usd", "COINBASE:BTCUSD")
    assert {CoinbaseAdvanced.wire_symbol(symbol) for symbol in typed} == {"BTC-USD"}
    assert CoinbaseAdvanced.wire_symbol("BTC-PERP-INTX") == "BTC-PERP-INTX"
