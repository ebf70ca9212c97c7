"""The firing of an alert: the trade that caused it, and what was not observed."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Outcome(StrEnum):
    """What happened; the values are stored."""

    FIRED = "fired"
    CROSSED_IN_GAP = "crossed while not observed"
    PAUSED = "paused"  # the alert fired too often


class Observation(msgspec.Struct, frozen=True, omit_defaults=True):
    """A value at one time: a trade, or another fact without a size.

    ``time_ns`` is the time of the exchange, ``received_ns`` the arrival. ``previous`` is the value before. If
    ``is_of_bar``, it is the price of a bar, whose end is the time: the trade was earlier, within the gap of the firing.
    """

    price: float | None
    time_ns: int
    received_ns: int
    size: float | None = None
    previous: float | None = None
    is_of_bar: bool = False


class UnobservedTime(msgspec.Struct, frozen=True, omit_defaults=True):
    """A period without data; ``missed`` is the number of trades that are known to be missing, 0 if unknown."""

    start_ns: int
    end_ns: int
    missed: int = 0


class Crossing(msgspec.Struct, frozen=True):
    """A condition has become true: for a crossing in a gap, ``gap`` is the time in which it happened.

    ``observation`` is the trade that made it true; ``confirmed_ns`` is when a second one confirmed it. ``suppressed``
    counts those since the last firing that did not fire, because the price was too close or it was too early.
    """

    outcome: Outcome
    observation: Observation
    confirmed_ns: int | None = None
    gap: UnobservedTime | None = None
    suppressed: int = 0


class Firing(msgspec.Struct, frozen=True, omit_defaults=True):
    """An entry of the history.

    ``number`` is unique and increasing. ``is_replay`` is set if the data was replayed, and ``is_muted`` if the user
    muted the feed or is not to be disturbed: then no actions run. ``is_backfilled`` is set if it was found when the
    gap was backfilled. ``results`` are sentences about the actions.
    """

    number: int
    alert_id: str
    feed: str
    symbol: str
    condition: str
    outcome: Outcome
    fired_ns: int
    observation: Observation
    confirmed_ns: int | None = None
    gap: UnobservedTime | None = None
    suppressed: int = 0
    text: str = ""
    is_replay: bool = False
    is_muted: bool = False
    is_backfilled: bool = False
    is_acknowledged: bool = False
    results: tuple[str, ...] = ()

    @property
    def may_run_actions(self) -> bool:
        """Whether the actions of the alert may run."""
        return not (self.is_replay or self.is_muted)
