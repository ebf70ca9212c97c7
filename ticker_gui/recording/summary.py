"""What a recording contains: its feeds, times and remarks, found by reading it once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Final

import msgspec

from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.events import Reply
from ticker_gui.feeds.generic.autodetect import AutoDetect
from ticker_gui.feeds.protocol import Credentials, FeedProtocol
from ticker_gui.feeds.registry import provider_of
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.recording.format import Header, Line, RecordedFeed
from ticker_gui.recording.line_decoder import Batch
from ticker_gui.recording.reading import Recording

_MAX_NOTES: Final = 1_000
_DECODED_FRAMES: Final = 2_000  # of a capture, to find its symbols
_MAX_SYMBOLS: Final = 100
_MAX_FEEDS: Final = 100
_ITEMS_PER_CHECK: Final = 256  # of whether it is cancelled


class RecordingSummary(msgspec.Struct, frozen=True):
    """The contents of a recording. ``feeds`` have all symbols that were watched at any time.

    ``notes`` are times and remarks. ``problems`` are sentences about what could not be read.
    """

    began_ns: int
    ended_ns: int
    frames: int
    feeds: tuple[RecordedFeed, ...]
    notes: tuple[tuple[int, str], ...] = ()
    problems: tuple[str, ...] = ()
    is_truncated: bool = False


def summarize(recording: Recording, is_cancelled: Callable[[], bool] = lambda: False) -> RecordingSummary:
    """Read a recording and return its contents. It may take seconds: call it in a thread, which can be cancelled."""
    scan = _Scan(recording.header)
    with closing(recording.items()) as items:
        for number, item in enumerate(items):
            if isinstance(item, Header):
                scan.add_feeds(item.feeds)
            else:
                scan.add(item)
            if not number % _ITEMS_PER_CHECK and is_cancelled():
                break
    problems = recording.problems
    return RecordingSummary(
        scan.ended_ns if scan.began_ns is None else scan.began_ns,
        scan.ended_ns,
        scan.frames,
        tuple(scan.complete_feeds()),
        tuple(scan.notes),
        tuple(problems.describe().splitlines()),
        problems.is_truncated,
    )


class _Scan:
    """What was found so far."""

    def __init__(self, header: Header) -> None:
        self.frames = 0
        self.began_ns: int | None = None
        self.ended_ns = 0
        self.notes: list[tuple[int, str]] = []
        self._errors = InternalErrors("a recording")
        self._is_capture = not header.feeds and not header.format
        self._feeds: dict[str, RecordedFeed] = {}
        self._decoders: dict[str, FeedProtocol] = {}
        self._symbols: dict[str, dict[str, None]] = {}
        self.add_feeds(header.feeds)

    def add_feeds(self, feeds: tuple[RecordedFeed, ...]) -> None:
        for feed in feeds:
            known = self._feeds.get(feed.name)
            if known is not None:
                symbols = tuple(dict.fromkeys((*known.symbols, *feed.symbols)))
                feed = msgspec.structs.replace(feed, symbols=symbols, has_key=feed.has_key or known.has_key)
            if known is not None or len(self._feeds) < _MAX_FEEDS:
                self._feeds[feed.name] = feed

    def add(self, item: Batch | Line) -> None:
        if isinstance(item, Batch):
            self.frames += len(item.payloads)
        elif item.dir == "out":
            self.frames += 1
        elif item.dir == "note" and len(self.notes) < _MAX_NOTES:
            self.notes.append((int(item.t), item.frame or ""))
        elif item.settings is not None:
            self.add_feeds((item.settings,))
        self.ended_ns = max(self.ended_ns, int(item.t))
        if not item.again:
            self.began_ns = int(item.t) if self.began_ns is None else min(self.began_ns, int(item.t))
        if self._is_capture:
            self._add_of_capture(item)

    def _add_of_capture(self, item: Batch | Line) -> None:
        """Find the provider of a capture by its URL, and its symbols by decoding its first frames."""
        if item.feed not in self._decoders:
            if len(self._decoders) == _MAX_FEEDS:
                return
            url = item.frame or "" if isinstance(item, Line) and item.dir == "open" else ""
            provider = provider_of(url) or AutoDetect
            self._feeds[item.feed] = RecordedFeed(item.feed or provider.name, provider.name, url)
            self._decoders[item.feed] = provider(Credentials(url))
            self._symbols[item.feed] = {}
        if isinstance(item, Batch) and self.frames <= _DECODED_FRAMES:
            for payload in item.payloads:
                self._find_symbols(item.feed, payload)

    def _find_symbols(self, feed: str, payload: bytes) -> None:
        symbols = self._symbols[feed]
        if len(symbols) < _MAX_SYMBOLS:
            with self._errors.contained("decoding a recorded frame"), suppress(TickerError):
                facts = self._decoders[feed].decode(payload)
                symbols.update((fact.symbol, None) for fact in facts if not isinstance(fact, Reply))

    def complete_feeds(self) -> Iterator[RecordedFeed]:
        for name, feed in self._feeds.items():
            symbols = tuple(self._symbols.get(name, ()))[:_MAX_SYMBOLS]
            yield msgspec.structs.replace(feed, symbols=feed.symbols or symbols)
