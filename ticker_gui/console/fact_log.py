"""The facts that frames produced, to be found by feed and arrival time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from ticker_gui.domain.events import Fact

_MAX_FACTS: Final = 40_000


class FactLog:
    """The last facts. Those of all frames of one read of the socket have the same arrival time."""

    def __init__(self, max_facts: int = _MAX_FACTS) -> None:
        self._max_facts: Final = max_facts
        self._facts: OrderedDict[tuple[str, int], list[Fact]] = OrderedDict()
        self._count = 0

    def add(self, feed: str, fact: Fact, received_ns: int) -> None:
        """Add a fact."""
        key = feed, received_ns
        found = self._facts.get(key)
        if found is None:
            self._facts[key] = [fact]
        else:
            found.append(fact)
        self._count += 1
        while self._count > self._max_facts:
            self._count -= len(self._facts.popitem(last=False)[1])

    def at(self, feed: str, received_ns: int) -> Sequence[Fact]:
        """Return the facts of all frames that a feed received at a time."""
        return self._facts.get((feed, received_ns), ())

    def clear(self) -> None:
        """Forget all facts."""
        self._facts.clear()
        self._count = 0
