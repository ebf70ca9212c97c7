"""One feed of the engine: its settings, its session and its part of the market."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final, Protocol

from msgspec.structs import replace

from ticker_gui.config.settings import Feed
from ticker_gui.demo.market import DemoMarket
from ticker_gui.demo.server import DemoServer
from ticker_gui.domain.capability import Capability
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.errors import SettingsError, TickerError
from ticker_gui.domain.events import Relay, Reply
from ticker_gui.domain.feed_state import FeedState, FeedStatus
from ticker_gui.domain.frame import Direction, Frame, redacted
from ticker_gui.domain.no_data import NoData
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.data_kind import DataKind
from ticker_gui.engine.fact_delivery import FactDelivery
from ticker_gui.engine.no_data import NoDataAnalysis
from ticker_gui.engine.past_data import FeedPastData
from ticker_gui.engine.relay_delay import RelayDelay
from ticker_gui.engine.relayed_data import RelayedData
from ticker_gui.engine.taps import Taps
from ticker_gui.feeds.protocol import Credentials, FeedProtocol, Message
from ticker_gui.feeds.symbols import ALL_SYMBOLS
from ticker_gui.formatting.no_data_words import status_reason
from ticker_gui.formatting.status_words import FEED_WORDS
from ticker_gui.history.past_data_client import HttpGet, OnLimited
from ticker_gui.logs.internal_errors import ENDS_PROGRAM, as_exception, in_thread
from ticker_gui.market.clock_offset import ClockOffsetEstimator, Delay
from ticker_gui.market.market import Market
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.stream.connection import Connector, FeedConnection
from ticker_gui.stream.session import Session
from ticker_gui.stream.subscriptions import NO_ANSWER
from ticker_gui.stream.timeouts import Timeouts

_LOG: Final = logging.getLogger(__name__)


class FeedHost(Protocol):
    """What a feed needs of its engine. ``find_credentials`` is called in a thread before each connection."""

    market: Market
    clock: Clock
    clock_adjustment_ns: Callable[[], int]
    timeouts: Timeouts
    find_credentials: Callable[[Feed], Credentials]
    http_get: HttpGet

    def connector_for(self, feed: str) -> Connector:
        """Return the connector of a feed."""

    @property
    def backfills(self) -> bool:
        """Whether gaps are backfilled."""

    @property
    def is_replay(self) -> bool:
        """Whether the feeds are recorded ones."""

    on_http_limited: OnLimited | None

    @property
    def taps(self) -> Taps[EngineFeed]:
        """The callbacks for facts, frames and states."""


class EngineFeed:
    """One feed: its settings, its session and its part of the market; for the built-in feed also its local server."""

    def __init__(self, engine: FeedHost, settings: Feed) -> None:
        self.settings = settings
        self.market = engine.market.feed(
            settings.name,
            has_sequential_trade_ids=settings.protocol.has_sequential_trade_ids,
            has_us_stocks=settings.protocol.trades_us_stocks,
            stock_hours=settings.protocol.stock_hours(),
        )
        self._engine = engine
        self.market.coverage.is_replay = engine.is_replay
        self.market.coverage.is_relayed = settings.protocol.announces_symbols
        self._server = DemoServer(DemoMarket(settings.symbols)) if settings.is_built_in else None
        self._server_is_open = False
        self.relayed: Final = RelayedData(self.market)
        self.kind = DataKind.of(settings, self.relayed.report)
        self._clock_offset = ClockOffsetEstimator()
        self.relay_delay: Final = RelayDelay()
        self.session = Session(
            self._make_protocol,
            engine.clock,
            self.market.apply,
            on_rejected_frame=self._report_rejected_frame,
            on_state=self._on_state,
            connector=engine.connector_for(settings.name),
            timeouts=engine.timeouts,
            data_expected=self.data_expected,
            why_no_data=self._status_reason,
            has_data_since=self.market.has_data_since,
            on_overdue=self._on_overdue,
            name=settings.name,
        )
        self.session.callbacks.on_relay = self._on_relay
        self.session.retry_timer.expires = not engine.is_replay
        self._no_data = NoDataAnalysis(settings, self.session, self.market)
        self.errors = self.session.errors
        self.past: Final = FeedPastData(
            self.session, self.market, engine.http_get, engine.clock, self.errors, engine.on_http_limited
        )
        self.past.client.on_response = partial(engine.taps.http.deliver, self.errors, self)
        self.past.backfill.is_enabled = engine.backfills
        self.past.backfill.on_finished = partial(engine.taps.backfills.deliver, self.errors, self)
        self._facts: Final = FactDelivery(self, engine.taps)
        self.connect_taps()
        if self._server is not None:
            self._server.errors = self.errors
        self._chosen = {self.wire_symbol(symbol) for symbol in self.configured_symbols}
        self._kept: frozenset[str] = frozenset()  # for alerts, whether they are chosen or not

    @property
    def name(self) -> str:
        """The name, unique in the engine."""
        return self.settings.name

    @property
    def is_replay(self) -> bool:
        """Whether the feed is a recorded one, of which nothing is live."""
        return self._engine.is_replay

    @property
    def round_trip_s(self) -> float:
        """The time from the last ping to its pong; 0 if unknown."""
        connection = self.session.connection
        if connection is None or connection.transport is None:
            return 0.0
        return connection.transport.latency_s

    @property
    def delay(self) -> Delay | None:
        """How old messages are when they arrive, and the clock offset; ``None`` if unknown.

        It is still known when the connection is lost.
        """
        self._clock_offset.round_trip_s = self.round_trip_s or self._clock_offset.round_trip_s
        return self._clock_offset.estimate(self._engine.clock_adjustment_ns())

    def sample_delay(self, state: SymbolState) -> None:
        """Add the delay of a symbol's last trade to the estimate of the clock offset."""
        if state.latency_ns and state.has_data:
            self._clock_offset.add(state.wire_symbol, state.latency_ns)
            self._clock_offset.round_trip_s = self.round_trip_s
            connection = self.session.connection
            self.relay_delay.sample(connection)
            if connection is not None and connection.transport is not None:
                self._clock_offset.server_offset_ns = connection.transport.clock_offset_ns

    def update_clock_offset(self) -> None:
        """Set how far the market's timestamps are behind our clock; called once a second and after a disconnect."""
        if (delay := self.delay) is not None:
            self.market.coverage.set_clock(delay.exchange_lag_ns, delay.significant_offset_ns)

    @property
    def state(self) -> FeedState:
        """The connection state."""
        return self.session.state

    @property
    def capabilities(self) -> frozenset[Capability]:
        """The kinds of market data that the feed can deliver."""
        return self.settings.protocol.capabilities_with(self.settings.mapping)

    def display_symbol(self, wire_symbol: str) -> str:
        """Return a symbol as the user wrote it."""
        state = self.market.find(wire_symbol)
        return wire_symbol if state is None else state.symbol

    def connect_taps(self) -> None:
        """Set the session's callbacks. Without taps, facts go straight to the market and frames are not reported."""
        callbacks, taps = self.session.callbacks, self._engine.taps
        callbacks.on_fact = self._facts.connect()
        callbacks.on_frames = self._report_frames if taps.frames or taps.batches else None

    async def run(self) -> None:
        """Run the session until cancelled; restart it after an unexpected exception."""
        loading = asyncio.create_task(self.past.run(), name=f"past data of {self.name}")
        try:
            await self._run()
        finally:
            loading.cancel()
            await asyncio.wait((loading,))

    async def _run(self) -> None:
        try:
            while True:
                with self.errors.contained("running the feed"):  # for a bug in the session's own error handling
                    await self.session.run()
                await asyncio.sleep(self._engine.timeouts.backoff_internal_base)
        finally:
            await self._stop_server()

    async def _stop_server(self) -> None:
        if self._server is not None and self._server_is_open:
            self._server_is_open = False
            with self.errors.contained("stopping the demo market"):
                await self._server.stop()

    def can_change_to(self, settings: Feed) -> bool:
        """Return whether new settings leave the data valid: only symbols, the key's source or ``disabled`` differ."""
        return _data_settings(settings) == _data_settings(self.settings)

    def set_watched(self, symbols: Sequence[str]) -> None:
        """Watch these symbols, and no others except those of `keep_watched`.

        Raises:
            SettingsError: the limit of symbols is reached; those before it are watched.
        """
        self._chosen = {self.wire_symbol(symbol) for symbol in symbols}
        desired = self._chosen | self._kept
        self.unwatch(state.wire_symbol for state in self.market.states if state.wire_symbol not in desired)
        self.watch(symbols)

    def keep_watched(self, symbols: Sequence[str]) -> None:
        """Watch these symbols as well, whether they are among those of `set_watched` or not; until the next call.

        Raises:
            SettingsError: the limit of symbols is reached; those before it are watched.
        """
        before, self._kept = self._kept, frozenset(map(self.wire_symbol, symbols))
        self.unwatch([one for one in before if one not in self._kept and one not in self._chosen])
        self.watch(symbols)

    @property
    def watches_all(self) -> bool:
        """Whether the settings ask for all symbols of a relay."""
        return ALL_SYMBOLS in self.settings.symbols

    @property
    def configured_symbols(self) -> Sequence[str]:
        """The symbols in the settings, or all that a relay has reported; of the built-in market all if none is set."""
        if self.watches_all:
            named = (symbol for symbol in self.settings.symbols if symbol != ALL_SYMBOLS)
            return list(dict.fromkeys((*named, *self.relayed.symbols)))
        return self.settings.symbols or (() if self._server is None else self._server.market.symbols)

    @property
    def known_symbols(self) -> list[str]:
        """Symbols to propose: those of the settings and of the provider; in a replay, the recorded ones."""
        if self.is_replay:
            return [state.symbol for state in self.market.states]
        protocol = self.session.protocol
        published = () if protocol is None else protocol.published_symbols
        known = (
            *self.configured_symbols,
            *self.settings.protocol.default_symbols,
            *published,
            *self.market.seen_symbols,
        )
        return list(dict.fromkeys(known))

    def may_have(self, symbol: str) -> bool:
        """Return whether the feed may have a symbol. Those of the built-in market and of a replay are all known."""
        if self.is_replay:
            return self.find(symbol) is not None
        return self._server is None or self.wire_symbol(symbol) in self._server.market.symbols

    def find(self, symbol: str) -> SymbolState | None:
        """Return the state of a watched symbol, which may be written as the user or the provider does."""
        return self.market.find(self.wire_symbol(symbol))

    def wire_symbol(self, symbol: str) -> str:
        """Return the provider's name of a symbol, or the symbol itself if an unexpected exception prevents that."""
        try:
            return self.settings.protocol.wire_symbol(symbol)
        except (TickerError, *ENDS_PROGRAM):
            raise
        except BaseException as error:
            self.errors.note(error, "converting a symbol")
            return symbol

    def watch(self, symbols: Iterable[str]) -> None:
        """Watch symbols, each once, however it is written. Raises `SettingsError` if there are too many."""
        new: list[str] = []
        try:
            for symbol in symbols:
                wire_symbol = self.wire_symbol(symbol)
                if self.market.find(wire_symbol) is None:
                    self.market.watch(symbol, wire_symbol)
                    new.append(wire_symbol)
        finally:
            self.session.watch(new)

    def unwatch(self, wire_symbols: Iterable[str]) -> None:
        """Stop watching symbols, given by the provider's names, and drop their data."""
        removed = list(wire_symbols)
        for wire_symbol in removed:
            self.market.unwatch(wire_symbol)
        self.session.unwatch(removed)

    async def _make_protocol(self) -> FeedProtocol:
        """Return the protocol of the next connection. The server of the built-in market starts with the first one.

        The key is resolved in a thread, because a keyring may be slow.
        """
        if self._server is None:
            credentials = await in_thread(partial(self._engine.find_credentials, self.settings))
        else:
            if not self._server_is_open:
                await self._server.start()
                self._server_is_open = True
            credentials = Credentials(self._server.url)
        return as_exception(partial(self.settings.protocol, credentials))

    def why_no_data(self, symbol: SymbolState | None = None) -> NoData:
        """Return why no market data arrives from the feed, or for one of its symbols."""
        return self._no_data.analyze(self._engine.clock(), symbol)

    def _status_reason(self) -> str:
        return status_reason(self._no_data.analyze_quiet(self._engine.clock()))

    def data_expected(self) -> bool:
        """Return whether market data should have come by now."""
        return self.market.data_expected(self._engine.clock())

    @property
    def complete_until_ns(self) -> int:
        """The time until which the data is certainly complete: a connection may be dead before that is detected.

        Data that is read after a suspend was buffered meanwhile, and more may have been lost.
        """
        return min(
            self.session.last_activity_ns,
            self.session.last_tick_ns + int(self._engine.timeouts.check_interval * SECOND_NS),
        )

    def _report_frames(
        self, connection: FeedConnection, payloads: Sequence[Message], direction: Direction, time_ns: int
    ) -> None:
        taps = self._engine.taps
        taps.batches.deliver(self.errors, self, connection, payloads, direction, time_ns)
        for payload in payloads if taps.frames else ():
            frame = Frame(redacted(payload, connection.protocol.credentials.redact), direction, time_ns)
            taps.frames.deliver(self.errors, self, frame)

    def _on_relay(self, report: Relay) -> None:
        """Watch the new symbols of a relay if all of them are asked for."""
        new = self.relayed.receive(report)
        self.kind = DataKind.of(self.settings, report)
        if self.watches_all and not self.is_replay:
            try:
                self.watch(new)
            except SettingsError:  # symbols that the relay does not have, such as those of alerts, take room as well
                self.relayed.leave_out([symbol for symbol in new if self.find(symbol) is None])
            self._chosen.update(self.wire_symbol(symbol) for symbol in new if self.find(symbol) is not None)
        self._engine.taps.relays.deliver(self.errors, self)

    def _report_rejected_frame(self, frame: Frame, reason: str) -> None:
        self._engine.taps.rejected_frames.deliver(self.errors, self, frame, reason)

    def _on_overdue(self, symbols: Sequence[str], is_final: bool) -> None:
        now_ns = self._engine.clock()
        self.market.note_overdue(symbols, now_ns, NO_ANSWER if is_final else "")
        if is_final:
            reply = Reply(tuple(symbols), ok=False, message=NO_ANSWER)
            self._engine.taps.facts.deliver(self.errors, self, reply, now_ns)

    def _on_state(self) -> None:
        """Log the new state, update the market's coverage and report the state to the taps."""
        _LOG.info("Feed %s: %s", self.name, f"{FEED_WORDS[self.state.kind]}. {self.state.reason}".rstrip(". "))
        # A failure here must not keep the state from the taps.
        self.errors.guard(partial(self._update_coverage, self.state), "applying the state")
        self.errors.guard(partial(self.past.note_state, self.state), "starting to load past data")
        self._engine.market.wake()
        self._engine.taps.states.deliver(self.errors, self)

    def _update_coverage(self, state: FeedState) -> None:
        self.market.coverage.is_quiet = state.kind is FeedStatus.QUIET  # its prices look as old as its state says
        if state.kind is FeedStatus.SUBSCRIBING:
            self.market.on_connected(state.since_ns)
            self._clock_offset.forget_delays()
        elif not state.is_connected:
            try:
                self.update_clock_offset()
            finally:  # prices must not look live after a disconnect
                self.market.on_disconnected(self.complete_until_ns)


def _data_settings(settings: Feed) -> Feed:
    """Return settings without those that can change while the data stays."""
    symbols = settings.symbols if settings.is_built_in else ()  # the built-in market consists of its symbols
    return replace(settings, symbols=symbols, disabled=False, keyring=False, key_file=None, key_env=None)
