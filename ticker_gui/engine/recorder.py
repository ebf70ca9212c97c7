"""Recording the feeds: frames, connections, states and past data, from the engine into recordings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Final, Protocol

import msgspec
from msgspec.structs import replace

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.feed_state import FeedState, FeedStatus
from ticker_gui.domain.frame import Direction
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.redaction import REDACTED
from ticker_gui.domain.secret_values import SECRET_NAME
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.engine.taps import Taps
from ticker_gui.feeds.history import HttpResponse
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.protocol import Credentials, Message
from ticker_gui.recording.format import Header, Line, RecordedFeed, new_header
from ticker_gui.recording.line_encoder import FrameBatch, RecordedResponse
from ticker_gui.recording.writing import Item
from ticker_gui.stream.connection import FeedConnection

_MAX_BEGINNING_FRAMES: Final = 1_000  # of one connection
_MAX_BEGINNING_BYTES: Final = 1 << 20
_FRAMES_PER_REQUEST: Final = 50  # how many answers to a sent frame belong to the beginning
_DIGITS: Final = re.compile(rb"\d+")
# A value in a template whose name says that it is a secret.
_SECRET_VALUE: Final = re.compile(
    rf"""(["'][^"']{{0,64}}{SECRET_NAME}[^"']{{0,64}}["']\s*:\s*)(["'])(?!\$KEY)[^"']+\2""", re.IGNORECASE
)


class Sink(Protocol):
    """What receives a recording, such as a `RecordingWriter`. Its methods return at once."""

    def add_frames(self, batch: FrameBatch) -> None:
        """Add frames."""

    def add_http(self, response: RecordedResponse) -> None:
        """Add the response to a request."""

    def add(self, line: Line) -> None:
        """Add any other line."""


class RecordedEngine(Protocol):
    """What the recorder needs of the engine."""

    clock: Clock
    feeds: dict[str, EngineFeed]

    @property
    def taps(self) -> Taps[EngineFeed]:
        """The callbacks for frames, states and responses."""


class _Connection:
    """A connection that is recorded, and its beginning, without which later frames may not be decodable."""

    def __init__(self, number: int, opening: Line) -> None:
        self.number: Final = number
        self.opening: Final = opening
        self.beginning: list[FrameBatch] = []
        self._frames = self._bytes = 0
        self._answers = _FRAMES_PER_REQUEST
        self._requests: set[bytes] = set()  # sent so far, without numbers

    def add(self, batch: FrameBatch) -> None:
        """Add frames to the beginning, if they belong to it: requests, and what was received after each."""
        if batch.direction == "in" and self._answers <= 0:
            return
        if self._frames >= _MAX_BEGINNING_FRAMES or self._bytes >= _MAX_BEGINNING_BYTES:
            return
        if batch.direction == "out":
            request = _DIGITS.sub(b"", b"".join(map(_as_bytes, batch.payloads)))
            if request in self._requests:  # such as a ping
                return
            self._requests.add(request)
            self._answers = _FRAMES_PER_REQUEST
        else:
            batch = batch._replace(payloads=batch.payloads[: self._answers])
            self._answers -= len(batch.payloads)
        self.beginning.append(batch._replace(again=True))
        self._frames += len(batch.payloads)
        self._bytes += batch.size


class _Feed:
    """What was recorded of a feed so far."""

    def __init__(self) -> None:
        self.described: RecordedFeed | None = None
        self.connections: dict[FeedConnection, _Connection] = {}  # the open ones
        self.count = 0  # of connections
        self.is_connecting = False


class Recorder:
    """Passes what the feeds of an engine send and receive to any number of recordings.

    It costs nothing while there is none. Frames contain the key until the thread of the recording has redacted them.
    """

    def __init__(self, engine: RecordedEngine) -> None:
        self._engine: Final = engine
        self._feeds: dict[str, _Feed] = {}
        self._sinks: tuple[Sink, ...] = ()

    def header(self) -> Header:
        """Return the header of a recording that begins now."""
        began = local_time(self._engine.clock() // SECOND_NS, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return new_header(began, tuple(map(describe_feed, self._engine.feeds.values())))

    def beginning(self) -> Iterator[Item]:
        """Yield what a recording that begins now needs of the open connections, so that it can be replayed."""
        for feed in self._feeds.values():
            for connection in feed.connections.values():
                yield connection.opening
                yield from connection.beginning

    def add_sink(self, sink: Sink) -> None:
        """Start recording into a sink, which first receives the beginnings of the open connections."""
        if not self._sinks:
            self._feeds.clear()
            taps = self._engine.taps
            taps.batches.add(self._on_frames)
            taps.states.add(self._on_state)
            taps.http.add(self._on_response)
            for feed in self._engine.feeds.values():
                if feed.session.connection is not None and feed.state.is_connected:
                    self._connection_of(feed, feed.session.connection)
        for item in self.beginning():
            add_to(sink, item)
        self._sinks = (*self._sinks, sink)

    def remove_sink(self, sink: Sink) -> None:
        """Stop recording into a sink; its owner closes it. Unknown sinks are ignored."""
        self._sinks = tuple(other for other in self._sinks if other is not sink)
        if not self._sinks:
            taps = self._engine.taps
            taps.batches.remove(self._on_frames)
            taps.states.remove(self._on_state)
            taps.http.remove(self._on_response)

    def note(self, text: str) -> None:
        """Write a remark into all recordings, such as that the user marked this time."""
        self._write(Line(self._engine.clock(), "note", frame=text))

    def _write(self, item: Item) -> None:
        for sink in self._sinks:
            add_to(sink, item)

    # Frames

    def _on_frames(
        self,
        feed: EngineFeed,
        connection: FeedConnection,
        payloads: Sequence[Message],
        direction: Direction,
        time_ns: int,
    ) -> None:
        recorded = self._connection_of(feed, connection)
        if direction == "out":
            self._note_changes(feed)
        redact = connection.protocol.credentials.redact
        batch = FrameBatch(feed.name, recorded.number, payloads, direction, time_ns, redact)
        recorded.add(batch)
        for sink in self._sinks:
            sink.add_frames(batch)

    def _on_response(self, feed: EngineFeed, response: HttpResponse) -> None:
        protocol = feed.session.protocol or feed.session.last_protocol
        credentials = Credentials() if protocol is None else protocol.credentials
        now_ns = self._engine.clock()
        self._write(
            RecordedResponse(feed.name, response.url, response.status, response.body, now_ns, credentials.redact)
        )

    # Connections and states

    def _feed(self, feed: EngineFeed) -> _Feed:
        if (recorded := self._feeds.get(feed.name)) is None:  # `setdefault` would make a new one for each read
            recorded = self._feeds[feed.name] = _Feed()
        return recorded

    def _connection_of(self, feed: EngineFeed, connection: FeedConnection) -> _Connection:
        """Return what is recorded of a connection; write that it was opened if it is new."""
        recorded = self._feed(feed)
        known = recorded.connections.get(connection)
        if known is not None:
            return known
        self._note_changes(feed)
        recorded.count += 1
        recorded.is_connecting = False
        protocol = connection.protocol
        url = protocol.credentials.redact(protocol.address)
        opened_ns = connection.opened_ns or self._engine.clock()
        opening = Line(opened_ns, "open", feed.name, recorded.count, frame=url)
        self._write(opening)
        known = recorded.connections[connection] = _Connection(recorded.count, replace(opening, again=True))
        return known

    def _note_changes(self, feed: EngineFeed) -> None:
        """Write what has changed besides the state: the feed's symbols, and connections that were replaced."""
        recorded = self._feed(feed)
        described = describe_feed(feed)
        if described != recorded.described:
            recorded.described = described
            self._write(Line(self._engine.clock(), "feed", feed.name, settings=described))
        for connection in [one for one in recorded.connections if one.is_closed]:
            line = self._close_line(feed, recorded.connections.pop(connection).number, connection.last_activity_ns)
            line.frame = "closed by Ticker GUI"
            self._write(line)

    def _close_line(self, feed: EngineFeed, number: int, last_ns: int) -> Line:
        return Line(self._engine.clock(), "close", feed.name, number, last=last_ns)

    def _on_state(self, feed: EngineFeed) -> None:
        state, recorded = feed.state, self._feed(feed)
        if state.kind is FeedStatus.CONNECTING:
            self._note_changes(feed)
            recorded.is_connecting = True
        elif state.is_connected or state.waits_for_relay:
            if feed.session.connection is not None:
                self._connection_of(feed, feed.session.connection)
        else:
            self._note_end(feed, state)
        self._write(Line(state.since_ns, "state", feed.name, state=state.kind.value, frame=state.reason))

    def _note_end(self, feed: EngineFeed, state: FeedState) -> None:
        """Write that connections were closed, or that one could not be opened."""
        recorded = self._feed(feed)
        numbers = [connection.number for connection in recorded.connections.values()]
        if not numbers and recorded.is_connecting and state.kind is not FeedStatus.STOPPED:
            recorded.count += 1
            numbers = [recorded.count]
        recorded.connections.clear()
        recorded.is_connecting = False
        for number in numbers:
            line = self._close_line(feed, number, feed.session.last_activity_ns)
            line.frame, line.state, line.retry_at = state.reason, state.kind.value, state.retry_at_ns or 0
            line.is_limited, line.is_internal, line.wants_key = state.is_limited, state.is_internal, state.wants_key
            self._write(line)


def describe_feed(feed: EngineFeed) -> RecordedFeed:
    """Return a feed as it is recorded, without secrets."""
    settings, protocol = feed.settings, feed.session.protocol
    mapping = None if settings.mapping is None else redacted_mapping(settings.mapping)
    has_key = settings.protocol.needs_key if protocol is None else protocol.credentials.key is not None
    url = settings.url if protocol is None else protocol.credentials.url
    url = "" if settings.is_built_in else Credentials(url, headers=settings.headers).redact(url)
    if protocol is not None:
        url = protocol.credentials.redact(url)
    symbols = tuple(state.symbol for state in feed.market.states)
    return RecordedFeed(feed.name, settings.provider, url, symbols, mapping, has_key)


def redacted_mapping(mapping: FieldMapping) -> FieldMapping:
    """Return a mapping without secrets that are written in its templates."""
    values: Mapping[str, str] = msgspec.to_builtins(mapping)
    return FieldMapping(**{name: _SECRET_VALUE.sub(rf"\1\2{REDACTED}\2", text) for name, text in values.items()})


def add_to(sink: Sink, item: Item) -> None:
    """Add an item to a sink."""
    if isinstance(item, FrameBatch):
        sink.add_frames(item)
    elif isinstance(item, RecordedResponse):
        sink.add_http(item)
    else:
        sink.add(item)


def _as_bytes(message: Message) -> bytes:
    return message.encode("utf-8", "replace") if isinstance(message, str) else message
