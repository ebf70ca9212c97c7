"""Past data of Kraken: bars over the open socket; trades and the list of symbols from the REST interface.

Documentation: docs.kraken.com/api. A subscription to the ``ohlc`` channel starts with the newest 720 bars of the
interval, whatever period is requested, and the last of them is the forming one. So bars are requested by subscribing,
and the subscription ends when they have arrived, unless it is the feed's own. Weeks begin on Thursday and are left out.
The REST interface sends errors with HTTP status 200 and has other names of pairs: ``XBTUSD`` for ``BTC/USD``.

Units: volumes are in the base currency. Times of trades are decimal seconds, rounded to microseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Final

import msgspec

from ticker_gui.domain.events import Bar, Fact, PastBars, Refusal, Reply, Trade
from ticker_gui.feeds.history import (
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
from ticker_gui.feeds.past_rows import (
    past_bar,
    past_trade,
    read_or,
    read_rows,
    reason_text,
    tick_of,
    tick_of_decimals,
    url_with,
)
from ticker_gui.feeds.protocol import Credentials, FeedProtocol
from ticker_gui.feeds.requests import PendingRequests
from ticker_gui.feeds.wire import iso_ns, json_reader, parse_timestamp_ns, to_json

FEED_INTERVAL: Final = 1  # of the bars that the feed itself subscribes to, in minutes
_NEWEST: Final = 720
_REST: Final = "https://api.kraken.com/0/public"
_TRADES_PER_PAGE: Final = 1_000
_OVERLAP_NS: Final = 1_000  # ``since`` is exclusive, and times are rounded to microseconds
_REST_NAMES: Final = {"BTC": "XBT", "DOGE": "XDG"}
_MAX_REQUESTS: Final = 1_000
_REFUSALS: Final = (
    ("Unknown asset pair", Refusal.UNKNOWN_SYMBOL),
    ("Currency pair not supported", Refusal.UNKNOWN_SYMBOL),
    ("Too many requests", Refusal.RATE_LIMITED),
    ("Rate limit", Refusal.RATE_LIMITED),
)


class Candle(msgspec.Struct, gc=False):
    """A bar of the ``ohlc`` channel."""

    symbol: str
    interval: int
    interval_begin: str
    open: float
    high: float
    low: float
    close: float
    volume: float


class _Snapshot(msgspec.Struct):
    channel: str = ""
    type: str = ""
    data: list[msgspec.Raw] = []


class _Answer(msgspec.Struct):
    """An answer of the REST interface."""

    error: list[str] = []
    result: dict[str, msgspec.Raw] = {}


class _Execution(msgspec.Struct, array_like=True, gc=False):
    price: float
    volume: float
    time_s: float
    side: str
    order_type: str
    remarks: str
    trade_id: int


class _Pair(msgspec.Struct):
    wsname: str
    pair_decimals: int | None = None
    tick_size: float | None = None
    status: str = "online"


_read_snapshot = json_reader(_Snapshot)
_read_candle = json_reader(Candle)
_read_answer = json_reader(_Answer)
_read_array = json_reader(list[msgspec.Raw])
_read_execution = json_reader(_Execution)
_read_text = json_reader(str)
_read_pair = json_reader(_Pair)


class KrakenHistory(FeedProtocol):
    """The requests for past bars and trades and for the list of symbols."""

    history: ClassVar = HistoryOffer(
        timeframes={"1m": "1", "5m": "5", "15m": "15", "30m": "30", "1h": "60", "4h": "240", "1d": "1440"},
        bars_per_request=_NEWEST,
        requests_per_second=1.0,
        newest_bars=_NEWEST,
        note="Kraken keeps only the newest 720 bars of each timeframe.",
        over_socket=True,
    )

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self._past: dict[tuple[str, int], BarsQuery] = {}  # by pair and interval: the requests without an answer
        self._past_requests = PendingRequests[tuple[str, int]]()

    def history_request(self, query: BarsQuery) -> list[str]:
        """Return the messages that subscribe to the bars of the interval, which the feed may have subscribed to."""
        interval = int(self.history.timeframes[query.timeframe])
        key = query.symbol, interval
        messages = [self._past_message("unsubscribe", key)] if key in self._past or self._is_own(key) else []
        if len(self._past_requests) >= _MAX_REQUESTS:  # a server may leave them without an answer
            self._past.clear()
            self._past_requests.clear()
        self._past[key] = query
        return [*messages, self._past_message("subscribe", key)]

    def _is_own(self, key: tuple[str, int]) -> bool:
        symbol, interval = key
        return interval == FEED_INTERVAL and symbol in self.subscribed

    def _past_message(self, method: str, key: tuple[str, int]) -> str:
        symbol, interval = key
        parameters: dict[str, object] = {"channel": "ohlc", "symbol": [symbol], "interval": interval}
        if method == "subscribe":
            parameters["snapshot"] = True
        return to_json({"method": method, "params": parameters, "req_id": self._past_requests.add([key])})

    def _past_bars(self, candles: Sequence[Candle]) -> list[Fact]:
        """Return the answers that a snapshot contains, and end the subscriptions."""
        answers: list[Fact] = []
        for key in dict.fromkeys((candle.symbol, candle.interval) for candle in candles):
            query = self._past.get(key)
            if query is None:
                continue
            rows = [candle for candle in candles if (candle.symbol, candle.interval) == key]
            bars = sorted(read_rows(rows, partial(_bar, query)), key=lambda bar: bar.start_ns)
            bars[-1:] = [msgspec.structs.replace(bar, is_closed=False) for bar in bars[-1:]]
            del self._past[key]
            if not self._is_own(key):
                self.outgoing.append(self._past_message("unsubscribe", key))
            answers.append(Reply((), ok=True, past=PastBars(query.symbol, query.timeframe, tuple(bars))))
        return answers

    def _past_bars_of_damaged(self, payload: bytes) -> list[Fact]:
        """Return the answers in a snapshot of which some rows cannot be decoded; nothing for other frames."""
        snapshot = read_or(_read_snapshot, payload, _Snapshot())
        is_snapshot = snapshot.channel == "ohlc" and snapshot.type == "snapshot"
        return self._past_bars(read_rows(snapshot.data, _read_candle)) if is_snapshot else []

    def _past_acknowledged(self, identifier: int | None, error: str) -> list[Fact] | None:
        """Return the answer if a message of a request for bars is refused; ``None`` if the message is another one."""
        keys = self._past_requests.pop(identifier)
        if not keys:
            return None
        (key,) = keys
        query = self._past.pop(key, None) if error else None
        if query is None:
            return []
        reason = reason_text(self.credentials.redact, error)
        past = PastBars(query.symbol, query.timeframe, error=reason, refusal=_refusal(reason) or Refusal.FAILED)
        return [Reply((), ok=True, past=past)]

    def trades_request(self, query: TradesQuery) -> HttpRequest:
        """Return the request for the trades after the last one before the gap."""
        return self._trades_since(query, str(max(0, query.after_ns - _OVERLAP_NS)))

    def _trades_since(self, query: TradesQuery, since: str) -> HttpRequest:
        pair = "".join(_REST_NAMES.get(name, name) for name in query.symbol.split("/"))
        return HttpRequest(url_with(_REST, "/Trades", {"pair": pair, "since": since, "count": _TRADES_PER_PAGE}))

    def decode_trades(self, query: TradesQuery, response: HttpResponse) -> TradesPage:
        """Return the trades of a page, and the request for the next ones until the gap ends."""
        result = self._result(response)

        def trade(raw: msgspec.Raw) -> Trade:
            row = _read_execution(raw)
            time_ns = parse_timestamp_ns(row.time_s) or 0
            return past_trade(query.symbol, row.price, row.volume, time_ns, row.trade_id)

        # The pair has Kraken's own name, which the request does not determine.
        rows = [row for name, value in result.items() if name != "last" for row in _read_array(value)]
        trades = read_rows(rows, trade)
        is_last = len(rows) < _TRADES_PER_PAGE or any((each.time_ns or 0) > query.before_ns for each in trades)
        if is_last or "last" not in result:
            return TradesPage(trades)
        return TradesPage(trades, self._trades_since(query, _read_text(result["last"])))

    def catalog_request(self) -> HttpRequest:
        """Return the request for all pairs."""
        return HttpRequest(url_with(_REST, "/AssetPairs"))

    def decode_catalog(self, response: HttpResponse) -> list[Instrument]:
        """Return the pairs that are traded, with the names of the socket."""

        def instrument(raw: msgspec.Raw) -> Instrument | None:
            row = _read_pair(raw)
            symbol = self.wire_symbol(row.wsname)
            tick = tick_of(row.tick_size) or tick_of_decimals(row.pair_decimals)
            return Instrument(symbol, symbol.replace("/", " / "), self.title, tick) if row.status == "online" else None

        return read_rows(self._result(response).values(), instrument)

    def _result(self, response: HttpResponse) -> dict[str, msgspec.Raw]:
        """Return the result of an answer, or raise its error."""
        is_success = response.status == 200
        answer = _read_answer(response.body) if is_success else read_or(_read_answer, response.body, _Answer())
        reason = reason_text(self.credentials.redact, ", ".join(answer.error[:3]))
        if (refusal := _refusal(reason)) is not None:
            raise refusal_error(self.title, refusal, reason, response.retry_after_s)
        check_status(self.title, response, reason)
        if answer.error:
            raise refusal_error(self.title, Refusal.FAILED, reason)
        return answer.result


def _bar(query: BarsQuery, candle: Candle) -> Bar:
    prices = candle.open, candle.high, candle.low, candle.close
    return past_bar(query, iso_ns(candle.interval_begin), prices, candle.volume)


def _refusal(reason: str) -> Refusal | None:
    """Return the kind of an error of the server; ``None`` if it is not a known one."""
    return next((refusal for text, refusal in _REFUSALS if text in reason), None)
