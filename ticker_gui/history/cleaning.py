"""Cleaning of past data: providers differ in order, range ends and the bar that still forms, so none is trusted."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from ticker_gui.domain.events import Bar, Trade
from ticker_gui.domain.timeframe import DAY_NS, timeframe_named
from ticker_gui.domain.trading_days import UTC_DAYS, TradingDays
from ticker_gui.feeds.history import BarsQuery, TradesQuery
from ticker_gui.feeds.wire import whole_number


def to_dates(query: BarsQuery, days: TradingDays) -> BarsQuery:
    """Return a query as providers expect it: days have the dates of the market, and hours begin at its minute."""
    timeframe = timeframe_named(query.timeframe, days)
    if timeframe.consists_of_hours and days.hours_minute:
        return replace(query, hours_minute=days.hours_minute)
    if not timeframe.consists_of_days or days.is_utc:
        return query
    start_ns = max(timeframe.date_of(query.start_ns), 0)
    return replace(query, start_ns=start_ns, end_ns=(days.number_of(query.end_ns - 1) + 1) * DAY_NS)


def clean_bars(bars: Iterable[Bar], query: BarsQuery, now_ns: int, days: TradingDays = UTC_DAYS) -> list[Bar]:
    """Return the bars that were requested, oldest first, one per start; the last one sent wins.

    Bars that do not begin at a start of the timeframe are dropped. Those with dates begin with the day of the market.
    A bar is closed only if its end is not after ``now_ns``, in nanoseconds since the epoch by the provider's clock.
    """
    dated, timeframe = query.bars, timeframe_named(query.timeframe, days)
    by_start: dict[int, Bar] = {}
    for bar in bars:
        if query.start_ns <= bar.start_ns < query.end_ns and dated.start_of(bar.start_ns) == bar.start_ns:
            by_start[bar.start_ns] = bar
    cleaned = [by_start[start_ns] for start_ns in sorted(by_start)]
    if timeframe.consists_of_days and not days.is_utc:
        cleaned = [replace(bar, start_ns=timeframe.start_on(bar.start_ns)) for bar in cleaned]
    if cleaned and cleaned[-1].is_closed and timeframe.end_of(cleaned[-1].start_ns) > now_ns:
        cleaned[-1] = replace(cleaned[-1], is_closed=False)
    return cleaned


def clean_trades(trades: Iterable[Trade], query: TradesQuery, *, selected: bool = False) -> list[Trade]:
    """Return the trades strictly inside the gap, oldest first, each once.

    Where both ends have numbers as ids, the ids decide; otherwise the times do, and the trades at both ends are
    recognized by their ids. Trades that were ``selected`` already are all inside.
    """
    kept: dict[object, Trade] = {}
    for number, trade in enumerate(trades):
        if selected or _is_inside(trade, query):
            kept.setdefault(number if trade.trade_id is None else (trade.venue, trade.trade_id), trade)
    return sorted(kept.values(), key=_order)


def _is_inside(trade: Trade, query: TradesQuery) -> bool:
    number = _number(trade.trade_id)
    after, before = _number(query.after_id), _number(query.before_id)
    if number is not None and after is not None and before is not None:
        return after < number < before
    if trade.time_ns is None or (trade.trade_id is not None and trade.trade_id in (query.after_id, query.before_id)):
        return False
    if trade.trade_id is None:
        return query.after_ns < trade.time_ns < query.before_ns
    return query.after_ns <= trade.time_ns <= query.before_ns


def _number(trade_id: int | str | None) -> int | None:
    return whole_number(trade_id) if isinstance(trade_id, str) else trade_id


def _order(trade: Trade) -> tuple[int, int]:
    return trade.time_ns or 0, _number(trade.trade_id) or 0
