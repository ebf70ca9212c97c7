"""How many frames of each type arrive per second."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

_MAX_TYPES: Final = 40  # a hostile server may send as many as it likes
_OTHER: Final = "other"


class FrameRates:
    """Counts received frames by type. `update` is called once per second."""

    def __init__(self) -> None:
        self._counts = Counter[str]()
        self._rates: dict[str, int] = {}

    def count(self, type: str) -> None:
        """Count one frame."""
        counts = self._counts
        counts[type if type in counts or len(counts) < _MAX_TYPES else _OTHER] += 1

    def update(self, seconds: float = 1.0) -> None:
        """Finish a period of some seconds, after which `rates` describes it."""
        seconds = max(seconds, 1e-3)
        types = {**self._rates, **self._counts} if len(self._rates) < _MAX_TYPES else dict(self._counts)
        self._rates = {type: round(self._counts[type] / seconds) for type in types}
        self._counts.clear()

    def clear(self) -> None:
        """Forget all types."""
        self._counts.clear()
        self._rates.clear()

    @property
    def types(self) -> Sequence[str]:
        """The types seen so far, in alphabetical order."""
        return sorted({*self._rates, *self._counts})

    @property
    def rates(self) -> Sequence[tuple[str, int]]:
        """The types with their frames per second in the last period, the most frequent first."""
        return sorted(self._rates.items(), key=lambda item: (-item[1], item[0]))
