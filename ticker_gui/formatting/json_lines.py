"""The JSON lines of ``stream``, ``history`` and ``export``. Other programs depend on their keys and values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from ticker_gui.domain.events import UPDATES_EVERYTHING, Bar, Correction, DayStats, Fact, Quote, Reply, Trade, Updates
from ticker_gui.domain.feed_state import FeedState
from ticker_gui.domain.frame import Frame
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.timeframe import SECOND_NS

Line = dict[str, Any]

_UPDATES: Final = (("last", Updates.LAST), ("high_low", Updates.HIGH_LOW), ("volume", Updates.VOLUME))


def fact_line(feed: str, symbol: str, fact: Fact, received_ns: int) -> Line:
    """Return a fact as one line, without absent values; ``symbol`` is the user's name for it.

    An empty side of the order book is ``null``: there is no price. An absent price has not changed.
    """
    line = {"event": fact.__struct_config__.tag, "feed": feed, "symbol": symbol} | _content(fact)
    line["received"] = iso_time(received_ns)
    present: Line = {key: value for key, value in line.items() if value is not None}
    if isinstance(fact, Quote):
        present |= dict.fromkeys(_empty_sides(fact))
    return present


def past_bar_line(feed: str, symbol: str, bar: Bar, received_ns: int) -> Line:
    """Return a past bar as one line like those of `fact_line`, with its source."""
    return fact_line(feed, symbol, bar, received_ns) | {"source": "provided"}


def _content(fact: Fact) -> Line:
    match fact:
        case Trade():
            return {
                "price": fact.price,
                "size": fact.size,
                "time": _time(fact.time_ns),
                "trade_id": _id(fact.trade_id),
                "venue": _id(fact.venue),
                **_conditions(fact),
            }
        case Correction():
            return {
                "trade_id": _id(fact.trade_id),
                "venue": _id(fact.venue),
                "original_price": fact.original_price,
                "original_size": fact.original_size,
                "original_time": _time(fact.original_time_ns),
                "price": fact.price,
                "size": fact.size,
                "time": _time(fact.time_ns),
                "new_trade_id": _id(fact.new_trade_id),
                **_conditions(fact),
            }
        case Quote():
            return {
                "bid": fact.bid,
                "bid_size": fact.bid_size,
                "ask": fact.ask,
                "ask_size": fact.ask_size,
                "time": _time(fact.time_ns),
            }
        case DayStats():
            return {
                "open": fact.open,
                "high": fact.high,
                "low": fact.low,
                "previous_close": fact.previous_close,
                "volume": fact.volume,
                "last": fact.last,
                "time": _time(fact.time_ns),
            }
        case Bar():
            return {
                "timeframe": fact.timeframe,
                "start": iso_time(fact.start_ns),
                "open": fact.open,
                "high": fact.high,
                "low": fact.low,
                "close": fact.close,
                "volume": fact.volume,
                "closed": fact.is_closed,
            }
        case Reply():
            raise TypeError("a reply has no single symbol: use reply_line")


def _empty_sides(quote: Quote) -> list[str]:
    return ["bid"] * quote.has_no_bid + ["ask"] * quote.has_no_ask


def _conditions(fact: Trade | Correction) -> Line:
    """Return the sale conditions, and what they allow the trade to update, unless that is everything."""
    line: Line = {"conditions": list(fact.conditions) or None}
    if fact.updates is not UPDATES_EVERYTHING:
        line["updates"] = [name for name, flag in _UPDATES if fact.updates & flag]
    return line


def _id(trade_id: int | str | None) -> str | None:
    return None if trade_id is None else str(trade_id)


def reply_line(feed: str, symbols: list[str], reply: Reply) -> Line:
    """Return an acknowledgement or refusal as one line."""
    return {
        "event": "reply",
        "feed": feed,
        "ok": reply.ok,
        "symbols": symbols,
        "message": sanitize_text(reply.message),
    }


def bad_frame_line(feed: str, frame: Frame, reason: str) -> Line:
    """Return a rejected frame as one line; its payload may be truncated."""
    payload = frame.payload.decode(errors="replace")
    return {"event": "bad_frame", "feed": feed, "reason": sanitize_text(reason), "payload": payload}


def state_line(feed: str, state: FeedState) -> Line:
    """Return the state of a feed as one line."""
    line: Line = {"event": "state", "feed": feed, "state": state.kind.value}
    reason = state.reason_at(state.since_ns)
    return line | {"reason": reason} if reason else line


def iso_time(time_ns: int) -> str:
    """Return nanoseconds since the epoch as ISO 8601 UTC with microseconds, at most the end of the year 9999."""
    seconds, rest_ns = divmod(time_ns, SECOND_NS)
    return f"{_iso_second(seconds)}.{rest_ns // 1000:06d}Z"


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)  # Windows cannot convert earlier times itself


@lru_cache(maxsize=1024)
def _iso_second(seconds: int) -> str:
    bounded = min(max(seconds, -62_135_596_800), 253_402_300_799)
    # Not `strftime`, which writes years before 1000 with three digits on Linux.
    return (_EPOCH + timedelta(seconds=bounded)).replace(tzinfo=None).isoformat(timespec="seconds")


def _time(time_ns: int | None) -> str | None:
    return None if time_ns is None else iso_time(time_ns)
