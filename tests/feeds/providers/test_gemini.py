from __future__ import annotations

import json
import random

from hypothesis import given
from hypothesis import strategies as st

from tests.feeds.venues import gemini as venue
from ticker_gui.domain.events import Bar, Quote, Reply, Trade, Updates
from ticker_gui.feeds.providers.gemini import Gemini


def test_the_snapshot_has_the_order_book_and_the_last_trades_in_order() -> None:
    assert Gemini().decode(venue.BOOK.encode()) == [
        Trade("BTCUSD", 61234.4, 0.1, 1_700_000_000_100_000_000, 101),
        Trade("BTCUSD", 61234.5, 0.25, 1_700_000_000_200_000_000, 102),
        Quote("BTCUSD", 61234.4, 1.5, 61234.6, 0.5),
    ]


def test_the_quote_follows_the_best_levels_of_the_order_book() -> None:
    it = Gemini()
    it.decode(venue.BOOK.encode())
    assert it.decode(venue.CHANGES.encode()) == [Quote("BTCUSD", 61234.3, 2.0, 61234.55, 0.75)]
    assert it.decode(venue.DEEP.encode()) == []


@given(st.lists(st.tuples(st.sampled_from(["buy", "sell"]), st.integers(1, 20), st.integers(0, 3)), max_size=60))
def test_the_best_price_is_that_of_the_whole_order_book(changes: list[tuple[str, int, int]]) -> None:
    it = Gemini()
    book: dict[str, dict[int, int]] = {"buy": {}, "sell": {}}
    quote = Quote("A")
    for side, price, quantity in changes:
        book[side][price] = quantity
        frame = {"type": "l2_updates", "symbol": "A", "changes": [[side, str(price), str(quantity)]]}
        for fact in it.decode(json.dumps(frame).encode()):
            assert isinstance(fact, Quote)
            quote = fact
    bids = [price for price, quantity in book["buy"].items() if quantity]
    asks = [price for price, quantity in book["sell"].items() if quantity]
    assert (quote.bid, quote.ask) == (max(bids, default=None), min(asks, default=None))


def test_bars_are_sorted_oldest_first_and_the_newest_is_open() -> None:
    it = Gemini()
    bars = [bar for bar in it.decode(venue.CANDLES.encode()) if isinstance(bar, Bar)]
    assert [(bar.start_ns // 10**9, bar.close, bar.is_closed) for bar in bars] == [
        (1_699_999_920, 61230.0, True),
        (1_699_999_980, 61234.5, False),
    ]


def test_trades_and_errors_are_read_and_heartbeats_ignored() -> None:
    (trade,) = Gemini().decode(venue.TRADE.encode())
    assert trade == Trade("BTCUSD", 61234.55, 0.02, 1_700_000_000_759_000_000, 45465818387)
    assert Gemini().decode(venue.ERROR.encode()) == (Reply((), ok=False, message="InvalidSymbol"),)
    assert not Gemini().decode(b'{"type":"heartbeat","timestamp":1}')


def test_an_unsubscribed_symbol_has_no_order_book() -> None:
    it = Gemini()
    it.decode(venue.BOOK.encode())
    list(it.unsubscribe(["BTCUSD"]))
    assert it.decode(venue.DEEP.encode()) == [Quote("BTCUSD", 61000.0, 7.0)]


def test_a_flood_of_levels_is_bounded() -> None:
    it = Gemini()
    rng = random.Random(1)
    for _ in range(11):
        changes = [["buy", str(rng.random()), "1"] for _ in range(5_000)]
        it.decode(json.dumps({"type": "l2_updates", "symbol": "A", "changes": changes}).encode())
    assert len(it._books["A"][0].levels) == 50_000


def test_symbols_are_converted_to_the_provider_s_notation() -> None:
    assert {Gemini.wire_symbol(typed) for typed in ("btcusd", "BTC-USD", "btc/usd", "GEMINI:BTCUSD")} == {"BTCUSD"}
    assert Gemini.wire_symbol("btcgusdperp") == "BTCGUSDPERP"


def test_a_side_whose_last_level_is_removed_is_empty_and_the_other_one_stays() -> None:
    it = Gemini()
    it.decode(venue.BOOK.encode())
    changes = '{"type":"l2_updates","symbol":"BTCUSD","changes":[["sell","61234.60","0"],["sell","61234.70","0"]]}'
    assert it.decode(changes.encode()) == [Quote("BTCUSD", 61234.4, 1.5, has_no_ask=True)]


def test_a_snapshot_without_asks_has_an_empty_side() -> None:
    frame = '{"type":"l2_updates","symbol":"BTCUSD","changes":[],"trades":[],"auction_events":[]}'
    assert Gemini().decode(frame.encode()) == [Quote("BTCUSD", has_no_bid=True, has_no_ask=True)]


def test_a_new_subscription_starts_with_a_new_order_book() -> None:
    it = Gemini()
    it.decode(venue.BOOK.encode())
    list(it.unsubscribe(["BTCUSD"]))
    list(it.subscribe(["BTCUSD"]))
    it.decode(venue.CHANGES.encode())  # late, of the subscription before
    assert it.decode(venue.BOOK.encode())[-1] == Quote("BTCUSD", 61234.4, 1.5, 61234.6, 0.5)


def test_a_block_trade_updates_the_volume_only() -> None:
    (trade,) = Gemini().decode(venue.TRADE.replace('"trade"', '"block_trade"').encode())
    assert isinstance(trade, Trade)
    assert (trade.price, trade.conditions, trade.updates) == (61234.55, ("block_trade",), Updates.VOLUME)
    trades = Gemini().decode(venue.BOOK.replace('"type":"trade"', '"type":"block_trade"', 1).encode())
    assert [trade.updates for trade in trades if isinstance(trade, Trade)] == [Updates.EVERYTHING, Updates.VOLUME]
