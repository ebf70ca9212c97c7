"""Our own dialect, spoken by `ticker_gui.demo.server`: facts as they are, written as JSON.

Requests: ``{"op":"subscribe","symbols":["NIMB"]}`` and ``unsubscribe``; answered by a ``reply``. Sizes and volumes are
shares. Trade ids count the trades of a symbol without a gap. An empty side is stated by ``has_no_bid`` or
``has_no_ask``, and a value that is left out is unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

import msgspec

from ticker_gui.domain.capability import DAY_STATISTICS, SIZED_QUOTES, SIZED_TRADES, Capability
from ticker_gui.domain.events import Fact
from ticker_gui.feeds.protocol import Action, FeedProtocol
from ticker_gui.feeds.wire import json_reader, to_json

_read_fact: Callable[[bytes], Fact] = json_reader(Fact)  # type: ignore[arg-type]  # a union is no type[T]


class Request(msgspec.Struct, frozen=True):
    """What a client of the demo server may say."""

    op: Action
    symbols: tuple[str, ...]


class Demo(FeedProtocol):
    """The built-in local market. Nothing it says is real."""

    name: ClassVar = "demo"
    title: ClassVar = "Built-in local market"
    capabilities: ClassVar = SIZED_TRADES | SIZED_QUOTES | DAY_STATISTICS | {Capability.PREVIOUS_CLOSE}
    data_note: ClassVar = "simulated"
    acknowledges: ClassVar = True
    has_sequential_trade_ids: ClassVar = True
    url: ClassVar = "ws://127.0.0.1:8765"
    is_simulated: ClassVar = True

    def _request(self, action: Action, symbols: Sequence[str]) -> list[str]:
        return [to_json(Request(action, tuple(symbols)))]

    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Read one fact."""
        return (_read_fact(payload),)
