"""The list of providers, and the provider of a URL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from ticker_gui.feeds.generic.autodetect import AutoDetect
from ticker_gui.feeds.generic.mapped import Mapped
from ticker_gui.feeds.known_providers import KNOWN_PROVIDERS
from ticker_gui.feeds.protocol import FeedProtocol

_ALL: Final[Sequence[type[FeedProtocol]]] = (*KNOWN_PROVIDERS, Mapped, AutoDetect)

PROVIDERS: Final[dict[str, type[FeedProtocol]]] = {provider.name: provider for provider in _ALL}


def provider_of(url: str) -> type[FeedProtocol] | None:
    """Return the provider that has the host of a URL; ``None`` if no provider has it."""
    host = urlsplit(url).hostname
    return next((provider for provider in PROVIDERS.values() if host in provider.hosts), None)
