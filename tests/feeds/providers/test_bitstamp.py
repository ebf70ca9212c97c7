from __future__ import annotations

import json

import pytest

from tests.feeds.venues import bitstamp as venue
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Quote, Reply, Trade
from ticker_gui.feeds.providers.bitstamp import Bitstamp


def test_the_text_of_a_price_is_the_exact_one() -> None:
    assert Bitstamp().decode(venue.TRADE.encode()) == (
        Trade("btcusd", 61234.5, 0.0792, 1_700_000_000_596_123_000, 216000477),
    )


def test_the_first_levels_of_the_book_are_the_quote() -> None:
    assert Bitstamp().decode(venue.BOOK.encode()) == (
        Quote("btcusd", 61234.4, 3.5, 61234.6, 1.2, 1_700_000_000_244_908_000),
    )
    bare = json.loads(venue.BOOK)
    bare["data"]["bids"] = []
    (quote,) = Bitstamp().decode(json.dumps(bare).encode())
    assert isinstance(quote, Quote)
    assert (quote.bid, quote.ask, quote.has_no_bid, quote.has_no_ask) == (None, 61234.6, True, False)
    del bare["data"]["bids"]
    (quote,) = Bitstamp().decode(json.dumps(bare).encode())
    assert isinstance(quote, Quote)
    assert (quote.bid, quote.ask, quote.has_no_bid) == (None, 61234.6, False)  # left out is unchanged
    with pytest.raises(FrameError):
        Bitstamp().decode(venue.BOOK.replace('"61234.4"', '"x"').encode())


def test_other_order_books_are_ignored() -> None:
    assert not Bitstamp().decode(venue.BOOK.replace("order_book", "diff_order_book").encode())


def test_acknowledgements_and_errors_become_replies() -> None:
    assert Bitstamp().decode(venue.ACK.encode()) == (Reply(("btcusd",), ok=True),)
    assert Bitstamp().decode(venue.ERROR.encode()) == (Reply((), ok=False, message="Incorrect JSON format."),)
    unauthorized = venue.ERROR.replace("null", "4009")
    assert Bitstamp().decode(unauthorized.encode()) == (
        Reply((), ok=False, message="Incorrect JSON format. (code 4009)"),
    )


def test_a_reconnect_request_marks_the_connection_as_closing() -> None:
    dialect = Bitstamp()
    assert not dialect.decode(venue.RECONNECT.encode())
    assert dialect.is_closing


def test_the_keepalive_message_is_sent() -> None:
    assert [json.loads(message) for message in Bitstamp().keepalive()] == [{"event": "bts:heartbeat"}]


def test_symbols_are_converted_to_the_provider_s_notation() -> None:
    assert {Bitstamp.wire_symbol(typed) for typed in ("btcusd", "BTC-USD", "BTC/USD", "BITSTAMP:BTCUSD")} == {"btcusd"}
    assert {Bitstamp.wire_symbol(typed) for typed in ("btcusd-perp", "BTC/USD-PERP")} == {"btcusd-perp"}
