"""Corrections and cancellations of trades, in everything that the trades had updated.

Bars and the day are recalculated from the tape. If it no longer reaches back far enough, volumes are still exact, and
highs and lows are those of the minute bars that are left.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from ticker_gui.bars.bar_columns import HIGH, LAST_NS, LOW, NO_PRICE, START
from ticker_gui.bars.bar_history import BarHistory
from ticker_gui.bars.ring_buffer import Ring
from ticker_gui.bars.tape import (
    EVERYTHING,
    PRICE,
    SIZE,
    TIME_NS,
    UPDATES,
    UPDATES_HIGH_LOW,
    UPDATES_LAST,
    UPDATES_VOLUME,
    Rows,
    Tape,
)
from ticker_gui.domain.event_time import EARLIEST_NS
from ticker_gui.domain.events import Correction, Trade
from ticker_gui.domain.timeframe import FOREVER_NS, MINUTE, NEVER_NS
from ticker_gui.market.day import Day
from ticker_gui.market.deduplication import KnownTrade, RecentIds
from ticker_gui.market.outlier_filter import MAX_ABS_PRICE, MAX_SIZE, impossible_price
from ticker_gui.market.trade_identity import precision_ns

_NO_TIMES: Final = np.empty(0, np.int64)


class TradeStores(NamedTuple):
    """Everything that trades of a symbol update, besides its last price."""

    ids: RecentIds
    tape: Tape
    bars: BarHistory
    day: Day


def note_replacement(
    ids: RecentIds, correction: Correction, replacement: Trade | None, counted_ns: int | None = None
) -> None:
    """Remember a trade that replaces one that was not counted, because it may be corrected again.

    ``counted_ns`` is the time at which it was counted, if that is not its own.
    """
    identifier = _new_id(correction)
    time_ns = counted_ns if replacement is None or counted_ns is not None else replacement.time_ns
    if replacement is not None and time_ns is not None and identifier is not None:
        price, size = replacement.price, replacement.size or 0.0
        ids.remember(identifier, correction.venue, time_ns, price, size, int(replacement.updates))


class CountedTrade(NamedTuple):
    """A counted trade: its position in the tape, if it is still there, and its values. An unknown size is 0."""

    ring: Ring | None
    position: int
    time_ns: int
    price: float
    size: float
    updates: int


class TradeValues(NamedTuple):
    """The values of a trade after a correction."""

    time_ns: int
    price: float
    size: float
    updates: int


class AppliedCorrection(NamedTuple):
    """A corrected trade and its new values, or ``None`` if it was cancelled."""

    found: CountedTrade
    change: TradeValues | None

    def search_until_ns(self, last_ns: int, last: float | None) -> int | None:
        """Return up to when to search for the trade with the new last price; ``None`` if the last price stays."""
        found, change = self
        if change is not None and change.updates & UPDATES_LAST and change.time_ns >= last_ns:
            return change.time_ns
        return last_ns if found.updates & UPDATES_LAST and (found.time_ns, found.price) == (last_ns, last) else None


def apply(stores: TradeStores, correction: Correction, latest_ns: int) -> AppliedCorrection | None:
    """Apply a correction; return what changed, or ``None`` if the trade is unknown.

    A time after ``latest_ns`` is ignored.

    Raises:
        FrameError: the corrected price is impossible.
    """
    price = correction.price
    if price is not None and not -MAX_ABS_PRICE < price < MAX_ABS_PRICE:
        raise impossible_price("corrected price", price, correction.symbol)
    stores.bars.aggregate_pending()
    match = _find(stores, correction)
    if match is None:
        return None
    found, known = match
    change = None if price is None else _change(correction, price, found, latest_ns)
    _replace(stores, found, change)
    _recount_day(stores, found, change)
    _note_ids(stores.ids, correction, found, known, change)
    return AppliedCorrection(found, change)


def _note_ids(
    ids: RecentIds, correction: Correction, found: CountedTrade, known: KnownTrade | None, change: TradeValues | None
) -> None:
    """Mark the trade as cancelled, and remember the one that replaces it."""
    trade_id, venue = correction.trade_id, correction.venue
    if known is not None:
        ids.cancel_known(known, trade_id, venue)
    elif trade_id is not None:
        ids.cancel(ids.remember(trade_id, venue, found.time_ns, found.price, found.size))
    identifier = _new_id(correction)
    if change is not None and identifier is not None:
        ids.remember(identifier, venue, change.time_ns, change.price, change.size, change.updates)


def _new_id(correction: Correction) -> int | str | None:
    return correction.trade_id if correction.new_trade_id is None else correction.new_trade_id


def last_price(tape: Tape, until_ns: int) -> tuple[float | None, int, float, int]:
    """Return the price, time, size and direction of the newest trade up to a time."""
    position = int(np.searchsorted(tape.times_ns, until_ns, side="right")) - 1
    if position < 0:
        return None, NEVER_NS, 0.0, 0
    prices = tape.prices[: position + 1]
    last = float(prices[-1])
    others = prices[prices != last]
    tick = 0 if not len(others) else 1 if last > others[-1] else -1
    return last, int(tape.times_ns[position]), float(tape.sizes[position]), tick


def _change(correction: Correction, price: float, found: CountedTrade, latest_ns: int) -> TradeValues:
    """Return the values of a corrected trade; those that the provider omits are unchanged."""
    time_ns, size, updates = correction.time_ns, correction.size, int(correction.updates)
    if time_ns is None or not EARLIEST_NS < time_ns <= latest_ns:
        time_ns = found.time_ns
    if size is None or not 0.0 <= size < MAX_SIZE:
        size = found.size
    return TradeValues(time_ns, price, size if updates & UPDATES_VOLUME else 0.0, updates)


def _find(stores: TradeStores, correction: Correction) -> tuple[CountedTrade, KnownTrade | None] | None:
    """Return the corrected trade, found by its id or by the values in the correction, or ``None``."""
    price, size, time_ns = correction.original_price, correction.original_size, correction.original_time_ns
    known = stores.ids.find(correction.trade_id, correction.venue, price, size)
    if known is not None:
        found = _find_known(stores.tape, known)
        return None if found is None else (found, known)
    if price is None or (size is None and time_ns is None):
        return None  # many trades have the same price
    if stores.ids.was_cancelled(correction.trade_id, correction.venue, price):
        return None
    # Trades with other ids do not match.
    others_ns = _NO_TIMES if correction.trade_id is None else stores.ids.times_ns
    precision = 1 if time_ns is None else precision_ns(time_ns)
    found = _find_by_values(stores.tape, price, size, time_ns, precision, others_ns)
    return None if found is None else (found, None)


def _find_known(tape: Tape, known: KnownTrade) -> CountedTrade | None:
    """Return the trade with a known id. Another trade with equal values may differ in what it updates."""
    _, time_ns, price, size, updates = known
    if not updates & UPDATES_VOLUME:
        size = 0.0
    forgotten = CountedTrade(None, 0, time_ns, price, size, updates)
    if not updates:  # such trades are not on the tape
        return forgotten
    ring = tape if updates & UPDATES_LAST else tape.others
    if ring is not None:
        first, end = np.searchsorted(ring.column(TIME_NS), (time_ns, time_ns + 1)).tolist()
        matches = (ring.column(PRICE)[first:end] == price) & (ring.column(SIZE)[first:end] == size)
        if ring is not tape:
            matches &= ring.column(UPDATES)[first:end] == updates
        positions = np.flatnonzero(matches)
        if len(positions):
            return CountedTrade(ring, first + int(positions[-1]), time_ns, price, size, updates)
    return None if tape.is_complete_from(time_ns) else forgotten


def _find_by_values(
    tape: Tape,
    price: float,
    size: float | None,
    time_ns: int | None,
    precision: int,
    others_ns: npt.NDArray[np.int64],
) -> CountedTrade | None:
    """Return the newest trade with these values whose time is not in ``others_ns``."""
    for ring in (tape, tape.others):
        if ring is None:
            continue
        times, prices, sizes = (ring.column(index) for index in (TIME_NS, PRICE, SIZE))
        first, end = 0, len(times)
        if time_ns is not None:
            first, end = np.searchsorted(times, (time_ns - precision + 1, time_ns + precision)).tolist()
        matches = prices[first:end] == price
        if size:
            matches &= (sizes[first:end] == size) | (sizes[first:end] == 0.0)
        positions = np.flatnonzero(matches)
        if len(others_ns):
            positions = positions[~np.isin(times[first:end][positions], others_ns)]
        if len(positions):
            position = first + int(positions[-1])
            updates = EVERYTHING if ring is tape else int(ring.column(UPDATES)[position])
            if ring is tape and not sizes[position]:
                updates &= ~UPDATES_VOLUME
            row = int(times[position]), float(prices[position]), float(sizes[position])
            return CountedTrade(ring, position, *row, updates)
    return None


def _replace(stores: TradeStores, found: CountedTrade, change: TradeValues | None) -> None:
    """Remove a trade from the tape and the bars, or change its values."""
    bars = stores.bars
    _replace_row(stores.tape, found, change)
    added = -found.size
    if change is not None and change.time_ns == found.time_ns:
        added += change.size
    bars.reaggregate(found.time_ns, added)
    if change is not None and change.time_ns != found.time_ns:
        bars.reaggregate(change.time_ns, change.size)


def _replace_row(tape: Tape, found: CountedTrade, change: TradeValues | None) -> None:
    ring = found.ring
    if ring is not None and change is not None and _stays(ring, tape, found, change):
        ring.column(PRICE)[found.position] = change.price
        ring.column(SIZE)[found.position] = change.size
        if ring is not tape:
            ring.column(UPDATES)[found.position] = change.updates
        ring.mark_changed()
        return
    if ring is not None:
        ring.remove(found.position)
    elif found.updates:
        return  # it is older than the tape
    if change is not None and change.updates:
        columns = np.array([change.time_ns]), np.array([change.price]), np.array([change.size])
        tape.merge_trades(Rows(*columns, np.array([change.updates], np.uint8)))


def _stays(ring: Ring, tape: Tape, found: CountedTrade, change: TradeValues) -> bool:
    """Return whether a corrected trade keeps its row."""
    is_of_tape = bool(change.updates & UPDATES_LAST)
    return change.time_ns == found.time_ns and change.updates != 0 and (ring is tape) == is_of_tape


def _recount_day(stores: TradeStores, found: CountedTrade, change: TradeValues | None) -> None:
    """Recalculate the day after a trade was removed or changed."""
    _, tape, bars, day = stores
    if tape.is_complete_from(day.begins_ns):
        rows = tape.between(day.begins_ns, min(day.ends_ns, FOREVER_NS))
        day.observed_volume = float(rows.sizes.sum())
        day.turnover = float((rows.sizes * rows.prices).sum())
        day.set_range(rows.prices[(rows.updates & UPDATES_HIGH_LOW) != 0])
        return
    for trade, sign in ((found, -1.0), (change, 1.0)):
        if trade is not None and day.begins_ns <= trade.time_ns < day.ends_ns:
            day.observed_volume = max(0.0, day.observed_volume + sign * trade.size)
            day.turnover += sign * trade.size * trade.price
    was_extreme = found.updates & UPDATES_HIGH_LOW and not day.lowest < found.price < day.highest
    if change is None and not was_extreme:
        return
    day.set_range(_range_of_minutes(day, bars))


def _range_of_minutes(day: Day, bars: BarHistory) -> npt.NDArray[np.float64]:
    """Return the highs and lows of the day's minute bars."""
    minutes = bars.minutes
    first, end = np.searchsorted(minutes.column(START), (MINUTE.start_of(day.begins_ns), min(day.ends_ns, FOREVER_NS)))
    has_price = minutes.column(LAST_NS)[first:end] > NO_PRICE
    return np.concatenate([minutes.column(column)[first:end][has_price] for column in (HIGH, LOW)])
