"""The protocol of the built-in demo market (`ticker_gui.demo.server`): events as JSON.

Documentation: this module. Requests are ``{"op":"subscribe","symbols":["NIMB"]}`` and ``unsubscribe``; the server
answers with a ``reply``. ``{"op":"bars","query":{"symbol":"NIMB","timeframe":"1m","start_ns":0,"end_ns":60000000000}}``
requests past bars, and ``trades`` past trades with the fields of `TradesQuery`; the answer is in the field ``past`` of
a ``reply``. Events are those of `ticker_gui.domain.events`. ``has_no_bid`` or ``has_no_ask`` state an
empty side; a value that is left out is unchanged.

Units: sizes and volumes are shares. Trade ids number the trades of a symbol without gaps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final, TypeAlias

import msgspec

from ticker_gui.domain.capability import DAY_STATISTICS, SIZED_QUOTES, SIZED_TRADES, Capability
from ticker_gui.domain.events import Fact
from ticker_gui.domain.timeframe import TIMEFRAMES
from ticker_gui.feeds.history import BarsQuery, HistoryOffer, TradesQuery
from ticker_gui.feeds.protocol import Action, FeedProtocol
from ticker_gui.feeds.wire import json_reader, to_json

MAX_BARS: Final = 1_000  # in one answer
_read_fact: Callable[[bytes], Fact] = json_reader(Fact)  # type: ignore[arg-type]  # a union is not a type[T]


class Subscribe(msgspec.Struct, frozen=True, tag_field="op", tag="subscribe"):
    """A request to the demo server for live events."""

    symbols: tuple[str, ...]


class Unsubscribe(msgspec.Struct, frozen=True, tag_field="op", tag="unsubscribe"):
    """A request to the demo server to stop sending events."""

    symbols: tuple[str, ...]


class PastBarsRequest(msgspec.Struct, frozen=True, tag_field="op", tag="bars"):
    """A request to the demo server for past bars."""

    query: BarsQuery


class PastTradesRequest(msgspec.Struct, frozen=True, tag_field="op", tag="trades"):
    """A request to the demo server for past trades."""

    query: TradesQuery


Request: TypeAlias = Subscribe | Unsubscribe | PastBarsRequest | PastTradesRequest


class Demo(FeedProtocol):
    """The built-in demo market, whose data are simulated."""

    name: ClassVar = "demo"
    title: ClassVar = "Built-in demo market"
    markets: ClassVar = "Simulated"
    capabilities: ClassVar = (
        SIZED_TRADES | SIZED_QUOTES | DAY_STATISTICS | {Capability.PREVIOUS_CLOSE, Capability.HISTORY}
    )
    data_note: ClassVar = "simulated"
    acknowledges: ClassVar = True
    has_sequential_trade_ids: ClassVar = True
    url: ClassVar = "ws://127.0.0.1:8765"
    is_simulated: ClassVar = True
    history: ClassVar = HistoryOffer(
        {timeframe.name: timeframe.name for timeframe in TIMEFRAMES}, MAX_BARS, 20.0, over_socket=True
    )

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        request = Subscribe if action == "subscribe" else Unsubscribe
        return [to_json(request(tuple(symbols)))]

    def history_request(self, query: BarsQuery) -> list[str]:
        """Return the request for past bars."""
        return [to_json(PastBarsRequest(query))]

    def trades_request(self, query: TradesQuery) -> list[str]:
        """Return the request for past trades."""
        return [to_json(PastTradesRequest(query))]

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode one event."""
        return (_read_fact(payload),)
