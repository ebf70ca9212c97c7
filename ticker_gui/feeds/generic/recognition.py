"""Detects whether an unknown feed has the format of a known provider: every decoder reads its first frames."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final, NamedTuple

from ticker_gui.domain.errors import ConnectionLost, FeedRejected, FrameError
from ticker_gui.domain.events import Fact, Reply
from ticker_gui.feeds.protocol import Credentials, FeedProtocol

_MAX_FACTS: Final = 5_000  # of the frames before a decoder is likely
_FRAMES_PER_ERROR: Final = 10  # tolerates a damaged frame


class Recognized(NamedTuple):
    """The decoder that fits, the events that it has read from all frames, and those from the last frame."""

    protocol: FeedProtocol
    facts: list[Fact]
    latest: list[Fact]


class _Candidate:
    """A provider's decoder and the events that it has read so far."""

    def __init__(self, protocol: FeedProtocol) -> None:
        self.protocol = protocol
        self.facts: deque[Fact] = deque(maxlen=_MAX_FACTS)
        self.latest: list[Fact] = []
        self.count = 0  # of facts about requested symbols
        self.frames = self.errors = 0
        self.is_out = False
        self._had_to_log_in = not protocol.is_ready

    def subscribe(self, symbols: Iterable[str]) -> None:
        """Add requested symbols, in the user's notation."""
        list(self.protocol.subscribe([self.protocol.wire_symbol(symbol) for symbol in symbols]))

    def read(self, payload: bytes) -> None:
        """Decode one frame."""
        self.frames += 1
        self.latest = []
        try:
            facts = self.protocol.decode(payload)
        except FrameError:
            self.errors += 1
        except (FeedRejected, ConnectionLost):
            self.is_out = True
        else:
            if facts:
                self._take(list(facts))
        self.protocol.outgoing.clear()

    def _take(self, facts: list[Fact]) -> None:
        """Keep the events of a frame, and count those about requested symbols."""
        self.latest = facts
        self.facts.extend(facts)
        requested = self.protocol.subscribed
        self.count += sum(not isinstance(fact, Reply) and fact.symbol in requested for fact in facts)

    @property
    def is_likely(self) -> bool:
        """Whether it has read market data of requested symbols, and nearly all frames without an error.

        If its frames may be those of another feed, only the answer to its login identifies it.
        """
        has_logged_in = self._had_to_log_in and self.protocol.is_ready
        is_identified = self.protocol.is_distinctive or has_logged_in
        return is_identified and self.count > 0 and self.errors * _FRAMES_PER_ERROR <= self.frames


class Recognition:
    """Decodes frames with all known providers until one of them is likely."""

    def __init__(self, providers: Iterable[type[FeedProtocol]], credentials: Credentials) -> None:
        self._candidates = [_Candidate(provider(credentials)) for provider in providers]

    def subscribe(self, symbols: Iterable[str]) -> None:
        """Add requested symbols, in the user's notation."""
        symbols = list(symbols)
        for candidate in self._candidates:
            candidate.subscribe(symbols)

    def read(self, payload: bytes) -> None:
        """Decode one frame with every remaining decoder."""
        for candidate in self._candidates:
            candidate.read(payload)
        self._candidates = [candidate for candidate in self._candidates if not candidate.is_out]

    def reject(self, protocol: FeedProtocol) -> None:
        """Remove a decoder."""
        self._candidates = [candidate for candidate in self._candidates if candidate.protocol is not protocol]

    def best_match(self) -> Recognized | None:
        """Return the decoder that has read the most events; ``None`` if none has read any."""
        likely = [candidate for candidate in self._candidates if candidate.is_likely]
        if not likely:
            return None
        best = max(likely, key=lambda candidate: candidate.count)
        return Recognized(best.protocol, list(best.facts), best.latest)
