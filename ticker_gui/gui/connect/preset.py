"""What the dialog that connects a feed opens with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ticker_gui.config.settings import Feed


class ConnectPreset(NamedTuple):
    """A provider, an address, symbols, a feed to edit, or messages of any WebSocket to map; all optional."""

    provider: str = ""
    address: str = ""
    symbol: str = ""
    more_symbols: Sequence[str] = ()
    feed: Feed | None = None
    messages: Sequence[Any] = ()  # received at the address
