from __future__ import annotations

import contextlib
import json
import tomllib
from typing import Any

import msgspec
import pytest

from tests import captures
from tests.feeds.strange import STRANGE, Strange
from tests.feeds.venues import binance, coinbase, venue
from ticker_gui.domain.errors import FeedRejected, FrameError, TickerError
from ticker_gui.domain.events import Fact, Quote, Reply, Trade
from ticker_gui.feeds.guess import Guess
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.protocol import Access
from ticker_gui.feeds.registry import PROVIDERS


def guessing(*symbols: str, **mapping: str) -> Guess:
    it = Guess(Access("ws://desk", mapping=FieldMapping(**mapping)))
    list(it.subscribe(symbols))
    return it


def told(it: Guess, *messages: Any) -> list[Fact]:
    return [fact for message in messages for fact in it.decode(json.dumps(message).encode())]


@pytest.mark.parametrize("feed", STRANGE, ids=[feed.name for feed in STRANGE])
def test_a_strange_feed_is_told_from_its_first_message_on(feed: Strange) -> None:
    it = guessing(*feed.symbols)
    facts = told(it, *feed.messages(40))
    assert {fact.symbol for fact in facts if not isinstance(fact, Reply)} == set(feed.symbols)
    assert len(facts) >= 15
    assert it.recognised is None
    assert it.proposal is not None
    assert tomllib.loads(it.proposal)["feeds"]["mapping"]


def test_a_dialect_that_is_known_is_recognised_and_spoken() -> None:
    it = guessing("btc-usdt", "ETHUSDT")
    (trade,) = it.decode(binance.TRADE.encode())
    assert it.recognised == "binance"
    assert isinstance(trade, Trade)
    assert (trade.symbol, trade.price) == ("btc-usdt", 61234.5)
    (quote,) = it.decode(binance.BOOK.encode())
    assert isinstance(quote, Quote)
    assert quote.symbol == "btc-usdt"
    assert [json.loads(str(message))["method"] for message in it.subscribe(["solusdt"])] == ["SUBSCRIBE"]
    assert [json.loads(str(message))["method"] for message in it.unsubscribe(["btc-usdt"])] == ["UNSUBSCRIBE"]


@pytest.mark.parametrize(
    ("name", "symbols"), [("binance", ["nknusdt", "lrcbtc"]), ("coinbase", ["SKL-USD", "BAND-GBP"])]
)
def test_real_traffic_is_recognised_and_never_misread(name: str, symbols: list[str]) -> None:
    it, known = guessing(*symbols), PROVIDERS[name]()
    wire = {PROVIDERS[name].wire_symbol(symbol): symbol for symbol in symbols}
    for line in captures.frames(name):
        told = [fact for fact in it.decode(line.frame.encode()) if not isinstance(fact, Reply)]
        expected = [fact for fact in known.decode(line.frame.encode()) if not isinstance(fact, Reply)]
        if it.recognised is None:
            assert not told
            continue
        spelled = [msgspec.structs.replace(fact, symbol=wire.get(fact.symbol, fact.symbol)) for fact in expected]
        assert told[len(told) - len(spelled) :] == spelled  # the first time, with those before
    assert it.recognised == name


def test_replies_of_a_recognised_dialect_name_the_symbols_as_asked() -> None:
    it = guessing("btcusd")
    facts = [*it.decode(coinbase.TICKER.encode()), *it.decode(coinbase.SUBSCRIPTIONS.encode())]
    assert it.recognised == "coinbase"
    (reply,) = [fact for fact in facts if isinstance(fact, Reply)]
    assert reply.symbols == ("btcusd", "ETH-USD")


@pytest.mark.parametrize("name", [name for name in PROVIDERS if name not in ("mapped", "guess")])
def test_every_provider_is_recognised_by_its_frames_or_read_by_a_mapping(name: str) -> None:
    it = venue(name)
    symbols = it.SYMBOLS.split(",")
    guess = guessing(*symbols)
    facts: list[Fact] = []
    for frame in (*it.PRELUDE, *it.FRAMES):
        with contextlib.suppress(TickerError):
            facts += guess.decode(frame.encode() if isinstance(frame, str) else frame)
    assert any(not isinstance(fact, Reply) for fact in facts)


def test_more_frames_add_to_what_is_understood() -> None:
    it = guessing("A-USD")
    told(it, {"s": "A-USD", "price": 1.5})
    assert it.proposal is not None
    assert "bid" not in it.proposal
    facts = told(it, *({"s": "A-USD", "price": 1.5 + i, "bid": 1.4 + i, "ask": 1.6 + i} for i in range(5)))
    assert Quote("A-USD", 5.4, None, 5.6) in facts


def test_nothing_is_told_before_it_is_sure_and_all_of_it_then() -> None:
    it = guessing("DAX")
    assert told(it, {"kuerzel": "DAX", "kurs": 15_234.5}, {"kuerzel": "DAX", "kurs": 15_235.5}) == []
    assert told(it, {"kuerzel": "DAX", "kurs": 15_236.5}) == [
        Trade("DAX", 15_234.5),
        Trade("DAX", 15_235.5),
        Trade("DAX", 15_236.5),
    ]


def test_a_feed_that_stays_strange_is_said_to_be_so_with_what_it_sends() -> None:
    it = guessing("BTC-USD")
    with pytest.raises(FeedRejected) as rejection:
        told(it, *({"who": "me", "balance": 100 + i} for i in range(60)))
    words = rejection.value.for_user
    assert "who, balance" in words
    assert "[feeds.mapping]" in words
    assert "\n" not in words


def test_a_feed_of_noise_is_said_to_be_so() -> None:
    it = guessing("BTC-USD")
    for _ in range(54):
        with pytest.raises(FrameError):
            it.decode(b"\xff\xff\xff")
    with pytest.raises(FeedRejected, match="JSON"):
        it.decode(b"\xff\xff\xff")


def test_what_the_settings_say_to_send_is_sent() -> None:
    it = guessing(subscribe='{"sub":"$SYMBOL"}', unsubscribe='{"unsub":$SYMBOLS}')
    assert list(it.subscribe(["A", "B"])) == ['{"sub":"A"}', '{"sub":"B"}']
    assert list(it.unsubscribe(["A", "B"])) == ['{"unsub":["A","B"]}']
    assert not list(guessing().subscribe(["A"]))
    assert not list(it.keepalive())


def test_what_was_kept_is_let_go() -> None:
    it = guessing("A-USD")
    told(it, *({"s": "A-USD", "price": 1.5 + i} for i in range(60)))
    assert not it._messages
    assert not it._payloads
