"""What a publisher stores and reports on a NATS server, besides market data."""

from __future__ import annotations

from typing import Final

import msgspec

from ticker_gui.domain.errors import ConnectionLost
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.feeds.wire import json_reader

TICKS: Final = "TICKS"  # the stream of trades and corrections
BARS: Final = "BARS"  # of closed minute bars
LAST: Final = "LAST"  # of the last quote and day statistics of each symbol, and of the lists of symbols
STATES: Final = "STATES"  # of the states of the feeds, which disappear if the publisher does not repeat them
STREAM_OF: Final = {"trade": TICKS, "quote": LAST, "day": LAST}  # the stream with the last event of a symbol
HEARTBEAT_S: Final = 2.0
_CONNECTED: Final = (FeedStatus.SUBSCRIBING, FeedStatus.LIVE, FeedStatus.QUIET)


class StateMessage(msgspec.Struct, omit_defaults=True):
    """The state of a feed, which is repeated as a heartbeat. ``lost`` counts the events that could not be sent.

    ``publisher`` is different in each run of a publisher; ``title`` says where the feed gets its data from.
    """

    feed: str
    state: str
    reason: str = ""
    publisher: str = ""
    lost: int = 0
    title: str = ""
    event: str = "state"

    @property
    def is_connected(self) -> bool:
        """Whether the publisher is connected to its provider."""
        return self.state in _CONNECTED

    def connection_lost(self) -> ConnectionLost:
        """Return the error for a publisher that is not connected."""
        reason = f": {self.reason}" if self.reason else "."
        return ConnectionLost(
            f"The publisher is not connected to {sanitize_text(self.title or self.feed)}{sanitize_text(reason)}"
        )


class SymbolsMessage(msgspec.Struct):
    """The symbols that a publisher publishes of a feed."""

    feed: str
    symbols: tuple[str, ...]


read_state: Final = json_reader(StateMessage)
read_symbols: Final = json_reader(SymbolsMessage)


class _DeskFeed(msgspec.Struct):
    state: StateMessage | None = None
    symbols: frozenset[str] = frozenset()


class DeskFeeds:
    """The feeds of a desk: what their publishers report, and which feed has which symbol. Symbols are in capitals."""

    def __init__(self) -> None:
        self._feeds: dict[str, _DeskFeed] = {}

    @property
    def states(self) -> list[StateMessage]:
        """The last state of each feed that has one."""
        return [one.state for one in self._feeds.values() if one.state is not None]

    @property
    def symbols(self) -> list[str]:
        """All published symbols, sorted."""
        return sorted(set().union(*(one.symbols for one in self._feeds.values())))

    def set_state(self, feed: str, state: StateMessage) -> StateMessage | None:
        """Set the state of a feed and return the one before."""
        known = self._feeds.setdefault(feed, _DeskFeed())
        before, known.state = known.state, state
        return before

    def set_symbols(self, feed: str, symbols: tuple[str, ...]) -> None:
        """Set the symbols of a feed."""
        known = self._feeds.setdefault(feed, _DeskFeed())
        known.symbols = frozenset(map(str.upper, symbols))

    def feed_with(self, symbol: str) -> str | None:
        """Return the first connected feed that has a symbol."""
        for name, one in sorted(self._feeds.items()):
            if symbol in one.symbols and one.state is not None and one.state.is_connected:
                return name
        return None

    def why_not(self, symbol: str) -> str:
        """Return why a symbol cannot be subscribed to now, as a sentence for the user."""
        for one in self._feeds.values():
            if symbol in one.symbols and one.state is not None:
                return str(one.state.connection_lost())
        return "No publisher of this desk has it."
