import json
from typing import Any

import pytest

from tests.feeds.venues import finnhub as venue
from ticker_gui.domain.errors import FeedRejected, FrameError
from ticker_gui.domain.events import UPDATES_EVERYTHING, Reply, Trade, Updates
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.providers.finnhub import Finnhub


def test_a_batch_may_mix_symbols() -> None:
    assert list(Finnhub().decode(venue.TRADES.encode())) == [
        Trade("TSLA", 122.1, 1.0, 1_700_000_000_187_000_000, conditions=("1", "8")),
        Trade("AAPL", 129.575, 0.5, 1_700_000_000_785_000_000),
        Trade("OANDA:EUR_USD", 1.0825, None, 1_700_000_000_900_000_000),
        Trade(
            "AAPL",
            150.5,
            3.0,
            1_700_000_000_950_000_000,
            conditions=("1", "24", "12"),
            updates=Updates.VOLUME,
        ),
    ]


def trade(**fields: Any) -> Trade:
    message = {"type": "trade", "data": [{"s": "X", "p": 10.5, "t": 1_700_000_000_000, "v": 1, **fields}]}
    (fact,) = Finnhub().decode(json.dumps(message).encode())
    assert isinstance(fact, Trade)
    return fact


def test_conditions_are_finnhub_s_own_numbers() -> None:
    assert trade(c=["37"]).updates == Updates.VOLUME  # qualified contingent
    assert trade(c=["3", "1"]).updates == Updates.VOLUME  # average price
    assert trade(c=["30"]).updates == Updates.HIGH_LOW | Updates.VOLUME  # sold out of sequence
    assert trade(c=["16"]).updates == Updates.NOTHING  # official close
    assert trade(c=["41", "999"]).updates is UPDATES_EVERYTHING


def test_a_price_update_without_a_trade_has_no_size_and_zero_is_not_a_time() -> None:
    assert trade(v=0).size is None
    assert trade(t=0).time_ns is None


@pytest.mark.parametrize("fields", [{"p": []}, {"v": {}}, {"t": "2026-11-28"}, {"t": 10**19}, {"c": 5}, {"c": [[]]}])
def test_a_value_of_another_type_rejects_the_frame(fields: dict[str, Any]) -> None:
    with pytest.raises(FrameError):
        trade(**fields)


@pytest.mark.parametrize(
    ("typed", "wire"),
    [("aapl", "AAPL"), ("AMpB", "AMpB"), ("NASDAQ:AAPL", "AAPL"), ("binance:btcusdt", "BINANCE:BTCUSDT"),
     ("OANDA:EUR_USD", "OANDA:EUR_USD"), ("IC MARKETS:1", "IC MARKETS:1"), ("RY.TO", "RY.TO")],
)  # fmt: skip
def test_symbols_are_converted_to_the_provider_s_notation(typed: str, wire: str) -> None:
    assert Finnhub.wire_symbol(typed) == wire
    assert not Finnhub().refusal(wire)


@pytest.mark.parametrize("frame", [b'{"type":"ping"}', b'{"type":"news","data":null}', b'{"type":"trade","data":null}'])
def test_pings_and_news_are_ignored(frame: bytes) -> None:
    assert not Finnhub().decode(frame)


def test_an_error_names_no_symbol() -> None:
    assert list(Finnhub().decode(venue.ERROR.encode())) == [
        Reply((), ok=False, message="Subscribing to too many symbols")
    ]


def test_a_rejected_key_rejects_the_feed_without_repeating_the_key() -> None:
    with pytest.raises(FeedRejected) as rejection:
        Finnhub().decode(b'{"type":"error","msg":"Invalid API key: s3cret"}')
    assert "s3cret" not in rejection.value.for_user


def test_the_key_is_in_the_query() -> None:
    def address(url: str, key: str) -> str:
        return Finnhub(Credentials(url, key)).address

    assert address("wss://ws.finnhub.io", "k&y") == "wss://ws.finnhub.io?token=k%26y"
    assert address("wss://ws.finnhub.io/?a=1", "key") == "wss://ws.finnhub.io/?a=1&token=key"
    assert address("wss://ws.finnhub.io?token=own", "key") == "wss://ws.finnhub.io?token=own"


def test_each_request_has_one_symbol() -> None:
    protocol = Finnhub()
    assert [json.loads(request) for request in protocol.subscribe(["AAPL", "MSFT"])] == [
        {"type": "subscribe", "symbol": "AAPL"},
        {"type": "subscribe", "symbol": "MSFT"},
    ]
    assert json.loads(next(iter(protocol.unsubscribe(["AAPL"])))) == {"type": "unsubscribe", "symbol": "AAPL"}
