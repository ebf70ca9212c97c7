"""The trades and bars of an instrument of the demo market: those since its start, and its past before."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, cast

from ticker_gui.demo.past import FIRST_S, TRADES_PER_SECOND, Candle, Past
from ticker_gui.domain.events import Bar, Trade
from ticker_gui.domain.timeframe import BY_NAME, MINUTE_NS, SECOND_NS, Timeframe
from ticker_gui.feeds.history import BarsQuery, TradesQuery

MAX_TRADES: Final = 5_000  # since the start; the oldest are discarded, and at most as many are sent at once
_MAX_MINUTES: Final = 4_320
_MINUTE_S: Final = 60
_HIGH, _LOW, _CLOSE, _VOLUME = range(1, 5)  # the positions in a `Candle`


class InstrumentHistory:
    """The past of an instrument, continued by the trades since the second ``start_s`` without a jump of the price.

    Trades are stored as long as there are few, and then as minutes. The simulated past stands in for those that are not
    stored any more.
    """

    def __init__(self, past: Past, start_s: int) -> None:
        self._past = past
        self._start_s = start_s
        self._trades: deque[Trade] = deque()
        self._trades_start_s = start_s
        self._minutes: list[int] = []  # their starts, in seconds
        self._candles: list[list[float]] = []  # the values of a `Candle`, which each trade may change

    def add(self, trade: Trade) -> None:
        """Add a trade, which has a size and a time."""
        if len(self._trades) >= MAX_TRADES:
            self._trades.popleft()
            self._trades_start_s = _second(self._trades[0]) + 1
        self._trades.append(trade)
        price, size = trade.price, trade.size or 0.0
        start_s = _second(trade) // _MINUTE_S * _MINUTE_S
        if self._minutes and start_s <= self._minutes[-1]:  # earlier if the clock was set back
            values = self._candles[-1]
            if price > values[_HIGH]:
                values[_HIGH] = price
            elif price < values[_LOW]:
                values[_LOW] = price
            values[_CLOSE] = price
            values[_VOLUME] += size
            return
        self._minutes.append(start_s)
        self._candles.append([price, price, price, price, size])
        if len(self._minutes) > _MAX_MINUTES:
            del self._minutes[0], self._candles[0]
            self._start_s = self._minutes[0]

    def bars(self, query: BarsQuery, now_ns: int) -> Iterator[Bar]:
        """Yield the requested bars that begin before ``now_ns``, oldest first.

        The last one may be unfinished. There is none for a period without trades.
        """
        if query.start_ns >= now_ns:
            return
        timeframe = BY_NAME[query.timeframe]
        begin = timeframe.start_of(max(query.start_ns, FIRST_S * SECOND_NS))
        if begin < query.start_ns:
            begin = timeframe.end_of(begin)
        while begin < min(query.end_ns, now_ns):
            end = timeframe.end_of(begin)
            candle = self._candle(timeframe, begin // SECOND_NS, end // SECOND_NS)
            if candle is not None:
                opened, high, low, close, volume = candle
                yield Bar(
                    query.symbol, timeframe.name, begin, opened, high, low, close, round(volume, 6), end <= now_ns
                )
            begin = end

    def trades(self, query: TradesQuery) -> list[Trade] | None:
        """Return the trades strictly between two, oldest first; ``None`` if they are too many."""
        start_s = query.after_ns // SECOND_NS
        past_end_s = max(start_s, min(self._trades_start_s, query.before_ns // SECOND_NS + 1))
        if (past_end_s - start_s) * TRADES_PER_SECOND > MAX_TRADES:
            return None
        past = (
            Trade(query.symbol, each.price, each.size, each.time_ns, each.trade_id)
            for each in self._past.trades(start_s, past_end_s)
            if query.after_ns < each.time_ns < query.before_ns
        )
        between = [*past, *(trade for trade in self._trades if _is_between(trade, query))]
        return between if len(between) <= MAX_TRADES else None

    def _candle(self, timeframe: Timeframe, start_s: int, end_s: int) -> Candle | None:
        """Return the candle of a period; its first part may be of the past and its second one of the recent trades."""
        is_short = timeframe.width_ns < MINUTE_NS
        boundary_s = min(max(self._trades_start_s if is_short else self._start_s, start_s), end_s)
        past = self._past.candle(start_s, boundary_s) if start_s < boundary_s else None
        recent = self._from_trades if is_short else self._from_minutes
        return _joined((past, *recent(boundary_s, end_s)))

    def _from_minutes(self, start_s: int, end_s: int) -> Iterable[Candle]:
        first = bisect_left(self._minutes, start_s - start_s % _MINUTE_S)
        after = bisect_left(self._minutes, end_s) if start_s < end_s else first
        return [Candle(*values) for values in self._candles[first:after]]

    def _from_trades(self, start_s: int, end_s: int) -> Iterator[Candle]:
        first = bisect_left(self._trades, start_s, key=_second)
        for trade in islice(self._trades, first, bisect_left(self._trades, end_s, key=_second)):
            yield Candle(trade.price, trade.price, trade.price, trade.price, trade.size or 0.0)


def _joined(candles: Iterable[Candle | None]) -> Candle | None:
    joined: Candle | None = None
    for candle in candles:
        if candle is not None:
            joined = candle if joined is None else joined.followed_by(candle)
    return joined


def _second(trade: Trade) -> int:
    return (trade.time_ns or 0) // SECOND_NS


def _is_between(trade: Trade, query: TradesQuery) -> bool:
    """Return whether a trade is between two others, by its id if theirs are known and otherwise by its time."""
    if isinstance(query.after_id, int) and isinstance(query.before_id, int):
        return query.after_id < cast(int, trade.trade_id) < query.before_id
    return query.after_ns < cast(int, trade.time_ns) < query.before_ns
