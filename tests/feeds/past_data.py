"""Past data for the stand-ins of REST APIs, and a client that requests all pages of a period.

The figures follow from the symbol and the time alone, so that a test knows what a stand-in must have sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit
from zlib import crc32

from hypothesis import strategies as st

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, Trade
from ticker_gui.domain.timeframe import BY_NAME, DAY_NS, SECOND_NS
from ticker_gui.feeds.history import (
    BarsPage,
    BarsQuery,
    HistoryError,
    HttpRequest,
    HttpResponse,
    TradesPage,
    TradesQuery,
)
from ticker_gui.feeds.protocol import FeedProtocol

Answer = tuple[int, bytes, Mapping[str, str]]
Respond = Callable[[str, Mapping[str, str], Mapping[str, str]], Answer]

NOW_NS = 1_796_000_000 * SECOND_NS
MAX_PAGES = 300
SILENT = 7  # one of seven short bars has no trades


class Figures(NamedTuple):
    """Open, high, low, close and volume of a bar."""

    open: float
    high: float
    low: float
    close: float
    volume: float


def figures(symbol: str, timeframe: str, start_ns: int) -> Figures | None:
    """Return the values of a bar; ``None`` if nothing was traded in it, which days and longer bars do not have."""
    seed = crc32(f"{symbol}/{timeframe}/{start_ns}".encode())
    if seed % SILENT == 0 and BY_NAME[timeframe].width_ns < DAY_NS:
        return None
    base = 50 + seed % 1_000 / 8
    return Figures(base + seed % 5 / 4, base + 2.25, base - 1.5, base - seed % 3 / 2, float(seed % 9_000 + 1))


def starts(timeframe: str, start_ns: int, end_ns: int) -> Iterator[int]:
    """Yield the starts of bars in ``start_ns <= time < end_ns``, oldest first; none after `NOW_NS`."""
    frame = BY_NAME[timeframe]
    begin = frame.start_of(start_ns)
    while begin < min(end_ns, NOW_NS):
        if begin >= start_ns:
            yield begin
        begin = frame.end_of(begin)


def expected_bars(query: BarsQuery, *, has_volume: bool = True) -> list[Bar]:
    """Return the bars of a query, without those in which nothing was traded."""
    found = []
    for start_ns in starts(query.timeframe, query.start_ns, query.end_ns):
        row = figures(query.symbol, query.timeframe, start_ns)
        if row is not None:
            volume = row.volume if has_volume else None
            found.append(Bar(query.symbol, query.timeframe, start_ns, *row[:4], volume, is_closed=True))
    return found


def responses(respond: Respond, request: HttpRequest) -> HttpResponse:
    """Return the answer of a stand-in to a request."""
    parts = urlsplit(request.url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    status, body, headers = respond(unquote(parts.path), query, request.headers)
    return HttpResponse(status, body, headers, url=request.url)


def fetched_bars(protocol: FeedProtocol, query: BarsQuery, respond: Respond) -> list[Bar]:
    """Request all pages of past bars; return those in the period, sorted, each once."""
    request, found = protocol.history_request(query), dict[int, Bar]()
    for _ in range(MAX_PAGES):
        assert isinstance(request, HttpRequest)
        page = protocol.decode_history(query, responses(respond, request))
        assert isinstance(page, BarsPage)
        found |= {bar.start_ns: bar for bar in page.bars if query.start_ns <= bar.start_ns < query.end_ns}
        if page.next_request is None:
            return [found[start_ns] for start_ns in sorted(found)]
        request = page.next_request
    raise AssertionError("too many pages")


def fetched_trades(protocol: FeedProtocol, query: TradesQuery, respond: Respond) -> list[Trade]:
    """Request all pages of past trades; return those strictly inside the period, sorted, each id once."""
    request, found = protocol.trades_request(query), dict[Any, Trade]()
    for _ in range(MAX_PAGES):
        assert isinstance(request, HttpRequest)
        page = protocol.decode_trades(query, responses(respond, request))
        assert isinstance(page, TradesPage)
        for trade in page.trades:
            assert trade.time_ns is not None
            if query.after_ns < trade.time_ns < query.before_ns:
                found[trade.trade_id] = trade
        if page.next_request is None:
            return sorted(found.values(), key=lambda trade: trade.time_ns or 0)
        request = page.next_request
    raise AssertionError("too many pages")


@st.composite
def queries(
    draw: st.DrawFn, symbols: tuple[str, ...], timeframes: tuple[str, ...], max_bars: int, days: int = 900
) -> BarsQuery:
    """Return a query for at most ``max_bars`` bars, whose ends are not always the starts of bars."""
    timeframe = draw(st.sampled_from(timeframes))
    width_ns = BY_NAME[timeframe].width_ns
    start_ns = NOW_NS - draw(st.integers(1, days * DAY_NS // width_ns)) * width_ns
    start_ns -= draw(st.sampled_from([0, 0, 1, start_ns % width_ns, 1_234_567_890]))
    end_ns = start_ns + draw(st.integers(1, max_bars)) * width_ns - draw(st.sampled_from([0, 0, 1, width_ns // 3]))
    return BarsQuery(draw(st.sampled_from(symbols)), timeframe, start_ns, end_ns)


def mutated(body: bytes) -> st.SearchStrategy[bytes]:
    """Return bodies that differ from a valid one: cut, with replaced values, or something else."""
    tokens = st.sampled_from(
        [b"null", b"-1", b"1e999", b"NaN", b'""', b'"x"', b"{}", b"[]", b"true", b"0", b"1e300", b'"NaN"', b"9" * 30]
    )
    places = st.integers(0, max(len(body) - 1, 0))

    def replace(place: int, length: int, token: bytes) -> bytes:
        return body[:place] + token + body[place + length :]

    return st.one_of(
        st.builds(lambda place: body[:place], places),
        st.builds(replace, places, st.integers(0, 30), tokens),
        st.binary(max_size=60),
    )


def decode_or_refuse(decode: Callable[[Any, HttpResponse], BarsPage | TradesPage], query: Any, body: bytes) -> None:
    """Decode a body; only pages with possible values, `HistoryError` and `FrameError` may result."""
    for status in (200, 400, 403, 404, 429, 500):
        try:
            page = decode(query, HttpResponse(status, body))
        except (HistoryError, FrameError):
            continue
        if isinstance(page, TradesPage):
            assert all(trade.price == trade.price for trade in page.trades)
        else:
            for bar in page.bars:
                assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high < float("inf")
                assert bar.volume is None or 0 <= bar.volume < float("inf")
