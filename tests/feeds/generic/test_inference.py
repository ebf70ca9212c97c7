from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feeds.unknown_feeds import START_MS, UNKNOWN_FEEDS, UnknownFeed
from ticker_gui.domain.events import Reply, Trade
from ticker_gui.feeds.generic.examiner import Examiner
from ticker_gui.feeds.generic.inference import MIN_CONFIDENCE, describe_messages, propose
from ticker_gui.feeds.generic.mapped import Reader
from ticker_gui.feeds.symbols import SymbolResolver


def asking(*symbols: str) -> SymbolResolver:
    resolver = SymbolResolver()
    resolver.add(symbols)
    return resolver


@pytest.mark.parametrize("feed", UNKNOWN_FEEDS, ids=[feed.name for feed in UNKNOWN_FEEDS])
def test_the_mapping_of_an_unknown_feed_is_inferred(feed: UnknownFeed) -> None:
    proposal = propose(feed.messages(), Examiner(asking(*feed.symbols)))
    assert proposal is not None
    found = msgspec.to_builtins(proposal.mapping)
    assert {field: found.get(field) for field in feed.mapping} == feed.mapping
    assert proposal.confidence >= MIN_CONFIDENCE
    assert proposal.reasons


@pytest.mark.parametrize("feed", UNKNOWN_FEEDS, ids=[feed.name for feed in UNKNOWN_FEEDS])
def test_a_proposed_mapping_reads_every_price(feed: UnknownFeed) -> None:
    resolver = asking(*feed.symbols)
    messages = feed.messages()
    proposal = propose(messages, Examiner(resolver))
    assert proposal is not None
    facts = Reader(proposal.mapping, resolver).facts(messages)
    assert {fact.symbol for fact in facts if not isinstance(fact, Reply)} == set(feed.symbols)
    assert len(facts) >= len(messages) // 2


@pytest.mark.parametrize(
    "message",
    [
        lambda i: {"type": "heartbeat", "ts": START_MS + i},
        lambda i: {"event": "subscribed", "symbol": "BTC-USD", "id": i},
        lambda i: {"symbol": "ETH-USD", "price": 3200 + i, "ts": START_MS + i},
        lambda i: {"symbol": "BTC-USD", "bids": [[61_234 - i, 1]], "asks": [[61_235 + i, 1]], "ts": START_MS},
        lambda i: {"symbol": "BTC-USD", "change_percent": 0.1 * i, "funding_rate": 1e-4 * i},
        lambda i: {"user": "me", "balance": 100.5 + i, "currency": "USD"},
        lambda i: i,
        lambda i: [],
    ],
    ids=["heartbeats", "acks", "another symbol", "a book", "no price", "an account", "numbers", "nothing"],
)
def test_messages_without_a_price_give_no_mapping(message: Any) -> None:
    proposal = propose([message(i) for i in range(12)], Examiner(asking("BTC-USD")))
    assert proposal is None or proposal.confidence < MIN_CONFIDENCE


@pytest.mark.parametrize("name", ['"', "\\", "a b", "ü", "", "'", "\n", "$key", "a.b", "[0]", "1"])
def test_a_field_with_any_name_has_a_path(name: str) -> None:
    resolver = asking("BTC-USD")
    message = {name: "BTC-USD", "price": 5.5}
    proposal = propose([message], Examiner(resolver))
    assert proposal is not None
    assert Reader(proposal.mapping, resolver).facts([message]) == [Trade("BTC-USD", 5.5)]


def test_messages_are_described_for_the_user() -> None:
    text = describe_messages([{"rows": [{"foo": 1, "bar": 2}]}, {"rows": [{"foo": 3}]}], asking())
    assert "rows[]" in text
    assert "foo, bar" in text
    assert describe_messages([1, "x"], asking()) == "no objects and no rows of values"


messages = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["BTC-USD", "price"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["s", "price", "data", "bid", "ask", "'"]) | st.text(max_size=3), inner, max_size=4),
    max_leaves=25,
)  # fmt: skip


@given(st.lists(messages, max_size=6))
def test_inference_accepts_any_messages(found: list[Any]) -> None:
    resolver = asking("BTC-USD")
    describe_messages(found, resolver)
    proposal = propose(found, Examiner(resolver))
    if proposal is not None:
        assert proposal.confidence <= 1
        Reader(proposal.mapping, resolver)


@pytest.mark.parametrize(
    "message",
    [
        lambda i: {"symbol": "BTC-USD", "is_bid": i % 2 == 0, "price": 5.5 + i % 2, "qty": 2, "seq": i},
        lambda i: {"s": "BTC-USD", "S": "BA"[i % 2], "p": 5.5 + i % 2, "q": 2, "u": i},
        lambda i: {"35": "X", "55": "BTC-USD", "269": "01"[i % 2], "270": str(61_234.5 + i / 8), "271": "2"},
        lambda i: {"sym": "BTC-USD", "MDEntryType": "0", "price": 5.5 + i},
        lambda i: {"channel": "bbo", "data": {"coin": "BTC-USD", "bbo": [{"px": 5.5 + i, "sz": 1}, {"px": 5.6 + i, "sz": 2}]}},
        lambda i: {"symbol": "BTC-USD", "mark": {"price": 5.5 + i}, "index": {"price": 5.6 + i}},
    ],
)  # fmt: skip
def test_levels_sides_and_mark_prices_are_not_read_as_trades(message: Any) -> None:
    resolver, messages = asking("BTC-USD"), [message(i) for i in range(30)]
    proposal = propose(messages, Examiner(resolver))
    if proposal is not None and proposal.confidence >= MIN_CONFIDENCE:
        facts = Reader(proposal.mapping, resolver).facts(messages)
        assert not [fact for fact in facts if isinstance(fact, Trade)]


def test_a_row_in_a_named_field_is_read() -> None:
    resolver = asking("AAPL")
    messages = [{"type": "FEED_DATA", "data": ["Trade", ["Trade", "AAPL", 231.5 + i / 8, 7]]} for i in range(20)]
    proposal = propose(messages, Examiner(resolver))
    assert proposal is not None
    facts = Reader(proposal.mapping, resolver).facts(messages)
    assert [fact.price for fact in facts if isinstance(fact, Trade)] == [231.5 + i / 8 for i in range(20)]


def test_a_proposed_mapping_reads_an_event() -> None:
    resolver = asking("BTC-USD")
    messages = [
        {"m": "quote", "symbol": "BTC-USD", "data": {"side": "none"}},
        {"m": "bar", "s": "BTC-USD", "data": {"c": 5.5, "h": 6, "l": 5, "o": 5.2, "ts": START_MS}},
    ] * 9
    proposal = propose(messages, Examiner(resolver))
    assert proposal is None or Reader(proposal.mapping, resolver).facts(messages)


def test_a_field_with_a_name_of_one_letter_is_a_price_once_it_moves_like_one() -> None:
    messages = [{"s": "AAPL", "p": 231.5 + i * 37 % 11 / 100} for i in range(13)]
    for count, is_sure in ((5, False), (13, True)):
        proposal = propose(messages[:count], Examiner(asking("AAPL")))
        assert proposal is not None
        assert (proposal.confidence >= MIN_CONFIDENCE) is is_sure
