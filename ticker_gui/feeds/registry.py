"""The list of providers, and the provider of a URL."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Final
from urllib.parse import urlsplit

from ticker_gui.feeds.known_providers import CLASS_NAMES, load_provider
from ticker_gui.feeds.protocol import FeedProtocol

MAPPED: Final = "mapped"  # a feed whose format is in the settings
AUTO_DETECT: Final = "guess"  # a feed whose format is detected
DESK: Final = "nats"  # what another program publishes


class _Providers(MutableMapping[str, type[FeedProtocol]]):
    """The classes of the providers by name, each of which is loaded when it is read for the first time."""

    def __init__(self) -> None:
        self._loaded: dict[str, type[FeedProtocol] | None] = dict.fromkeys((*CLASS_NAMES, DESK, MAPPED, AUTO_DETECT))

    def __getitem__(self, name: str) -> type[FeedProtocol]:
        provider = self._loaded[name]
        if provider is None:
            provider = self._loaded[name] = _load(name)
        return provider

    def __setitem__(self, name: str, provider: type[FeedProtocol]) -> None:
        self._loaded[name] = provider

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaded)

    def __len__(self) -> int:
        return len(self._loaded)

    def __contains__(self, name: object) -> bool:
        return name in self._loaded


def _load(name: str) -> type[FeedProtocol]:
    if name in CLASS_NAMES:
        return load_provider(name)
    if name == DESK:
        from ticker_gui.feeds.providers.nats import Nats

        return Nats
    if name == MAPPED:
        from ticker_gui.feeds.generic.mapped import Mapped

        return Mapped
    from ticker_gui.feeds.generic.autodetect import AutoDetect

    return AutoDetect


PROVIDERS: Final[MutableMapping[str, type[FeedProtocol]]] = _Providers()


def provider_of(url: str) -> type[FeedProtocol] | None:
    """Return the provider that has the host of a URL; ``None`` if no provider has it."""
    host = urlsplit(url).hostname
    return next((provider for provider in PROVIDERS.values() if host in provider.hosts), None)
