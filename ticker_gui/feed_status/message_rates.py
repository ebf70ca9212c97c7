"""The message rate of each feed over the last second."""

from __future__ import annotations

from collections.abc import Mapping


class MessageRates:
    """Calculates rates from message counts, which `update` receives once per second."""

    def __init__(self) -> None:
        self.per_feed: Mapping[str, int] = {}
        self._counts: Mapping[str, int] = {}

    def update(self, counts: Mapping[str, int]) -> None:
        """Set the messages received so far, by feed. A feed that is new, or was replaced, starts at zero."""
        self.per_feed = {name: max(0, count - self._counts.get(name, count)) for name, count in counts.items()}
        self._counts = dict(counts)
