"""Everything that the console records while it is open: frames, facts, rejections and rates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from ticker_gui.console.fact_log import FactLog
from ticker_gui.console.frame_rates import FrameRates
from ticker_gui.console.frame_ring import FrameEntry, FrameRing
from ticker_gui.console.rejections import Rejections
from ticker_gui.domain.events import Fact
from ticker_gui.domain.frame import Frame


class ConsoleTraffic:
    """The last frames of all feeds, and what became of them."""

    def __init__(self) -> None:
        self.ring: Final = FrameRing()
        self._rates: Final[dict[str, FrameRates]] = {}
        self.facts: Final = FactLog()
        self.rejections: Final = Rejections()

    def add_frame(self, feed: str, frame: Frame, *, is_own: bool = False) -> None:
        """Add a frame that was received or sent; ``is_own``: over a connection of the user, which is no feed."""
        entry = self.ring.add(feed, frame, is_own=is_own)
        if frame.direction == "in":
            rates = self._rates.get(feed)
            if rates is None:
                rates = self._rates[feed] = FrameRates()
            rates.count(entry.type)

    def clear(self) -> None:
        """Forget everything."""
        self.ring.clear()
        self._rates.clear()
        self.facts.clear()
        self.rejections.clear()

    def update_rates(self, seconds: float) -> None:
        """Finish a period of some seconds, after which `rates` describes it."""
        for rates in self._rates.values():
            rates.update(seconds)

    def rates(self, feed: str = "") -> Sequence[tuple[str, int]]:
        """Return the types that a feed, or all feeds, send with their frames per second, the most frequent first."""
        total = Counter[str]()
        for name, rates in self._rates.items():
            if feed in ("", name):
                total.update(dict(rates.rates))
        return sorted(total.items(), key=lambda item: (-item[1], item[0]))

    def types(self, feed: str = "") -> Sequence[str]:
        """Return the types that a feed, or all feeds, have sent, in alphabetical order."""
        return sorted({type for name, rates in self._rates.items() if feed in ("", name) for type in rates.types})

    def facts_of(self, number: int) -> Sequence[Fact] | None:
        """Return the facts of a frame; None if those of frames of the same read cannot be separated."""
        entry = self.ring[number]
        if self._has_time(number - 1, entry) or self._has_time(number + 1, entry):
            return None
        return self.facts.at(entry.feed, entry.frame.time_ns)

    def _has_time(self, number: int, entry: FrameEntry) -> bool:
        """Return whether another frame was received by the same feed at the same time."""
        if number not in self.ring:
            return number < self.ring.first and self.ring.dropped > 0
        other = self.ring[number]
        return (
            other.frame.time_ns == entry.frame.time_ns
            and other.feed == entry.feed
            and other.frame.direction == entry.frame.direction
        )
