"""Bitstamp, WebSocket v2, public channels.

Documentation: www.bitstamp.net/websocket/v2 (not read; the format is known from captured frames and public clients).
There is no ticker, so there are neither day statistics nor a last price before the first trade. Trades are those of
``live_trades``; the best bid and ask are the first levels of ``order_book``. Prices are sent as numbers and as text;
the text is exact. Times are text in microseconds. An error does not name its channel.

Past data are those of the REST interface. Bars are requested by their end, because the start is ignored where both are
given. Trades are those of the last minute, hour or day, in whole seconds, so that they are placed by their ids.

Units: amounts are in the base currency, also those of perpetual contracts (``btcusd-perp``). Trade ids are unique and
increase, with gaps. An empty list is an empty side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Final, TypeAlias, get_args
from urllib.parse import parse_qs, urlsplit

import msgspec

from ticker_gui.domain.capability import SIZED_QUOTES, SIZED_TRADES, Capability
from ticker_gui.domain.events import Bar, Fact, Quote, Refusal, Reply, Trade
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.feeds.history import (
    BarsPage,
    BarsQuery,
    HistoryOffer,
    HttpRequest,
    HttpResponse,
    Instrument,
    TradesPage,
    TradesQuery,
    check_status,
    refusal_error,
)
from ticker_gui.feeds.optional_values import OptionalNumber, quote_of
from ticker_gui.feeds.past_rows import (
    first_and_last,
    past_bar,
    past_trade,
    read_or,
    read_rows,
    reason_text,
    seconds,
    segment,
    tick_of_decimals,
    url_with,
)
from ticker_gui.feeds.protocol import Action, FeedProtocol
from ticker_gui.feeds.requests import error_reply
from ticker_gui.feeds.symbols import in_notation, lower, without_exchange
from ticker_gui.feeds.well_known import against
from ticker_gui.feeds.wire import epoch_ns, json_reader, tagged_reader, to_json

_CHANNELS: Final = ("live_trades", "order_book")
_EXCHANGES: Final = ("BITSTAMP",)
_REST: Final = "https://www.bitstamp.net"
_MAX_BARS: Final = 1_000
_STEPS: Final = {
    "1m": "60",
    "3m": "180",
    "5m": "300",
    "15m": "900",
    "30m": "1800",
    "1h": "3600",
    "2h": "7200",
    "4h": "14400",
    "6h": "21600",
    "12h": "43200",
    "1d": "86400",
}
# The periods of past trades up to now; a gap is requested with the first that is long enough when the request arrives.
_PERIODS: Final = {"minute": 30 * SECOND_NS, "hour": 3_000 * SECOND_NS, "day": 86_000 * SECOND_NS}


class _Execution(msgspec.Struct, gc=False):
    id: int
    price_str: float
    amount_str: float
    microtimestamp: int


class _Levels(msgspec.Struct, gc=False):
    microtimestamp: int
    bids: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET
    asks: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET


class _Problem(msgspec.Struct):
    code: int | None = None
    message: str = ""


class _Trade(msgspec.Struct, gc=False, tag_field="event", tag="trade"):
    channel: str
    data: _Execution


class _Book(msgspec.Struct, gc=False, tag_field="event", tag="data"):
    """The best 100 levels of each side."""

    channel: str
    data: _Levels


class _Subscribed(msgspec.Struct, tag_field="event", tag="bts:subscription_succeeded"):
    channel: str


class _Error(msgspec.Struct, tag_field="event", tag="bts:error"):
    data: _Problem


class _ReconnectRequest(msgspec.Struct, tag_field="event", tag="bts:request_reconnect"):
    """The server will close the connection soon."""


class _Candle(msgspec.Struct, gc=False):
    timestamp: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class _CandleRows(msgspec.Struct):
    ohlc: list[msgspec.Raw] = []


class _Candles(msgspec.Struct):
    data: _CandleRows


class _PastTrade(msgspec.Struct, gc=False):
    date: int  # in seconds
    tid: int
    price: float
    amount: float


class _Market(msgspec.Struct):
    market_symbol: str
    description: str = ""
    counter_decimals: int | None = None
    trading: str = "Enabled"


class _Failure(msgspec.Struct):
    status: str = ""
    reason: Any = None
    error: Any = None
    code: Any = None


_Message: TypeAlias = _Trade | _Book | _Subscribed | _Error | _ReconnectRequest
_read_message: Callable[[bytes], _Message | None] = tagged_reader(*get_args(_Message))
_read_level = json_reader(tuple[float, float])
_read_candles, _read_candle = json_reader(_Candles), json_reader(_Candle)
_read_list, _read_past_trade, _read_market = (
    json_reader(list[msgspec.Raw]),
    json_reader(_PastTrade),
    json_reader(_Market),
)
_read_failure = json_reader(_Failure)


class Bitstamp(FeedProtocol):
    """Trades, best bid and ask, and past bars; no key."""

    name: ClassVar = "bitstamp"
    title: ClassVar = "Bitstamp"
    markets: ClassVar = "Crypto"
    capabilities: ClassVar = SIZED_TRADES | SIZED_QUOTES | {Capability.HISTORY}
    acknowledges: ClassVar = True
    default_symbols: ClassVar = against("USD")
    url: ClassVar = "wss://ws.bitstamp.net"
    provenance: ClassVar = "recorded traffic, other programs"
    exchanges: ClassVar = _EXCHANGES
    hosts: ClassVar = ("ws.bitstamp.net",)
    keepalive_s: ClassVar = 20.0
    history: ClassVar = HistoryOffer(_STEPS, _MAX_BARS, requests_per_second=5.0)

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``BTC-USD`` → ``btcusd``, ``BTC/USD-PERP`` → ``btcusd-perp``. All names are in small letters."""
        return lower(in_notation(without_exchange(symbol, _EXCHANGES).replace("/", ""), ""))

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        return [
            to_json({"event": f"bts:{action}", "data": {"channel": f"{channel}_{symbol}"}})
            for symbol in symbols
            for channel in _CHANNELS
        ]

    def keepalive(self) -> Iterable[str]:
        """A heartbeat; the answer is ignored."""
        return (to_json({"event": "bts:heartbeat"}),)

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode one message."""
        match _read_message(payload):
            case _Trade(channel=channel, data=trade):
                time_ns = epoch_ns(trade.microtimestamp)
                return (Trade(_symbol(channel), trade.price_str, trade.amount_str, time_ns, trade.id),)
            case _Book(channel=channel, data=levels) if channel.startswith("order_book_"):
                return (_from_levels(_symbol(channel), levels),)
            case _Subscribed(channel=channel):
                return (Reply((_symbol(channel),), ok=True),)
            case _Error(data=problem):
                return (error_reply(problem.message, problem.code),)
            case _ReconnectRequest():
                self.is_closing = True
                return ()
            case _:
                return ()

    def history_request(self, query: BarsQuery) -> HttpRequest:
        """Return the request for the bars up to the last one."""
        first_ns, last_ns = first_and_last(query)
        step = _STEPS[query.timeframe]
        count = min(_MAX_BARS, 1 + (last_ns - first_ns) // (int(step) * SECOND_NS))
        parameters: dict[str, str | int | None] = {"step": step, "limit": count, "end": seconds(last_ns)}
        return HttpRequest(url_with(_REST, f"/api/v2/ohlc/{segment(query.symbol)}/", parameters))

    def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
        """Decode the bars, which may be older than requested."""

        def bar(row: msgspec.Raw) -> Bar:
            candle = _read_candle(row)
            prices = candle.open, candle.high, candle.low, candle.close
            return past_bar(query, epoch_ns(candle.timestamp), prices, candle.volume)

        self._check(response)
        return BarsPage(read_rows(_read_candles(response.body).data.ohlc, bar))

    def trades_request(self, query: TradesQuery) -> HttpRequest:
        """Return the request for the shortest period that may reach the trade before the gap."""
        gap_ns = query.before_ns - query.after_ns
        return _trades_request(query, next((name for name, length in _PERIODS.items() if gap_ns < length), "day"))

    def decode_trades(self, query: TradesQuery, response: HttpResponse) -> TradesPage:
        """Decode the trades inside the gap; if the page does not reach its beginning, a longer period is requested."""
        self._check(response)
        rows = sorted(read_rows(_read_list(response.body), _read_past_trade), key=lambda row: row.tid)
        after_id, before_id = query.after_id, query.before_id
        if not isinstance(after_id, int) or not isinstance(before_id, int):
            raise refusal_error(self.title, Refusal.OUT_OF_RANGE, "a trade at an end of the gap has no ID")
        if not any(row.tid <= after_id for row in rows):
            (period,) = parse_qs(urlsplit(response.url).query).get("time", ["day"])
            longer = {"minute": "hour", "hour": "day"}.get(period)
            if longer is None:
                raise refusal_error(self.title, Refusal.OUT_OF_RANGE, "the trades are more than a day old")
            return TradesPage([], _trades_request(query, longer))
        inside = [row for row in rows if after_id < row.tid < before_id]
        return TradesPage(read_rows(inside, lambda row: _placed(query, row)))

    def catalog_request(self) -> HttpRequest:
        """Return the request for all markets."""
        return HttpRequest(url_with(_REST, "/api/v2/markets/"))

    def decode_catalog(self, response: HttpResponse) -> list[Instrument]:
        """Decode the markets that are open for trading."""

        def instrument(row: msgspec.Raw) -> Instrument | None:
            market = _read_market(row)
            if market.trading != "Enabled":
                return None
            tick_size = tick_of_decimals(market.counter_decimals)
            return Instrument(market.market_symbol, market.description, self.title, tick_size)

        self._check(response)
        return read_rows(_read_list(response.body), instrument)

    def _check(self, response: HttpResponse) -> None:
        """Raise an error if a response is one; see `check_status`."""
        failure = read_or(_read_failure, response.body, _Failure())
        said = failure.reason or failure.error or ""
        reason = reason_text(self.credentials.redact, said if isinstance(said, str) else str(said))
        check_status(self.title, response, reason)
        if said or failure.status == "error":
            raise refusal_error(self.title, Refusal.FAILED, reason)


def _trades_request(query: TradesQuery, period: str) -> HttpRequest:
    return HttpRequest(url_with(_REST, f"/api/v2/transactions/{segment(query.symbol)}/", {"time": period}))


def _placed(query: TradesQuery, row: _PastTrade) -> Trade:
    """Return a trade of the gap; its whole second may have begun before the gap."""
    time_ns = min(max(epoch_ns(row.date), query.after_ns + 1), query.before_ns - 1)
    return past_trade(query.symbol, row.price, row.amount, time_ns, row.tid)


def _symbol(channel: str) -> str:
    """Return the symbol of a channel: ``btcusd`` for ``live_trades_btcusd``."""
    return next((channel.removeprefix(f"{name}_") for name in _CHANNELS if channel.startswith(f"{name}_")), "")


def _from_levels(symbol: str, levels: _Levels) -> Quote:
    """Return the best bid and ask; for speed, only these two of up to 200 levels are decoded."""
    return quote_of(symbol, *_best(levels.bids), *_best(levels.asks), epoch_ns(levels.microtimestamp))


def _best(levels: list[msgspec.Raw] | msgspec.UnsetType) -> tuple[OptionalNumber, OptionalNumber]:
    """Return price and size of the first level; ``None`` for an empty side."""
    if isinstance(levels, msgspec.UnsetType):
        return msgspec.UNSET, msgspec.UNSET
    return _read_level(levels[0]) if levels else (None, None)
