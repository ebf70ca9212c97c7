"""When an alert fires: confirmation of its condition, and what arms it again after a firing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ticker_gui.alerts.firing import Crossing, Observation, Outcome, UnobservedTime

FALSE: Final = -1
UNKNOWN: Final = 0
TRUE: Final = 1

Observe = Callable[[], Observation]


class EdgeRule:
    """One alert on one symbol: the side of its condition, which is the baseline, and whether it is armed.

    The side is `TRUE` (or above), `FALSE` (or below) or `UNKNOWN`. The first known side is the baseline and never a
    crossing. A crossing to another side fires if the rule ``fires_on`` that side; with ``needs_confirmation``, when a
    second observation in succession has that side as well; with ``hold_ns``, when no observation has had another side
    for that time. After a firing, the rule is armed again once ``rearm_ns`` has passed and an observation was
    ``clear``, which means far enough from the condition; crossings before that are counted in ``suppressed``.
    ``is_baseline`` is set as long as the side is that of the baseline.
    """

    __slots__ = (
        "_is_clear",
        "fires_on",
        "hold_ns",
        "is_armed",
        "is_baseline",
        "needs_confirmation",
        "pending",
        "rearm_ns",
        "side",
        "suppressed",
    )

    def __init__(self, fires_on: tuple[int, ...] = (TRUE,), *, needs_confirmation: bool = False) -> None:
        self.fires_on: Final = fires_on
        self.needs_confirmation: Final = needs_confirmation
        self.hold_ns = 0
        self.side = UNKNOWN
        self.is_baseline = True
        self.pending: tuple[Observation, UnobservedTime | None] | None = None
        self.is_armed = True
        self._is_clear = False  # since the last firing
        self.rearm_ns = 0
        self.suppressed = 0

    def begin(self, side: int) -> None:
        """Take a side as the baseline, at the arming of the alert."""
        self.side, self.pending, self.is_baseline = side, None, True

    @property
    def was_true_at_arming(self) -> bool:
        """Whether the condition was true already when the alert was armed, and still is."""
        return self.is_baseline and self.side in self.fires_on

    def step(
        self,
        side: int,
        observe: Observe,
        now_ns: int,
        *,
        is_clear: bool,
        gap: UnobservedTime | None = None,
        is_revision: bool = False,
    ) -> Crossing | None:
        """Apply an observation; return the crossing if it fires.

        ``gap`` is the time without data before or around it. A revision changes the last observation: it confirms
        nothing.
        """
        if not self.is_armed and self._is_clear and now_ns >= self.rearm_ns:
            self.is_armed = True
        crossing = self._crossing(side, observe, now_ns, gap, is_revision=is_revision)
        if not self.is_armed and is_clear:
            self._is_clear = True
        return crossing

    def _crossing(
        self, side: int, observe: Observe, now_ns: int, gap: UnobservedTime | None, *, is_revision: bool
    ) -> Crossing | None:
        if side == UNKNOWN or side == self.side or self.side == UNKNOWN:
            self.pending = None
            self.side = self.side or side
            return None
        if not (self.needs_confirmation or self.hold_ns):
            return self._complete(side, observe(), gap, None)
        if self.pending is None or is_revision:
            self.pending = observe(), gap if self.pending is None else self.pending[1]
            return None
        observation, gap = self.pending
        if now_ns - observation.received_ns < self.hold_ns:
            return None
        return self._complete(side, observation, gap, now_ns)

    def settle(self, now_ns: int) -> Crossing | None:
        """Return the crossing that fires because the condition has been true for ``hold_ns`` without another value."""
        if not self.hold_ns or self.pending is None or now_ns - self.pending[0].received_ns < self.hold_ns:
            return None
        observation, gap = self.pending
        return self._complete(-self.side, observation, gap, now_ns)

    def _complete(
        self, side: int, observation: Observation, gap: UnobservedTime | None, confirmed_ns: int | None
    ) -> Crossing | None:
        self.side, self.pending, self.is_baseline = side, None, False
        if side not in self.fires_on:
            return None
        if not self.is_armed:
            self.suppressed += 1
            self._is_clear = False
            return None
        suppressed, self.suppressed = self.suppressed, 0
        outcome = Outcome.FIRED if gap is None else Outcome.CROSSED_IN_GAP
        return Crossing(outcome, observation, confirmed_ns, gap, suppressed)

    def disarm_until(self, rearm_ns: int) -> None:
        """Note a firing: crossings are suppressed until this time, and until an observation was clear."""
        self.is_armed = self._is_clear = self.is_baseline = False
        self.rearm_ns = rearm_ns

    def adopt(self, other: EdgeRule, *, with_side: bool) -> None:
        """Copy from another evaluation when the alert may fire again; with ``with_side``, also its side."""
        self.is_armed, self._is_clear, self.rearm_ns = other.is_armed, other._is_clear, other.rearm_ns
        self.suppressed = other.suppressed
        if with_side:
            self.side, self.pending, self.is_baseline = other.side, other.pending, other.is_baseline
