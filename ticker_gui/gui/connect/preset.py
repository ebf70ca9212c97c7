"""What the dialog that connects a feed opens with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ticker_gui.config.settings import Feed
from ticker_gui.feed_setup.provider_list import ProviderEntry


class ConnectPreset(NamedTuple):
    """A provider, an address, symbols, a feed to edit, or messages of any WebSocket to map; all optional."""

    provider: str = ""
    address: str = ""
    symbol: str = ""
    more_symbols: Sequence[str] = ()
    feed: Feed | None = None
    messages: Sequence[Any] = ()  # received at the address

    def usual_address(self, entry: ProviderEntry) -> str:
        """Return the address of a provider; that of the edited feed if it is the feed's provider."""
        if self.feed is not None and self.feed.provider == entry.name:
            return self.feed.url
        return entry.protocol.url if entry.is_known else ""
