"""OKX, WebSocket v5, public channels.

Documentation: okx.com/docs-v5. All numbers are text. The server closes a connection that is idle for 30 seconds, so the
client sends the bare text ``ping`` and the server answers ``pong``; neither is JSON. A notice (64008) is sent 30
seconds before a server goes down. At most 480 requests per hour, so each request has many symbols. The pairs in USDC
were merged into those in USD in 2025 and are refused.

Units: sizes and ``vol24h`` are in the base currency for spot, and in contracts for swaps, futures and options, whose
value differs by instrument and is not sent; ``volCcy24h`` is in the quote currency for spot, and in the base currency
otherwise. A row of ``trades`` may combine several executions of one order and has the id of the last, so ids are unique
and have gaps. Block trades have a channel of their own, which is not subscribed. Empty text, or a size of zero, is an
empty side. ``last`` has no time of its trade: ``ts`` is the time of the ticker.

Past data are requested from the REST interface, whose errors are sent with HTTP status 200. The newest 1,440 bars have
another address than older ones. ``after`` means older than, and ``before`` newer than; both are exclusive. Past trades
are single executions: those of the millisecond in which the gap ends may be parts of the first row after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import ClassVar, Final
from urllib.parse import urlsplit

import msgspec

from ticker_gui.domain.capability import DAY_STATISTICS, SIZED_QUOTES, SIZED_TRADES, Capability
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, DayStats, Fact, Quote, Refusal, Reply, Trade
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
from ticker_gui.feeds.optional_values import OptionalNumber, price_of, quote_of
from ticker_gui.feeds.past_rows import (
    first_and_last,
    milliseconds,
    past_bar,
    past_trade,
    read_or,
    read_rows,
    reason_text,
    tick_of,
    url_with,
)
from ticker_gui.feeds.protocol import Action, FeedProtocol
from ticker_gui.feeds.requests import batched, error_reply
from ticker_gui.feeds.symbols import in_notation, without_exchange, without_perpetual
from ticker_gui.feeds.well_known import against
from ticker_gui.feeds.wire import epoch_ns, json_reader, to_json, whole_number

_CHANNELS: Final = ("tickers", "trades")
_ARGUMENTS_PER_REQUEST: Final = 100
_EXCHANGES: Final = ("OKX",)
_GOING_DOWN: Final = "64008"
_NAMED: Final = re.compile(r"instId:([^\s,]+)")

_REST: Final = "https://www.okx.com"
_REGIONAL_REST: Final = {"wseea.okx.com": "https://eea.okx.com", "wsus.okx.com": "https://us.okx.com"}
_DEMO_HOST: Final = "wspap.okx.com"
_RECENT: Final = "/api/v5/market/candles"
_OLDER: Final = "/api/v5/market/history-candles"
_BARS_PER_PAGE: Final = 300
_TRADES_PER_PAGE: Final = 100
_REFUSALS: Final = {"50011": Refusal.RATE_LIMITED, "51001": Refusal.UNKNOWN_SYMBOL}


class _Argument(msgspec.Struct, gc=False):
    channel: str
    instId: str = ""


class _Row(msgspec.Struct, gc=False):
    """A row of ``tickers``, or of ``trades`` (with ``px``, ``sz`` and ``tradeId``)."""

    instId: str
    ts: int
    px: float | None = None
    sz: float | None = None
    tradeId: str | None = None
    last: float | None = None
    askPx: OptionalNumber = msgspec.UNSET
    askSz: OptionalNumber = msgspec.UNSET
    bidPx: OptionalNumber = msgspec.UNSET
    bidSz: OptionalNumber = msgspec.UNSET
    open24h: float | None = None
    high24h: float | None = None
    low24h: float | None = None
    vol24h: float | None = None


class _Message(msgspec.Struct):
    arg: _Argument | None = None
    data: list[_Row] = []
    event: str = ""
    code: str = ""
    msg: str = ""


class _Past(msgspec.Struct):
    """An answer of the REST interface; a ``code`` other than 0 is an error."""

    code: str
    data: list[msgspec.Raw] = []
    msg: str = ""


class _PastRow(msgspec.Struct, array_like=True, gc=False):
    start_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float  # in the unit of trade sizes
    volume_currency: float
    volume_quote: float
    confirm: str


class _PastTrade(msgspec.Struct, gc=False):
    tradeId: str
    px: float
    sz: float
    ts: int


class _Symbol(msgspec.Struct):
    instId: str
    baseCcy: str = ""
    quoteCcy: str = ""
    tickSz: float | None = None
    state: str = "live"


_read_message = json_reader(_Message)
_read_past = json_reader(_Past)
_read_past_row = json_reader(_PastRow)
_read_past_trade = json_reader(_PastTrade)
_read_symbol = json_reader(_Symbol)


class Okx(FeedProtocol):
    """Trades, best bid and ask, 24-hour statistics and past data of spot, swaps, futures and options; no key."""

    name: ClassVar = "okx"
    title: ClassVar = "OKX"
    markets: ClassVar = "Crypto"
    capabilities: ClassVar = SIZED_TRADES | SIZED_QUOTES | DAY_STATISTICS | {Capability.HISTORY}
    acknowledges: ClassVar = True
    default_symbols: ClassVar = against("-USDT")
    url: ClassVar = "wss://ws.okx.com:8443/ws/v5/public"
    provenance: ClassVar = "partial documentation, other programs"
    exchanges: ClassVar = _EXCHANGES
    hosts: ClassVar = ("ws.okx.com", "wsaws.okx.com", "wspap.okx.com", "wseea.okx.com", "wsus.okx.com")
    messages_per_second: ClassVar = 3.0
    keepalive_s: ClassVar = 20.0
    history: ClassVar = HistoryOffer(
        timeframes={name: name for name in ("1m", "3m", "5m", "15m", "30m")}
        | {"1h": "1H", "2h": "2H", "4h": "4H"}
        | {"6h": "6Hutc", "12h": "12Hutc", "1d": "1Dutc", "1w": "1Wutc", "1M": "1Mutc"},  # others begin in Hong Kong
        bars_per_request=_BARS_PER_PAGE,
        requests_per_second=5.0,
    )

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``btcusdt`` → ``BTC-USDT``, ``OKX:BTCUSDT.P`` → ``BTC-USDT-SWAP``; ``BTC-USD-231229-30000-C`` stays."""
        symbol = without_exchange(symbol, _EXCHANGES)
        pair = without_perpetual(symbol)
        return in_notation(symbol, "-") if pair is None else f"{in_notation(pair, '-')}-SWAP"

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        arguments = [{"channel": channel, "instId": symbol} for symbol in symbols for channel in _CHANNELS]
        return [to_json({"op": action, "args": chunk}) for chunk in batched(arguments, _ARGUMENTS_PER_REQUEST)]

    def keepalive(self) -> Iterable[str]:
        """A ping as bare text, which is not JSON."""
        return ("ping",)

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode one message, or the bare ``pong``."""
        if payload == b"pong":
            return ()
        message = _read_message(payload)
        if message.data and message.arg is not None:
            if message.arg.channel == "trades":
                return [
                    Trade(row.instId, row.px, row.sz, epoch_ns(row.ts), row.tradeId)
                    for row in message.data
                    if row.px is not None
                ]
            if message.arg.channel == "tickers":
                return [fact for row in message.data for fact in _from_ticker(row)]
        return self._from_event(message) if message.event else ()

    def _from_event(self, message: _Message) -> Sequence[Fact]:
        match message.event:
            case "subscribe" if message.arg is not None:
                return (Reply((message.arg.instId,), ok=True),)
            case "error":
                named = tuple(name for name in _NAMED.findall(message.msg) if name in self.subscribed)
                return (error_reply(message.msg, message.code, named),)
            case "notice" if message.code == _GOING_DOWN:
                self.is_closing = True
                return ()
            case _:
                return ()

    def _get(self, path: str, **query: object) -> HttpRequest:
        host = urlsplit(self.credentials.url).hostname or ""
        headers = {"x-simulated-trading": "1"} if host == _DEMO_HOST else {}
        return HttpRequest(url_with(_REGIONAL_REST.get(host, _REST), path, query), headers)

    def history_request(self, query: BarsQuery) -> HttpRequest:
        """Return the request for bars among the newest ones."""
        return self._bars_before(_RECENT, query, first_and_last(query)[1] + 1_000_000)

    def _bars_before(self, path: str, query: BarsQuery, end_ns: int) -> HttpRequest:
        bar = self.history.timeframes[query.timeframe]
        before, after = milliseconds(first_and_last(query)[0]) - 1, milliseconds(end_ns)
        return self._get(path, instId=query.symbol, bar=bar, before=before, after=after, limit=_BARS_PER_PAGE)

    def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
        """Return the bars, and the request for older ones if those are not among the newest."""

        def bar(raw: msgspec.Raw) -> Bar:
            row = _read_past_row(raw)
            prices = row.open, row.high, row.low, row.close
            return past_bar(query, epoch_ns(row.start_ms), prices, row.volume, is_closed=row.confirm == "1")

        bars = read_rows(self._data(response), bar)
        first_ns, last_ns = first_and_last(query)
        oldest_ns = min((each.start_ns for each in bars), default=last_ns + 1_000_000)
        is_complete = oldest_ns <= first_ns or not urlsplit(response.url).path.endswith(_RECENT)
        return BarsPage(bars, None if is_complete else self._bars_before(_OLDER, query, oldest_ns))

    def trades_request(self, query: TradesQuery) -> HttpRequest | None:
        """Return the request for the trades before the first one after the gap, by its id."""
        before_id = str(query.before_id or "")
        return None if whole_number(before_id) is None else self._trades_before(query, before_id)

    def _trades_before(self, query: TradesQuery, before_id: str) -> HttpRequest:
        path = "/api/v5/market/history-trades"
        return self._get(path, instId=query.symbol, type=1, after=before_id, limit=_TRADES_PER_PAGE)

    def decode_trades(self, query: TradesQuery, response: HttpResponse) -> TradesPage:
        """Return the trades of a page, and the request for older ones until the gap begins."""
        end_ms = milliseconds(query.before_ns)

        def trade(raw: msgspec.Raw) -> Trade:
            row = _read_past_trade(raw)
            if whole_number(row.tradeId) is None:
                raise FrameError("the ID of a past trade is not a number")
            return past_trade(query.symbol, row.px, row.sz, epoch_ns(row.ts), row.tradeId)

        trades = read_rows(self._data(response), trade)
        inside = [each for each in trades if milliseconds(each.time_ns or 0) < end_ms]
        if not trades:
            return TradesPage(inside)
        oldest = min(trades, key=lambda each: int(each.trade_id or 0))
        after_id = whole_number(str(query.after_id or ""))
        is_complete = (
            (oldest.time_ns or 0) < query.after_ns if after_id is None else int(oldest.trade_id or 0) <= after_id + 1
        )
        return TradesPage(inside, None if is_complete else self._trades_before(query, str(oldest.trade_id)))

    def catalog_request(self) -> HttpRequest:
        """Return the request for all spot pairs."""
        return self._get("/api/v5/public/instruments", instType="SPOT")

    def decode_catalog(self, response: HttpResponse) -> list[Instrument]:
        """Return the pairs that are traded."""

        def instrument(raw: msgspec.Raw) -> Instrument | None:
            row = _read_symbol(raw)
            name = " / ".join(filter(None, (row.baseCcy, row.quoteCcy)))
            return Instrument(row.instId, name, self.title, tick_of(row.tickSz)) if row.state == "live" else None

        return read_rows(self._data(response), instrument)

    def _data(self, response: HttpResponse) -> list[msgspec.Raw]:
        """Return the rows of an answer, or raise its error."""
        is_success = response.status == 200
        answer = _read_past(response.body) if is_success else read_or(_read_past, response.body, _Past(""))
        if answer.code in ("", "0") and is_success:
            return answer.data
        reason = reason_text(self.credentials.redact, answer.msg)
        refusal = _REFUSALS.get(answer.code)
        if refusal is not None or is_success:
            raise refusal_error(self.title, refusal or Refusal.FAILED, reason, response.retry_after_s)
        check_status(self.title, response, reason)
        return []


def _from_ticker(row: _Row) -> tuple[Quote, DayStats]:
    time_ns = epoch_ns(row.ts)
    return (
        quote_of(row.instId, row.bidPx, row.bidSz, row.askPx, row.askSz, time_ns),
        DayStats(
            row.instId,
            row.open24h,
            row.high24h,
            row.low24h,
            None,
            row.vol24h,
            time_ns,
            last=price_of(row.last),
        ),
    )
