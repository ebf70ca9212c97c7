from __future__ import annotations

import msgspec
import pytest

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


def test_a_symbol_is_taken_from_the_first_connected_feed_that_has_it() -> None:
    feeds = DeskFeeds()
    for name, status in (("a", "waiting"), ("b", "live"), ("c", "live")):
        feeds.set_state(name, state(name, status))
        feeds.set_symbols(name, ("x", f"only-{name}"))
    assert feeds.feed_with("X") == "b"
    assert feeds.feed_with("ONLY-C") == "c"
    assert feeds.feed_with("ONLY-A") is None
    assert feeds.feed_with("Y") is None
    assert feeds.symbols == ["ONLY-A", "ONLY-B", "ONLY-C", "X"]


def test_the_reason_for_a_missing_symbol_is_that_of_its_feed() -> None:
    feeds = DeskFeeds()
    feeds.set_symbols("a", ("X",))
    assert feeds.why_not("X") == "No publisher of this desk has it."
    assert feeds.set_state("a", state("a", "waiting", "No route.")) is None
    assert feeds.why_not("X") == "The publisher is not connected to a: No route."
    assert feeds.why_not("Y") == "No publisher of this desk has it."


def test_the_state_before_is_returned() -> None:
    feeds = DeskFeeds()
    first = state("a", "live")
    feeds.set_state("a", first)
    assert feeds.set_state("a", state("a", "waiting")) is first
    assert [one.state for one in feeds.states] == ["waiting"]
