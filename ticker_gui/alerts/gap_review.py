"""Evaluates an alert on a price for a gap that was backfilled: with its trades, or with its minute bars."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final, NamedTuple

from msgspec.structs import replace

from ticker_gui.alerts.alert import Alert, Repeat
from ticker_gui.alerts.firing import Crossing, Observation, UnobservedTime
from ticker_gui.alerts.gap_bars import HiddenBar, hidden_bars
from ticker_gui.alerts.levels import LevelRule, PriceState
from ticker_gui.bars.gaps import Gap
from ticker_gui.bars.tape import LAST, Rows
from ticker_gui.domain.timeframe import HOUR_NS
from ticker_gui.market.backfills import Backfill
from ticker_gui.market.symbol_state import SymbolState

MAX_FOUND: Final = 100  # crossings of one alert in one gap; the others are only counted
_MAX_CONFIRMING_NS: Final = HOUR_NS  # how long after the gap a trade may confirm one in it
_MAX_ROWS_AFTER: Final = 2_000  # trades after the gap that are evaluated again

Rearm = Callable[[Alert, SymbolState, Crossing, int], int]


class _Step(NamedTuple):
    """A price of the past. For trades both times are the same; a price of a bar was there between them."""

    price: float
    observation: Observation
    begin_ns: int
    end_ns: int
    gap: UnobservedTime | None
    is_revision: bool = False


class GapReview:
    """The evaluation of one alert on one symbol, beginning with its state before the gap.

    The crossings that it finds are in order, and as many as the alert would have fired for. ``is_current`` says that
    all trades until now were evaluated, so that the state of the alert is the one that it would have had.
    """

    def __init__(self, alert: Alert, before: PriceState, state: SymbolState, rearm: Rearm) -> None:
        self.level: Final[LevelRule] = before.level
        self.is_current = False
        self._value_at: Final = before.value_at
        self._alert: Final = alert
        self._state: Final = state
        self._rearm: Final = rearm
        self._found: list[Crossing] = []
        self._price: float | None = None  # of the trade before

    def find_crossings(self, backfill: Backfill) -> list[Crossing]:
        """Return the crossings of a gap: those of its trades, or else those that its minute bars prove.

        A crossing that is proved by a bar was within the time of that bar.
        """
        if backfill.reason:
            steps, before_ns = self._bars(backfill.gap), backfill.gap.end_ns or backfill.before_ns
        else:
            steps, before_ns = self._trades(backfill), backfill.before_ns
        return self._run(chain(steps, self._after(before_ns)))

    def _run(self, steps: Iterator[_Step]) -> list[Crossing]:
        for step in steps:
            before = self.level.settle(step.begin_ns)
            if before is not None and self._note(before, step):
                break
            value = self._value_at(step.price, step.end_ns)
            if value is None:
                continue
            crossing = self.level.step_to(
                value,
                lambda step=step: step.observation,  # type: ignore[misc]
                step.begin_ns,
                step.gap,
                is_revision=step.is_revision,
            )
            if crossing is not None and self._note(crossing, step):
                break
        return self._found

    def _note(self, crossing: Crossing, step: _Step) -> bool:
        """Note a crossing; return whether the alert is done."""
        alert, observation = self._alert, crossing.observation
        if not alert.is_active_at(observation.time_ns):
            return False
        if len(self._found) == MAX_FOUND:
            self.level.suppressed += crossing.suppressed + 1
        else:
            self._found.append(crossing)
        if alert.repeat is Repeat.ONCE:
            return True
        rearm_ns = self._rearm(alert, self._state, crossing, crossing.confirmed_ns or observation.received_ns)
        value = self._value_at(step.price, step.end_ns)
        self.level.disarm(rearm_ns, None, self.level.level if value is None else value)
        return False

    def _trades(self, backfill: Backfill) -> Iterator[_Step]:
        gap = UnobservedTime(backfill.gap.start_ns, backfill.gap.end_ns or backfill.before_ns, backfill.gap.missed)
        rows = self._state.tape.between(backfill.after_ns + 1, backfill.before_ns)
        yield from self._steps(rows.select(rows.updates & LAST != 0), gap)

    def _after(self, before_ns: int) -> Iterator[_Step]:
        """Yield the trades after a gap: all of them, or if there are many, the first one and those that confirm."""
        rows = self._state.tape.between(before_ns, before_ns + _MAX_CONFIRMING_NS)
        rows = rows.select(rows.updates & LAST != 0)
        is_complete = len(rows.times_ns) <= _MAX_ROWS_AFTER
        for number, step in enumerate(self._steps(rows, None)):
            if number and not is_complete and self.level.pending is None:
                return
            yield step
        self.is_current = is_complete and self._price == self._state.last and not self._state.is_last_stated

    def _steps(self, rows: Rows, gap: UnobservedTime | None) -> Iterator[_Step]:
        columns = (rows.times_ns.tolist(), rows.prices.tolist(), rows.sizes.tolist())
        for time_ns, price, size in zip(*columns, strict=True):
            observation = Observation(price, time_ns, time_ns, size or None, self._price)
            yield _Step(price, observation, time_ns, time_ns, gap)
            self._price = price

    def _bars(self, gap: Gap) -> Iterator[_Step]:
        """Yield the prices of bars that were there in this order; where the order is not known, only what is certain.

        A bar begins with its open and ends with its close. In between, it has been at its high and its low.
        """
        for bar in hidden_bars(self._state, gap):
            within, before = UnobservedTime(bar.begin_ns, bar.end_ns), None
            for price in self._certain_prices(bar):
                observation = Observation(price, bar.end_ns, bar.end_ns, is_of_bar=True)
                yield _Step(price, observation, bar.begin_ns, bar.end_ns, within, is_revision=price == before)
                before = price

    def _certain_prices(self, bar: HiddenBar) -> Iterator[float]:
        if bar.open is not None and self._side(bar, bar.open):
            yield bar.open
        level = self.level
        side = level.side if level.pending is None else -level.side
        extremes = {price: self._side(bar, price) for price in (bar.high, bar.low) if price is not None}
        others = [price for price, its_side in extremes.items() if its_side == -side]
        yield from others[:1] or [price for price, its_side in extremes.items() if its_side == side]
        if bar.close is not None and self._side(bar, bar.close):
            yield bar.close

    def _side(self, bar: HiddenBar, price: float) -> int:
        """Return the side of a price during a whole bar; 0 if it is on both, as of a line that is not level."""
        values = [self._value_at(price, time_ns) for time_ns in (bar.begin_ns, bar.end_ns)]
        sides = {0 if value is None else self.level.side_of(value) for value in values}
        return sides.pop() if len(sides) == 1 else 0


def _trade(time_ns: int, price: float, size: float, previous: float | None) -> Observation:
    return Observation(price, time_ns, time_ns, size or None, previous)


def arrived_at(crossing: Crossing, now_ns: int) -> Crossing:
    """Return a crossing of the past whose trade arrives now."""
    observation = replace(crossing.observation, received_ns=now_ns)
    return replace(crossing, observation=observation, confirmed_ns=crossing.confirmed_ns and now_ns)
