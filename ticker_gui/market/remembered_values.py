"""The last known values of a symbol from an earlier session, for the time until new data arrives."""

from __future__ import annotations

from typing import NamedTuple


class RememberedValues(NamedTuple):
    """Values of an earlier session. They are displayed with their time, and never mixed with those of this session."""

    time_ns: int  # when they were noted
    last: float | None = None
    last_ns: int | None = None
    open: float | None = None
    high: float | None = None
    low: float | None = None
    previous_close: float | None = None
    volume: float | None = None
    bid: float | None = None
    ask: float | None = None

    @property
    def reference(self) -> float | None:
        """The price that the change refers to: the previous close, or else the open."""
        return self.open if self.previous_close is None else self.previous_close

    @property
    def dated_ns(self) -> int:
        """The time to display: of the last trade or, if it is unknown, when the values were noted."""
        return self.time_ns if self.last_ns is None else self.last_ns
