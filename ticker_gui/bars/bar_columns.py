"""Operations on bars in columns: resample them to wider bars, and merge late ones.

A row is a trade or a bar, in eight columns. ``FIRST_NS`` and ``LAST_NS`` are the times of its first and last trade that
may update the last price; these two trades determine open and close. A row without such a trade has `NO_FIRST` in
``FIRST_NS``, and in ``LAST_NS`` either `RANGE_ONLY` (a trade updates high and low) or `NO_PRICE`; it is drawn at the
last price before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from ticker_gui.bars import tape
from ticker_gui.bars.arrays import Times
from ticker_gui.bars.day_numbers import day_numbers, day_starts
from ticker_gui.bars.ring_buffer import Ring
from ticker_gui.bars.tape import Rows
from ticker_gui.domain.timeframe import DAY_NS, MONDAY, Timeframe

Columns: TypeAlias = Sequence[npt.NDArray[Any]]

START, OPEN, HIGH, LOW, CLOSE, VOLUME, FIRST_NS, LAST_NS = range(8)
DTYPES: Final = (np.int64, np.float64, np.float64, np.float64, np.float64, np.float64, np.int64, np.int64)
NO_FIRST: Final = 2**63 - 1
RANGE_ONLY: Final = -(2**63) + 1
NO_PRICE: Final = -(2**63)


def trades_to_bars(rows: Rows) -> Columns:
    """Return trades as columns of bars, one bar per trade.

    A trade that may update the last price always counts in the high and low of its bar, whatever it updates besides.
    """
    times, prices, sizes, updates = rows
    update_last = rows.update_last
    if update_last.all():
        return times, prices, prices, prices, prices, sizes, times, times
    update_range = (updates & tape.UPDATES_HIGH_LOW) != 0
    firsts = np.where(update_last, times, NO_FIRST)
    lasts = np.where(update_last, times, np.where(update_range, RANGE_ONLY, NO_PRICE))
    prices = np.where(update_last | update_range, prices, np.nan)
    return times, prices, prices, prices, prices, sizes, firsts, lasts


def resample(columns: Columns, timeframe: Timeframe) -> Columns:
    """Aggregate rows, ascending in time, to the bars of ``timeframe``; input and output have eight columns."""
    return resample_by(columns, bar_starts(columns[START], timeframe))


def bar_starts(times_ns: Times, timeframe: Timeframe) -> Times:
    """Return the starts of the bars that contain these times, like `Timeframe.start_of`."""
    if timeframe.consists_of_days:
        days = timeframe.days
        return day_starts(_first_days(day_numbers(times_ns, days), timeframe, 0), days)
    starts: Times = times_ns - (times_ns - timeframe.offset_ns) % timeframe.width_ns
    return starts


def bar_ends(starts_ns: Times, timeframe: Timeframe) -> Times:
    """Return the ends of the bars that begin at these times, like `Timeframe.end_of`."""
    if timeframe.consists_of_days:
        days = timeframe.days
        return day_starts(_first_days(day_numbers(starts_ns, days), timeframe, 1), days)
    ends: Times = starts_ns + timeframe.width_ns
    return ends


def _first_days(numbers: Times, timeframe: Timeframe, later: int) -> Times:
    """Return the first days of the bars that contain days, or of bars that are ``later`` by a number of bars."""
    if timeframe.is_month:
        months = numbers.astype("datetime64[D]").astype("datetime64[M]") + np.timedelta64(later, "M")
        return months.astype("datetime64[D]").astype(np.int64)
    days_per_bar = timeframe.width_ns // DAY_NS
    firsts: Times = numbers - (numbers - MONDAY) % days_per_bar + later * days_per_bar
    return firsts


def resample_by(columns: Columns, starts: npt.NDArray[Any]) -> Columns:
    """Aggregate consecutive rows with equal ``starts``, the start of their bar for each row."""
    is_first = np.empty(len(starts), bool)
    is_first[:1] = True
    np.not_equal(starts[1:], starts[:-1], out=is_first[1:])
    firsts = is_first.nonzero()[0]
    lasts = np.empty_like(firsts)
    lasts[:-1] = firsts[1:] - 1
    lasts[-1:] = len(starts) - 1
    if (columns[LAST_NS] <= RANGE_ONLY).any():
        return _resample_incomplete(columns, starts, firsts, lasts)
    return (
        starts[firsts],
        columns[OPEN][firsts],
        np.maximum.reduceat(columns[HIGH], firsts),
        np.minimum.reduceat(columns[LOW], firsts),
        columns[CLOSE][lasts],
        np.add.reduceat(columns[VOLUME], firsts),
        columns[FIRST_NS][firsts],
        columns[LAST_NS][lasts],
    )


def _resample_incomplete(
    columns: Columns, starts: npt.NDArray[Any], firsts: npt.NDArray[Any], lasts: npt.NDArray[Any]
) -> Columns:
    """Resample rows of which some have no trade that may update the last price, or no price at all."""
    last = columns[LAST_NS]
    rows, has_close, has_price = np.arange(len(starts)), last > RANGE_ONLY, last > NO_PRICE
    opening = np.minimum.reduceat(np.where(has_close, rows, len(rows)), firsts)
    closing = np.maximum.reduceat(np.where(has_close, rows, -1), firsts)
    high = np.maximum.reduceat(np.where(has_price, columns[HIGH], -np.inf), firsts)
    low = np.minimum.reduceat(np.where(has_price, columns[LOW], np.inf), firsts)
    high = np.where(high > -np.inf, high, columns[HIGH][firsts])
    low = np.where(low < np.inf, low, columns[LOW][firsts])
    has_none = closing < 0  # no trade may update the last price: open and close only have to be within high and low
    opens = columns[OPEN][np.where(has_none, firsts, np.minimum(opening, len(rows) - 1))]
    closes = columns[CLOSE][np.where(has_none, lasts, closing)]
    return (
        starts[firsts],
        np.clip(opens, low, high),
        high,
        low,
        np.clip(closes, low, high),
        np.add.reduceat(columns[VOLUME], firsts),
        np.minimum.reduceat(columns[FIRST_NS], firsts),
        np.maximum.reduceat(last, firsts),
    )


def merge_late_bars(ring: Ring, bars: Columns, reference: float = np.nan) -> None:
    """Merge late bars into the ring: combine them with bars that have the same start, or insert them between others.

    ``reference`` is the price for bars without a price that have no held bar before them.
    """
    held = len(ring)
    starts = ring.column(START)
    positions = np.searchsorted(starts, bars[START])
    is_there = positions < held
    is_there[is_there] = starts[positions[is_there]] == bars[START][is_there]
    at = positions[is_there]
    if len(at):
        _merge_existing(ring, at, [column[is_there] for column in bars])
        if at[0] < held - 1:
            ring.mark_changed()
    is_missing = ~is_there
    if held == ring.capacity:
        is_missing &= positions > 0  # drop bars that are older than everything in a full ring
    if (bars[LAST_NS] <= RANGE_ONLY).any():
        bars = _fill_prices(ring, positions, bars, reference)
    ring.insert(positions[is_missing], *(column[is_missing] for column in bars))
    set_reference_prices(ring, int(bars[START][0]))


def _fill_prices(ring: Ring, positions: npt.NDArray[np.int64], bars: Columns, reference: float) -> Columns:
    """Give bars without a price the close of the bar before, which the ring may drop during the insertion."""
    if not len(ring):
        before = np.full(len(positions), reference)
    else:
        before = np.where(positions > 0, ring.column(CLOSE)[positions - 1], reference)
    closes = bars[CLOSE]
    sources = np.maximum.accumulate(np.where(np.isfinite(closes), np.arange(len(closes)), -1))
    prices = np.where(sources < 0, before, closes[sources])
    filled = list(bars)
    for column in (OPEN, HIGH, LOW, CLOSE):
        filled[column] = np.where(np.isfinite(bars[column]), bars[column], prices)
    for column in (OPEN, CLOSE):
        filled[column] = np.clip(filled[column], filled[LOW], filled[HIGH])
    return filled


def _merge_existing(ring: Ring, at: npt.NDArray[np.int64], bars: Columns) -> None:
    held = [ring.column(column)[at] for column in range(len(DTYPES))]
    opens, closes = bars[FIRST_NS] < held[FIRST_NS], (bars[LAST_NS] > RANGE_ONLY) & (bars[LAST_NS] >= held[LAST_NS])
    ring.column(OPEN)[at] = np.where(opens, bars[OPEN], held[OPEN])
    ring.column(CLOSE)[at] = np.where(closes, bars[CLOSE], held[CLOSE])
    has_price, had_price = bars[LAST_NS] > NO_PRICE, held[LAST_NS] > NO_PRICE
    for column, extreme in ((HIGH, np.maximum), (LOW, np.minimum)):
        both = np.where(has_price, bars[column], held[column])
        ring.column(column)[at] = np.where(has_price & had_price, extreme(bars[column], held[column]), both)
    ring.column(VOLUME)[at] += bars[VOLUME]
    ring.column(FIRST_NS)[at] = np.minimum(held[FIRST_NS], bars[FIRST_NS])
    ring.column(LAST_NS)[at] = np.maximum(held[LAST_NS], bars[LAST_NS])


def set_reference_prices(ring: Ring, from_ns: int) -> None:
    """Set open and close of bars without a trade that may update the last price to the last price before them.

    The price is clipped to the bar's high and low, if it has any. Bars before the first price get the first price.
    """
    last = ring.column(LAST_NS)
    begin = int(np.searchsorted(ring.column(START), from_ns))
    has_close = last > RANGE_ONLY
    if has_close[begin:].all() and has_close[:1].all():
        return
    opens, highs, lows, closes = (ring.column(column) for column in (OPEN, HIGH, LOW, CLOSE))
    sources = np.maximum.accumulate(np.where(has_close, np.arange(len(last)), -1))
    reference = closes[sources]
    leading = sources < 0
    if leading[0]:
        reference[leading] = _leading_reference(ring, opens, closes[leading], has_close)
        begin = 0
        ring.mark_changed()
    at = begin + np.flatnonzero(~has_close[begin:])
    price = reference[at]
    is_flat = last[at] == NO_PRICE
    highs[at] = np.where(is_flat, price, highs[at])
    lows[at] = np.where(is_flat, price, lows[at])
    opens[at] = closes[at] = np.clip(price, lows[at], highs[at])


def _leading_reference(
    ring: Ring, opens: npt.NDArray[np.float64], prices: npt.NDArray[np.float64], has_close: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64] | float:
    """Return the price for the bars before the first held price.

    It is that first price, or the last one before them if the bar that had it was dropped.
    """
    is_known = np.isfinite(prices)
    if has_close.any() and not (ring.begin and is_known.any()):
        return float(opens[np.argmax(has_close)])
    if not is_known.any():
        return float("nan")
    known = np.maximum.accumulate(np.where(is_known, np.arange(len(prices)), np.argmax(is_known)))
    before: npt.NDArray[np.float64] = prices[known]
    return before
