"""Yahoo Finance streamer, versions 2 and 1.

Undocumented and unofficial; the shape is that of the public client yfinance (``live.py``, ``pricing.proto``). A frame
is a protobuf ``PricingData`` as base64, inside JSON in version 2 and bare in version 1. Prices are 32-bit floats.
Fields that are zero or unchanged are left out, so what is missing keeps its value. Nothing is acknowledged, and an
unknown symbol is silent. The whole subscription is sent again every 15 seconds, without which the server hangs up after
a while.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, ClassVar, Final

import msgspec

from ticker_gui.domain.errors import FrameError
from ticker_gui.domain.events import DayStats, Fact, Quote, Trade
from ticker_gui.feeds.protocol import Access, FeedProtocol
from ticker_gui.feeds.symbols import split_pair, with_hyphened_class
from ticker_gui.feeds.well_known import US_STOCKS, against
from ticker_gui.feeds.wire import epoch_ns, json_reader, shortest, to_json

# The fields of PricingData that we read; all others are skipped.
_FIELDS: Final = {
    1: ("id", "STRING"),
    2: ("price", "FLOAT"),
    3: ("time", "SINT64"),
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

_UNTIL_THE_CLOSE: Final = (0, 1)  # before and during regular trading hours; 2 is after them, 3 overnight


@cache
def _pricing_reader() -> Callable[[bytes | str], Any]:
    """Return a function that reads PricingData from base64, or raises `FrameError`."""
    # Here, as only those who watch Yahoo need it, and it would cost every start.
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
    from google.protobuf.message import DecodeError

    kinds = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="ticker_gui_yahoo.proto", syntax="proto3")
    message = file.message_type.add(name="PricingData")
    for number, (name, kind) in _FIELDS.items():
        kind_number = kinds.Type.Value(f"TYPE_{kind}")
        message.field.add(name=name, number=number, type=kind_number, label=kinds.LABEL_OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    pricing_data = message_factory.GetMessageClass(pool.FindMessageTypeByName("PricingData"))

    def read(text: bytes | str) -> Any:
        try:
            return pricing_data.FromString(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError, DecodeError) as error:
            raise FrameError("no pricing data") from error

    return read


class _Frame(msgspec.Struct):
    message: str = ""


_read_frame = json_reader(_Frame)


class Yahoo(FeedProtocol):
    """Last prices, quotes where they are sent, and day figures of everything that Yahoo lists."""

    name: ClassVar = "yahoo"
    title: ClassVar = "Yahoo Finance"
    delivers: ClassVar = "prices, quotes, day figures"
    well_known: ClassVar = (*US_STOCKS, "^GSPC", "^IXIC", "^DJI", "^VIX", "EURUSD=X", "CL=F", "GC=F", *against("-USD"))
    trades_us_stocks: ClassVar = True
    url: ClassVar = "wss://streamer.finance.yahoo.com/?version=2"
    source: ClassVar = "unofficial, clients of others"
    hosts: ClassVar = ("streamer.finance.yahoo.com",)
    keepalive_s: ClassVar = 15.0

    def __init__(self, access: Access | None = None) -> None:
        super().__init__(access)
        self._asked: dict[str, None] = {}

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """``btcusd`` → ``BTC-USD``, ``eur/usd`` → ``EURUSD=X``, ``brk.b`` → ``BRK-B``; others stay."""
        pair = split_pair(symbol)
        if pair is None:
            return with_hyphened_class(symbol.upper())
        return f"{pair.joined()}=X" if pair.is_fiat else pair.joined("-")

    def subscribe(self, symbols: Sequence[str]) -> Iterable[str]:
        """One message for all."""
        self._asked.update(dict.fromkeys(symbols))
        return [to_json({"subscribe": symbols})] if symbols else []

    def unsubscribe(self, symbols: Sequence[str]) -> Iterable[str]:
        """One message for all."""
        for symbol in symbols:
            self._asked.pop(symbol, None)
        return [to_json({"unsubscribe": symbols})] if symbols else []

    def keepalive(self) -> Iterable[str]:
        """Ask for everything once more."""
        return [to_json({"subscribe": list(self._asked)})] if self._asked else []

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Read one frame of either version."""
        text = _read_frame(payload).message if payload.startswith(b"{") else payload
        if not text:
            return ()
        pricing = _pricing_reader()(text)
        if not pricing.id:
            raise FrameError("pricing data without a symbol")
        return _from_pricing(pricing)


def _from_pricing(pricing: Any) -> list[Fact]:
    symbol, time_ns = pricing.id, epoch_ns(pricing.time) if pricing.time else None
    price = _told(pricing.price)
    facts: list[Fact] = []
    if price is not None:
        facts.append(Trade(symbol, price, pricing.last_size or None, time_ns))
    bid, ask = _told(pricing.bid), _told(pricing.ask)
    if bid is not None or ask is not None:
        facts.append(Quote(symbol, bid, pricing.bid_size or None, ask, pricing.ask_size or None, time_ns))
    previous = _told(pricing.previous_close)
    # The change is against the close of the day before; but after the close, it is against the close of this day.
    if previous is None and price is not None and pricing.change and pricing.market_hours in _UNTIL_THE_CLOSE:
        previous = shortest(price - pricing.change)
    day = DayStats(
        symbol,
        open=_told(pricing.open_price),
        high=_told(pricing.day_high),
        low=_told(pricing.day_low),
        previous_close=previous,
        volume=float(pricing.day_volume or pricing.vol_24hr) or None,
        time_ns=time_ns,
    )
    return [*facts, day]


def _told(value: float) -> float | None:
    """Return a price without the noise of 32 bits; zero is what was not sent."""
    return shortest(value) if value else None
