"""An invented market with past bars and trades, which the REST stand-ins of the crypto exchanges serve.

It has been listed for 400 days, and nothing trades in one of seven periods. Three trades at a time share a millisecond.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import parse_qsl, urlsplit
from zlib import crc32

from hypothesis import settings

from tests.fuzz.mutations import mutated, parse
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, Trade
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, SECOND_NS
from ticker_gui.feeds.history import BarsQuery, HistoryError, HttpRequest, HttpResponse, TradesQuery
from ticker_gui.feeds.protocol import FeedProtocol

Answer: TypeAlias = tuple[int, bytes, Mapping[str, str]]
Respond: TypeAlias = Callable[[str, Mapping[str, str], Mapping[str, str]], Answer]

NOW_S: Final = 1_795_000_013
NOW_NS: Final = NOW_S * SECOND_NS
LISTED_NS: Final = NOW_NS - 400 * DAY_NS - NOW_NS % DAY_NS
FIRST_TRADE_NS: Final = NOW_NS - 20_000 * SECOND_NS
LAST_ID: Final = 29_997
_PAIR_NS: Final = 2 * SECOND_NS
_MAX_PAGES: Final = 30


class Figures(NamedTuple):
    """The values of a bar; a bar without trades has a volume of zero."""

    start_ns: int
    open: float
    high: float
    low: float
    close: float
    volume: float

    @property
    def is_silent(self) -> bool:
        return not self.volume


class Execution(NamedTuple):
    """The values of a trade."""

    id: int
    time_ns: int
    price: float
    size: float


@lru_cache(maxsize=100_000)
def figures(timeframe: str, start_ns: int) -> Figures:
    """Return the bar that begins at a time."""
    drawn = crc32(f"{timeframe} {start_ns}".encode())  # much faster than a generator of random numbers
    opened, close = 500 + drawn % 101 / 100, 500 + drawn // 101 % 101 / 100
    if drawn % 7 == 0:
        return Figures(start_ns, opened, opened, opened, opened, 0.0)
    high, low = max(opened, close) + drawn % 47 / 100, min(opened, close) - drawn // 47 % 47 / 100
    return Figures(start_ns, opened, round(high, 2), round(low, 2), close, (1 + drawn % 9_973) / 1_000)


def bars_between(timeframe: str, first_ns: int, last_ns: int, limit: int = 1_000_000) -> list[Figures]:
    """Return the oldest bars that begin from ``first_ns`` to ``last_ns``, both inclusive, and not in the future."""
    frame, found = BY_NAME[timeframe], list[Figures]()
    start_ns = frame.start_of(max(first_ns, LISTED_NS))
    if start_ns < max(first_ns, LISTED_NS):
        start_ns = frame.end_of(start_ns)
    while start_ns <= min(last_ns, NOW_NS) and len(found) < limit:
        found.append(figures(timeframe, start_ns))
        start_ns = frame.end_of(start_ns)
    return found


def last_bars(timeframe: str, end_ns: int, limit: int) -> list[Figures]:
    """Return the newest bars that begin at ``end_ns`` or before, and not in the future; the oldest first."""
    frame, found = BY_NAME[timeframe], list[Figures]()
    start_ns = frame.start_of(min(end_ns, NOW_NS))
    while start_ns >= LISTED_NS and len(found) < limit:
        found.append(figures(timeframe, start_ns))
        start_ns = frame.start_of(start_ns - 1)
    return found[::-1]


@lru_cache(maxsize=LAST_ID + 3)
def execution(identifier: int) -> Execution:
    """Return the trade with an id."""
    drawn = crc32(b"%d" % identifier)
    time_ns = FIRST_TRADE_NS + identifier // 3 * _PAIR_NS + identifier % 3 * 100_000
    return Execution(identifier, time_ns, 500 + drawn % 101 / 100, (1 + drawn % 997) / 1_000)


def executions(first_id: int, last_id: int) -> list[Execution]:
    """Return the trades with these ids, both inclusive, as far as they exist; the oldest first."""
    return [execution(identifier) for identifier in range(max(1, first_id), min(LAST_ID, last_id) + 1)]


def id_after(time_ns: int) -> int:
    """Return the id of the first trade after a time."""
    identifier = max(1, (time_ns - FIRST_TRADE_NS) // _PAIR_NS * 3)
    while execution(identifier).time_ns <= time_ns:
        identifier += 1
    return identifier


def ask(request: HttpRequest, respond: Respond) -> HttpResponse:
    """Return the answer of a stand-in to a request."""
    parts = urlsplit(request.url)
    status, body, headers = respond(parts.path, dict(parse_qsl(parts.query)), request.headers)
    retry = headers.get("retry-after")
    return HttpResponse(status, body, headers, None if retry is None else float(retry), request.url)


def past_bars(protocol: FeedProtocol, query: BarsQuery, respond: Respond) -> list[Bar]:
    """Return the bars of a period, requested page by page."""
    request, found = protocol.history_request(query), dict[int, Bar]()
    assert isinstance(request, HttpRequest)
    for _ in range(_MAX_PAGES):
        page = protocol.decode_history(query, ask(request, respond))
        found |= {bar.start_ns: bar for bar in page.bars}
        if page.next_request is None:
            assert {(bar.symbol, bar.timeframe) for bar in found.values()} <= {(query.symbol, query.timeframe)}
            return [found[start_ns] for start_ns in sorted(found) if query.start_ns <= start_ns < query.end_ns]
        request = page.next_request
    raise AssertionError("too many pages")


def past_trades(protocol: FeedProtocol, query: TradesQuery, respond: Respond) -> list[Trade] | None:
    """Return the trades of a gap, requested page by page; ``None`` if the protocol does not request them."""
    request, found = protocol.trades_request(query), dict[int | str | None, Trade]()
    if request is None:
        return None
    assert isinstance(request, HttpRequest)
    for _ in range(_MAX_PAGES):
        page = protocol.decode_trades(query, ask(request, respond))
        found |= {trade.trade_id: trade for trade in page.trades}
        if page.next_request is None:
            trades = sorted(found.values(), key=lambda trade: int(trade.trade_id or 0))
            after, before = int(query.after_id or 0), int(query.before_id or LAST_ID + 1)
            return [trade for trade in trades if after < int(trade.trade_id or 0) < before]
        request = page.next_request
    raise AssertionError("too many pages")


def values(bars: list[Bar]) -> list[Figures]:
    """Return the values of bars."""
    return [Figures(bar.start_ns, bar.open, bar.high, bar.low, bar.close, bar.volume or 0.0) for bar in bars]


def gap(after_id: int, before_id: int, symbol: str, *, as_text: bool = False) -> TradesQuery:
    """Return the request for the trades between two, whose times are known to the millisecond."""
    times = [execution(each).time_ns // 1_000_000 * 1_000_000 for each in (after_id, before_id)]
    ids = [str(each) if as_text else each for each in (after_id, before_id)]
    return TradesQuery(symbol, *times, *ids)


def assert_robust(decode: Callable[[HttpResponse], object], response: HttpResponse) -> None:
    """Decode damaged variants of a response: a result or a documented error follows."""
    rng = random.Random(0)
    tree = parse(response.body)
    for _ in range(3 * settings().max_examples):
        body = mutated(response.body, tree, rng)
        status = rng.choice((200, 200, 200, response.status, 400, 403, 404, 418, 429, 500))
        try:
            decode(HttpResponse(status, body, response.headers, None, response.url))
        except (HistoryError, FrameError):
            continue
