from __future__ import annotations

import pytest

from tests.doubles import ScriptedConnector, StillClock
from ticker_gui.config.settings import Feed
from ticker_gui.domain.events import Relay, Trade
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.gui.watchlist.entry_resolver import EntryResolver
from ticker_gui.watchlist.lists import ListEntry, NamedList

DESK = Feed("ws://desk", ("A", "B"), "desk", "demo")
COINS = Feed("wss://ws-feed.exchange.coinbase.com", ("BTC-USD",), "coins", "coinbase")


@pytest.fixture
def resolver() -> EntryResolver:
    return EntryResolver(Engine((DESK, COINS), connector=ScriptedConnector(), clock=StillClock()))


@pytest.mark.parametrize(
    ("typed", "entry"),
    [
        ("X", ListEntry("desk", "X")),
        ("coins:ETH-USD", ListEntry("coins", "ETH-USD")),
        ("COINBASE:ETHUSD", ListEntry("coins", "COINBASE:ETHUSD")),
        ("NASDAQ:X", ListEntry("desk", "NASDAQ:X")),
        ("desk:", ListEntry("desk", "desk:")),
    ],
)
def test_a_feed_or_an_exchange_before_a_symbol_selects_its_feed(
    resolver: EntryResolver, typed: str, entry: ListEntry
) -> None:
    assert resolver.targets("desk", [typed]) == [entry]


def test_an_asterisk_stands_for_all_symbols_of_relays() -> None:
    relays = [Feed("ws://127.0.0.1:1", ("A",), name, "nats") for name in ("one", "two")]
    engine = Engine((DESK, *relays), connector=ScriptedConnector(), clock=StillClock())
    resolver = EntryResolver(engine)
    assert resolver.relayed("one", "*") == []  # it has not reported yet
    engine.feeds["one"].relayed.receive(Relay(("A", "B")))
    engine.feeds["two"].relayed.receive(Relay(("C",)))
    first, second, other = ListEntry("one", "A"), ListEntry("one", "B"), ListEntry("two", "C")
    assert resolver.relayed("one", "*") == [first, second]
    assert resolver.relayed("", "*") == [first, second, other]
    assert resolver.relayed("", " TWO:* ") == [other]
    assert resolver.relayed("desk", "*") == resolver.relayed("one", "A") == []


def test_the_known_symbols_of_feeds_are_read_once_for_all_typed_symbols(
    resolver: EntryResolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = list[str]()

    def read(feed: EngineFeed) -> list[str]:
        reads.append(feed.name)
        return list(feed.configured_symbols)

    monkeypatch.setattr(EngineFeed, "known_symbols", property(read))
    resolver.targets("", [f"S{number}" for number in range(50)])
    assert sorted(reads) == ["coins", "desk"]


def test_without_a_feed_the_only_one_is_chosen() -> None:
    engine = Engine((DESK,), connector=ScriptedConnector(), clock=StillClock())
    assert EntryResolver(engine).targets("", ["X", "BTC-USD"]) == [ListEntry("desk", "X"), ListEntry("desk", "BTC-USD")]
    engine.set_feeds(())
    assert EntryResolver(engine).targets("", ["X"]) == []


STOCKS = Feed("wss://ws.finnhub.io", ("AAPL",), "stocks", "finnhub")


def test_without_a_feed_the_one_that_has_the_symbol_is_chosen() -> None:
    engine = Engine((DESK, COINS, STOCKS), connector=ScriptedConnector(), clock=StillClock())
    row = engine.market.states[0]
    resolver = EntryResolver(engine, lambda: row)
    typed = ["A", "eth-usd", "ETH/USD", "aapl", "PLUG", "coins:A", "UNHEARD.OF.1"]
    feeds = [entry.feed for entry in resolver.targets("", typed)]
    assert feeds == ["desk", "coins", "coins", "stocks", "stocks", "coins", "desk"]


def test_without_a_feed_that_of_the_current_row_comes_first() -> None:
    other = Feed("wss://ws-feed.exchange.coinbase.com", ("SOL-USD",), "more coins", "coinbase")
    engine = Engine((DESK, COINS, other), connector=ScriptedConnector(), clock=StillClock())
    for row in engine.market.states[2:]:
        resolver = EntryResolver(engine, lambda row=row: row)  # type: ignore[misc]
        assert resolver.targets("", ["ETH-USD"]) == [ListEntry(row.feed, "ETH-USD")]


def test_a_feed_that_watches_a_symbol_comes_before_others_that_know_it() -> None:
    yahoo = Feed("wss://streamer.finance.yahoo.com/?version=2", ("AAPL",), "yahoo", "yahoo")
    coins = Feed("wss://ws-feed.exchange.coinbase.com", ("BTC-USD",), "coins", "coinbase")
    engine = Engine((yahoo, coins), connector=ScriptedConnector(), clock=StillClock())
    (apple, bitcoin) = engine.market.states
    for row in (apple, bitcoin):
        resolver = EntryResolver(engine, lambda row=row: row)  # type: ignore[misc]
        assert resolver.targets("", ["BTC-USD", "btcusd"]) == [
            ListEntry("coins", "BTC-USD"),
            ListEntry("coins", "btcusd"),
        ]


def test_a_feed_that_has_sent_a_symbol_unasked_comes_before_others_that_may_have_it() -> None:
    other = Feed("ws://other", ("C",), "other", "demo")
    engine = Engine((DESK, other), connector=ScriptedConnector(), clock=StillClock())
    row = engine.market.states[0]
    resolver = EntryResolver(engine, lambda: row)
    assert resolver.targets("", ["fish-2"]) == [ListEntry("desk", "fish-2")]
    engine.feeds["other"].market.apply(Trade("FISH-2", 1.0), 1)
    assert resolver.targets("", ["fish-2"]) == [ListEntry("other", "fish-2")]


def test_symbols_of_an_unknown_feed_have_no_entries(resolver: EntryResolver) -> None:
    assert resolver.targets("nobody", ["X"]) == []
    assert resolver.state(ListEntry("nobody", "X")) is None


def test_entries_keep_the_spelling_of_the_lists(resolver: EntryResolver) -> None:
    known = ListEntry("coins", "btc/usd")
    lists = [NamedList("One", (known,))]
    added = [ListEntry("coins", "BTC-USD"), ListEntry("coins", "btcusd"), ListEntry("desk", "Z")]
    assert resolver.spelled(added, lists) == [known, ListEntry("desk", "Z")]


def test_entries_of_several_feeds_keep_their_order(resolver: EntryResolver) -> None:
    added = [ListEntry("desk", "X"), ListEntry("coins", "ETH-USD"), ListEntry("desk", "Y"), ListEntry("desk", "X")]
    assert resolver.spelled(added, []) == added[:3]


def test_two_spellings_have_one_state(resolver: EntryResolver) -> None:
    states = resolver.states([ListEntry("coins", "BTC-USD"), ListEntry("coins", "btcusd"), ListEntry("coins", "none")])
    assert [state.symbol for state in states] == ["BTC-USD"]
