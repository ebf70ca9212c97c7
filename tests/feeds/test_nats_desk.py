from __future__ import annotations

import msgspec
import pytest

from ticker_gui.domain.events import Relay
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.feeds.nats_desk import DeskFeeds, StateMessage, read_state


def state(feed: str, status: str, reason: str = "") -> StateMessage:
    return StateMessage(feed, status, reason)


@pytest.mark.parametrize("status", FeedStatus)
def test_a_publisher_is_connected_exactly_if_its_feed_is(status: FeedStatus) -> None:
    expected = status in (FeedStatus.SUBSCRIBING, FeedStatus.LIVE, FeedStatus.QUIET)
    assert state("desk", str(status)).is_connected == expected


def test_states_are_read_as_they_were_written() -> None:
    message = StateMessage("desk", "waiting", "No route.", "id", 3, "Coinbase")
    assert read_state(msgspec.json.encode(message)) == message


def test_a_symbol_of_several_feeds_must_name_one_whichever_of_them_are_connected() -> None:
    feeds = DeskFeeds()
    for name, status in (("a", "waiting"), ("b", "live")):
        feeds.set_state(name, state(name, status))
        feeds.set_symbols(name, ("x", f"only-{name}"))
    assert feeds.source_of("X") is None
    assert feeds.source_of("A:X") == ("a", "X")
    assert feeds.connected_source("A:X") is None
    assert feeds.connected_source("B:X") == ("b", "X")
    assert feeds.source_of("ONLY-A") == ("a", "ONLY-A")
    assert feeds.connected_source("ONLY-A") is None
    assert feeds.connected_source("ONLY-B") == ("b", "ONLY-B")
    assert feeds.source_of("Y") is None
    assert feeds.symbols == ["a:X", "ONLY-A", "b:X", "ONLY-B"]
    assert feeds.why_unavailable("X") == (
        "Several feeds of this desk have it: a and b. Add a:X or b:X, or name the feed in the address."
    )


def test_a_symbol_with_a_colon_is_not_taken_for_a_feed_and_a_symbol() -> None:
    feeds = DeskFeeds()
    feeds.set_symbols("nasdaq", ("AAPL",))
    feeds.set_symbols("other", ("NASDAQ:AAPL",))
    assert feeds.source_of("NASDAQ:AAPL") == ("other", "NASDAQ:AAPL")
    assert feeds.source_of("NASDAQ:MSFT") is None


def test_the_kind_of_data_is_that_of_the_feeds_in_use() -> None:
    feeds = DeskFeeds()
    assert feeds.relay(()) == Relay()
    feeds.set_symbols("gone", ("OLD",))
    feeds.set_symbols("demo", ("NIMB",))
    feeds.set_symbols("stocks", ("AAPL", "MSFT"))
    feeds.set_state("demo", StateMessage("demo", "live", simulated=True))
    stocks = StateMessage(
        "stocks", "live", delayed=True, delay_minutes=15, us_stocks=True, stock_hours="with the session"
    )
    feeds.set_state("stocks", stocks)
    all_symbols = ("NIMB", "AAPL", "MSFT")  # of feeds that have a publisher
    assert feeds.relay(()) == Relay(
        all_symbols,
        is_simulated=True,
        is_delayed=True,
        delay_minutes=15,
        has_us_stocks=True,
        stock_hours="with the session",
    )
    used = feeds.relay({"stocks"})
    assert (used.is_simulated, used.is_delayed, used.delay_minutes) == (False, True, 15)
    used = feeds.relay({"demo"})
    assert (used.is_simulated, used.is_delayed, used.has_us_stocks) == (True, False, True)


def test_the_reason_for_a_missing_symbol_is_that_of_its_feed() -> None:
    feeds = DeskFeeds()
    feeds.set_symbols("a", ("X",))
    assert feeds.why_unavailable("X") == "No publisher of a is running."
    assert feeds.set_state("a", state("a", "waiting", "No route.")) is None
    assert feeds.why_unavailable("X") == "The publisher is not connected to a: No route."
    assert feeds.why_unavailable("Y") == "No publisher of this desk has it."


def test_the_state_before_is_returned() -> None:
    feeds = DeskFeeds()
    first = state("a", "live")
    feeds.set_state("a", first)
    assert feeds.set_state("a", state("a", "waiting")) is first
    assert [one.state for one in feeds.states] == ["waiting"]
