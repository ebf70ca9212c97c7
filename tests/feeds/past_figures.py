"""Bars and trades with gaps between their ids, for stand-ins of past data that number trades or keep them by time."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from hypothesis import strategies as st

from tests.feeds.past_data import MAX_PAGES, Respond, responses
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, Trade
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, SECOND_NS
from ticker_gui.feeds.history import (
    BarsPage,
    BarsQuery,
    HistoryError,
    HttpRequest,
    TradesPage,
    TradesQuery,
)
from ticker_gui.feeds.protocol import FeedProtocol

NOW_S: Final = 1_796_083_217  # 2026-11-30, the time at the stand-ins
FIRST_S: Final = 1_790_000_000  # they have no older bars of less than a day
DAY_S: Final = 86_400


class Row(NamedTuple):
    """A bar; the time is its start in seconds."""

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class Execution(NamedTuple):
    """A trade; the time is in milliseconds. Three trades share a millisecond, and the ids have gaps."""

    id: int
    time_ms: int
    price: float
    size: float

    @property
    def seq(self) -> int:
        """The number of the trade; these have no gaps."""
        return self.id // 3


def row_at(timeframe: str, time_s: int) -> Row | None:
    """Return the bar that begins at a time, or ``None`` where nothing was traded."""
    width_s = BY_NAME[timeframe].width_ns // SECOND_NS
    number = time_s // width_s
    if number % 7 == 3 or time_s > NOW_S or (time_s < FIRST_S and width_s < DAY_S):
        return None
    opened, close = 100 + number % 41 / 4, 100 + (number + 1) % 41 / 4
    return Row(time_s, opened, max(opened, close) + number % 3 / 2, min(opened, close) - 0.25, close, number % 13 + 0.5)


def rows(timeframe: str, first_s: int, last_s: int) -> list[Row]:
    """Return the bars that begin from ``first_s`` to ``last_s``, both included, oldest first."""
    unit = BY_NAME[timeframe]
    first_ns = max(first_s, FIRST_S if unit.width_ns < DAY_NS else 0) * SECOND_NS
    start_ns = unit.start_of(first_ns)
    if start_ns < first_ns:
        start_ns = unit.end_of(start_ns)
    found = []
    while start_ns <= min(last_s, NOW_S) * SECOND_NS:
        row = row_at(timeframe, start_ns // SECOND_NS)
        if row is not None:
            found.append(row)
        start_ns = unit.end_of(start_ns)
    return found


@functools.cache
def executions(count: int = 4_000) -> Sequence[Execution]:
    """Return the last trades before `NOW_S`, oldest first."""
    return tuple(
        Execution(
            3 * (1_000_000 + number),
            NOW_S * 1_000 - (count - number) // 3 * 700,
            100 + number % 17 / 2,
            number % 5 + 0.25,
        )
        for number in range(count)
    )


def fetch_trades(protocol: FeedProtocol, query: TradesQuery, respond: Respond) -> list[Trade]:
    """Return the trades of a query by their ids, sorted, without duplicates and others than requested."""
    request = protocol.trades_request(query)
    found: dict[Any, Trade] = {}
    for _ in range(MAX_PAGES):
        assert isinstance(request, HttpRequest)
        page: TradesPage = protocol.decode_trades(query, responses(respond, request))
        found |= {trade.trade_id: trade for trade in page.trades}
        if page.next_request is None:
            return [found[each] for each in sorted(found) if query.after_id < each < query.before_id]  # type: ignore
        request = page.next_request
    raise AssertionError("too many pages")


def bars_of(symbol: str, timeframe: str, found: Iterable[Row], *, has_volume: bool = True) -> list[Bar]:
    """Return the bars that rows are to be decoded as."""
    return [
        Bar(
            symbol, timeframe, row.time * SECOND_NS, row.open, row.high, row.low, row.close,
            row.volume if has_volume else None, is_closed=True,
        )
        for row in found
    ]  # fmt: skip


def expected_bars(query: BarsQuery, *, has_volume: bool = True) -> list[Bar]:
    """Return the bars that a query is to find."""
    start_s, end_s = -(-query.start_ns // SECOND_NS), -(-query.end_ns // SECOND_NS) - 1
    return bars_of(query.symbol, query.timeframe, rows(query.timeframe, start_s, end_s), has_volume=has_volume)


def queries(symbol: str, timeframes: Iterable[str], max_bars: int = 300) -> st.SearchStrategy[BarsQuery]:
    """Return queries for up to ``max_bars`` bars that begin at any time, also after `NOW_S`."""

    def query(timeframe: str, bars_back: int, offset_ns: int, count: int) -> BarsQuery:
        width_ns = BY_NAME[timeframe].width_ns
        start_ns = NOW_S * SECOND_NS - bars_back * width_ns + offset_ns % width_ns
        return BarsQuery(symbol, timeframe, start_ns, start_ns + count * width_ns)

    return st.builds(
        query,
        st.sampled_from(list(timeframes)),
        st.integers(0, 600),
        st.integers(0, DAY_NS),
        st.integers(1, max_bars),
    )


def gaps() -> st.SearchStrategy[tuple[Execution, Execution]]:
    """Return pairs of trades, both of which were received; those between them were not."""
    found = executions()
    indexes = st.tuples(st.integers(0, len(found) - 2), st.integers(1, 3_000))
    return indexes.map(lambda pair: (found[pair[0]], found[min(pair[0] + pair[1], len(found) - 1)]))


def between(pair: tuple[Execution, Execution]) -> list[Execution]:
    """Return the trades between two."""
    return [each for each in executions() if pair[0].id < each.id < pair[1].id]


def mutations(body: bytes) -> st.SearchStrategy[bytes]:
    """Return damaged copies of a body: cut, with bytes replaced, or with values of other types."""
    words = [b"null", b"true", b"-1", b"1e400", b"NaN", b'""', b'"x"', b"[]", b"{}", b"9" * 40, b"-" + b"9" * 400]

    def replaced(parts: tuple[int, int, bytes]) -> bytes:
        start, length, word = parts
        return body[: start % (len(body) + 1)] + word + body[start % (len(body) + 1) + length :]

    numbers = [index for index, byte in enumerate(body) if chr(byte).isdigit()] or [0]

    def number_replaced(parts: tuple[int, bytes]) -> bytes:
        start = numbers[parts[0] % len(numbers)]
        end = start + len(list(itertools.takewhile(lambda byte: chr(byte) in "0123456789.", body[start:])))
        return body[:start] + parts[1] + body[end:]

    return st.one_of(
        st.binary(max_size=60),
        st.integers(0, len(body)).map(lambda end: body[:end]),
        st.tuples(st.integers(0, len(body)), st.integers(0, 30), st.sampled_from(words)).map(replaced),
        st.tuples(st.integers(0, 10**6), st.sampled_from(words)).map(number_replaced),
    )


def is_decoded(decode: Callable[[], BarsPage | TradesPage | list[Any]]) -> bool:
    """Decode; only the documented errors may result, and all values are possible ones. Return whether it succeeded."""
    try:
        page = decode()
    except (HistoryError, FrameError):
        return False
    for bar in page.bars if isinstance(page, BarsPage) else ():
        assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
        assert bar.volume is None or 0 <= bar.volume < float("inf")
        assert bar.start_ns == BY_NAME[bar.timeframe].start_of(bar.start_ns)
    for trade in page.trades if isinstance(page, TradesPage) else ():
        assert isinstance(trade.price, float)
        assert abs(trade.price) < float("inf")
    return True
