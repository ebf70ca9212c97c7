"""An alert as the user defines it, and its status."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from ticker_gui.alerts.actions.actions import Action
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.timeframe import SECOND_NS

DEFAULT_COOLDOWN_S: Final = 60.0
MAX_DURATION_S: Final = 7 * 86_400.0  # of the cooldown, and of how long a condition has to be true
MAX_NOTE_LENGTH: Final = 500


class Repeat(StrEnum):
    """How often an alert fires; the values are stored."""

    ONCE = "once"  # until it is acknowledged and armed again by the user
    EVERY_TIME = "every time"
    PER_BAR = "once per bar"
    PER_DAY = "once per day"


class AlertStatus(StrEnum):
    """The status of an alert, in the order in which a table is sorted by it."""

    ARMED = "armed"
    WAITING = "waiting for the first price"
    FIRED = "fired"  # until the user acknowledges it
    PAUSED = "paused"
    OUTSIDE_HOURS = "outside its hours"
    DONE = "done"  # it fires once, and has; it can be armed again
    EXPIRED = "expired"
    NOT_MONITORED = "cannot be monitored"


class ActiveHours(msgspec.Struct, frozen=True, omit_defaults=True):
    """The times at which an alert may fire: minutes since local midnight, and weekdays, 0 is Monday.

    If ``end_minute`` is not after ``start_minute``, the hours last until that minute of the next day.
    """

    start_minute: int = 0
    end_minute: int = 0
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)

    def contains(self, weekday: int, minute: int) -> bool:
        """Return whether a minute of a local day is within the hours; those after midnight belong to the day before."""
        start, end = self.start_minute, self.end_minute
        if start < end:
            return weekday in self.weekdays and start <= minute < end
        if minute >= start:
            return weekday in self.weekdays
        return minute < end and (weekday - 1) % 7 in self.weekdays


class Alert(msgspec.Struct, frozen=True, omit_defaults=True):
    """A condition on one symbol, or on every row of a list, and what happens when it becomes true.

    ``symbol`` is written as in the watchlist; it is empty for an alert on every row of ``list_name``. ``feed`` is the
    name of the feed; empty means every feed that has the symbol. ``condition`` is a text for `parse_condition`.
    ``is_confirmed`` says whether a second trade has to confirm the first; None is the default of the condition, which
    is yes for price levels. The condition has to be true for ``hold_s`` seconds before the alert fires. ``cooldown_s``
    is the shortest time between two firings for one symbol. ``timeframe`` is that of `Repeat.PER_BAR`.
    ``drawing_id`` is the drawing of the symbol that the alert follows, if there is such a drawing.
    """

    id: str
    condition: str
    symbol: str = ""
    feed: str = ""
    list_name: str = ""
    repeat: Repeat = Repeat.ONCE
    timeframe: str = "1m"
    expires_ns: int | None = None
    active_hours: ActiveHours | None = None
    is_confirmed: bool | None = None
    hold_s: float = 0.0
    cooldown_s: float = DEFAULT_COOLDOWN_S
    note: str = ""
    actions: tuple[Action, ...] = ()
    drawing_id: str = ""

    @property
    def cooldown_ns(self) -> int:
        """The cooldown in nanoseconds; the default if it is not valid, as in a file that was changed by hand."""
        is_valid = 0.0 <= self.cooldown_s <= MAX_DURATION_S
        return int((self.cooldown_s if is_valid else DEFAULT_COOLDOWN_S) * SECOND_NS)

    @property
    def hold_ns(self) -> int:
        """How long the condition has to be true, in nanoseconds; 0 if that is not valid."""
        return int(self.hold_s * SECOND_NS) if 0.0 <= self.hold_s <= MAX_DURATION_S else 0

    @property
    def is_timed(self) -> bool:
        """Whether the time decides if the alert is evaluated."""
        return self.expires_ns is not None or self.active_hours is not None

    def is_active_at(self, time_ns: int) -> bool:
        """Return whether the alert may fire at a time: it has not expired, and it is within its active hours."""
        if self.expires_ns is not None and time_ns >= self.expires_ns:
            return False
        if self.active_hours is None:
            return True
        here = local_time(time_ns // SECOND_NS, None)
        return self.active_hours.contains(here.weekday(), here.hour * 60 + here.minute)

    @property
    def target(self) -> str:
        """The symbol, or which rows, as text."""
        return self.symbol or f"every row of {self.list_name}"
