"""The lists of symbols of all feeds: loaded once a day in the background, and used until the next one arrives."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Final, NamedTuple

from ticker_gui.catalog.catalog import Catalog, clean_instruments, describe_age
from ticker_gui.catalog.index import CatalogIndex, CatalogMatch, FeedIndex
from ticker_gui.catalog.saved_catalogs import SavedCatalogs
from ticker_gui.command_palette.fuzzy import Rank
from ticker_gui.demo.instruments import INSTRUMENTS
from ticker_gui.domain.errors import FrameError, TickerError
from ticker_gui.domain.events import Refusal
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.engine.online_symbols import OnlineSymbols, source_of
from ticker_gui.engine.provider_search import Source
from ticker_gui.feeds.history import HistoryError, HttpRequest, HttpResponse, Instrument, unreadable_error
from ticker_gui.feeds.protocol import Credentials, FeedProtocol
from ticker_gui.feeds.registry import PROVIDERS
from ticker_gui.history.limits import describe_pause
from ticker_gui.logs.internal_errors import InternalErrors, in_thread

_LOG: Final = logging.getLogger(__name__)
DELAY_S: Final = 5.0  # after a change of a feed's state: live data and past bars are more urgent
_CHECK_S: Final = 600.0  # between two checks for lists that are a day old
_RETRY_S: Final = 3_600.0
_RETRY_REFUSED_S: Final = 86_400.0  # the account may not load the list


class _Loaded(NamedTuple):
    """A list of symbols, prepared for search and for watched symbols, which have the provider's notation."""

    catalog: Catalog
    searchable: FeedIndex
    by_wire_symbol: Mapping[str, Instrument]


class SymbolCatalogs:
    """The lists of symbols of an engine's feeds. Feeds of the same provider and address share one."""

    def __init__(
        self, engine: Engine, saved: SavedCatalogs, *, delay_s: float = DELAY_S, errors: InternalErrors | None = None
    ) -> None:
        self._engine = engine
        self._saved = saved
        self._delay_s = delay_s
        self._loaded: dict[Source, _Loaded | None] = {}  # None: there is no saved list
        self._failures: dict[Source, str] = {}
        self._next_try_ns: dict[Source, int] = {}
        self._published: dict[str, _Loaded] = {}
        self._index = CatalogIndex()
        self._changed = asyncio.Event()
        self.online: Final = OnlineSymbols(engine, errors)
        self.online.search.on_change.append(self._apply_found)

    async def run(self) -> None:
        """Load lists until cancelled."""
        self._engine.taps.states.add(self._note_state)
        try:
            while True:
                await asyncio.sleep(self._delay_s)
                self._changed.clear()
                for feed in list(self._engine.feeds.values()):
                    await self._update(feed)
                    self._publish()
                await self._wait()
        finally:
            self._engine.taps.states.remove(self._note_state)

    def search(self, typed: str, feeds: Sequence[str], limit: int) -> list[CatalogMatch]:
        """Return at most ``limit`` instruments of these feeds that match, the best first."""
        matches = self._index.search(typed, feeds, limit, self.online.indexes(typed, feeds))
        known = {(match.feed, match.instrument.symbol) for match in matches}
        for feed, instrument in self.online.exact_answers(typed, feeds):
            if len(matches) < limit and (feed, instrument.symbol) not in known:
                matches.append(CatalogMatch(feed, instrument, Rank.SUBSTRING))
        return matches

    def search_provider(
        self, typed: str, provider: str, limit: int, credentials: Credentials | None = None
    ) -> list[Instrument]:
        """Return the instruments of a provider that match; it need not be connected now.

        With credentials, they are also searched at the provider, if it has no list; see `OnlineSymbols`.
        """
        loaded = next((one for source, one in self._loaded.items() if source[0] == provider and one is not None), None)
        if loaded is not None:
            return [found.instrument for found in loaded.searchable.find(typed, limit)]
        if credentials is None or provider not in PROVIDERS:
            return []
        return list(self.online.search_provider(typed, PROVIDERS[provider], credentials))[:limit]

    def find(self, feed: str, symbol: str) -> Instrument | None:
        """Return the instrument of a feed's symbol, which may be written as the user or the provider does."""
        loaded, known = self._published.get(feed), self._engine.feeds.get(feed)
        if known is None:
            return None
        if loaded is None:
            return self.online.search.instrument(source_of(known), symbol)
        return loaded.by_wire_symbol.get(symbol) or loaded.by_wire_symbol.get(known.wire_symbol(symbol))

    def describe(self, feed: str) -> str:
        """Return what the user should know about the list of a feed: how old it is, or why there is none."""
        known = self._engine.feeds.get(feed)
        if known is None:
            return ""
        loaded, failure = self._loaded.get(source_of(known)), self._failures.get(source_of(known), "")
        if loaded is None:
            return f"The list of symbols could not be loaded. {failure}" if failure else ""
        if known.settings.is_built_in:
            return ""
        is_current = loaded.catalog.is_current(self._engine.clock())
        return "" if is_current and known.state.is_connected else describe_age(loaded.catalog, self._engine.clock())

    def _note_state(self, feed: EngineFeed) -> None:
        self._changed.set()

    async def _wait(self) -> None:
        """Wait until a feed connects, is added or removed, or some time has passed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_CHECK_S):
                await self._changed.wait()

    async def _update(self, feed: EngineFeed) -> None:
        source, provider = source_of(feed), feed.settings.protocol
        if source not in self._loaded:
            self._loaded[source] = None
            with feed.errors.contained("reading a list of symbols"):
                is_built_in = feed.settings.is_built_in
                read = partial(_built_in, provider) if is_built_in else partial(self._read, source, provider)
                self._loaded[source] = await in_thread(read)
        protocol = feed.session.protocol if feed.state.is_connected else None
        if protocol is not None and not feed.settings.is_built_in and self._is_due(source):
            self._next_try_ns[source] = self._engine.clock() + int(_RETRY_S * SECOND_NS)
            with feed.errors.contained("loading a list of symbols"):
                await self._load(source, protocol, feed.name)

    def _is_due(self, source: Source) -> bool:
        """Return whether to load a list now."""
        loaded, now_ns = self._loaded[source], self._engine.clock()
        is_current = loaded is not None and loaded.catalog.is_current(now_ns)
        return not is_current and now_ns >= self._next_try_ns.get(source, 0)

    def _read(self, source: Source, provider: type[FeedProtocol]) -> _Loaded | None:
        catalog = self._saved.read(*source)
        return None if catalog is None else _prepared(catalog, provider)

    async def _load(self, source: Source, protocol: FeedProtocol, feed: str) -> None:
        """Request a list and save it; if that fails, note why. The list of an earlier day stays in use."""
        request = protocol.catalog_request()
        if request is None:
            return  # the provider has no list
        try:
            response = await self._engine.http_get(request, protocol.credentials)
            decode = partial(_decoded, protocol, response, self._engine.clock())
            loaded = await in_thread(decode)
        except HistoryError as error:
            reason = protocol.credentials.redact(str(error))
            _LOG.info("The list of symbols of %s could not be loaded: %s", feed, reason)
            self._failures[source] = reason
            self._note_refusal(source, error, request, protocol.credentials)
            return
        self._failures.pop(source, None)
        self._loaded[source] = loaded
        _LOG.info("The list of symbols of %s has %d entries", feed, len(loaded.searchable))
        write = partial(self._saved.write, *source, loaded.catalog)
        await in_thread(write)

    def _note_refusal(
        self, source: Source, error: HistoryError, request: HttpRequest, credentials: Credentials
    ) -> None:
        """Note when a list that was refused is requested again."""
        now_ns = self._engine.clock()
        if error.refusal.concerns_key:
            self._next_try_ns[source] = now_ns + int(_RETRY_REFUSED_S * SECOND_NS)
        if error.refusal is not Refusal.RATE_LIMITED:
            return
        if self._engine.on_http_limited is not None:
            self._engine.on_http_limited(request, credentials, error.retry_after_s)
        pause_s = _RETRY_S if error.retry_after_s is None else max(error.retry_after_s, _CHECK_S)
        self._next_try_ns[source] = now_ns + int(pause_s * SECOND_NS)
        self._failures[source] += f" {describe_pause(now_ns, pause_s, 'The list is requested')}"

    def _publish(self) -> None:
        """Give the feeds their lists."""
        found = {name: self._loaded.get(source_of(feed)) for name, feed in self._engine.feeds.items()}
        self._published = {name: loaded for name, loaded in found.items() if loaded is not None}
        self._index.set_feeds({name: loaded.searchable for name, loaded in self._published.items()})
        for name, loaded in self._published.items():
            self._engine.feeds[name].market.set_instruments(loaded.by_wire_symbol, self._engine.clock())

    def _apply_found(self) -> None:
        """Give feeds without a list the names and the tick sizes of the symbols that were found at their providers."""
        for name, feed in self._engine.feeds.items():
            found = [] if name in self._published else self.online.search.instruments(source_of(feed))
            if found:
                named = dict(_with_wire_symbols(found, feed.settings.protocol))
                feed.market.add_instruments(named, self._engine.clock())


def _built_in(provider: type[FeedProtocol]) -> _Loaded:
    """Return the list of the built-in market."""
    return _prepared(Catalog(0, [Instrument(one.symbol, one.name, "", one.tick) for one in INSTRUMENTS]), provider)


def _decoded(protocol: FeedProtocol, response: HttpResponse, now_ns: int) -> _Loaded:
    """Return the list in a response.

    Raises:
        HistoryError: the provider refused the request, the list is empty, or it cannot be decoded.
    """
    try:
        instruments = clean_instruments(protocol.decode_catalog(response))
    except FrameError as error:
        raise unreadable_error(protocol.title, response, error, "its list of symbols") from error
    if not instruments:
        raise HistoryError(f"{protocol.title} sent an empty list of symbols.")
    return _prepared(Catalog(now_ns, instruments), type(protocol))


def _prepared(catalog: Catalog, provider: type[FeedProtocol]) -> _Loaded:
    return _Loaded(catalog, FeedIndex(catalog.instruments), dict(_with_wire_symbols(catalog.instruments, provider)))


def _with_wire_symbols(
    instruments: Iterable[Instrument], provider: type[FeedProtocol]
) -> Iterator[tuple[str, Instrument]]:
    for one in instruments:
        with suppress(TickerError):  # a symbol that cannot be converted cannot be watched
            yield provider.wire_symbol(one.symbol), one
