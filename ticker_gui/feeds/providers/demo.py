"""The protocol of the built-in demo market (`ticker_gui.demo.server`): events as JSON.

Documentation: this module. Requests are ``{"op":"subscribe","symbols":["NIMB"]}`` and ``unsubscribe``; the server
answers with a ``reply``. Events are those of `ticker_gui.domain.events`. ``has_no_bid`` or ``has_no_ask`` state an
empty side; a value that is left out is unchanged.

Units: sizes and volumes are shares. Trade ids number the trades of a symbol without gaps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

import msgspec

from ticker_gui.domain.capability import DAY_STATISTICS, SIZED_QUOTES, SIZED_TRADES, Capability
from ticker_gui.domain.events import Fact
from ticker_gui.feeds.protocol import Action, FeedProtocol
from ticker_gui.feeds.wire import json_reader, to_json

_read_fact: Callable[[bytes], Fact] = json_reader(Fact)  # type: ignore[arg-type]  # a union is not a type[T]


class Request(msgspec.Struct, frozen=True):
    """A request to the demo server."""

    op: Action
    symbols: tuple[str, ...]


class Demo(FeedProtocol):
    """The built-in demo market, whose data are simulated."""

    name: ClassVar = "demo"
    title: ClassVar = "Built-in demo market"
    markets: ClassVar = "Simulated"
    capabilities: ClassVar = SIZED_TRADES | SIZED_QUOTES | DAY_STATISTICS | {Capability.PREVIOUS_CLOSE}
    data_note: ClassVar = "simulated"
    acknowledges: ClassVar = True
    has_sequential_trade_ids: ClassVar = True
    url: ClassVar = "ws://127.0.0.1:8765"
    is_simulated: ClassVar = True

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        return [to_json(Request(action, tuple(symbols)))]

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Decode one event."""
        return (_read_fact(payload),)
