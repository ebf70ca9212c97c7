"""Yahoo Finance streamer, versions 2 and 1.

Documentation: none; the format is that of the public client yfinance (``live.py``, ``pricing.proto``). A frame is a
protobuf message ``PricingData`` in base64, inside JSON in version 2 and bare in version 1. Prices are 32-bit floats.
Fields that are zero or unchanged are left out. Nothing is acknowledged, and an unknown symbol receives no data. The
client sends the complete subscription every 15 seconds; otherwise the server closes the connection after some time.

Units: times are in milliseconds, prices in the currency of the listing (of London stocks in pence, ``GBp``), volumes in
shares, and of coins in US dollars. The unit of bid and ask sizes is unverified. ``last_size`` repeats the day's volume
for some instruments and is then not a size. A side of a quote that is left out is unchanged; an empty side would be a
zero, which has not been observed. ``change`` is relative to the previous close, except after hours, when it is relative
to the close of the same day. There are no ids and no sale conditions; a price from before or after regular hours does
not update the day's high and low. A frame that repeats price, time and volume is not a trade.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, ClassVar, Final, NamedTuple

import msgspec
from msgspec import UNSET

from ticker_gui.domain.capability import DAY_STATISTICS, SIZED_QUOTES, SIZED_TRADES, Capability
from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import UPDATES_EVERYTHING, DayStats, Fact, Quote, Trade, Updates
from ticker_gui.domain.trading_period import TradingPeriod
from ticker_gui.feeds.history import BarsPage, BarsQuery, HttpRequest, HttpResponse, Instrument
from ticker_gui.feeds.optional_values import quote_of
from ticker_gui.feeds.protocol import Action, Credentials, FeedProtocol
from ticker_gui.feeds.providers.yahoo_history import OFFER, chart_request, hours_request, read_chart, read_hours
from ticker_gui.feeds.providers.yahoo_search import read_search, search_request
from ticker_gui.feeds.stock_symbols import US_EXCHANGES, as_typed, currency_pair
from ticker_gui.feeds.symbols import with_hyphened_class
from ticker_gui.feeds.well_known import US_STOCKS, against
from ticker_gui.feeds.wire import epoch_ns, float32_to_shortest, json_reader, to_json

# The fields of PricingData that are used; all others are skipped.
_FIELDS: Final = {
    1: ("id", "STRING"),
    2: ("price", "FLOAT"),
    3: ("time", "SINT64"),
    6: ("quote_type", "INT32"),
    7: ("market_hours", "INT32"),
    9: ("day_volume", "SINT64"),
    10: ("day_high", "FLOAT"),
    11: ("day_low", "FLOAT"),
    12: ("change", "FLOAT"),
    15: ("open_price", "FLOAT"),
    16: ("previous_close", "FLOAT"),
    22: ("last_size", "SINT64"),
    23: ("bid", "FLOAT"),
    24: ("bid_size", "SINT64"),
    25: ("ask", "FLOAT"),
    26: ("ask_size", "SINT64"),
    28: ("vol_24hr", "SINT64"),
}
_WITH_PRESENCE: Final = ("bid", "ask")  # for these, a zero differs from a field that is left out
_MAX_STATED: Final = 8192
_NOT_HIGH_LOW: Final = Updates.LAST | Updates.VOLUME
# The values of market_hours after the regular session; 0 is before it, and 1 during it.
_AFTER_HOURS: Final = {2: ("post-market",), 3: ("extended hours",)}
_PRE_MARKET: Final = ("pre-market",)
_STOCKS: Final = (8, 20)  # values of quote_type: stocks and ETFs; for others, market_hours 0 may mean unknown


@cache
def _pricing_reader() -> Callable[[bytes | str], Any]:
    """Return a function that decodes PricingData from base64, or raises `FrameError`."""
    # Imported here, because the import is slow and only this provider needs it.
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
    from google.protobuf.message import DecodeError

    kinds = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="ticker_gui_yahoo.proto", syntax="proto3")
    message = file.message_type.add(name="PricingData")
    for number, (name, kind) in _FIELDS.items():
        kind_number = kinds.Type.Value(f"TYPE_{kind}")
        field = message.field.add(name=name, number=number, type=kind_number, label=kinds.LABEL_OPTIONAL)
        if name in _WITH_PRESENCE:
            field.proto3_optional, field.oneof_index = True, len(message.oneof_decl)
            message.oneof_decl.add(name=f"_{name}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    pricing_data = message_factory.GetMessageClass(pool.FindMessageTypeByName("PricingData"))

    def read(text: bytes | str) -> Any:
        try:
            return pricing_data.FromString(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError, DecodeError) as error:
            raise FrameError("not a PricingData message") from error

    return read


class _Frame(msgspec.Struct):
    message: str = ""


_read_frame = json_reader(_Frame)


class _Stated(NamedTuple):
    """The values of a symbol's last frame; a volume that was left out is unchanged."""

    price: float
    time_ms: int
    volume: int


class Yahoo(FeedProtocol):
    """Last prices, day statistics, some quotes and past bars of everything that Yahoo lists."""

    name: ClassVar = "yahoo"
    title: ClassVar = "Yahoo Finance"
    markets: ClassVar = "Stocks, indices, futures, crypto"
    capabilities: ClassVar = (
        SIZED_TRADES | SIZED_QUOTES | DAY_STATISTICS | {Capability.PREVIOUS_CLOSE, Capability.HISTORY}
    )
    data_note: ClassVar = "not every trade; quotes of some instruments only"
    default_symbols: ClassVar = (
        *US_STOCKS,
        "^GSPC",
        "^IXIC",
        "^DJI",
        "^VIX",
        "EURUSD=X",
        "CL=F",
        "GC=F",
        *against("-USD"),
    )
    trades_us_stocks: ClassVar = True
    url: ClassVar = "wss://streamer.finance.yahoo.com/?version=2"
    provenance: ClassVar = "other programs, unofficial"
    exchanges: ClassVar = US_EXCHANGES
    hosts: ClassVar = ("streamer.finance.yahoo.com",)
    keepalive_s: ClassVar = 15.0
    history: ClassVar = OFFER

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self._stated: dict[str, _Stated] = {}

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``btcusd`` → ``BTC-USD``, ``eur/usd`` → ``EURUSD=X``, ``brk.b`` → ``BRK-B``; others stay."""
        symbol = as_typed(symbol)
        pair = currency_pair(symbol)
        if pair is None:
            return with_hyphened_class(symbol)
        return f"{pair.joined()}=X" if pair.is_fiat else pair.joined("-")

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        return [to_json({action: symbols})]

    def keepalive(self) -> Iterable[str]:
        """The complete subscription again."""
        return self._request("subscribe", list(self.subscribed)) if self.subscribed else []

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode a frame of either version."""
        text = _read_frame(payload).message if payload.startswith(b"{") else payload
        if not text:
            return ()
        pricing = _pricing_reader()(text)
        if not pricing.id:
            raise FrameError("pricing data without a symbol")
        return self._from_pricing(pricing)

    def _from_pricing(self, pricing: Any) -> list[Fact]:
        time_ns = epoch_ns(pricing.time) if pricing.time else None
        after_hours = _AFTER_HOURS.get(pricing.market_hours, ())
        is_early = pricing.market_hours == 0 and pricing.quote_type in _STOCKS
        conditions = _PRE_MARKET if is_early else after_hours
        price = _present(pricing.price)
        facts: list[Fact] = []
        last = None
        if price is not None and self._is_repeated(pricing):
            last = price
        elif price is not None:
            size = None if pricing.last_size in (0, self._stated[pricing.id].volume) else pricing.last_size
            updates = _NOT_HIGH_LOW if conditions else UPDATES_EVERYTHING
            facts.append(Trade(pricing.id, price, size, time_ns, conditions=conditions, updates=updates))
        if pricing.HasField("bid") or pricing.HasField("ask"):
            facts.append(_quote(pricing, time_ns))
        previous = _present(pricing.previous_close)
        if previous is None and price is not None and pricing.change and not after_hours:
            previous = _short(price - pricing.change)  # the change is relative to it
        day = DayStats(
            pricing.id,
            open=_present(pricing.open_price),
            high=_present(pricing.day_high),
            low=_present(pricing.day_low),
            previous_close=previous,
            volume=float(pricing.day_volume or pricing.vol_24hr) or None,
            time_ns=time_ns,
            last=last,
            last_time_ns=None if last is None else time_ns,
        )
        return [*facts, day]

    def _is_repeated(self, pricing: Any) -> bool:
        """Return whether a frame repeats price, time and volume of the last one, so that it is not a trade."""
        before = self._stated.get(pricing.id)
        volume = pricing.day_volume or pricing.vol_24hr or (before.volume if before else 0)
        if before is None and len(self._stated) >= _MAX_STATED:
            self._stated.clear()
        now = self._stated[pricing.id] = _Stated(pricing.price, pricing.time, volume)
        return now == before and pricing.time != 0

    def history_request(self, query: BarsQuery) -> HttpRequest:
        """Return the request for past bars."""
        return chart_request(query)

    def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
        """Decode the past bars, or raise the error in the answer."""
        return read_chart(query, response, self.credentials.redact)

    def hours_group(self, symbol: str) -> str:
        """The exchange, which is the ending of the symbol; those without one are groups of their own."""
        return symbol.rpartition(".")[2]

    def hours_request(self, symbol: str) -> HttpRequest:
        """Return the request for the trading hours of a symbol."""
        return hours_request(symbol)

    def decode_hours(self, response: HttpResponse, now_ns: int) -> TradingPeriod | None:
        """Decode the trading period."""
        return read_hours(response, self.credentials.redact)

    def search_request(self, typed: str) -> HttpRequest:
        """Return the request for the symbols that match a typed text."""
        return search_request(typed)

    def decode_search(self, response: HttpResponse) -> list[Instrument]:
        """Decode the symbols that match."""
        return read_search(response, self.credentials.redact)


def _quote(pricing: Any, time_ns: int | None) -> Quote:
    bid = _short(pricing.bid) if pricing.HasField("bid") else UNSET
    ask = _short(pricing.ask) if pricing.HasField("ask") else UNSET
    return quote_of(pricing.id, bid, pricing.bid_size or UNSET, ask, pricing.ask_size or UNSET, time_ns)


def _present(value: float) -> float | None:
    """Return a price without the noise of 32 bits; ``None`` for zero, which means that it was left out."""
    return _short(value) if value else None


def _short(value: float) -> float:
    if not math.isfinite(value):
        raise FrameError(f"not a price: {value}")
    return float32_to_shortest(value)
