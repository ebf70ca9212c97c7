"""Bitfinex, WebSocket v2, public channels of pairs (``tBTCUSD``) and of the funding market (``fUSD``).

Documentation: docs.bitfinex.com/docs/ws-public; also frames captured by others. Data are rows with the id of a channel
instead of a symbol. The ids differ on every connection; the acknowledgement of a subscription states the symbol.
``trades`` starts with a snapshot, newest first; each execution is then sent as ``te`` and again as ``tu`` (``fte`` and
``ftu`` for funding). Rows may have more fields at their end than documented. Tether is called UST. The error for a
duplicate subscription (10301) may arrive before the acknowledgement of the first one.

Past data are those of the REST interface, because the channel ``candles`` cannot be asked for a period. Rows of bars
are time, open, close, high, low and volume; there are none of a minute without trades. Several trades may share a
millisecond, so that the next page of trades begins with the last one of the page before. An exceeded rate is HTTP
status 500 with an array. Weeks are not requested, because the weekday of their beginning is not documented.

Units: amounts and the day's volume are in the base currency; sales have negative amounts. The ticker's sizes are sums
of the 25 best levels, not the sizes of the best bid and ask, so they are not used. The open is calculated: last price
minus the day's change. Prices of the funding market are rates per day. Trade ids are unique and increase, with gaps.
``null`` is an empty side. The ticker has no time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final, TypeVar

import msgspec

from ticker_gui.domain.capability import DAY_STATISTICS, SIZED_TRADES, Capability
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import Bar, DayStats, Fact, Quote, Refusal, Reply, Trade
from ticker_gui.feeds.derived import open_from_change
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
from ticker_gui.feeds.optional_values import price_of, quote_of
from ticker_gui.feeds.past_rows import (
    first_and_last,
    milliseconds,
    past_bar,
    past_trade,
    read_or,
    read_rows,
    reason_text,
    segment,
    url_with,
)
from ticker_gui.feeds.protocol import Action, Credentials, FeedProtocol
from ticker_gui.feeds.requests import error_reply
from ticker_gui.feeds.symbols import exchange_of, in_capitals, typed_pair, without_exchange
from ticker_gui.feeds.well_known import against
from ticker_gui.feeds.wire import epoch_ns, json_reader, to_json

T = TypeVar("T")

_CHANNELS: Final = ("ticker", "trades")
_LONGEST_JOINED: Final = 3
_MAX_CHANNELS: Final = 20_000
_EXCHANGES: Final = ("BITFINEX",)
# A pair (t) or a currency of the funding market (f), followed by capitals; "tonusd" is the pair TON/USD.
_OWN_NAME: Final = re.compile(r"[tf](?=.*[A-Z]|[^a-z]+\Z)", re.DOTALL)
_OWN_NAMES: Final = {"USDT": "UST", "USDC": "UDC"}
_RECONNECT, _MAINTENANCE_BEGINS, _MAINTENANCE_ENDS = 20051, 20060, 20061
_DUPLICATE: Final = 10301
_UNKNOWN_SYMBOL: Final = 10020
_RATE_EXCEEDED: Final = 11010
_REST: Final = "https://api-pub.bitfinex.com"
_MAX_ROWS: Final = 10_000
_NAMES: Final = {name: name for name in ("1m", "5m", "15m", "30m", "1h", "4h", "6h", "12h")} | {"1d": "1D", "1M": "1M"}
_FUNDING_PERIODS: Final = ":a30:p2:p30"  # of loans from 2 to 30 days, all together
_REQUESTS_PER_SECOND: Final = 0.5


class _Platform(msgspec.Struct):
    status: int = 1  # 0 is maintenance


class _Event(msgspec.Struct):
    """A message without data: information, acknowledgement, error or pong."""

    event: str = ""
    channel: str = ""
    chanId: int = 0
    symbol: str = ""
    code: int = 0
    msg: str = ""
    platform: _Platform | None = None


class _Ticker(msgspec.Struct, gc=False, array_like=True):
    """The ticker of a pair; sizes are sums over the 25 best levels, not those of the best."""

    bid: float | None
    bid_sizes: float | None
    ask: float | None
    ask_sizes: float | None
    change: float | None
    change_ratio: float | None
    last: float | None
    volume: float | None
    high: float | None
    low: float | None


class _FundingTicker(msgspec.Struct, gc=False, array_like=True):
    """The ticker of a funding currency: rates instead of prices."""

    average_rate: float | None
    bid: float | None
    bid_days: float | None
    bid_sizes: float | None
    ask: float | None
    ask_days: float | None
    ask_sizes: float | None
    change: float | None
    change_ratio: float | None
    last: float | None
    volume: float | None
    high: float | None
    low: float | None


class _Trade(msgspec.Struct, gc=False, array_like=True):
    """A trade; the amount is negative if the taker sold."""

    id: int
    time_ms: int
    amount: float
    price: float


class _Candle(msgspec.Struct, gc=False, array_like=True):
    time_ms: int
    open: float
    close: float
    high: float
    low: float
    volume: float


class _Failure(msgspec.Struct, array_like=True):
    """An error of the REST interface: the word ``error``, a number and a text."""

    kind: str = ""
    code: int | None = None
    message: str | None = ""


_read_event = json_reader(_Event)
_read_rows, _read_candle, _read_past_trade = (
    json_reader(list[msgspec.Raw]),
    json_reader(_Candle),
    json_reader(_Trade),
)
_read_catalog, _read_name = json_reader(tuple[list[str], list[msgspec.Raw]]), json_reader(tuple[str, str])
_read_failure = json_reader(_Failure)
_read_row = json_reader(list[Any])


class Bitfinex(FeedProtocol):
    """Trades, best bid and ask, day statistics and past bars; no key."""

    name: ClassVar = "bitfinex"
    title: ClassVar = "Bitfinex"
    markets: ClassVar = "Crypto"
    capabilities: ClassVar = SIZED_TRADES | DAY_STATISTICS | {Capability.QUOTES, Capability.HISTORY}
    acknowledges: ClassVar = True
    default_symbols: ClassVar = against("USD")
    url: ClassVar = "wss://api-pub.bitfinex.com/ws/2"
    provenance: ClassVar = "documentation, messages recorded by others"
    exchanges: ClassVar = _EXCHANGES
    hosts: ClassVar = ("api-pub.bitfinex.com", "api.bitfinex.com")
    messages_per_second: ClassVar = 10.0
    keepalive_s: ClassVar = 20.0
    history: ClassVar = HistoryOffer(_NAMES, _MAX_ROWS, _REQUESTS_PER_SECOND)

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self._channels: dict[int, tuple[str, str]] = {}  # channel id → channel and symbol
        self._removed: set[str] = set()  # symbols that were removed before all of their channels had an id

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``btcusd`` → ``tBTCUSD``, ``avax-usd`` → ``tAVAX:USD``; ``tTESTBTC:TESTUSD`` and ``fUSD`` stay."""
        symbol = without_exchange(symbol, _EXCHANGES)
        if _OWN_NAME.match(symbol) or exchange_of(symbol) is not None:
            return symbol
        pair = typed_pair(symbol)
        if pair is None:
            return f"t{in_capitals(symbol)}"
        base, quote = (_OWN_NAMES.get(name, name) for name in pair)
        is_long = max(len(base), len(quote)) > _LONGEST_JOINED
        return f"t{base}:{quote}" if is_long else f"t{base}{quote}"

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        if action == "unsubscribe":  # by channel id, which is known once the channel is acknowledged
            numbers = [number for number, (_, symbol) in self._channels.items() if symbol in symbols]
            named = [self._channels[number][1] for number in numbers]
            self._removed.update(symbol for symbol in symbols if named.count(symbol) < len(_CHANNELS))
            return [_unsubscription(number) for number in numbers]
        self._removed.difference_update(symbols)
        return [
            to_json({"event": "subscribe", "channel": channel, "symbol": symbol})
            for symbol in symbols
            for channel in _CHANNELS
        ]

    def keepalive(self) -> Iterable[str]:
        """The server closes a connection without channels after a minute."""
        return (to_json({"event": "ping", "cid": 1}),)

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode a row of data or an event."""
        if not payload.startswith(b"["):
            return self._from_event(_read_event(payload))
        row = _read_row(payload)
        if len(row) < 2 or not isinstance(row[0], int):
            raise FrameError("a row without channel and data")
        channel, symbol = self._channels.get(row[0], ("", ""))
        if channel == "trades":
            return _from_trades(symbol, row)
        if channel == "ticker" and isinstance(row[1], list):  # not the heartbeat "hb"
            return _from_ticker(symbol, row[1])
        return ()

    def _from_event(self, event: _Event) -> Sequence[Fact]:
        match event.event:
            case "subscribed":
                if len(self._channels) < _MAX_CHANNELS:
                    self._channels[event.chanId] = (event.channel, event.symbol)
                if event.symbol not in self._removed:
                    return (Reply((event.symbol,), ok=True),)
                self.outgoing.append(_unsubscription(event.chanId))
            case "unsubscribed":
                self._channels.pop(event.chanId, None)
            case "error" if event.code != _DUPLICATE:
                symbols = (event.symbol,) if event.symbol else ()
                return (error_reply(event.msg, event.code, symbols),)
            case "info" if event.code in (_RECONNECT, _MAINTENANCE_ENDS):
                self.is_closing = True
            case "info" if event.code == _MAINTENANCE_BEGINS or (event.platform and not event.platform.status):
                return (Reply((), ok=False, message="Bitfinex is under maintenance."),)
        return ()

    def history_request(self, query: BarsQuery) -> HttpRequest:
        """Return the request for the bars, oldest first; both ends are included."""
        first_ns, last_ns = first_and_last(query)
        symbol = query.symbol + (_FUNDING_PERIODS if query.symbol.startswith("f") else "")
        key = segment(f"trade:{_NAMES[query.timeframe]}:{symbol}").replace("%3A", ":")
        return HttpRequest(url_with(_REST, f"/v2/candles/{key}/hist", _period(first_ns, last_ns)))

    def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
        """Decode the bars."""

        def bar(row: msgspec.Raw) -> Bar:
            candle = _read_candle(row)
            prices = candle.open, candle.high, candle.low, candle.close
            return past_bar(query, epoch_ns(candle.time_ms), prices, candle.volume)

        self._check(response)
        return BarsPage(read_rows(_read_rows(response.body), bar))

    def trades_request(self, query: TradesQuery) -> HttpRequest:
        """Return the request for the trades, oldest first, with those at both ends."""
        return _trades_request(query, query.after_ns)

    def decode_trades(self, query: TradesQuery, response: HttpResponse) -> TradesPage:
        """Decode the trades; the last one of a full page is also the first one of the next page."""

        def trade(row: msgspec.Raw) -> Trade:
            each = _read_past_trade(row)
            return past_trade(query.symbol, each.price, abs(each.amount), epoch_ns(each.time_ms), each.id)

        self._check(response)
        rows = _read_rows(response.body)
        trades = read_rows(rows, trade)
        if len(rows) < _MAX_ROWS:
            return TradesPage(trades)
        times = [each.time_ns for each in trades if each.time_ns is not None]
        if max(times) == min(times):
            raise refusal_error(self.title, Refusal.OUT_OF_RANGE, "too many trades at one time")
        return TradesPage(trades, _trades_request(query, max(times)))

    def catalog_request(self) -> HttpRequest:
        """Return the request for all pairs and the names of the currencies."""
        return HttpRequest(url_with(_REST, "/v2/conf/pub:list:pair:exchange,pub:map:currency:label"))

    def decode_catalog(self, response: HttpResponse) -> list[Instrument]:
        """Decode the pairs; prices have five significant digits, so that there is no tick size."""
        self._check(response)
        pairs, labels = _read_catalog(response.body)
        names = dict(read_rows(labels, _read_name))
        return [Instrument(f"t{pair}", _pair_name(pair, names), self.title) for pair in pairs]

    def _check(self, response: HttpResponse) -> None:
        """Raise an error if a response is one; see `check_status`."""
        failure = read_or(_read_failure, response.body, _Failure())
        reason = reason_text(self.credentials.redact, failure.message or "")
        if failure.kind == "error" and failure.code == _RATE_EXCEEDED:
            raise refusal_error(self.title, Refusal.RATE_LIMITED, reason, response.retry_after_s)
        if failure.kind == "error" and failure.code == _UNKNOWN_SYMBOL and reason.startswith("symbol"):
            raise refusal_error(self.title, Refusal.UNKNOWN_SYMBOL, reason)
        check_status(self.title, response, reason)
        if failure.kind == "error":
            raise refusal_error(self.title, Refusal.FAILED, reason)


def _unsubscription(number: int) -> str:
    return to_json({"event": "unsubscribe", "chanId": number})


def _period(first_ns: int, last_ns: int) -> dict[str, str | int | None]:
    """Return the parameters of a request for rows of a period, both ends of which are included."""
    return {"start": milliseconds(first_ns), "end": milliseconds(last_ns), "limit": _MAX_ROWS, "sort": 1}


def _trades_request(query: TradesQuery, from_ns: int) -> HttpRequest:
    period = _period(from_ns, query.before_ns)
    return HttpRequest(url_with(_REST, f"/v2/trades/{segment(query.symbol)}/hist", period))


def _pair_name(pair: str, names: Mapping[str, str]) -> str:
    """Return the names of the currencies of a pair, such as ``BTCUSD`` or ``AVAX:USD``; empty if one has none."""
    base, colon, quote = pair.partition(":")
    if not colon:
        base, quote = pair[:_LONGEST_JOINED], pair[_LONGEST_JOINED:]
    labels = names.get(base, ""), names.get(quote, "US dollar" if quote == "USD" else "")
    return " / ".join(labels) if all(labels) else labels[0]


def _from_ticker(symbol: str, row: list[Any]) -> tuple[Quote, DayStats]:
    is_funding = symbol.startswith("f")
    ticker = _shaped(row, _FundingTicker) if is_funding else _shaped(row, _Ticker)
    last = ticker.last
    return (
        quote_of(symbol, ticker.bid, msgspec.UNSET, ticker.ask, msgspec.UNSET),
        DayStats(
            symbol,
            open_from_change(last, ticker.change),
            ticker.high,
            ticker.low,
            None,
            ticker.volume,
            last=price_of(last),
        ),
    )


def _from_trades(symbol: str, row: list[Any]) -> Sequence[Fact]:
    match row[1]:
        case "te" | "fte":
            return (_from_trade(symbol, row[2] if len(row) > 2 else None),)
        case list() as trades:
            return [_from_trade(symbol, trade) for trade in reversed(trades)]
        case _:  # "tu" repeats an execution, "hb" is a heartbeat
            return ()


def _from_trade(symbol: str, row: Any) -> Trade:
    trade = _shaped(row, _Trade)
    return Trade(symbol, trade.price, abs(trade.amount), epoch_ns(trade.time_ms), trade.id)


def _shaped(row: Any, shape: type[T]) -> T:
    """Return a row as a declared shape.

    Raises:
        FrameError: the row has too few values, or one that is not a number.
    """
    try:
        return msgspec.convert(row, shape)
    except msgspec.ValidationError as error:
        raise FrameError(f"not as documented: {error}") from error
