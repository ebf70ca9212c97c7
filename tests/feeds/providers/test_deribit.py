from __future__ import annotations

import json

import pytest

from tests.feeds.venues import deribit as venue
from ticker_gui.domain.events import DayStats, Quote, Reply, Trade, Updates
from ticker_gui.feeds.providers.deribit import Deribit


def test_the_heartbeat_is_requested_first() -> None:
    (message,) = Deribit().outgoing
    assert json.loads(message)["method"] == "public/set_heartbeat"


def test_a_test_request_is_answered() -> None:
    it = Deribit()
    it.outgoing.clear()
    assert not it.decode(venue.TEST_REQUEST.encode())
    assert [json.loads(message)["method"] for message in it.outgoing] == ["public/test"]
    it.decode(b'{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"heartbeat"}}')
    assert len(it.outgoing) == 1


def test_a_ticker_is_a_quote_and_day_statistics() -> None:
    quote, day = Deribit().decode(venue.TICKER.encode())
    assert quote == Quote("BTC-PERPETUAL", 61234.0, 13340.0, 61234.5, 9970.0, 1_700_000_000_174_000_000)
    assert isinstance(day, DayStats)
    assert day.open == pytest.approx(60000.0)
    assert (day.high, day.low, day.volume, day.last) == (61900.0, 60100.0, 75597800.0, 61200.0)


@pytest.mark.parametrize(
    ("instrument", "volume"),
    [
        ("BTC-PERPETUAL", 75597800.0), ("ETH-27DEC24", 75597800.0), ("BTC-FS-27DEC24_PERP", 75597800.0),
        ("SOL_USDC-PERPETUAL", 1234.5), ("BTC_USDC-27DEC24", 1234.5), ("BTC_USDC", 1234.5), ("BTC-27DEC24-100000-C", 1234.5),
    ],
)  # fmt: skip
def test_the_volume_has_the_unit_of_the_amounts(instrument: str, volume: float) -> None:
    """Amounts of inverse contracts are in dollars, all others in the base currency."""
    _, day = Deribit().decode(venue.TICKER.replace("BTC-PERPETUAL", instrument).encode())
    assert isinstance(day, DayStats)
    assert day.volume == volume


@pytest.mark.parametrize("price", ["0.0", "0", "null"])
def test_an_empty_side_has_no_price(price: str) -> None:
    frame = venue.QUOTE.replace('"best_bid_price":0.0', f'"best_bid_price":{price}')
    assert Deribit().decode(frame.encode()) == (
        Quote("BTC-PERPETUAL", None, None, 61234.5, 99.0, 1_700_000_000_767_000_000, has_no_bid=True),
    )


def test_a_side_that_is_left_out_is_unchanged() -> None:
    frame = (
        venue.QUOTE.replace('"best_bid_price":0.0,', "")
        .replace(',"best_bid_amount":0.0', "")
        .replace('"best_bid_amount":0.0', '"x":0')
    )
    assert Deribit().decode(frame.encode()) == (
        Quote("BTC-PERPETUAL", None, None, 61234.5, 99.0, 1_700_000_000_767_000_000),
    )


def test_a_spread_may_have_a_price_of_zero_and_has_a_last_price_without_statistics() -> None:
    frame = venue.QUOTE.replace('"best_bid_amount":0.0', '"best_bid_amount":5.0,"last_price":-2.5')
    quote, day = Deribit().decode(frame.encode())
    assert isinstance(quote, Quote)
    assert (quote.bid, quote.bid_size, quote.has_no_bid) == (0.0, 5.0, False)
    assert day == DayStats("BTC-PERPETUAL", time_ns=1_700_000_000_767_000_000, last=-2.5)


def test_trades_have_the_sequence_number_of_their_instrument() -> None:
    assert Deribit().decode(venue.TRADES.encode()) == [
        Trade("BTC-PERPETUAL", 61234.5, 10.0, 1_700_000_000_452_000_000, 271252854)
    ]


def test_a_trade_without_a_number_has_its_id() -> None:
    (trade,) = Deribit().decode(venue.TRADES.replace('"trade_seq":271252854,', "").encode())
    assert isinstance(trade, Trade)
    assert trade.trade_id == "403691824"


@pytest.mark.parametrize(
    ("fields", "conditions", "updates"),
    [
        ('"block_trade_id":"BLOCK-1"', ("block_trade",), Updates.VOLUME),
        ('"block_rfq_id":77', ("block_trade",), Updates.VOLUME),
        ('"combo_id":"BTC-FS-27DEC24_PERP","combo_trade_id":"1"', ("combo",), Updates.VOLUME),
        ('"combo_id":"BTC-PERPETUAL"', (), Updates.EVERYTHING),
        ('"liquidation":"T"', ("liquidation",), Updates.EVERYTHING),
        ('"liquidation":"M","block_trade_id":"1"', ("block_trade", "liquidation"), Updates.VOLUME),
        ('"block_trade_id":null', (), Updates.EVERYTHING),
    ],
)
def test_trades_outside_the_order_book_update_the_volume_only(
    fields: str, conditions: tuple[str, ...], updates: Updates
) -> None:
    (trade,) = Deribit().decode(venue.TRADES.replace('"contracts":1.0', fields).encode())
    assert isinstance(trade, Trade)
    assert (trade.conditions, trade.updates) == (conditions, updates)


def test_channels_missing_in_the_answer_are_refused() -> None:
    it = Deribit()
    list(it.subscribe(["BTC-PERPETUAL", "NOPE"]))
    assert it.decode(venue.ACK.encode()) == [
        Reply(("BTC-PERPETUAL",), ok=True),
        Reply(("NOPE",), ok=False, message="not accepted"),
    ]
    assert it.decode(venue.ACK.encode()) == []


def test_a_failed_request_is_reported_with_its_symbols() -> None:
    it = Deribit()
    list(it.subscribe(["BTC-PERPETUAL"]))
    assert it.decode(venue.ERROR.replace('"id":1', '"id":2').encode()) == [
        Reply(("BTC-PERPETUAL",), ok=False, message="too_many_requests (code 10028)")
    ]


@pytest.mark.parametrize(
    ("typed", "wire"),
    [("btcusd", "BTC-PERPETUAL"), ("ETH/USD", "ETH-PERPETUAL"), ("btc-perpetual", "BTC-PERPETUAL"), ("sol/usdc", "SOL_USDC"),
     ("SOL_USDC-PERPETUAL", "SOL_USDC-PERPETUAL"), ("btc-27dec24", "BTC-27DEC24"), ("btc-27dec24-60000-c", "BTC-27DEC24-60000-C"),
     ("XRP_USDC-30JUN23-0d625-C", "XRP_USDC-30JUN23-0d625-C"), ("xrp_usdc-30jun23-0d625-c", "XRP_USDC-30JUN23-0d625-C"),
     ("XRP_USDC-30JUN23-0D625-C", "XRP_USDC-30JUN23-0d625-C"), ("DERIBIT:BTCUSD.P", "BTC-PERPETUAL"),
     ("DERIBIT:SOLUSDC.P", "SOL_USDC-PERPETUAL")],
)  # fmt: skip
def test_symbols_are_converted_to_the_provider_s_notation(typed: str, wire: str) -> None:
    assert Deribit.wire_symbol(typed) == wire
