"""The symbols of feeds and of the Connect dialog that are searched at their providers while the user types."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from ticker_gui.catalog.index import MAX_MATCHES, FeedIndex
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.engine.provider_search import ProviderSearch, SearchTarget, Source
from ticker_gui.feeds.history import HttpRequest, HttpResponse, Instrument
from ticker_gui.feeds.protocol import Credentials, FeedProtocol
from ticker_gui.logs.internal_errors import InternalErrors


def source_of(feed: EngineFeed) -> Source:
    """Return the provider of a feed and its addresses; feeds with the same have the same symbols."""
    settings = feed.settings
    return settings.provider, f"{settings.url or settings.protocol.url} {settings.history_url}".rstrip()


class OnlineSymbols:
    """Searches the providers of an engine's feeds, and providers that are not connected yet."""

    def __init__(self, engine: Engine, errors: InternalErrors | None = None) -> None:
        self._engine: Final = engine
        errors = errors or InternalErrors("the search for symbols")
        self.search: Final = ProviderSearch(self._get, engine.clock, errors, self._limit)

    def request(self, typed: str, feeds: Sequence[str]) -> None:
        """Search the providers of these feeds for a text; see `ProviderSearch.request`."""
        targets: dict[Source, SearchTarget] = {}
        for name in feeds:
            feed = self._engine.feeds.get(name)
            if feed is not None and (target := self._target(feed)) is not None:
                targets.setdefault(target.source, target)
        self.search.request(typed, list(targets.values()))

    def indexes(self, typed: str, feeds: Sequence[str]) -> dict[str, FeedIndex]:
        """Return what was found for a text or its beginning, by feed."""
        found = {name: self.search.find(typed, source_of(self._engine.feeds[name])) for name in self._known(feeds)}
        return {name: index for name, index in found.items() if index is not None}

    def exact_answers(self, typed: str, feeds: Sequence[str]) -> list[tuple[str, Instrument]]:
        """Return what providers have answered to exactly this text, by feed."""
        return [
            (name, one)
            for name in self._known(feeds)
            for one in self.search.exact_answer(typed, source_of(self._engine.feeds[name]))
        ]

    def search_provider(
        self, typed: str, provider: type[FeedProtocol], credentials: Credentials
    ) -> Sequence[Instrument]:
        """Search a provider that need not be connected; return what is found already."""
        source = provider.name, credentials.url
        has_key = bool(credentials.key) or not provider.needs_key
        if not _has_search(provider) or not has_key:
            self.search.request(typed, ())
            return ()
        self.search.request(typed, (SearchTarget(source, provider.title, partial(provider, credentials)),))
        exact, index = self.search.exact_answer(typed, source), self.search.find(typed, source)
        matches = [] if index is None else [found.instrument for found in index.find(typed, MAX_MATCHES)]
        return list({one.symbol: one for one in (*matches, *exact)}.values())

    async def _get(self, request: HttpRequest, credentials: Credentials) -> HttpResponse:
        return await self._engine.http_get(request, credentials)

    def _limit(self, request: HttpRequest, credentials: Credentials, retry_after_s: float | None) -> None:
        if self._engine.on_http_limited is not None:
            self._engine.on_http_limited(request, credentials, retry_after_s)

    def _known(self, feeds: Sequence[str]) -> list[str]:
        return [name for name in dict.fromkeys(feeds) if name in self._engine.feeds]

    def _target(self, feed: EngineFeed) -> SearchTarget | None:
        """Return how to search the provider of a feed; ``None`` if it has no search."""
        protocol, settings = feed.session.protocol, feed.settings
        if settings.is_built_in or settings.disabled or not _has_search(settings.protocol):
            return None
        if protocol is not None:
            return SearchTarget(source_of(feed), protocol.title, lambda: protocol)
        if settings.protocol.history is None:
            return None  # the provider is not detected
        return SearchTarget(
            source_of(feed),
            settings.protocol.title,
            lambda: settings.protocol(self._engine.find_credentials(settings)),
        )


def _has_search(provider: type[FeedProtocol]) -> bool:
    return provider.search_request is not FeedProtocol.search_request
