from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from tests.feeds.venues import binance, coinbase
from ticker_gui.domain.capability import SIZED_TRADES
from ticker_gui.domain.events import Fact, Trade
from ticker_gui.feeds.generic.recognition import Recognition
from ticker_gui.feeds.known_providers import known_providers
from ticker_gui.feeds.protocol import Action, Credentials, FeedProtocol
from ticker_gui.feeds.registry import PROVIDERS


def recognizing(*symbols: str) -> Recognition:
    recognition = Recognition([PROVIDERS["binance"], PROVIDERS["coinbase"]], Credentials("ws://desk"))
    recognition.subscribe(symbols)
    return recognition


def test_a_provider_is_recognized_by_market_data_of_a_requested_symbol() -> None:
    recognition = recognizing("btc-usdt")
    recognition.read(b'{"result":null,"id":1}')
    assert recognition.best_match() is None
    recognition.read(binance.TRADE.encode())
    found = recognition.best_match()
    assert found is not None
    assert found.protocol.name == "binance"
    assert [type(fact) for fact in found.latest] == [Trade]


def test_data_of_other_symbols_recognizes_no_provider() -> None:
    recognition = recognizing("eth-usdt")
    recognition.read(binance.TRADE.encode())
    assert recognition.best_match() is None


def test_the_facts_of_all_frames_are_kept() -> None:
    recognition = recognizing("BTC-USD", "ETH-USD")
    for frame in (coinbase.SUBSCRIPTIONS, coinbase.TICKER):
        recognition.read(frame.encode())
    found = recognition.best_match()
    assert found is not None
    assert found.protocol.name == "coinbase"
    assert len(found.facts) > len(found.latest) > 0


def test_a_damaged_frame_delays_recognition_and_does_not_prevent_it() -> None:
    recognition = recognizing("btc-usdt")
    recognition.read(b'{"stream":"x","data":')
    for _ in range(8):
        recognition.read(binance.TRADE.encode())
    assert recognition.best_match() is None
    recognition.read(binance.TRADE.encode())
    found = recognition.best_match()
    assert found is not None
    assert found.facts


def test_a_decoder_that_rejects_the_feed_is_removed() -> None:
    recognition = recognizing("BTC-USD")
    recognition.read(json.dumps({"type": "error", "message": "Authentication Failed", "reason": "key"}).encode())
    recognition.read(binance.TRADE.encode())
    assert recognition.best_match() is None


class ShortNames(FeedProtocol):
    """A provider without a login, whose frames have names that many feeds use."""

    name = title = "short"
    capabilities = SIZED_TRADES
    url = "wss://short.example"
    is_distinctive = False

    def _request(self, action: Action, symbols: Sequence[str]) -> Sequence[str]:
        return symbols

    def decode(self, payload: bytes) -> Sequence[Fact]:
        frame = json.loads(payload)
        return (Trade(frame["s"], float(frame["p"])),)


def test_a_provider_without_a_login_is_not_recognized_by_frames_that_others_send_too() -> None:
    frame = b'{"s":"BTCUSD","p":"0.5","price":"61234.5"}'
    for is_distinctive in (False, True):
        provider = type("Provider", (ShortNames,), {"is_distinctive": is_distinctive})
        recognition = Recognition([provider], Credentials("ws://desk"))
        recognition.subscribe(["BTCUSD"])
        for _ in range(20):
            recognition.read(frame)
        assert (recognition.best_match() is not None) is is_distinctive


USUAL_NAMES = [
    {"s": "BTCUSD", "p": "0.5", "price": "61234.5"},
    {"s": "BTCUSD", "p": 61_234.5, "q": 0.5, "t": 1_795_860_000_000},
    {"sym": "BTCUSD", "px": "61234.5", "sz": "0.5", "ts": 1_795_860_000_000},
    {"symbol": "BTCUSD", "price": 61_234.5, "size": 0.5, "time": "2026-11-28T10:00:00Z", "id": 7},
    {"symbol": "BTCUSD", "last": 61_234.5, "bid": 61_234.0, "ask": 61_235.0, "volume": 5.0},
    {"pair": "BTCUSD", "side": "buy", "price": "61234.5", "amount": "0.5", "timestamp": 1_795_860_000},
    {"type": "trade", "symbol": "BTCUSD", "price": "61234.5", "quantity": "0.5"},
    {"type": "trade", "data": [{"symbol": "BTCUSD", "price": 61_234.5, "amount": 0.5}]},
    {"channel": "trades", "data": {"instrument": "BTCUSD", "price": 61_234.5, "amount": 0.5}},
    {"event": "trade", "product": "BTCUSD", "price": 61_234.5, "qty": 0.5},
    ["trade", "BTCUSD", 61_234.5, 0.5],
    [7, [1, 1_795_860_000_000, 0.5, 61_234.5]],
]  # fmt: skip


@pytest.mark.parametrize("provider", known_providers(), ids=lambda provider: provider.name)
def test_no_provider_is_recognized_by_frames_of_usual_names(provider: type[FeedProtocol]) -> None:
    for frame in USUAL_NAMES:
        for symbol in ("BTCUSD", "BTC-USD", "BTC/USD"):
            recognition = Recognition([provider], Credentials("ws://desk"))
            recognition.subscribe([symbol])
            for _ in range(3):
                recognition.read(json.dumps(frame).replace("BTCUSD", provider.wire_symbol(symbol)).encode())
            assert recognition.best_match() is None, frame


def test_frames_of_few_short_names_are_of_a_provider_only_after_its_login() -> None:
    trade = b'{"s":"AAPL","p":231.5,"t":1795860000000}'
    for answers, is_known in (([], False), ([b'{"status_code":200,"message":"Authorized"}'], True)):
        recognition = Recognition([PROVIDERS["eodhd"]], Credentials("ws://desk"))
        recognition.subscribe(["AAPL"])
        for frame in (*answers, trade):
            recognition.read(frame)
        assert (recognition.best_match() is not None) is is_known
