"""Requests past data of one feed, over HTTP or over its open socket, whichever its provider uses."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final, ParamSpec, Protocol, TypeVar
from urllib.parse import urlsplit

from msgspec.structs import replace

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, PastBars, PastData, PastTrades, Refusal, Trade
from ticker_gui.domain.trading_days import UTC_DAYS, TradingDays
from ticker_gui.feeds.history import (
    BarsPage,
    BarsQuery,
    HistoryError,
    HttpRequest,
    HttpResponse,
    TradesPage,
    TradesQuery,
    unreadable_error,
)
from ticker_gui.feeds.protocol import Credentials, FeedProtocol, Message
from ticker_gui.history.cleaning import clean_bars, clean_trades, to_dates
from ticker_gui.logs.internal_errors import in_thread

ANSWER_TIMEOUT_S: Final = 20.0
_CHECK_S: Final = 0.5  # whether the connection over which a request was sent is still there
_MAX_PAGES: Final = 10
_MAX_ROWS: Final = 100_000  # in one response
_ANY_IDS: Final = (1, 1_000)
_MANY_ROWS: Final = 2_000  # are cleaned in a thread
_LARGE_BYTES: Final = 64 << 10  # are decoded in a thread

P = ParamSpec("P")
T = TypeVar("T")
PageT = TypeVar("PageT", BarsPage, TradesPage)
HttpGet = Callable[[HttpRequest, Credentials], Awaitable[HttpResponse]]
OnLimited = Callable[[HttpRequest, Credentials, float | None], object]


class PastDataSource(Protocol):
    """What a feed contributes: its protocol, and its open socket."""

    @property
    def past_data_protocol(self) -> FeedProtocol | None:
        """The protocol of the connection; ``None`` without one."""

    def send(self, messages: Sequence[Message]) -> None:
        """Send messages over the open socket."""


class UnconnectedSource:
    """A protocol without a connection, for past data that the provider sends over HTTP."""

    def __init__(self, protocol: FeedProtocol) -> None:
        self.protocol: Final = protocol

    @property
    def past_data_protocol(self) -> FeedProtocol:
        """The protocol."""
        return self.protocol

    def send(self, messages: Sequence[Message]) -> None:
        """Raise `HistoryError`: there is no socket."""
        raise HistoryError("The feed is not connected.", Refusal.OFFLINE)


class PastDataClient:
    """Past bars and trades of one feed. Responses over the socket are passed to `deliver`.

    ``on_limited`` is called with a request, and the pause to make in seconds if it is known, when the response to the
    request states that there were too many. ``on_response`` is called with every response to an HTTP request.
    """

    def __init__(
        self,
        source: PastDataSource,
        get: HttpGet,
        clock: Clock,
        timeout_s: float = ANSWER_TIMEOUT_S,
        on_limited: OnLimited | None = None,
    ) -> None:
        self._source = source
        self._get = get
        self._clock = clock
        self._timeout_s = timeout_s
        self._on_limited = on_limited
        self.on_response: Callable[[HttpResponse], object] | None = None
        self._waiting: dict[tuple[str, str], asyncio.Future[PastData]] = {}

    async def bars(self, query: BarsQuery, days: TradingDays = UTC_DAYS) -> list[Bar]:
        """Return the bars of a period, oldest first; the last one may still be forming.

        Args:
            query: the period; of bars that consist of days, the starts of these.
            days: the days of the market. Providers are asked for their dates.

        Raises:
            HistoryError: they are not available.
        """
        protocol = self._protocol()
        dated = to_dates(query, days)
        request = protocol.history_request(dated)
        if not isinstance(request, HttpRequest):
            answer = await self._ask(protocol, request, (query.symbol, query.timeframe))
            return clean_bars(answer.bars if isinstance(answer, PastBars) else (), dated, self._clock(), days)
        pages = await self._pages(request, protocol, lambda response: protocol.decode_history(dated, response))
        bars = [bar for page in pages for bar in page.bars]
        return await _call(len(bars) >= _MANY_ROWS, clean_bars, bars, dated, self._clock(), days)

    async def trades(self, query: TradesQuery) -> list[Trade]:
        """Return the trades of a gap, oldest first.

        Raises:
            HistoryError: the provider has no list of them, they are not available, or there are too many.
        """
        protocol = self._protocol()
        request = protocol.trades_request(query)
        if request is None:
            raise HistoryError("The provider has no list of the trades of this period.", Refusal.OUT_OF_RANGE)
        if not isinstance(request, HttpRequest):
            answer = await self._ask(protocol, request, (query.symbol, ""))
            selects = protocol.history_offer is not None and protocol.history_offer.selects_trades
            return clean_trades(answer.trades if isinstance(answer, PastTrades) else (), query, selected=selects)
        pages = await self._pages(request, protocol, lambda response: protocol.decode_trades(query, response))
        return clean_trades((trade for page in pages for trade in page.trades), query)

    def lists_trades(self, symbol: str, after_ns: int, before_ns: int) -> bool:
        """Return whether the provider has a list of the trades of a period, without asking for it."""
        protocol = self._source.past_data_protocol
        query = TradesQuery(symbol, after_ns, before_ns, *_ANY_IDS)
        try:
            return protocol is not None and protocol.trades_request(query) is not None
        except HistoryError:
            return False

    def deliver(self, past: PastData) -> None:
        """Deliver a response that arrived over the socket. One that nobody waits for is dropped."""
        key = (past.symbol, past.timeframe if isinstance(past, PastBars) else "")
        waiting = self._waiting.get(key)
        if waiting is not None and not waiting.done():
            waiting.set_result(past)

    def _protocol(self) -> FeedProtocol:
        protocol = self._source.past_data_protocol
        if protocol is None:
            raise HistoryError("The feed is not connected.", Refusal.OFFLINE)
        return protocol

    async def _pages(
        self, request: HttpRequest, protocol: FeedProtocol, decode: Callable[[HttpResponse], PageT]
    ) -> list[PageT]:
        """Return the responses to a request and to those that follow it."""
        pages: list[PageT] = []
        rate = None if protocol.history_offer is None else protocol.history_offer.requests_per_second
        host = urlsplit(request.url).netloc
        for _ in range(_MAX_PAGES):
            response = await self._get(replace(request, requests_per_second=rate), protocol.credentials)
            if self.on_response is not None:
                self.on_response(replace(response, url=request.url))
            try:
                pages.append(await _call(len(response.body) >= _LARGE_BYTES, decode, response))
            except HistoryError as error:
                if error.refusal is Refusal.RATE_LIMITED and self._on_limited is not None:
                    self._on_limited(request, protocol.credentials, error.retry_after_s)
                raise
            except FrameError as error:
                raise unreadable_error(protocol.title, response, error, "past data") from error
            if len(pages[-1].rows) > _MAX_ROWS:
                raise HistoryError(f"{protocol.title} sent more than {_MAX_ROWS:,} rows in one response.")
            following = pages[-1].next_request
            if following is None:
                return pages
            if urlsplit(following.url).netloc != host:  # it would receive the key
                raise HistoryError(f"{protocol.title} refers to another host for more data, which is not requested.")
            request = following
        raise HistoryError("There is too much data in this period.", Refusal.OUT_OF_RANGE)

    async def _ask(self, protocol: FeedProtocol, messages: Sequence[Message], key: tuple[str, str]) -> PastData:
        """Send a request over the socket and wait for its response."""
        if not protocol.is_ready:
            raise HistoryError("The feed is still logging in.")
        answer: asyncio.Future[PastData] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._timeout_s):
                while (other := self._waiting.get(key)) is not None:  # responses do not state the period
                    await asyncio.wait((other,))
                self._waiting[key] = answer
                self._source.send(messages)
                while not answer.done() and self._source.past_data_protocol is protocol:
                    await asyncio.wait((answer,), timeout=_CHECK_S)
        except TimeoutError:
            raise HistoryError("The provider did not answer a request for past data.") from None
        finally:
            answer.cancel()  # no effect if it has arrived
            if self._waiting.get(key) is answer:
                del self._waiting[key]
        if answer.cancelled():
            raise HistoryError("The connection was lost before past data arrived.", Refusal.OFFLINE)
        past = answer.result()
        if past.error:
            raise HistoryError(past.error, past.refusal)
        return past


async def _call(takes_long: bool, function: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
    """Call a function, in a thread if it takes long enough to delay the window."""
    call = partial(function, *args, **options)
    return await in_thread(call) if takes_long else call()
