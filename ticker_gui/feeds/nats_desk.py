"""What a publisher stores and reports on a NATS server, besides market data."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from ticker_gui.domain.errors import ConnectionLost
from ticker_gui.domain.events import Relay
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.feeds.wire import json_reader

TICKS: Final = "TICKS"  # the stream of trades, corrections and gaps
BARS: Final = "BARS"  # of closed minute bars
LAST: Final = "LAST"  # of the last quote and day statistics of each symbol, and of the lists of symbols
STATES: Final = "STATES"  # of the states of the feeds, which disappear if the publisher does not repeat them
STREAM_OF: Final = {"trade": TICKS, "quote": LAST, "day": LAST}  # the stream with the last event of a symbol
HEARTBEAT_S: Final = 2.0
_CONNECTED: Final = (FeedStatus.SUBSCRIBING, FeedStatus.LIVE, FeedStatus.QUIET)


class StateMessage(msgspec.Struct, omit_defaults=True):
    """The state of a feed, which is repeated as a heartbeat. ``lost`` counts the events that could not be sent.

    ``publisher`` is different in each run of a publisher; ``title`` says where the feed gets its data from. The rest
    says which kind of data that is: simulated, delayed (by 0 minutes if the delay is unknown), or of US stocks, whose
    hourly bars begin as ``stock_hours`` says. ``interrupted``: no publisher was running before this one.
    """

    feed: str
    state: str
    reason: str = ""
    publisher: str = ""
    lost: int = 0
    title: str = ""
    simulated: bool = False
    delayed: bool = False
    delay_minutes: int = 0
    us_stocks: bool = False
    stock_hours: str = ""
    interrupted: bool = False
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

    @property
    def source(self) -> str:
        """Where the data comes from, and which kind it is if it is not live."""
        kind = "simulated" if self.simulated else "delayed" if self.delayed else ""
        return f"{sanitize_text(self.title)}{f' ({kind})' if kind else ''}"


class BackfillState(StrEnum):
    """Whether the trades of a gap were received later."""

    OPEN = "open"
    FILLED = "filled"
    LOST = "lost"


class GapMessage(msgspec.Struct, omit_defaults=True):
    """A period of which the publisher has missed the trades of a symbol; the last message about it applies."""

    feed: str
    symbol: str
    start: str
    end: str
    backfill: BackfillState
    reason: str = ""
    event: str = "gap"


class SymbolsMessage(msgspec.Struct):
    """The symbols that a publisher publishes of a feed."""

    feed: str
    symbols: tuple[str, ...]


read_state: Final = json_reader(StateMessage)
read_gap: Final = json_reader(GapMessage)
read_symbols: Final = json_reader(SymbolsMessage)


class Source(NamedTuple):
    """Where a symbol is taken from: a feed, and its name of the symbol."""

    feed: str
    symbol: str


class _DeskFeed(msgspec.Struct):
    state: StateMessage | None = None
    symbols: dict[str, None] = {}  # an ordered set

    @property
    def is_connected(self) -> bool:
        return self.state is not None and self.state.is_connected


class DeskFeeds:
    """The feeds of a desk: what their publishers report, and which feed has which symbol. Symbols are in capitals.

    A symbol of one feed needs no more than its name. One of several feeds must be written as ``feed:symbol``, because
    each has its own prices; which of the feeds are connected makes no difference.
    """

    def __init__(self) -> None:
        self._feeds: dict[str, _DeskFeed] = {}

    @property
    def states(self) -> list[StateMessage]:
        """The last state of each feed that has one."""
        return [one.state for one in self._feeds.values() if one.state is not None]

    @property
    def symbols(self) -> list[str]:
        """All published symbols, those of several feeds as ``feed:symbol``; in the order of their publishers."""
        return self._named(sorted(self._feeds))

    def _named(self, feeds: Iterable[str]) -> list[str]:
        return [
            symbol if len(self._owners(symbol)) == 1 else f"{feed}:{symbol}"
            for feed in feeds
            for symbol in self._feeds[feed].symbols
        ]

    def _owners(self, symbol: str) -> list[str]:
        return sorted(name for name, one in self._feeds.items() if symbol in one.symbols)

    def relay(self, used: Collection[str]) -> Relay:
        """Return the symbols of the feeds that have a publisher, and which kind of data they have.

        Data counts as simulated or delayed if it is that of one of the ``used`` feeds, or of any before one is used.
        """
        running = {name: one.state for name, one in sorted(self._feeds.items()) if one.state is not None}
        states = [state for name, state in running.items() if not used or name in used]
        hours = {state.stock_hours for state in running.values() if state.us_stocks}
        return Relay(
            tuple(self._named(running)),
            is_simulated=any(state.simulated for state in states),
            is_delayed=any(state.delayed for state in states),
            delay_minutes=max((state.delay_minutes for state in states), default=0),
            has_us_stocks=bool(hours),
            stock_hours=hours.pop() if len(hours) == 1 else "",
        )

    def notes(self, used: Collection[str]) -> tuple[str, ...]:
        """Return where feeds get their data from, as sentences."""
        states = (state for state in self.states if state.title and state.feed in used)
        return tuple(
            f"The feed {sanitize_text(state.feed)} of this desk comes from {state.source}." for state in states
        )

    def quiet_reason(self, used: Collection[str]) -> str:
        """Return why the publisher of one of these feeds receives nothing; empty if none reports that."""
        quiet = (state for state in self.states if state.feed in used and state.state == FeedStatus.QUIET)
        return next((f"The publisher reports: {sanitize_text(state.reason)}" for state in quiet), "")

    def why_not_ready(self, feed: str, *, is_late: bool) -> str:
        """Return why nothing can be subscribed to, of one feed or of any; empty while a report may still arrive."""
        if self.states:
            return str(self.states[0].connection_lost())
        if not is_late:
            return ""
        which = f"of the feed {feed}" if feed else "of any feed"
        return f"No publisher {sanitize_text(which)} is connected to the NATS server."

    def set_state(self, feed: str, state: StateMessage) -> StateMessage | None:
        """Set the state of a feed and return the one before."""
        known = self._feeds.setdefault(feed, _DeskFeed())
        before, known.state = known.state, state
        return before

    def forget_states_except(self, feeds: Collection[str]) -> None:
        """Forget the states of the other feeds, whose publishers do not report any more."""
        for name, one in self._feeds.items():
            if name not in feeds:
                one.state = None

    def set_symbols(self, feed: str, symbols: Iterable[str]) -> None:
        """Set the symbols of a feed."""
        known = self._feeds.setdefault(feed, _DeskFeed())
        known.symbols = dict.fromkeys(map(str.upper, symbols))

    def source_of(self, symbol: str) -> Source | None:
        """Return where to take a symbol from; ``None`` if no feed has it, or several have it and none is named."""
        owners = self._owners(symbol)
        if owners:
            return Source(owners[0], symbol) if len(owners) == 1 else None
        named = [
            Source(name, symbol[len(name) + 1 :])
            for name, one in self._feeds.items()
            if symbol.startswith(f"{name.upper()}:") and symbol[len(name) + 1 :] in one.symbols
        ]
        return named[0] if len(named) == 1 else None

    def connected_source(self, symbol: str) -> Source | None:
        """Return where to take a symbol from, if that feed is connected."""
        source = self.source_of(symbol)
        return source if source is not None and self._feeds[source.feed].is_connected else None

    def why_unavailable(self, symbol: str) -> str:
        """Return why a symbol cannot be subscribed to now, as a sentence for the user."""
        owners = self._owners(symbol)
        if len(owners) > 1:
            names = sanitize_text(" and ".join(owners))
            ways = sanitize_text(" or ".join(f"{owner}:{symbol}" for owner in owners))
            return f"Several feeds of this desk have it: {names}. Add {ways}, or name the feed in the address."
        source = self.source_of(symbol)
        if source is None:
            return "No publisher of this desk has it."
        state = self._feeds[source.feed].state
        return (
            f"No publisher of {sanitize_text(source.feed)} is running."
            if state is None
            else str(state.connection_lost())
        )
