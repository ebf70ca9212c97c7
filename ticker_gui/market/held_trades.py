"""Trades far from the last price, which are held until a second trade confirms them.

A price outside the band around the last one is held. A second trade on the same side of that band confirms it, and
then both count, in order; a trade inside the band discards it. The band is relative: prices five times lower or higher
than the last one are outside, unless the latest moves were as large. If prices alternate between two levels, the third
trade at the other level confirms the discarded ones, and then neither level is held. Once prices at or below zero have
been confirmed (electricity, calendar spreads, oil in April 2020), the band is a distance: thirty times the largest
recent price. Positive prices near zero are compared with the latest moves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from ticker_gui.bars.tape import Tape
from ticker_gui.domain.errors import FrameError, TradeHeld
from ticker_gui.domain.events import Correction, Trade, Updates
from ticker_gui.formatting.numbers import exact_if_short
from ticker_gui.market.deduplication import NOT_COUNTED, RecentIds

# Prices with a larger ratio to the last price have to be confirmed.
BAND: Final = 5.0
BAND_SQUARED: Final = BAND**2
_MAX_DISTANCE: Final = 30.0  # in units of the largest recent price
_RECENT_TRADES: Final = 64
_MAX_HELD: Final = 16
# Near zero, prices are compared by distance, with this multiple of the median of the latest moves. In a random walk
# with steps of up to a quarter, a decimal error is farther from the last price than that.
_LATEST_MOVES: Final = 3
_NEAR_MOVES: Final = 2.5
_MIN_IN_BAND: Final = 2  # of these moves; otherwise prices alternate or jump
# A positive price is accepted if each of this number of latest moves had at least the same ratio.
_LATEST_RATIOS: Final = 2
_ROUNDING: Final = 1.000001
# A negative price that is little farther away than the usual move stays held for this number of other trades, because
# trades at the bid and at the ask alternate. The same applies to a symbol with few trades, whose moves are unknown;
# then a third trade is needed to confirm it.
_TRADES_UNTIL_DISCARDED: Final = 32
_RECENT_MOVES: Final = 5
_USUAL_MOVES: Final = 4.0
_FEW_TRADES: Final = 3
# Prices within this ratio form one level; a level is known after this number of trades.
_LEVEL: Final = 2.0
_LEVEL_TRADES: Final = 2
_LEVEL_CHANGES: Final = 3  # prices that leave a level, return and leave it again alternate
_MAX_LEVELS_RATIO: Final = BAND**2  # levels farther apart are not a bid and an ask
_DECIMAL_ERROR: Final = 0.05  # in powers of ten; a misplaced decimal point may be repeated
_SHOWN: Final = Updates.LAST | Updates.HIGH_LOW


class HeldTrade:
    """A trade that waits for confirmation, and its arrival time; ``is_rejected`` is false once it counts."""

    __slots__ = ("is_rejected", "received_ns", "trade")

    def __init__(self, trade: Trade, received_ns: int) -> None:
        self.trade: Final = trade
        self.received_ns: Final = received_ns
        self.is_rejected = True


class _Side:
    """The held trades on one side of the band.

    ``bound`` is the end of the band when the first of them arrived. After other trades were counted, ``needed`` of them
    have to be held before another one confirms them. ``discarded`` are earlier ones, each with the trade count up to
    which it was valid.
    """

    __slots__ = ("bound", "count_when_held", "discarded", "last_valid_count", "needed", "trades")

    def __init__(self) -> None:
        self.trades: list[HeldTrade] = []
        self.discarded: list[tuple[int, HeldTrade]] = []
        self.bound = 0.0
        self.count_when_held = self.last_valid_count = 0
        self.needed = 1

    def hold(self, held: HeldTrade, bound: float, count: int, last_valid_count: int) -> None:
        if not self.trades:
            self.bound = bound
        self.count_when_held = count
        if len(self.trades) < _MAX_HELD:
            self.trades.append(held)
        self.last_valid_count = max(last_valid_count, self.last_valid_count if len(self.trades) > 1 else 0)

    def discard_outdated(self, count: int) -> None:
        if self.discarded:
            self.discarded = [one for one in self.discarded if count <= one[0] + _TRADES_UNTIL_DISCARDED]
        if self.trades and count > self.last_valid_count:
            for held in self.trades:
                if not any(_is_repetition(held.trade, earlier.trade) for _, earlier in self.discarded):
                    self.discarded.append((self.last_valid_count, held))
            self.discarded = self.discarded[-_MAX_HELD:]
            self.trades = []

    def waits_for_more(self, count: int) -> bool:
        """Return whether other trades were counted since the newest one was held, and one more does not confirm it."""
        return count > self.count_when_held and sum(held.trade.price < 0.0 for held in self.trades) < self.needed

    def take_confirmed(self) -> list[HeldTrade]:
        confirmed, self.trades, self.discarded = self.trades, [], []
        return confirmed


class HeldTrades:
    """The held trades of one symbol. Only trades outside the band are passed to it; others cost nothing.

    ``is_signed`` is true once a price at or below zero was confirmed.
    """

    __slots__ = ("_above", "_below", "_ids", "_is_releasing", "_symbol", "is_signed")

    def __init__(self, symbol: str, ids: RecentIds) -> None:
        self._symbol = symbol
        self._ids = ids
        self._above = _Side()
        self._below = _Side()
        self._is_releasing = False
        self.is_signed = False

    def price(self, tape: Tape) -> float | None:
        """Return the price that waits for confirmation, or ``None``."""
        for side in (self._above, self._below):
            if side.trades and side.last_valid_count >= _count(tape):
                for held in reversed(side.trades):
                    if held.trade.price != 0.0 or self.is_signed:
                        return held.trade.price
        return None

    def check(self, trade: Trade, last: float | None, tape: Tape, received_ns: int) -> Sequence[HeldTrade]:
        """Check a first price or one outside the relative band; return the held trades that it confirms.

        Raises:
            TradeHeld: the trade has to be confirmed itself.
            FrameError: the price is zero, which many feeds send if it is unknown.
        """
        price = trade.price
        if not trade.updates & _SHOWN:
            return ()
        if self._is_releasing or self._is_near(price, last, tape):
            self.is_signed = self.is_signed or price <= 0.0
            return ()
        side, other = (self._below, self._above) if last is None or price < last else (self._above, self._below)
        for one in (side, other):
            one.discard_outdated(_count(tape))
        confirmed = self._alternating(trade, last, side)
        if confirmed or self._confirms(trade, side, last, tape):
            confirmed = confirmed + side.take_confirmed()
            other.take_confirmed()
            self.is_signed = self.is_signed or price <= 0.0
            self._note_counted(confirmed)
            return confirmed
        if trade.trade_id is not None:
            self._ids.restrict(self._ids.newest_row, NOT_COUNTED)
        held = HeldTrade(trade, received_ns)
        self._hold(held, side, last, tape)
        if price == 0.0 and not self.is_signed:
            raise FrameError(f"price 0 for {self._symbol} rejected: its prices are above zero")
        why = "the first price is below zero" if last is None else f"far from {exact_if_short(last)}"
        reason = (
            f"price {exact_if_short(price)} for {self._symbol} held: {why}, waiting for a second trade to confirm it"
        )
        raise TradeHeld(reason, partial(self._is_discarded, held, tape))

    def _is_discarded(self, held: HeldTrade, tape: Tape) -> bool | None:
        """Return whether a trade was discarded, or ``None`` while it is held."""
        for side in (self._above, self._below):
            if held in side.trades and side.last_valid_count >= _count(tape):
                return None
        return held.is_rejected

    def _note_counted(self, confirmed: Sequence[HeldTrade]) -> None:
        for held in confirmed:
            held.is_rejected = False
            trade = held.trade
            known = self._ids.find(trade.trade_id, trade.venue, trade.price, trade.size)
            if known is not None and known.row is not None:
                self._ids.restrict(known.row, int(trade.updates))

    def remove(self, correction: Correction) -> Trade | None:
        """Remove and return the held trade that a correction concerns, if there is one."""
        for side in (self._above, self._below):
            for held in (*side.trades, *(held for _, held in side.discarded)):
                if _concerns(held.trade, correction):
                    held.is_rejected = False
                    side.trades = [one for one in side.trades if one is not held]
                    side.discarded = [one for one in side.discarded if one[1] is not held]
                    return held.trade
        return None

    def discard(self) -> None:
        """Discard all held trades."""
        self._above, self._below = _Side(), _Side()

    def note_removed(self, count: int) -> None:
        """Note that ``count`` trades were removed from the tape; what they discarded remains discarded."""
        for side in (self._above, self._below):
            side.last_valid_count -= count
            side.discarded = [(last_valid_count - count, held) for last_valid_count, held in side.discarded]

    def set_releasing(self, *, is_releasing: bool) -> None:
        """Set whether confirmed trades are being applied, which are not checked again."""
        self._is_releasing = is_releasing

    def _is_near(self, price: float, last: float | None, tape: Tape) -> bool:
        if last is None:
            return price > 0.0 and not self._confirms_first(price)
        if not self.is_signed and last > 0.0:
            if price > 0.0 and (_is_in_band(price, last) or _is_usual(price, last, tape)):
                return True
            return price != 0.0 and abs(price - last) <= _NEAR_MOVES * _latest_move(tape)
        distance = abs(price - last)
        return distance <= _MAX_DISTANCE * abs(last) or distance <= _MAX_DISTANCE * _largest(tape)

    def _alternating(self, trade: Trade, last: float | None, side: _Side) -> list[HeldTrade]:
        """Return the discarded trades that confirm, with this one, that prices alternate between two levels."""
        price = trade.price
        if self.is_signed or last is None or not (price > 0.0 and last > 0.0):
            return []
        powers = abs(math.log10(price) - math.log10(last))
        if powers > math.log10(_MAX_LEVELS_RATIO) or abs(powers - round(powers)) < _DECIMAL_ERROR:
            return []
        alike = [held for _, held in side.discarded if _is_same_level(price, held.trade.price)]
        is_known = len(alike) >= _LEVEL_TRADES and not any(_is_repetition(trade, held.trade) for held in alike)
        return alike if is_known else []

    def _confirms_first(self, price: float) -> bool:
        """Return whether a negative first price is held and this one is not far from it."""
        return any(held.trade.price < 0.0 and price <= -held.trade.price * BAND for held in self._below.trades)

    def _confirms(self, trade: Trade, side: _Side, last: float | None, tape: Tape) -> bool:
        price = trade.price
        if last is None and self._confirms_first(price):
            return not _is_repetition(trade, side.trades[-1].trade)
        if not side.trades or _is_repetition(trade, side.trades[-1].trade):
            return False
        if not self.is_signed and price >= 0.0:
            # With positive prices, zero means unknown; only a negative price confirms a held zero.
            side.trades = [held for held in side.trades if held.trade.price != 0.0] if price else side.trades
            if not price or not side.trades:
                return False
        if side.waits_for_more(_count(tape)):
            return False
        return price < side.bound if side is self._below else price > side.bound

    def _hold(self, held: HeldTrade, side: _Side, last: float | None, tape: Tape) -> None:
        price, count = held.trade.price, _count(tape)
        if price < 0.0:
            side.needed = 2 if count < _FEW_TRADES else 1
        if (
            price != 0.0
            and not side.waits_for_more(count)
            and not all(earlier.trade.price == 0.0 for earlier in side.trades)
        ):
            side.trades = []  # a repetition, or one within the former band
        if last is None:
            bound = 0.0
        elif self.is_signed:
            reach = _MAX_DISTANCE * max(abs(last), _largest(tape))
            bound = last - reach if side is self._below else last + reach
        else:
            bound = last / BAND if side is self._below else last * BAND
        is_usual_move = last is not None and price < 0.0 and _is_usual_move(price, last, tape)
        side.hold(held, bound, count, count + (_TRADES_UNTIL_DISCARDED if is_usual_move else 0))


def quoted_price(bid: float | None, ask: float | None) -> float | None:
    """Return the price to compare a first trade with: the mid price of a narrow quote, or ``None``."""
    return (bid + ask) / 2 if bid and ask and 0.0 < bid <= ask <= bid * BAND else None


def _is_same_level(price: float, other: float) -> bool:
    return price <= other * _LEVEL <= price * _LEVEL**2


def _is_usual(price: float, last: float, tape: Tape) -> bool:
    """Return whether a price outside the band is usual: prices alternate with it, or moves are as large."""
    recent = tape.prices[-_RECENT_TRADES:]
    recent = recent[recent > 0.0]
    is_level = (recent * _LEVEL >= price) & (recent <= price * _LEVEL)
    if np.count_nonzero(is_level[1:] != is_level[:-1]) >= _LEVEL_CHANGES:
        return True
    moves = np.abs(np.diff(np.log(recent[-_LATEST_RATIOS - 1 :])))
    return len(moves) == _LATEST_RATIOS and abs(math.log(price) - math.log(last)) <= moves.min() * _ROUNDING


def _concerns(trade: Trade, correction: Correction) -> bool:
    """Return whether a correction concerns this trade, by its id and by the values in the correction."""
    price, size, time_ns = correction.original_price, correction.original_size, correction.original_time_ns
    if price is not None and price != trade.price:
        return False
    if correction.trade_id is not None:
        return (trade.trade_id, trade.venue) == (correction.trade_id, correction.venue)
    if price is None or (size is None and time_ns is None):
        return False  # the price alone is that of many
    return (not size or not trade.size or size == trade.size) and time_ns in (None, trade.time_ns)


def _is_repetition(trade: Trade, held: Trade) -> bool:
    """Return whether a feed without trade ids has sent the same trade again, which confirms nothing."""
    return (
        trade.trade_id is None
        and trade.time_ns is not None
        and (trade.time_ns, trade.price, trade.size) == (held.time_ns, held.price, held.size)
    )


def _count(tape: Tape) -> int:
    """Return the number of counted trades that may update the last price; others discard nothing."""
    return tape.begin + len(tape)


def _largest(tape: Tape) -> float:
    recent = tape.prices[-_RECENT_TRADES:]
    return float(np.abs(recent).max()) if len(recent) else 0.0


def _is_in_band(price: float, last: float) -> bool:
    return last <= price * BAND <= last * BAND_SQUARED


def _is_usual_move(price: float, last: float, tape: Tape) -> bool:
    """Return whether a negative price is little farther away than the usual move."""
    if _count(tape) < _FEW_TRADES:
        return -price <= last * BAND
    moves = _moves(tape)[-_RECENT_MOVES:]
    return len(moves) > 0 and last - price <= _USUAL_MOVES * float(np.median(moves))


def _latest_move(tape: Tape) -> float:
    """Return the median of the latest moves; 0 if they are unknown or jumps."""
    latest = tape.prices[-_LATEST_MOVES - 1 :].tolist()
    if len(latest) <= _LATEST_MOVES:
        return 0.0
    in_band = sum(_is_in_band(price, last) for last, price in pairwise(latest))
    return float(np.median(_moves(tape)[-_LATEST_MOVES:])) if in_band >= _MIN_IN_BAND else 0.0


def _moves(tape: Tape) -> npt.NDArray[np.float64]:
    return np.abs(np.diff(tape.prices[-_RECENT_TRADES:]))
