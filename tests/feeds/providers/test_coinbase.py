import json
from collections import Counter

import pytest

from tests import captures
from tests.feeds.venues import coinbase as venue
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import DayStats, Quote, Reply, Trade
from ticker_gui.feeds.providers.coinbase import CoinbaseExchange

AT_NS = 1_700_000_000_123_456_000


def test_a_ticker_is_a_trade_a_quote_and_day_statistics() -> None:
    assert CoinbaseExchange().decode(venue.TICKER.encode()) == (
        Trade("BTC-USD", 61234.51, 0.04, AT_NS, 881613),
        Quote("BTC-USD", 61234.50, 0.5, 61234.52, 0.7, AT_NS),
        DayStats("BTC-USD", 61000.0, 61900.99, 60100.11, None, 9438.128, AT_NS, last=61234.51, last_time_ns=AT_NS),
    )


@pytest.mark.parametrize("kind", ["match", "last_match"])
def test_a_match_is_a_trade(kind: str) -> None:
    frame = venue.MATCH.replace('"match"', f'"{kind}"')
    (trade,) = CoinbaseExchange().decode(frame.encode())
    assert trade == Trade("BTC-USD", 61234.5, 0.25, 1_700_000_001_000_001_000, 881614)


def test_a_product_that_never_traded_has_a_quote_only() -> None:
    facts = CoinbaseExchange().decode(b'{"type":"ticker","product_id":"NEW-USD","best_bid":"1","best_ask":"2"}')
    assert [type(fact) for fact in facts] == [Quote, DayStats]


@pytest.mark.parametrize("kind", ["heartbeat", "l2update", "snapshot", "status", "something new"])
def test_other_types_are_ignored(kind: str) -> None:
    assert not CoinbaseExchange().decode(json.dumps({"type": kind, "product_id": "BTC-USD", "changes": [[]]}).encode())


def test_subscriptions_acknowledge_what_is_subscribed() -> None:
    (reply,) = CoinbaseExchange().decode(venue.SUBSCRIPTIONS.encode())
    assert reply == Reply(("BTC-USD", "ETH-USD"), ok=True, message="subscribed")


def test_an_error_names_the_product_if_it_is_subscribed() -> None:
    protocol = CoinbaseExchange()
    list(protocol.subscribe(["NOPE-USD"]))
    (reply,) = protocol.decode(venue.ERROR.encode())
    assert reply == Reply(("NOPE-USD",), ok=False, message="Failed to subscribe: NOPE-USD is not a valid product")
    (reply,) = protocol.decode(b'{"type":"error","message":"slow down"}')
    assert reply == Reply((), ok=False, message="slow down")


def test_each_product_has_a_request_of_its_own() -> None:
    requests = [json.loads(request) for request in CoinbaseExchange().subscribe(["BTC-USD", "ETH-USD"])]
    assert [request["product_ids"] for request in requests] == [["BTC-USD"], ["ETH-USD"]]
    assert all(request["channels"] == ["ticker", "matches", "heartbeat"] for request in requests)


@pytest.mark.parametrize("typed", ["BTC-USD", "btc-usd", "btc/usd", "BTC_USD", "COINBASE:BTCUSD"])
def test_symbols_may_be_typed_in_common_notations(typed: str) -> None:
    assert CoinbaseExchange.wire_symbol(typed) == "BTC-USD"


@pytest.mark.parametrize("native", ["BTC-PERP", "BTC-PERP-INTX", "BIT-28NOV25-CDE", "00-USD"])
def test_symbols_in_coinbase_s_notation_are_unchanged(native: str) -> None:
    assert CoinbaseExchange.wire_symbol(native) == native


def test_a_match_without_a_price_is_a_frame_error() -> None:
    with pytest.raises(FrameError):
        CoinbaseExchange().decode(b'{"type":"match","product_id":"BTC-USD"}')


def test_every_frame_of_a_captured_session_is_decoded() -> None:
    protocol = CoinbaseExchange()
    kinds: Counter[str] = Counter()
    ids = set()
    for line in captures.frames("coinbase"):
        for fact in protocol.decode(line.frame.encode()):
            kinds[type(fact).__name__] += 1
            if isinstance(fact, Trade):
                ids.add((fact.symbol, fact.trade_id))
    assert kinds == {"Reply": 3, "Trade": 107 + 107, "Quote": 107, "DayStats": 107}
    assert len(ids) == 107  # each execution came in a ticker and in a match


@pytest.mark.parametrize(("price", "size"), [('""', '""'), ('"0"', '"0.00000000"'), ("null", "null")])
def test_an_empty_side_differs_from_an_unchanged_one(price: str, size: str) -> None:
    frame = venue.TICKER.replace('"61234.50","best_bid_size":"0.5"', f'{price},"best_bid_size":{size}')
    _, quote, _ = CoinbaseExchange().decode(frame.encode())
    assert quote == Quote("BTC-USD", ask=61234.52, ask_size=0.7, time_ns=AT_NS, has_no_bid=True)
    frame = venue.TICKER.replace('"best_bid":"61234.50","best_bid_size":"0.5",', "")
    _, quote, _ = CoinbaseExchange().decode(frame.encode())
    assert quote == Quote("BTC-USD", ask=61234.52, ask_size=0.7, time_ns=AT_NS)
