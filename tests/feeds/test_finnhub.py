import json

import pytest

from tests.feeds.venues import finnhub as venue
from ticker_gui.domain.errors import FeedRejected
from ticker_gui.domain.events import Reply, Trade
from ticker_gui.feeds.finnhub import Finnhub
from ticker_gui.feeds.protocol import Access


def test_a_batch_may_mix_symbols() -> None:
    assert list(Finnhub().decode(venue.TRADES.encode())) == [
        Trade("TSLA", 122.1, 1.0, 1_700_000_000_187_000_000),
        Trade("AAPL", 129.575, 0.5, 1_700_000_000_785_000_000),
        Trade("OANDA:EUR_USD", 1.0825, None, 1_700_000_000_900_000_000),
    ]


@pytest.mark.parametrize("frame", [b'{"type":"ping"}', b'{"type":"news","data":null}', b'{"type":"trade","data":null}'])
def test_pings_and_news_are_nothing_to_us(frame: bytes) -> None:
    assert not Finnhub().decode(frame)


def test_an_error_names_no_symbol() -> None:
    assert list(Finnhub().decode(venue.ERROR.encode())) == [
        Reply((), ok=False, message="Subscribing to too many symbols")
    ]


def test_a_bad_key_is_for_the_user_and_is_not_told() -> None:
    with pytest.raises(FeedRejected) as rejection:
        Finnhub().decode(b'{"type":"error","msg":"Invalid API key: s3cret"}')
    assert "s3cret" not in rejection.value.for_user


def test_the_key_goes_into_the_query() -> None:
    def address(url: str, key: str) -> str:
        return Finnhub(Access(url, key)).address

    assert address("wss://ws.finnhub.io", "k&y") == "wss://ws.finnhub.io?token=k%26y"
    assert address("wss://ws.finnhub.io/?a=1", "key") == "wss://ws.finnhub.io/?a=1&token=key"
    assert address("wss://ws.finnhub.io?token=own", "key") == "wss://ws.finnhub.io?token=own"


def test_one_symbol_a_request() -> None:
    protocol = Finnhub()
    assert [json.loads(request) for request in protocol.subscribe(["AAPL", "MSFT"])] == [
        {"type": "subscribe", "symbol": "AAPL"},
        {"type": "subscribe", "symbol": "MSFT"},
    ]
    assert json.loads(next(iter(protocol.unsubscribe(["AAPL"])))) == {"type": "unsubscribe", "symbol": "AAPL"}
