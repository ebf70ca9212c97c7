"""Whether an unknown feed speaks the format of a known provider: every provider's decoder reads its first frames."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final, NamedTuple

from ticker_gui.domain.errors import ConnectionLost, FeedRejected, FrameError
from ticker_gui.domain.events import Fact, Reply
from ticker_gui.feeds.protocol import Credentials, FeedProtocol

_MAX_FACTS: Final = 5_000  # of the frames before it is certain
_FRAMES_PER_ERROR: Final = 10  # a session with one damaged frame is still recognised


class Recognised(NamedTuple):
    """The decoder that fits, what it has read of all frames, and of the last one."""

    protocol: FeedProtocol
    facts: list[Fact]
    latest: list[Fact]


class _Candidate:
    """One provider's decoder and what it has read; the facts are of the frames before it was chosen."""

    def __init__(self, protocol: FeedProtocol) -> None:
        self.protocol = protocol
        self.facts: deque[Fact] = deque(maxlen=_MAX_FACTS)
        self.latest: list[Fact] = []
        self.count = 0  # of facts about requested symbols
        self.frames = self.errors = 0
        self.is_out = False

    def subscribe(self, symbols: Iterable[str]) -> None:
        """Expect these symbols, in the user's spelling."""
        list(self.protocol.subscribe([self.protocol.wire_symbol(symbol) for symbol in symbols]))

    def read(self, payload: bytes) -> None:
        """Read one frame."""
        self.frames += 1
        self.latest = []
        try:
            facts = self.protocol.decode(payload)
        except FrameError:
            self.errors += 1
        except (FeedRejected, ConnectionLost):
            self.is_out = True
        else:
            self.latest = list(facts)
            self.facts.extend(facts)
            self.count += sum(not isinstance(fact, Reply) and fact.symbol in self.protocol.subscribed for fact in facts)
        self.protocol.outgoing.clear()

    @property
    def is_likely(self) -> bool:
        """Whether it has read market data of requested symbols, and hardly a frame is not of its format."""
        is_known = self.protocol.is_distinctive or self.protocol.is_ready  # or else by the answer to its login
        return is_known and self.count > 0 and self.errors * _FRAMES_PER_ERROR <= self.frames


class Recognition:
    """Reads frames with the decoders of all known providers until one of them is likely."""

    def __init__(self, providers: Iterable[type[FeedProtocol]], credentials: Credentials) -> None:
        self._candidates = [_Candidate(provider(credentials)) for provider in providers]

    def subscribe(self, symbols: Iterable[str]) -> None:
        """Expect these symbols, in the user's spelling."""
        symbols = list(symbols)
        for candidate in self._candidates:
            candidate.subscribe(symbols)

    def read(self, payload: bytes) -> None:
        """Read one frame with every decoder that is left."""
        for candidate in self._candidates:
            candidate.read(payload)
        self._candidates = [candidate for candidate in self._candidates if not candidate.is_out]

    def reject(self, protocol: FeedProtocol) -> None:
        """Leave out a decoder."""
        self._candidates = [candidate for candidate in self._candidates if candidate.protocol is not protocol]

    def best_match(self) -> Recognised | None:
        """Return the decoder that has read most; ``None`` where none has read anything."""
        likely = [candidate for candidate in self._candidates if candidate.is_likely]
        if not likely:
            return None
        best = max(likely, key=lambda candidate: candidate.count)
        return Recognised(best.protocol, list(best.facts), best.latest)
