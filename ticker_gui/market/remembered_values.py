"""The last known values of a symbol from an earlier session, for the time until new data arrives."""

from __future__ import annotations

from typing import NamedTuple

from ticker_gui.market.session_calendar import SessionCalendar


class RememberedValues(NamedTuple):
    """Values of an earlier session. They are displayed with their time, and never mixed with those of this session.

    The names are those of `SymbolState` and `Day`. Bid and ask are remembered only where no last price is known.
    """

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

    def of_one_session(self, calendar: SessionCalendar) -> RememberedValues:
        """Return the values without the statistics if these are of a later session than the last price."""
        is_later = self.last_ns is not None and self.last_ns < calendar.bounds_ns(self.time_ns)[0]
        if calendar.is_rolling or not is_later:
            return self
        return self._replace(open=None, high=None, low=None, previous_close=None, volume=None)
