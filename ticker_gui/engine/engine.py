"""The application without a screen: one session per feed fills the market, with or without a window."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import Final

from ticker_gui.config.credentials import resolve_credentials
from ticker_gui.config.settings import Feed
from ticker_gui.domain.capability import Capability
from ticker_gui.domain.clock import Clock
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.engine.taps import Taps
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.history.http_client import HttpClient
from ticker_gui.history.past_data_client import HttpGet, OnLimited
from ticker_gui.market.limits import Limits
from ticker_gui.market.market import Market
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.stream.clock import clock_adjustment_ns, steady_clock
from ticker_gui.stream.connection import Connector, open_transport
from ticker_gui.stream.read_pacing import ReadPacing
from ticker_gui.stream.timeouts import Timeouts


class Engine:
    """All feeds and the market that they fill. Other components receive facts, frames and states through `taps`."""

    is_replay = False  # whether the feeds are recorded ones

    def __init__(
        self,
        feeds: Sequence[Feed],
        limits: Limits | None = None,
        *,
        clock: Clock | None = None,
        connector: Connector | None = None,
        timeouts: Timeouts | None = None,
        find_credentials: Callable[[Feed], Credentials] = resolve_credentials,
        http_get: HttpGet | None = None,
        backfills: bool = False,
    ) -> None:
        self.backfills: Final = backfills  # requests the trades that were missed while a feed was disconnected
        self.find_credentials = find_credentials  # called in a thread before each connection
        self.clock = clock or steady_clock()
        self.clock_adjustment_ns: Callable[[], int] = (lambda: 0) if clock else partial(clock_adjustment_ns, self.clock)
        self._http_client: Final = HttpClient()
        self.http_get: HttpGet = http_get or self._http_client.get
        self.on_http_limited: OnLimited | None = self._http_client.note_limit if http_get is None else None
        self.market = Market(limits)
        self.taps: Final[Taps[EngineFeed]] = Taps(self._connect_taps)
        self.timeouts = timeouts or Timeouts()
        self.read_pacing: Final = ReadPacing()
        self._connector: Final[Connector] = connector or partial(
            open_transport, timeouts=self.timeouts, pacing=self.read_pacing
        )
        self.feeds: dict[str, EngineFeed] = {feed.name: EngineFeed(self, feed) for feed in feeds}
        for feed in self.feeds.values():
            feed.watch(feed.configured_symbols)
        self._group: asyncio.TaskGroup | None = None
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._locks: dict[str, asyncio.Lock] = {}  # by name of a feed: held until its connection is closed

    async def run(self) -> None:
        """Run every feed until cancelled. An unexpected exception in one feed does not affect the others."""
        # In a thread, and not before: it is slow, and the window is painted without it.
        await asyncio.to_thread(import_module, "ticker_gui.stream.transport")
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                for feed in self.feeds.values():
                    self._start(feed)
                await asyncio.Event().wait()  # there may be no feed yet
        finally:
            self._group = None
            self._locks.clear()  # the next run may be in another event loop
            await self._http_client.close()

    def set_feeds(self, feeds: Sequence[Feed]) -> None:
        """Set the feeds: start new ones, restart changed ones, stop removed ones, and leave all others alone.

        Removed and changed feeds stop delivering at once, and their data is dropped. Unchanged feeds keep their watched
        symbols; `EngineFeed.set_watched` changes those. A feed that is disabled or enabled, or whose key is found
        elsewhere, keeps its data.

        Raises:
            SettingsError: the limit of symbols is reached. All feeds are set, and the symbols before it are watched.
        """
        desired = {feed.name: feed for feed in feeds}
        problem: SettingsError | None = None
        for name, feed in list(self.feeds.items()):
            if name not in desired or not feed.can_change_to(desired[name]):
                self._stop(feed)
                self.market.drop(name)
                feed.past.backfill.forget_removed()
                del self.feeds[name]
        for name, settings in desired.items():
            if name not in self.feeds:
                self.feeds[name] = feed = EngineFeed(self, settings)
                try:
                    feed.watch(feed.configured_symbols)
                except SettingsError as error:
                    problem = problem or error
                self._start(feed)
            else:
                self._change(self.feeds[name], settings)
        self.feeds = {name: self.feeds[name] for name in desired}
        self.market.set_order(desired)
        if problem is not None:
            raise problem

    def _change(self, feed: EngineFeed, settings: Feed) -> None:
        """Change the settings of a feed in place, and start, stop or reconnect it where they require that."""
        before, feed.settings = feed.settings, settings
        if settings.disabled:
            self._stop(feed)
        elif before.disabled:
            self._start(feed)
        elif feed.state.kind is FeedStatus.REJECTED or _key_source(before) != _key_source(settings):
            self.reconnect(feed.name)  # if it was rejected, the cause may be fixed elsewhere

    def reconnect(self, name: str) -> None:
        """Reconnect a feed, with the key that it has now; its data stays. A disabled feed stays disconnected."""
        feed = self.feeds[name]
        feed.session.retry_policy.note_user_retry()
        if feed.state.can_retry:
            feed.session.retry_now()
        elif not feed.settings.disabled:
            self._stop(feed)
            self._start(feed)

    def _start(self, feed: EngineFeed) -> None:
        if self._group is not None and not feed.settings.disabled:
            self._tasks[feed.name] = self._group.create_task(self._run(feed), name=f"feed {feed.name}")

    async def _run(self, feed: EngineFeed) -> None:
        """Run a feed as soon as the former connection under its name is closed, and that it stopped is reported.

        Many providers allow only one connection per key.
        """
        async with self._locks.setdefault(feed.name, asyncio.Lock()):
            await feed.run()

    def _stop(self, feed: EngineFeed) -> None:
        feed.session.stop_delivery()
        if (task := self._tasks.pop(feed.name, None)) is not None:
            task.cancel()

    def connector_for(self, feed: str) -> Connector:
        """Return the connector of a feed."""
        return self._connector

    def _connect_taps(self) -> None:
        for feed in self.feeds.values():
            feed.connect_taps()

    def sample_delay(self, state: SymbolState) -> None:
        """Add the delay of a symbol's last trade to the estimate of its feed; called once per frame, not per trade."""
        feed = self.feeds.get(state.feed)
        if feed is not None:
            feed.sample_delay(state)

    @property
    def capabilities(self) -> frozenset[Capability]:
        """The kinds of market data that at least one of the feeds can deliver."""
        return frozenset().union(*(feed.capabilities for feed in self.feeds.values()))

    def retry_now(self) -> None:
        """Reconnect every waiting or rejected feed at once."""
        for feed in self.feeds.values():
            feed.session.retry_now()


def _key_source(settings: Feed) -> tuple[object, ...]:
    return settings.keyring, settings.key_file, settings.key_env
