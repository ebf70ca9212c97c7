"""Deribit, JSON-RPC over WebSocket: futures, perpetuals, options and spot.

Documentation: docs.deribit.com; frames are known from public clients. The answer to a subscription lists the accepted
channels; the others are refused. With heartbeats enabled the server sends ``test_request`` and closes the connection
unless the client answers with ``public/test``. Raw channels need a login, those of 100 ms do not.

Units: amounts are in US dollars for perpetuals and futures that are settled in the coin (inverse), and in the base
currency for options, linear contracts and spot. ``volume`` of the last 24 hours is always in the base currency, so for
inverse contracts the volume is ``volume_usd``, which has the unit of the amounts. The open is calculated from the
change in percent. Trade ids are those of ``trade_seq``, which numbers the trades of an instrument without gaps. Block
trades and the legs of spreads (``combo_id``) are priced outside the order book of their instrument and update the
volume only; a liquidation is executed in the order book and counts like any trade. No price, or an amount of zero, is
an empty side. ``last_price`` has no time of its trade.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar, Final

import msgspec

from ticker_gui.domain.capability import DAY_STATISTICS, SIZED_QUOTES, SIZED_TRADES, Capability
from ticker_gui.domain.events import DayStats, Fact, Reply, Trade, Updates
from ticker_gui.feeds.derived import open_from_percent
from ticker_gui.feeds.history import BarsQuery, HttpRequest, HttpResponse, Instrument, TradesQuery
from ticker_gui.feeds.optional_values import OptionalNumber, quote_of
from ticker_gui.feeds.protocol import Action, Credentials, FeedProtocol
from ticker_gui.feeds.providers.deribit_history import (
    OFFER,
    Failure,
    PastRequests,
    catalog_request,
    converted,
    read_catalog,
)
from ticker_gui.feeds.requests import PendingRequests, batched, error_reply, partial_replies
from ticker_gui.feeds.symbols import in_capitals, typed_pair, without_exchange, without_perpetual
from ticker_gui.feeds.well_known import against
from ticker_gui.feeds.wire import epoch_ns, json_reader, to_json

_HEARTBEAT_S: Final = 30
_SYMBOLS_PER_REQUEST: Final = 100
_INVERSE: Final = ("BTC", "ETH")  # coins with perpetuals in US dollars
# Perpetuals, futures and their spreads that are settled in the coin; linear ones name two currencies (SOL_USDC-…).
_INVERSE_CONTRACT: Final = re.compile(r"[A-Z0-9]+-(?:PERPETUAL|[0-9]{1,2}[A-Z]{3}[0-9]{2}|FS-.+)")
_EXCHANGES: Final = ("DERIBIT",)
_DECIMAL_POINT: Final = re.compile(r"(?<=[0-9])D(?=[0-9])")
_SPOT_QUOTES: Final = ("USDC", "USDT", "BTC", "ETH")


class _Stats(msgspec.Struct, gc=False):
    high: float | None = None
    low: float | None = None
    volume: float | None = None  # in the base currency
    volume_usd: float | None = None  # futures and perpetuals only
    price_change: float | None = None  # percent


class _Execution(msgspec.Struct, gc=False):
    timestamp: int
    price: float
    amount: float
    instrument_name: str
    trade_id: str
    trade_seq: int | None = None
    block_trade_id: int | str | None = None
    block_rfq_id: int | str | None = None
    combo_id: str | None = None
    liquidation: str | None = None  # which side of the trade was liquidated


class _Data(msgspec.Struct, gc=False):
    """The data of ``ticker`` and ``quote``."""

    timestamp: int | None = None
    instrument_name: str = ""
    best_bid_price: OptionalNumber = msgspec.UNSET
    best_bid_amount: OptionalNumber = msgspec.UNSET
    best_ask_price: OptionalNumber = msgspec.UNSET
    best_ask_amount: OptionalNumber = msgspec.UNSET
    last_price: float | None = None
    stats: _Stats | None = None


class _Params(msgspec.Struct, gc=False):
    channel: str = ""
    data: _Data | list[_Execution] | None = None
    type: str = ""


class _Message(msgspec.Struct, gc=False):
    method: str = ""
    params: _Params | None = None
    id: int | str | None = None
    result: Any = None
    error: Failure | None = None


_read_message = json_reader(_Message)


class Deribit(FeedProtocol):
    """Trades, best bid and ask, 24-hour statistics and past bars; no key."""

    name: ClassVar = "deribit"
    title: ClassVar = "Deribit"
    markets: ClassVar = "Crypto options and futures"
    capabilities: ClassVar = SIZED_TRADES | SIZED_QUOTES | DAY_STATISTICS | {Capability.HISTORY}
    acknowledges: ClassVar = True
    has_sequential_trade_ids: ClassVar = True
    default_symbols: ClassVar = ("BTC-PERPETUAL", "ETH-PERPETUAL", *against("_USDC", ("BTC", "ETH", "SOL", "XRP")))
    url: ClassVar = "wss://www.deribit.com/ws/api/v2"
    provenance: ClassVar = "partial documentation, other programs"
    exchanges: ClassVar = _EXCHANGES
    hosts: ClassVar = ("www.deribit.com", "streams.deribit.com", "test.deribit.com")
    history: ClassVar = OFFER

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self._requests = PendingRequests[str]()
        self._past = PastRequests(self._call, _past_trade, self.credentials.redact)
        self.outgoing.append(self._message("set_heartbeat", {"interval": _HEARTBEAT_S}))

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``btcusd`` → ``BTC-PERPETUAL``, ``sol-usdc`` → ``SOL_USDC``; instrument names stay.

        The decimal point of a strike is a small ``d``: ``XRP_USDC-30JUN23-0d625-C``.
        """
        symbol = without_exchange(symbol, _EXCHANGES)
        perpetual = without_perpetual(symbol)
        pair = typed_pair(symbol if perpetual is None else perpetual)
        if pair is not None and pair.quote == "USD" and pair.base in _INVERSE:
            return f"{pair.base}-PERPETUAL"
        if pair is not None and pair.quote in _SPOT_QUOTES:
            return pair.joined("_") if perpetual is None else f"{pair.joined('_')}-PERPETUAL"
        return _DECIMAL_POINT.sub("d", in_capitals(_DECIMAL_POINT.sub("d", symbol)))

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        return [
            self._message(
                action,
                {"channels": [name for symbol in chunk for name in _channels(symbol)]},
                chunk if action == "subscribe" else (),
            )
            for chunk in batched(symbols, _SYMBOLS_PER_REQUEST)
        ]

    def _call(self, method: str, params: dict[str, Any], symbols: Sequence[str] = ()) -> tuple[int | str, str]:
        """Return the message that calls a method, with its id before."""
        identifier = self._requests.add(symbols)
        message = {"jsonrpc": "2.0", "id": identifier, "method": f"public/{method}", "params": params}
        return identifier, to_json(message)

    def _message(self, method: str, params: dict[str, Any], symbols: Sequence[str] = ()) -> str:
        return self._call(method, params, symbols)[1]

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode a notification, a test request, or an answer."""
        message = _read_message(payload)
        params = message.params
        if message.method == "subscription" and params is not None:
            if isinstance(params.data, list):
                return [_from_execution(each) for each in params.data]
            return () if params.data is None or not params.data.instrument_name else _from_data(params.data)
        if message.method == "heartbeat" and params is not None and params.type == "test_request":
            self.outgoing.append(self._message("test", {}))
        return self._answer(message) if message.id is not None else ()

    def history_request(self, query: BarsQuery) -> list[str]:
        """Return the request for past bars."""
        unit = "cost" if _INVERSE_CONTRACT.fullmatch(query.symbol) else "volume"
        return [self._past.request_bars(query, unit)]

    def trades_request(self, query: TradesQuery) -> list[str] | None:
        """Return the request for the trades between two numbers; ``None`` if there are none between."""
        message = self._past.request_trades(query)
        return None if message is None else [message]

    def catalog_request(self) -> HttpRequest:
        """Return the request for all instruments."""
        return catalog_request(self.credentials.url)

    def decode_catalog(self, response: HttpResponse) -> list[Instrument]:
        """Decode the instruments that are traded."""
        return read_catalog(response, self.credentials.redact)

    def _answer(self, message: _Message) -> Sequence[Reply]:
        if message.id in self._past.pending:
            past = self._past.answer(message.id, message.result, message.error)
            self.outgoing += self._past.next_requests()
            return past
        symbols = self._requests.pop(message.id)
        if message.error is not None:
            return [error_reply(message.error.message, message.error.code, symbols)]
        if not symbols or not isinstance(message.result, list):
            return []
        accepted = tuple(symbol for symbol in symbols if all(name in message.result for name in _channels(symbol)))
        refused = tuple(symbol for symbol in symbols if symbol not in accepted)
        return partial_replies(accepted, refused, "not accepted")


def _channels(symbol: str) -> tuple[str, ...]:
    return f"ticker.{symbol}.100ms", f"trades.{symbol}.100ms"


def _from_execution(each: _Execution) -> Trade:
    if not (each.block_trade_id or each.block_rfq_id or each.combo_id or each.liquidation):  # the usual case
        return Trade(
            each.instrument_name, each.price, each.amount, epoch_ns(each.timestamp), each.trade_seq or each.trade_id
        )
    conditions: list[str] = []
    if each.block_trade_id or each.block_rfq_id:
        conditions.append("block_trade")
    if each.combo_id and each.combo_id != each.instrument_name:  # the leg of a spread
        conditions.append("combo")
    updates = Updates.VOLUME if conditions else Updates.EVERYTHING
    if each.liquidation:  # in the order book, like any other trade
        conditions.append("liquidation")
    return Trade(
        each.instrument_name,
        each.price,
        each.amount,
        epoch_ns(each.timestamp),
        each.trade_seq or each.trade_id,
        conditions=tuple(conditions),
        updates=updates,
    )


def _past_trade(row: Any) -> Trade:
    """Return a past trade, whose row is the same as that of a live one."""
    return _from_execution(converted(row, _Execution))


def _from_data(data: _Data) -> Sequence[Fact]:
    symbol = data.instrument_name
    time_ns = None if data.timestamp is None else epoch_ns(data.timestamp)
    sides = data.best_bid_price, data.best_bid_amount, data.best_ask_price, data.best_ask_amount
    quote = quote_of(symbol, *sides, time_ns=time_ns)
    stats, last = data.stats, data.last_price
    if stats is None:
        return (quote,) if last is None else (quote, DayStats(symbol, time_ns=time_ns, last=last))
    opened = open_from_percent(last, stats.price_change)
    volume = stats.volume_usd if _INVERSE_CONTRACT.fullmatch(symbol) else stats.volume
    return quote, DayStats(symbol, opened, stats.high, stats.low, None, volume, time_ns, last=last)
