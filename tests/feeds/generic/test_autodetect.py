from __future__ import annotations

import contextlib
import functools
import gzip
import json
import random
import time
import tomllib
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests import captures
from tests.feeds.public_formats import FORMATS, NS_PER_MS, Format, Tick
from tests.feeds.unknown_feeds import UNKNOWN_FEEDS, UnknownFeed
from tests.feeds.venues import as_bytes, binance, coinbase, credentials_for, venue
from tests.fuzz.mutations import mutated, parse
from ticker_gui.domain.errors import ConnectionLost, FeedRejected, FrameError, TickerError
from ticker_gui.domain.events import Bar, DayStats, Fact, Quote, Reply, Trade
from ticker_gui.feeds.generic.autodetect import AutoDetect
from ticker_gui.feeds.generic.mapped import Mapped
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.registry import PROVIDERS


def detecting(*symbols: str, **mapping: str) -> AutoDetect:
    it = AutoDetect(Credentials("ws://desk", mapping=FieldMapping(**mapping)))
    list(it.subscribe(symbols))
    return it


def decoded(it: AutoDetect, *messages: Any) -> list[Fact]:
    return [fact for message in messages for fact in it.decode(json.dumps(message).encode())]


@pytest.mark.parametrize("feed", UNKNOWN_FEEDS, ids=[feed.name for feed in UNKNOWN_FEEDS])
def test_all_kept_messages_of_an_unknown_feed_are_decoded(feed: UnknownFeed) -> None:
    it = detecting(*feed.symbols)
    facts = decoded(it, *feed.messages(40))
    assert {fact.symbol for fact in facts if not isinstance(fact, Reply)} == set(feed.symbols)
    assert len(facts) >= 15
    assert it.detected_provider is None
    assert it.detected_mapping is not None
    assert tomllib.loads(it.detected_mapping)["feeds"]["mapping"]


def test_a_known_provider_is_recognized_and_its_requests_are_sent() -> None:
    it = detecting("btc-usdt", "ETHUSDT")
    (trade,) = it.decode(binance.TRADE.encode())
    assert it.detected_provider == "binance"
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
def test_real_traffic_is_recognized_and_never_misread(name: str, symbols: list[str]) -> None:
    it, known = detecting(*symbols), PROVIDERS[name]()
    wire = {PROVIDERS[name].wire_symbol(symbol): symbol for symbol in symbols}
    for line in captures.frames(name):
        decoded = [fact for fact in it.decode(line.frame.encode()) if not isinstance(fact, Reply)]
        expected = [fact for fact in known.decode(line.frame.encode()) if not isinstance(fact, Reply)]
        if it.detected_provider is None:
            assert not decoded
            continue
        converted = [msgspec.structs.replace(fact, symbol=wire.get(fact.symbol, fact.symbol)) for fact in expected]
        assert decoded[len(decoded) - len(converted) :] == converted  # the first time, with those before
    assert it.detected_provider == name


def test_replies_of_a_recognized_provider_name_the_requested_symbols() -> None:
    it = detecting("btcusd")
    facts = [*it.decode(coinbase.TICKER.encode()), *it.decode(coinbase.SUBSCRIPTIONS.encode())]
    assert it.detected_provider == "coinbase"
    (reply,) = [fact for fact in facts if isinstance(fact, Reply)]
    assert reply.symbols == ("btcusd", "ETH-USD")


@pytest.mark.parametrize("name", [name for name in PROVIDERS if name not in ("mapped", "guess", "nats")])
def test_every_provider_is_recognized_by_its_frames_or_read_by_a_mapping(name: str) -> None:
    it = venue(name)
    symbols = it.SYMBOLS.split(",")
    guess = detecting(*symbols)
    facts: list[Fact] = []
    for frame in (*it.PRELUDE, *it.FRAMES):
        with contextlib.suppress(TickerError):
            facts += guess.decode(frame.encode() if isinstance(frame, str) else frame)
    assert any(not isinstance(fact, Reply) for fact in facts)


def test_more_frames_improve_the_mapping() -> None:
    it = detecting("A-USD")
    decoded(it, {"s": "A-USD", "price": 1.5})
    assert it.detected_mapping is not None
    assert "bid" not in it.detected_mapping
    facts = decoded(it, *({"s": "A-USD", "price": 1.5 + i, "bid": 1.4 + i, "ask": 1.6 + i} for i in range(5)))
    assert Quote("A-USD", 5.4, None, 5.6) in facts


def test_symbols_added_during_detection_are_found_in_the_kept_messages() -> None:
    it = detecting("DAX", "MDAX")
    messages = [{"what": "X-1", "kurs": 15_234.5 + step} for step in range(8)]
    assert decoded(it, *messages[:7]) == []
    list(it.subscribe(["X-1"]))
    assert decoded(it, messages[7]) == [Trade("X-1", 15_234.5 + step) for step in range(8)]


def test_nothing_is_decoded_before_the_format_is_certain_and_everything_after() -> None:
    it = detecting("DAX")
    messages = [{"kuerzel": "DAX", "kurs": 15_234.5 + step} for step in range(8)]
    assert decoded(it, *messages[:7]) == []
    assert decoded(it, messages[7]) == [Trade("DAX", 15_234.5 + step) for step in range(8)]


def test_an_unrecognized_feed_is_reported_with_what_it_sends() -> None:
    it = detecting("BTC-USD")
    with pytest.raises(FeedRejected) as rejection:
        decoded(it, *({"who": "me", "balance": 100 + i} for i in range(60)))
    text = rejection.value.for_user
    assert "who, balance" in text
    assert "[feeds.mapping]" in text
    assert "\n" not in text


def test_a_feed_of_noise_is_reported() -> None:
    it = detecting("BTC-USD")
    for _ in range(54):
        with pytest.raises(FrameError):
            it.decode(b"\xff\xff\xff")
    with pytest.raises(FeedRejected, match="JSON"):
        it.decode(b"\xff\xff\xff")


def test_the_messages_in_the_settings_are_sent() -> None:
    it = detecting(subscribe='{"sub":"$SYMBOL"}', unsubscribe='{"unsub":$SYMBOLS}')
    assert list(it.subscribe(["A", "B"])) == ['{"sub":"A"}', '{"sub":"B"}']
    assert list(it.unsubscribe(["A", "B"])) == ['{"unsub":["A","B"]}']
    assert not list(detecting().subscribe(["A"]))
    assert not list(it.keepalive())


def test_kept_messages_are_dropped() -> None:
    it = detecting("A-USD")
    decoded(it, *({"s": "A-USD", "price": 1.5 + i} for i in range(60)))
    assert not it._samples.messages
    assert it._recognition is None


# Whole sessions in public formats


def read_on(it: AutoDetect, messages: Iterable[Any]) -> tuple[list[Fact], str]:
    """Return the events of a session, and the text with which the feed was rejected."""
    facts: list[Fact] = []
    try:
        for message in messages:
            facts += it.decode(json.dumps(message).encode())
    except FeedRejected as rejection:
        return facts, rejection.for_user
    return facts, ""


def check(facts: list[Fact], ticks: list[Tick]) -> None:
    """Check that every price, size and time belongs to the session."""
    trades = {(tick.price, tick.size, tick.ms) for tick in ticks}
    prices, quotes = {tick.price for tick in ticks}, {(tick.bid, tick.ask) for tick in ticks}
    for fact in facts:
        if isinstance(fact, Trade) and fact.size is not None:
            assert (fact.price, fact.size, (fact.time_ns or 0) // NS_PER_MS) in trades
        elif isinstance(fact, Trade):  # the last price of a ticker
            assert fact.price in prices
        elif isinstance(fact, Quote):
            assert (fact.bid, fact.ask) in quotes
        elif isinstance(fact, DayStats):
            assert None in (fact.low, fact.high) or fact.low < fact.high  # type: ignore[operator]


@functools.cache
def session_read(it: Format) -> tuple[AutoDetect, list[Fact], str]:
    """Read a session of a format once for the tests that look at the result."""
    guess = detecting(it.symbol)
    return guess, *read_on(guess, it.frames())


@pytest.mark.parametrize("it", [it for it in FORMATS if not it.is_refused], ids=lambda it: it.name)
def test_all_trades_of_a_session_are_found_and_nothing_else(it: Format) -> None:
    guess, facts, text = session_read(it)
    assert not text
    check(facts, it.ticks())
    assert {(fact.price, fact.size, fact.time_ns) for fact in facts if isinstance(fact, Trade)} == {
        (trade.price, trade.size, trade.time_ns) for trade in it.trades()
    }
    assert {fact.symbol for fact in facts if not isinstance(fact, Reply)} == {it.symbol}
    assert guess.detected_provider is None
    assert guess.detected_mapping is not None
    assert it.symbol not in tomllib.loads(guess.detected_mapping)["feeds"]["mapping"].get("when", "")


@pytest.mark.parametrize("it", [it for it in FORMATS if it.is_refused], ids=lambda it: it.name)
def test_scaled_prices_are_refused_with_the_reason(it: Format) -> None:
    facts, text = read_on(detecting(it.symbol), it.frames(60))
    assert not facts
    assert "integers" in text
    assert "order books" in text


@given(st.sampled_from(FORMATS), st.integers(0, 2**32), st.sampled_from(["whole", "late", "shuffled"]))
def test_no_price_is_wrong_wherever_detection_starts_in_a_session(it: Format, seed: int, order: str) -> None:
    rng, ticks = random.Random(seed), it.ticks(30)
    channels = range(len(it.step(ticks[0])))
    expected = set(rng.sample(channels, rng.randint(1, len(channels))))
    frames = [*it.first(), *(frame for tick in ticks for at, frame in enumerate(it.step(tick)) if at in expected)]
    if order == "late":
        frames = frames[rng.randrange(len(frames)) :]
    elif order == "shuffled":
        rng.shuffle(frames)
    check(read_on(detecting(it.symbol), frames)[0], ticks)


@pytest.mark.parametrize("name", ["binance", "coinbase"])
@pytest.mark.parametrize("is_known", [True, False], ids=["known", "unknown"])
def test_detection_finds_no_trade_that_the_provider_s_decoder_does_not(
    name: str, is_known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = PROVIDERS[name]
    frames = [line.frame.encode() for line in captures.frames(name)]
    known = [fact for frame in frames for fact in provider().decode(frame)]
    trades = {(fact.symbol, fact.price, fact.size) for fact in known if isinstance(fact, Trade)}
    prices = {trade[:2] for trade in trades} | {
        (fact.symbol, fact.last) for fact in known if isinstance(fact, DayStats)
    }
    if not is_known:
        monkeypatch.setattr(AutoDetect, "known_providers", ())
    rng = random.Random(name)
    found = 0
    for _ in range(4):
        symbols = rng.sample(sorted({symbol for symbol, _, _ in trades}), 2)
        begin = rng.randrange(len(frames) - 50)
        session = frames[begin : begin + 1_500]
        if rng.random() < 0.3:
            rng.shuffle(session)
        it = detecting(*symbols)
        with contextlib.suppress(FeedRejected):
            for frame in session:
                for fact in it.decode(frame):
                    if isinstance(fact, Trade):
                        found += 1
                        assert (fact.symbol, fact.price, fact.size) in trades or (
                            fact.size is None and (fact.symbol, fact.price) in prices
                        )
    assert found


# What comes after the format is detected


def ticks(count: int, begin: int = 0, **fields: Any) -> list[Any]:
    return [{"symbol": "BTC-USD", "price": 61_234.5 + index / 4, **fields} for index in range(begin, begin + count)]


def test_an_order_book_that_starts_later_is_not_read() -> None:
    it = detecting("BTC-USD")
    decoded(it, *ticks(60, qty=1.5))
    assert decoded(it, *ticks(10, 100, qty=1.5, kind="l2", side="bid")) == []
    assert decoded(it, *ticks(10, 100, qty=1.5, side="ask")) == []
    assert len(decoded(it, *ticks(5, 60, qty=1.5))) == 5


@pytest.mark.parametrize(
    "later",
    [ticks(80, 100, type="price"), [{"symbol": "BTC-USD", "px": tick["price"]} for tick in ticks(80, 100)]],
    ids=["another type", "another field"],
)
def test_a_feed_that_changes_its_format_is_detected_again(later: list[Any]) -> None:
    it = detecting("BTC-USD")
    before = decoded(it, *ticks(60, type="tick"))
    assert len(before) == 60
    assert len(decoded(it, *later)) > 60


def test_a_feed_whose_new_format_is_not_detected_is_reported() -> None:
    it = detecting("BTC-USD")
    decoded(it, *ticks(60, type="tick"))
    with pytest.raises(ConnectionLost, match="do not match the detected mapping"):
        decoded(it, *({"symbol": "BTC-USD", "settlement": 5 + index} for index in range(60)))


def test_other_messages_do_not_reject_a_quiet_feed() -> None:
    it = detecting("BTC-USD")
    decoded(it, *ticks(60, type="tick"))
    assert decoded(it, *({"type": "status", "number": index} for index in range(500))) == []


def test_detection_starts_again_when_frames_no_longer_match_the_provider() -> None:
    it = detecting("btc-usdt")
    it.decode(binance.TRADE.encode())
    assert it.detected_provider == "binance"
    for _ in range(54):
        with pytest.raises(FrameError):
            it.decode(b"nonsense")
    with pytest.raises(ConnectionLost, match="Binance"):
        it.decode(b"nonsense")


def test_detection_waits_for_trades_among_many_order_book_changes() -> None:
    it = detecting("BTC-USD")
    book = [{"type": "l2update", "symbol": "BTC-USD", "changes": [["buy", "5", "1"]]} for _ in range(500)]
    assert decoded(it, *book) == []
    assert decoded(it, {"type": "trade", "symbol": "BTC-USD", "price": 5.5, "qty": 2}) == [Trade("BTC-USD", 5.5, 2.0)]


def test_a_feed_with_order_books_only_is_reported() -> None:
    it = detecting("BTC-USD")
    with pytest.raises(FeedRejected, match=r"order books.*subscribe to trades or tickers"):
        decoded(it, *({"type": "l2update", "symbol": "BTC-USD", "changes": [["buy", "5", "1"]]} for _ in range(3_000)))


def test_pings_in_the_data_are_answered_or_reported() -> None:
    it = detecting("BTC-USD")
    decoded(it, *ticks(3), {"ping": 5}, {"event": "srv", "serverPing": 7})
    it.decode(b"ping")
    assert it.outgoing == ['{"pong":5}', "pong"]
    assert any("serverPing" in note for note in it.notes)


def test_times_without_a_zone_are_reported_and_not_shifted() -> None:
    it = detecting("BTC-USD")
    (trade,) = decoded(it, {"symbol": "BTC-USD", "price": 5.5, "time": "2026-11-28 10:00:00.5"})
    assert isinstance(trade, Trade)
    assert trade.time_ns == 1_795_860_000_500 * NS_PER_MS
    assert any("no time zone" in note for note in it.notes)


@pytest.mark.parametrize("date", ["2026-11-28", "2026-11-28T", "20261128", 20_261_128, "28.11.2026"])
def test_a_date_without_a_time_is_not_a_time(date: Any) -> None:
    (trade,) = decoded(detecting("AAPL"), {"symbol": "AAPL", "price": 230.0, "date": date})
    assert trade == Trade("AAPL", 230.0)


def test_the_detected_settings_contain_the_messages_to_send_and_no_secret() -> None:
    it = detecting("BTC-USD", subscribe='{"op":"sub","token":"s3cr3t-word","symbols":$SYMBOLS}')
    decoded(it, *ticks(3))
    assert it.detected_mapping is not None
    assert "s3cr3t" not in it.detected_mapping
    mapping = tomllib.loads(it.detected_mapping)["feeds"]["mapping"]
    assert mapping["subscribe"] == '{"op":"sub","token":"$KEY","symbols":$SYMBOLS}'
    assert mapping["price"] == "price"


@pytest.mark.parametrize(
    "message",
    [
        {"symbol": "BTC-USD", "markPrice": 5.5, "indexPrice": 5.6},
        {"symbol": "BTC-USD", "vwap": 5.5, "high": 6.0, "low": 5.0},
        {"symbol": "BTC-USD", "ask": 5.5, "askSize": 3},
        {"symbol": "BTC-USD", "mid": 5.5},
        {"symbol": "BTC-USD", "seq": 5, "channel": 7, "id": 9},
        {"symbol": "BTC-USD", "price": 5_500_000_000},
        {"symbol": "BTC-USD", "price": 5500, "priceScale": 2},
        {"symbol": "BTC-USD", "price_e8": 5500},
        {"symbol": "BTC-USD", "lastEp": 55_000},
        {"symbol": "BTC-USD", "price": {"price": "612345", "expo": -8}},
        {"channel": "allMids", "data": {"mids": {"BTC-USD": "5.5"}}},
        {"symbol": "BTC-USD-PERP", "price": 5.5},
        {"symbol": "BTC-USD-261228-100000-C", "price": 5.5},
        {"pair_id": 17, "price": 5.5},
        {"type": "liquidation", "symbol": "BTC-USD", "price": 5.5},
        {"type": "open", "symbol": "BTC-USD", "price": 5.5, "side": "buy"},
        {"symbol": "BTC-USD", "settlementPrice": 5.5, "open": 5.5},
        {"type": "A", "symbol": "BTC-USD", "orderRef": 7, "price": 5.5},
        {"symbol": "BTC-USD", "iv": 0.25, "delta": 0.5},
        {"symbol": "BTC-USD", "c": 0.25},
        {"T": "c", "symbol": "BTC-USD", "op": 5.5, "cp": 5.6},
        {"T": "l", "symbol": "BTC-USD", "u": 5.5, "d": 5.4},
        {"symbol": "BTC-USD", "b": {"5.5": "1"}, "a": {"5.6": "1"}},
        {"symbol": "BTC-USD", "buy": [{"price": 5.5}], "sell": [{"price": 5.6}]},
        {"symbol": "BTC-USD", "a": [{"px": 5.5, "sz": 1.5}], "b": [{"px": 5.4, "sz": 2.5}]},
        {"symbol": "BTC-USD", "rows": [{"px": 5.5, "sz": 1}, {"px": 5.6, "sz": 2}]},
    ],
    ids=str,
)
def test_messages_that_are_not_trades_give_no_trade(message: dict[str, Any]) -> None:
    def later(value: Any, index: int) -> Any:
        if isinstance(value, dict):
            return {name: later(inner, index) for name, inner in value.items()}
        return value + index if isinstance(value, int | float) else value

    facts, _ = read_on(detecting("BTC-USD"), (later(message, index) for index in range(54)))
    assert not facts


def test_the_mid_price_is_used_for_a_currency_pair_with_quotes_only() -> None:
    quote = {"bid": 1.0, "ask": 1.125}
    assert Trade("EURUSD", 1.0625) in decoded(detecting("EURUSD"), {"symbol": "EURUSD", **quote})
    assert decoded(detecting("BTCUSDT"), {"symbol": "BTCUSDT", **quote}) == [Quote("BTCUSDT", 1.0, None, 1.125)]


WHOLE = "All prices at price are whole numbers. They may be in cents or similar units."


@given(st.integers(10, 100_000), st.sampled_from(["AAPL", "BTC-USD"]))
def test_whole_prices_are_read_with_a_note_that_they_may_be_scaled(price: int, symbol: str) -> None:
    it = detecting(symbol)
    messages = [{"symbol": symbol, "price": price + step % 9, "size": 1 + step % 3} for step in range(60)]
    facts, _ = read_on(it, messages)
    assert any(isinstance(fact, Trade) for fact in facts)
    assert WHOLE in it.notes


@pytest.mark.parametrize(("symbol", "step"), [("BTC-JPY", 1), ("KRW-BTC", 1), ("BTC-USD", 0.5), ("AAPL", 0)])
def test_prices_in_small_units_with_decimals_or_without_changes_have_no_such_note(symbol: str, step: float) -> None:
    it = detecting(symbol)
    read_on(it, [{"symbol": symbol, "price": 12_345 + number * step, "size": 1} for number in range(60)])
    assert WHOLE not in it.notes


@given(st.sampled_from(["EURUSD", "USDJPY", "BTCUSDT", "AAPL"]), st.floats(0.01, 1e5))
def test_the_detected_mapping_of_quotes_reads_the_same_as_settings(symbol: str, price: float) -> None:
    quotes = [
        {"symbol": symbol, "bid": price * (1 + step / 1e3), "ask": price * (1.001 + step / 1e3)} for step in range(9)
    ]
    it = detecting(symbol)
    detected = [fact for quote in quotes for fact in decoded(it, quote)]
    assert detected
    mapping = msgspec.convert(tomllib.loads(it.detected_mapping or "")["feeds"]["mapping"], FieldMapping)
    mapped = Mapped(Credentials(mapping=mapping))
    list(mapped.subscribe([symbol]))
    assert detected == [fact for quote in quotes for fact in mapped.decode(json.dumps(quote).encode())]


def test_unnamed_levels_of_an_order_book_are_found_by_their_prices() -> None:
    rng = random.Random(1)
    levels = [
        {"symbol": "BTC-USD", "side": side, "price": 100 + sign * (1 + rng.random()), "size": 2}
        for _ in range(25)
        for side, sign in (("buy", -1), ("sell", 1))
    ]
    assert decoded(detecting("BTC-USD"), *levels) == []


def test_symbols_added_after_recognition_keep_the_requested_notation() -> None:
    it = detecting("btc-usdt")
    it.decode(binance.TRADE.encode())
    list(it.unsubscribe(["btc-usdt"]))
    list(it.subscribe(["btc/usdt"]))
    assert {fact.symbol for fact in it.decode(binance.TRADE.encode()) if isinstance(fact, Trade)} == {"btc/usdt"}


def test_one_symbol_of_a_recognized_provider_may_be_requested_in_two_notations() -> None:
    it = detecting("btc-usdt", "BTCUSDT")
    assert [fact.symbol for fact in it.decode(binance.TRADE.encode()) if isinstance(fact, Trade)] == [
        "btc-usdt",
        "BTCUSDT",
    ]
    assert not any("btcusdt" in str(message) for message in it.unsubscribe(["btc-usdt"]))
    assert [fact.symbol for fact in it.decode(binance.TRADE.encode()) if isinstance(fact, Trade)] == ["BTCUSDT"]
    assert any("btcusdt" in str(message) for message in it.unsubscribe(["BTCUSDT"]))


def test_the_detected_settings_can_be_saved() -> None:
    known, found = detecting("btc-usdt"), detecting("BTC-USD")
    assert known.detected_settings == ""
    known.decode(binance.TRADE.encode())
    assert tomllib.loads(known.detected_settings) == {"provider": "binance"}
    decoded(found, *ticks(3))
    assert found.detected_settings == found.detected_mapping


@pytest.mark.parametrize("it", [it for it in FORMATS if not it.is_refused], ids=lambda it: it.name)
def test_the_mapping_written_to_the_settings_reads_the_same_trades(it: Format) -> None:
    guess, _, _ = session_read(it)
    mapping = msgspec.convert(tomllib.loads(guess.detected_settings)["feeds"]["mapping"], FieldMapping)
    kept = Mapped(Credentials("ws://desk", mapping=mapping))
    list(kept.subscribe([it.symbol]))
    facts = [fact for frame in it.frames() for fact in kept.decode(json.dumps(frame).encode())]
    assert {(fact.price, fact.size, fact.time_ns) for fact in facts if isinstance(fact, Trade)} == {
        (trade.price, trade.size, trade.time_ns) for trade in it.trades()
    }


def test_a_provider_whose_decoder_reads_another_field_than_the_named_price_is_not_recognized() -> None:
    it = detecting("AAPL")
    facts = decoded(it, *({"s": "AAPL", "p": 0.5 + index, "last": 230.25 + index} for index in range(4)))
    assert it.detected_provider is None
    assert [fact.price for fact in facts if isinstance(fact, Trade)] == [230.25, 231.25, 232.25, 233.25]


def of_another_coin(it: Format) -> tuple[str, list[Any]]:
    """Return another symbol and its frames, with different prices."""
    text = json.dumps(it._replace(base=it.base / 20).frames(30))
    symbol = it.symbol
    for coin, other in (("ETH", "LTC"), ("BTC", "ADA"), ("XBT", "ADA"), ("btc", "ada")):
        text, symbol = text.replace(coin, other), symbol.replace(coin, other)
    return symbol, json.loads(text)


@pytest.mark.parametrize("both", [True, False], ids=["both requested", "one requested"])
@pytest.mark.parametrize("it", [it for it in FORMATS if not it.is_refused], ids=lambda it: it.name)
def test_prices_of_one_symbol_are_never_used_for_another(it: Format, both: bool) -> None:
    other, others = of_another_coin(it)
    mixed = [frame for pair in zip(others, it.frames(30), strict=True) for frame in pair]
    facts, _ = read_on(detecting(*(it.symbol, other) if both else (it.symbol,)), mixed)
    trades = [fact for fact in facts if isinstance(fact, Trade)]
    of_one = [trade for trade in trades if trade.symbol == it.symbol]
    assert len(of_one) == 30
    assert all(trade.price > it.base / 2 for trade in of_one)
    assert all(trade.price < it.base / 2 for trade in trades if trade.symbol != it.symbol)


def test_a_compressed_session_is_read_and_its_pings_are_answered() -> None:
    (it,) = (it for it in FORMATS if it.name == "HTX")
    guess = detecting(it.symbol)
    facts = [fact for frame in it.frames() for fact in guess.decode(gzip.compress(json.dumps(frame).encode()))]
    assert len([fact for fact in facts if isinstance(fact, Trade)]) == 40
    assert guess.outgoing[:1] == [f'{{"pong":{it.ticks()[0].ms}}}']
    assert len(guess.outgoing) == 40


def test_a_symbol_named_later_is_not_mistaken_for_the_unnamed_one() -> None:
    it = detecting("BTC-USD")
    assert len(decoded(it, *({"price": 61_234.5 + index / 4} for index in range(60)))) == 60
    assert decoded(it, *({"price": 3_200.5 + index / 4, "pair": "ETH-USD"} for index in range(20))) == []
    assert len(decoded(it, {"price": 61_250.5})) == 1


@pytest.mark.parametrize("name", [name for name in PROVIDERS if name not in ("mapped", "guess", "demo")])
def test_detection_reads_the_same_as_the_provider_s_decoder(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    it, provider = venue(name), PROVIDERS[name]
    symbols = it.SYMBOLS.split(",")
    frames = [as_bytes(frame) for frame in (*it.PRELUDE, *it.FRAMES) if "aggTrade" not in str(frame)]
    decoder, known = provider(credentials_for(provider)), list[Fact]()
    list(decoder.subscribe([provider.wire_symbol(symbol) for symbol in symbols]))
    for frame in frames:
        with contextlib.suppress(TickerError):
            known += decoder.decode(frame)
    prices = {price for fact in known for price in stated_prices(fact)}
    quoted = {side for fact in known if isinstance(fact, Quote) for side in (fact.bid, fact.ask)}
    monkeypatch.setattr(AutoDetect, "known_providers", ())
    for seed in range(2):
        session = frames * 3
        random.Random(seed).shuffle(session)
        guess = detecting(*(symbols if seed % 2 else symbols[:1]))
        for frame in session:
            with contextlib.suppress(TickerError):
                for fact in guess.decode(frame):
                    assert not isinstance(fact, Trade) or fact.price in prices
                    assert not isinstance(fact, Quote) or {fact.bid, fact.ask} - {None} <= quoted


def stated_prices(fact: Fact) -> tuple[float | None, ...]:
    """Return the prices in an event that may be the last price."""
    if isinstance(fact, Trade):
        return (fact.price,)
    if isinstance(fact, DayStats):
        return (fact.last,)
    return (fact.close,) if isinstance(fact, Bar) else ()


@pytest.mark.parametrize("seed", range(4))
def test_damaged_sessions_give_facts_or_a_rejection(seed: int) -> None:
    rng = random.Random(seed)
    for it in FORMATS[seed::4]:
        guess = detecting(it.symbol)
        frames = [json.dumps(frame).encode() for frame in it.frames(16)]
        for number, frame in enumerate(frames):
            damaged = mutated(frame, parse(frame), rng) if number >= 4 * seed else frame
            try:
                facts = guess.decode(damaged)
            except FrameError:
                continue
            except TickerError:
                break
            assert all(isinstance(fact, Trade | Quote | DayStats | Bar | Reply) for fact in facts)


MARKETS = [f"SYM{number}USDT" for number in range(2_000)]


@functools.cache
def tickers(step: int) -> dict[str, dict[str, Any]]:
    """Return the tickers of all markets, as exchanges send them at once."""
    return {
        name: {
            "symbol": name,
            "last": f"{100 + number / 7 + (step * 3 + number) % 7 / 100:.2f}",
            "bid": f"{99.9 + number / 7 + (step * 3 + number) % 7 / 100:.2f}",
            "ask": f"{100.1 + number / 7 + (step * 3 + number) % 7 / 100:.2f}",
            "ts": 1_800_000_000_000 + step * 1_000,
        }
        for number, name in enumerate(MARKETS)
    }


ALL_MARKETS: dict[str, Callable[[int], Any]] = {
    "a list": lambda step: list(tickers(step).values()),
    "a list in an envelope": lambda step: {"channel": "tickers", "data": list(tickers(step).values())},
    "an object by symbol": tickers,
    "an object in an envelope": lambda step: {"channel": "tickers", "data": tickers(step)},
}
MAX_CPU_S = 10.0  # for all frames; comparing each item with all others took minutes


@pytest.mark.parametrize("symbol", [MARKETS[3], MARKETS[1_900]])
@pytest.mark.parametrize("form", ALL_MARKETS)
def test_a_symbol_is_found_among_thousands_of_markets_in_each_message(form: str, symbol: str) -> None:
    it, began = detecting(symbol), time.process_time()
    facts = decoded(it, *(ALL_MARKETS[form](step) for step in range(4)))
    assert time.process_time() - began < MAX_CPU_S
    prices = [fact.price for fact in facts if isinstance(fact, Trade) and fact.symbol == symbol]
    assert prices == [float(tickers(step)[symbol]["last"]) for step in range(4)]
    assert it.detected_mapping


@pytest.mark.parametrize("form", ALL_MARKETS)
def test_all_requested_symbols_are_found_in_a_message_of_many_markets(form: str) -> None:
    symbols = MARKETS[3], MARKETS[1_900]
    facts = decoded(detecting(*symbols), *(ALL_MARKETS[form](step) for step in range(3)))
    for symbol in symbols:
        prices = [fact.price for fact in facts if isinstance(fact, Trade) and fact.symbol == symbol]
        assert prices == [float(tickers(step)[symbol]["last"]) for step in range(3)]


@given(
    names=st.lists(st.sampled_from(MARKETS[:12]), min_size=1, max_size=6, unique=True),
    count=st.integers(1, 2),
    field=st.sampled_from(["symbol", "s", "instrument_id", ""]),
    form=st.sampled_from(list(ALL_MARKETS)),
)
def test_a_price_is_never_that_of_another_symbol_in_the_same_message(
    names: list[str], count: int, field: str, form: str
) -> None:
    def message(step: int) -> Any:
        every = tickers(step)
        some = {name: {(field if key == "symbol" else key): every[name][key] for key in every[name]} for name in names}
        if not field:
            some = {name: {key: value for key, value in one.items() if key} for name, one in some.items()}
        inner = list(some.values()) if "list" in form else some
        return {"channel": "tickers", "data": inner} if "envelope" in form else inner

    assume(field or "list" not in form)  # otherwise nothing names the symbols
    requested = names[:count]
    it = detecting(*requested)
    for step in range(8):
        with contextlib.suppress(FeedRejected):
            for fact in decoded(it, message(step)):
                if isinstance(fact, Trade) and fact.symbol in requested:
                    assert fact.price in [float(tickers(each)[fact.symbol]["last"]) for each in range(step + 1)]


@pytest.mark.parametrize(
    "payload",
    [
        b"[" + b"{}," * 300_000 + b"{}]",
        b'{"data":[' + b"1," * 400_000 + b"1]}",
        b"{" + b",".join(b'"key%d":{"a":1}' % number for number in range(50_000)) + b"}",
        b'{"p":1,"text":"BTC-USD' + b" is up again" * 80_000 + b'"}',
        b"[" * 500_000,
        b"{}\n" * 300_000,
        gzip.compress(b"[" + b"{}," * 5_000_000 + b"{}]"),
    ],
    ids=["objects", "numbers", "names", "words", "brackets", "lines", "compressed"],
)
def test_a_large_frame_without_market_data_is_read_quickly_or_rejected(payload: bytes) -> None:
    it, began = detecting("BTC-USD"), time.process_time()
    for _ in range(2):
        with contextlib.suppress(FrameError):
            assert not it.decode(payload)
    assert time.process_time() - began < MAX_CPU_S
