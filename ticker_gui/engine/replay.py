"""A replay: the engine on the clock of a recording, and what the recording does to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Final

from msgspec.structs import replace

from ticker_gui.config.settings import Feed, check_name
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.feed_state import FeedStatus
from ticker_gui.domain.redaction import REDACTED
from ticker_gui.domain.sanitize import quoted
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.engine.replay_connections import ReplayConnections, ReplayTransport, recorded_delay_s
from ticker_gui.engine.replay_responses import ReplayResponses
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.feeds.registry import PROVIDERS
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.market.limits import Limits
from ticker_gui.recording.format import Header, Line, RecordedFeed, RecordingError
from ticker_gui.recording.line_decoder import Batch
from ticker_gui.recording.reading import Recording
from ticker_gui.recording.replay_loop import ReplayLoop
from ticker_gui.recording.replay_source import ReplayItem, ReplaySource
from ticker_gui.recording.summary import RecordingSummary, summarize
from ticker_gui.stream.connection import Connector
from ticker_gui.stream.timeouts import Timeouts

_NO_URL: Final = "ws://recorded.invalid/"  # of the built-in market
_KEY: Final = "recorded-key-identifier:recorded-key-secret"  # stands for the real one, which is not recorded
_NEVER_S: Final = 1e9
_NEVER_NS: Final = 2**63
_IDLE_NS: Final = 3600 * SECOND_NS  # after the last line and before the next one, in which timers are exact
_IDLE_LAG_S: Final = 3.0  # after which no data is reported even if the recording does not say so, as that of a capture
# The recording decides when a connection ends.
_TIMEOUTS: Final = Timeouts(
    login_timeout=_NEVER_S,
    idle_warning=Timeouts().idle_warning + _IDLE_LAG_S,
    idle_timeout=_NEVER_S,
    max_idle_timeout=_NEVER_S,
    suspend_threshold=_NEVER_S,
)


class ReplayEngine(Engine):
    """The engine of a replay: the same as for live feeds, with recorded connections, responses, keys and time."""

    is_replay = True

    def __init__(self, feeds: Iterable[Feed], limits: Limits | None, replay: Replay) -> None:
        self._replay = replay
        super().__init__(
            tuple(feeds),
            limits,
            clock=lambda: replay.now_ns,
            timeouts=_TIMEOUTS,
            find_credentials=replay.credentials,
            http_get=replay.responses.get,
        )

    def reconnect(self, name: str) -> None:
        """Do nothing: the recording decides when a feed connects."""

    def retry_now(self) -> None:
        """Do nothing, as `reconnect`."""

    def connector_for(self, feed: str) -> Connector:
        """Return the connector of a feed to its recording."""
        return self._replay.connections_of(feed).connect


class Replay:
    """Plays a recording into `engine`, on demand and in slices: `run_until` advances it to a time.

    The engine object stays the same for the whole replay; after `rewind` its feeds and their data are new ones. All
    methods must be called from the same thread, outside tasks. `close` ends the replay.

    Raises:
        RecordingError: the recording needs a provider that this version does not have, or contains no feed.
    """

    def __init__(
        self,
        recording: Recording,
        summary: RecordingSummary,
        limits: Limits | None = None,
        errors: InternalErrors | None = None,
    ) -> None:
        self.recording: Final = recording
        self.summary: Final = summary
        self.errors: Final = errors or InternalErrors("the replay")
        self.responses: Final = ReplayResponses()
        self.on_note: Callable[[int, str], object] = lambda time_ns, text: None  # called with each remark
        self.on_feeds_changed: Callable[[], object] = lambda: None  # called when its feeds or their symbols are others
        self._known = {feed.name: feed for feed in summary.feeds}
        self._is_capture = not recording.header.format
        self._connections: dict[str, ReplayConnections] = {}
        self._loop = ReplayLoop(summary.began_ns, self.errors)
        self._source = ReplaySource(recording)
        self._last_item_ns = summary.began_ns
        self._running: asyncio.Task[None] | None = None
        _check_feeds(summary.feeds)
        self.engine: Final = ReplayEngine(self._first_feeds(), limits, self)
        self._start()

    @property
    def now_ns(self) -> int:
        """The time of the recording that was reached."""
        return self._loop.now_ns

    @property
    def is_at_end(self) -> bool:
        """Whether all of the recording was played."""
        return self._source.is_ended

    @property
    def next_item_ns(self) -> int | None:
        """The time of the next line; ``None`` at the end, and while it is being read."""
        item = self._source.peek()
        return None if item is None or isinstance(item, Header) else int(item.t)

    def run_until(self, time_ns: int, stop_s: float = float("inf"), *, one_read: bool = False) -> bool:
        """Play up to a time; return whether it was reached, or the end.

        It stops before when ``perf_counter`` reaches ``stop_s``, or while the file is being read. With ``one_read`` it
        stops after the next read of a connection.
        """
        loop, source = self._loop, self._source
        with loop.running():
            while loop.run_ready(stop_s):
                if not one_read and self._play_reads(time_ns, stop_s):
                    if perf_counter() > stop_s:
                        return False
                    continue
                item = source.peek()
                if item is None and not source.is_ended:
                    return False
                if item is None and time_ns >= self.summary.ended_ns:
                    return True
                item_ns = _NEVER_NS if item is None else self._time_of(item)
                self._skip_idle(min(item_ns, time_ns))
                timer_ns = loop.next_timer_ns or _NEVER_NS
                next_ns = min(item_ns, timer_ns)
                if next_ns > time_ns:
                    loop.set_time(time_ns)
                    return True
                loop.set_time(next_ns)
                if item is not None and item_ns < timer_ns:
                    self._take()
                    self.errors.guard(partial(self._play, item), "playing a recorded line")
                    if one_read and isinstance(item, Batch):
                        return loop.run_ready()
                if perf_counter() > stop_s:
                    return False
        return False

    def _play_reads(self, time_ns: int, stop_s: float) -> bool:
        """Play reads up to a time while nothing else is due, as most lines are; return whether there was any."""
        loop, source, has_played = self._loop, self._source, False
        with self.errors.contained("playing a recorded line"):
            while type(item := source.peek()) is Batch and item.t <= time_ns and loop.is_idle_until(item.t):
                has_played = True
                loop.now_ns = max(loop.now_ns, item.t)
                self._take()
                self._play_read(item)
                if perf_counter() > stop_s:
                    break
        return has_played

    def _take(self) -> None:
        self._source.take()
        self._last_item_ns = self.now_ns

    def _skip_idle(self, until_ns: int) -> None:
        """Skip most of a long time in which nothing was recorded.

        It may be decades, if a clock was wrong or a line is damaged. Timers that are due meanwhile run at its end.
        """
        if self.now_ns >= self._last_item_ns + _IDLE_NS and until_ns - _IDLE_NS > self.now_ns:
            self._loop.set_time(until_ns - _IDLE_NS)

    def rewind(self) -> None:
        """Go back to the beginning; the engine has new feeds, and the data of the former ones stays as it is."""
        for feed in self.engine.feeds.values():
            feed.session.detach()
        self._stop()
        self.engine.set_feeds(())
        self._source.close()
        self._connections.clear()
        self.responses.clear()
        self._known = {feed.name: feed for feed in self.summary.feeds}
        self._loop = ReplayLoop(self.summary.began_ns, self.errors)
        self._source = ReplaySource(self.recording)
        self._last_item_ns = self.summary.began_ns
        self.engine.set_feeds(tuple(self._first_feeds()))
        self._start()

    def close(self) -> None:
        """End the feeds and stop reading."""
        self._stop()
        self._source.close()

    def _start(self) -> None:
        with self._loop.running():
            self._running = self._loop.create_task(self.engine.run(), name="replayed feeds")

    def _stop(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            self._loop.run_ready()
            running.cancel()
            self._loop.run_until_done(running)
        self._loop.close()

    # What the engine asks for

    def connections_of(self, feed: str) -> ReplayConnections:
        """Return the recorded connections of a feed."""
        connections = self._connections.get(feed)
        if connections is None:
            connections = self._connections[feed] = ReplayConnections(feed)
        return connections

    def credentials(self, feed: Feed) -> Credentials:
        """Return credentials with a key that stands for the recorded one."""
        recorded = self._known.get(feed.name)
        key = _KEY if recorded is not None and recorded.has_key else None
        return Credentials(feed.url, key, mapping=feed.mapping)

    # What the recording does

    def _first_feeds(self) -> list[Feed]:
        header = self.recording.header
        return [as_settings(feed) for feed in (self.summary.feeds if self._is_capture else header.feeds)]

    def _time_of(self, item: ReplayItem) -> int:
        return self.now_ns if isinstance(item, Header) else max(self.now_ns, int(item.t))

    def _play(self, item: ReplayItem) -> None:
        if isinstance(item, Batch):
            self._play_read(item)
        elif isinstance(item, Header):
            for described in item.feeds:
                self._change(described)
        else:
            self._play_line(item)

    def _play_read(self, batch: Batch) -> None:
        name = batch.feed or self._only_feed
        transport = self.connections_of(name).find(batch.conn) or self._open_missing(name, batch)
        if transport is not None:
            transport.deliver(batch)

    def _play_line(self, line: Line) -> None:
        name = line.feed or self._only_feed
        match line.dir:
            case "open":
                self._set_disabled(name, is_disabled=False)
                self.connections_of(name).open(line, waits_to_send=not (line.again or self._is_capture))
                self._retry_if_expected(name)
            case "out":
                self.connections_of(name).allow_send(line.conn)
            case "state" if line.state == FeedStatus.QUIET and name in self.engine.feeds:
                self.engine.feeds[name].session.report_idle(line.frame or "")
            case "close":
                self._close_connection(name, line)
            case "state" if line.state == FeedStatus.STOPPED:
                self._set_disabled(name, is_disabled=True)
            case "state" if line.state == FeedStatus.CONNECTING:
                self._set_disabled(name, is_disabled=False)
                self._retry(name)
            case "http":
                self.responses.add(line)
            case "note":
                self.on_note(int(line.t), line.frame or "")
            case "feed" if line.settings is not None:
                self._change(line.settings)

    def _close_connection(self, name: str, line: Line) -> None:
        feed = self.engine.feeds.get(name)
        transport = self.connections_of(name).find(line.conn)
        if feed is not None and (transport is None or not transport.is_ended):
            feed.session.retry_policy.recorded_delay_s = recorded_delay_s(line)
            feed.session.retry_policy.retries_rejections = line.state != FeedStatus.REJECTED
        self.connections_of(name).close(line)
        if transport is None:
            self._retry_if_expected(name)

    def _open_missing(self, name: str, batch: Batch) -> ReplayTransport | None:
        """Open a connection whose beginning is not in the recording; ``None`` if it has been closed already."""
        connections = self.connections_of(name)
        if connections.was_closed(batch.conn):
            return None
        connections.open(Line(batch.t, "open", name, batch.conn), waits_to_send=False)
        self._retry_if_expected(name)
        return connections.find(batch.conn)

    def _retry_if_expected(self, name: str) -> None:
        """Let a session that waits connect now, if the recording does not say when it began to."""
        if self.connections_of(name).is_expected:
            self._retry(name)

    def _retry(self, name: str) -> None:
        """Let a session that waits connect now, because the recorded one did."""
        feed = self.engine.feeds.get(name)
        if feed is not None and feed.state.kind in (FeedStatus.WAITING, FeedStatus.REJECTED):
            feed.session.retry_now(by_user=feed.state.kind is FeedStatus.REJECTED)

    def _set_disabled(self, name: str, *, is_disabled: bool) -> None:
        feed = self.engine.feeds.get(name)
        if feed is not None and feed.settings.disabled != is_disabled:
            self._set_feeds({name: replace(feed.settings, disabled=is_disabled)})

    def _change(self, described: RecordedFeed) -> None:
        """Add a feed, or watch its new symbols."""
        if self._is_capture or described.provider not in PROVIDERS:
            return
        self._known[described.name] = described
        feed: EngineFeed | None = self.engine.feeds.get(described.name)
        if feed is None:
            self._set_feeds({described.name: as_settings(described)})
        elif described.symbols != tuple(state.symbol for state in feed.market.states):
            feed.set_watched(described.symbols)
            self.on_feeds_changed()

    def _set_feeds(self, changed: dict[str, Feed]) -> None:
        feeds = {name: feed.settings for name, feed in self.engine.feeds.items()} | changed
        self.engine.set_feeds(tuple(feeds.values()))
        self.on_feeds_changed()

    @property
    def _only_feed(self) -> str:
        return self.summary.feeds[0].name


def open_replay(path: Path, limits: Limits | None = None, errors: InternalErrors | None = None) -> Replay:
    """Read a recording, a report file or a capture once and return its replay.

    Raises:
        SettingsError: it cannot be played.
    """
    recording = open_recording(path)
    try:
        return Replay(recording, summarize(recording), limits, errors)
    except RecordingError as error:
        raise SettingsError(str(error)) from error


def open_recording(path: Path) -> Recording:
    """Open a recording and check its first line.

    Raises:
        SettingsError: it cannot be played.
    """
    try:
        recording = Recording(path)
        _check_providers(recording.header.feeds)
    except RecordingError as error:
        raise SettingsError(str(error)) from error
    return recording


def as_settings(feed: RecordedFeed) -> Feed:
    """Return the settings of a recorded feed for a replay."""
    url = feed.url.replace(REDACTED, "redacted") or _NO_URL
    return Feed(url=url, symbols=feed.symbols, name=feed.name, provider=feed.provider, mapping=feed.mapping)


def _check_feeds(feeds: Iterable[RecordedFeed]) -> None:
    if not feeds:
        raise RecordingError("The recording contains no feeds.")
    for feed in feeds:
        try:
            check_name(feed.name)
        except SettingsError as error:
            raise RecordingError(f"The recording cannot be played. {error}") from error
    _check_providers(feeds)


def _check_providers(feeds: Iterable[RecordedFeed]) -> None:
    for feed in feeds:
        if feed.provider not in PROVIDERS:
            raise RecordingError(
                f"The feed {quoted(feed.name)} was recorded with the provider {quoted(feed.provider)}, "
                "which this version does not have. Update Ticker GUI."
            )
