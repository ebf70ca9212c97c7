from __future__ import annotations

import json

from tests.feeds.venues import binance, coinbase
from ticker_gui.domain.events import Trade
from ticker_gui.feeds.generic.recognition import Recognition
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.registry import PROVIDERS


def recognising(*symbols: str) -> Recognition:
    recognition = Recognition([PROVIDERS["binance"], PROVIDERS["coinbase"]], Credentials("ws://desk"))
    recognition.subscribe(symbols)
    return recognition


def test_a_provider_is_recognised_by_market_data_of_a_requested_symbol() -> None:
    recognition = recognising("btc-usdt")
    recognition.read(b'{"result":null,"id":1}')
    assert recognition.best_match() is None
    recognition.read(binance.TRADE.encode())
    found = recognition.best_match()
    assert found is not None
    assert found.protocol.name == "binance"
    assert [type(fact) for fact in found.latest] == [Trade]


def test_data_of_other_symbols_recognises_no_provider() -> None:
    recognition = recognising("eth-usdt")
    recognition.read(binance.TRADE.encode())
    assert recognition.best_match() is None


def test_the_facts_of_all_frames_are_kept() -> None:
    recognition = recognising("BTC-USD", "ETH-USD")
    for frame in (coinbase.SUBSCRIPTIONS, coinbase.TICKER):
        recognition.read(frame.encode())
    found = recognition.best_match()
    assert found is not None
    assert found.protocol.name == "coinbase"
    assert len(found.facts) > len(found.latest) > 0


def test_a_damaged_frame_delays_recognition_and_does_not_prevent_it() -> None:
    recognition = recognising("btc-usdt")
    recognition.read(b'{"stream":"x","data":')
    for _ in range(8):
        recognition.read(binance.TRADE.encode())
    assert recognition.best_match() is None
    recognition.read(binance.TRADE.encode())
    found = recognition.best_match()
    assert found is not None
    assert found.facts


def test_a_decoder_that_rejects_the_feed_is_removed() -> None:
    recognition = recognising("BTC-USD")
    recognition.read(json.dumps({"type": "error", "message": "Authentication Failed", "reason": "key"}).encode())
    recognition.read(binance.TRADE.encode())
    assert recognition.best_match() is None


def test_frames_of_few_short_names_are_of_a_provider_only_after_its_login() -> None:
    trade = b'{"s":"AAPL","p":231.5,"t":1795860000000}'
    for answers, is_known in (([], False), ([b'{"status_code":200,"message":"Authorized"}'], True)):
        recognition = Recognition([PROVIDERS["eodhd"]], Credentials("ws://desk"))
        recognition.subscribe(["AAPL"])
        for frame in (*answers, trade):
            recognition.read(frame)
        assert (recognition.best_match() is not None) is is_known
