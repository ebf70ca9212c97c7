"""Past data of a feed whose provider was detected: the requests and answers of that provider."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar
from urllib.parse import urlsplit

import msgspec

from ticker_gui.domain.events import Bar, Refusal, Reply, Trade
from ticker_gui.feeds.history import (
    BarsPage,
    BarsQuery,
    HistoryError,
    HistoryOffer,
    HttpRequest,
    HttpResponse,
    Instrument,
    StockHours,
    TradesPage,
    TradesQuery,
)
from ticker_gui.feeds.protocol import Credentials, FeedProtocol, Message

RowT = TypeVar("RowT", Bar, Trade)


class DetectedPastData:
    """Passes requests for past data on to the protocol of a detected provider, with symbols in its notation.

    Data over the feed's own socket is that of the feed. Requests over HTTP go to the provider's servers. They are made
    only if the feed's address is the provider's, or ``history_url`` is set: another server that uses the same format
    may have other prices, and its key must not be sent to the provider.
    """

    def __init__(self, provider: FeedProtocol) -> None:
        self._provider: Final = provider
        credentials = provider.credentials
        host = urlsplit(credentials.url).hostname
        self._may_use_http: Final = bool(credentials.history_url) or host in provider.hosts
        self._requested: dict[str, str] = {}  # the symbols of requests over the socket, by the provider's symbols
        history = provider.history_offer
        if history is not None and history.stock_hours is not StockHours.ON_THE_HOUR:
            history = history.without_hours  # which symbols are stocks is unknown
        self._offer: Final = history

    @property
    def offer(self) -> HistoryOffer | None:
        """The past bars that can be requested."""
        history = self._offer
        return history if history is not None and (history.over_socket or self._may_use_http) else None

    @property
    def note(self) -> str:
        """Why past data of the provider is not requested, as a sentence; empty if it is, or if there is none."""
        if self._provider.history is None or self.offer is not None:
            return ""
        title = self._provider.title
        return (
            f"No past data is requested: the messages have the format of {title}, but the address is not one of "
            f"{title}. Set history_url to request it."
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """The note as a list."""
        return (self.note,) if self.note else ()

    def bars_request(self, query: BarsQuery) -> HttpRequest | Sequence[Message]:
        """Return the request for past bars; see `FeedProtocol.history_request`."""
        native = self._provider.wire_symbol(query.symbol)
        self._requested[native] = query.symbol
        return self._provider.history_request(msgspec.structs.replace(query, symbol=native))

    def decode_bars(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
        """Return the bars in an answer, with the symbol of the query."""
        native = msgspec.structs.replace(query, symbol=self._provider.wire_symbol(query.symbol))
        page = self._provider.decode_history(native, response)
        return BarsPage(_renamed(page.bars, query.symbol), page.next_request)

    def trades_request(self, query: TradesQuery) -> HttpRequest | Sequence[Message] | None:
        """Return the request for past trades; ``None`` if none can be requested."""
        native = self._provider.wire_symbol(query.symbol)
        self._requested[native] = query.symbol
        request = self._provider.trades_request(msgspec.structs.replace(query, symbol=native))
        return None if isinstance(request, HttpRequest) and not self._may_use_http else request

    def decode_trades(self, query: TradesQuery, response: HttpResponse) -> TradesPage:
        """Return the trades in an answer, with the symbol of the query."""
        native = msgspec.structs.replace(query, symbol=self._provider.wire_symbol(query.symbol))
        page = self._provider.decode_trades(native, response)
        return TradesPage(_renamed(page.trades, query.symbol), page.next_request)

    def answer(self, reply: Reply) -> Reply:
        """Return the reply to a request for past data with the symbol of that request."""
        past = reply.past
        if past is None or past.symbol not in self._requested:
            return reply
        return msgspec.structs.replace(reply, past=msgspec.structs.replace(past, symbol=self._requested[past.symbol]))

    def catalog_request(self) -> HttpRequest | None:
        """Return the request for the list of all symbols; ``None`` if it cannot be requested."""
        return self._provider.catalog_request() if self._may_use_http else None

    def decode_catalog(self, response: HttpResponse) -> list[Instrument]:
        """Return the symbols in the provider's list."""
        return self._provider.decode_catalog(response)

    def search_request(self, typed: str) -> HttpRequest | None:
        """Return the request for the symbols that match; ``None`` if it cannot be sent."""
        return self._provider.search_request(typed) if self._may_use_http else None

    def decode_search(self, response: HttpResponse) -> list[Instrument]:
        """Return the symbols that match."""
        return self._provider.decode_search(response)


class DetectedPastProtocol(FeedProtocol):
    """The part of automatic detection that concerns past data, which only a detected provider has."""

    def __init__(self, credentials: Credentials | None = None) -> None:
        super().__init__(credentials)
        self._past: DetectedPastData | None = None

    @property
    def history_offer(self) -> HistoryOffer | None:
        """The past bars of the detected provider; ``None`` for a feed of unknown format."""
        return None if self._past is None else self._past.offer

    @property
    def past_data_note(self) -> str:
        """Why there is no past data, as a sentence; empty if there is."""
        if self._past is not None:
            return self._past.note
        return "This feed sends the messages of no known provider, so no past data can be requested. Set its provider."

    def history_request(self, query: BarsQuery) -> HttpRequest | Sequence[Message]:
        """Return the detected provider's request for past bars."""
        return self._detected_past.bars_request(query)

    def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
        """Return the bars in the answer of the detected provider."""
        return self._detected_past.decode_bars(query, response)

    def trades_request(self, query: TradesQuery) -> HttpRequest | Sequence[Message] | None:
        """Return the detected provider's request for past trades; ``None`` if there is no provider."""
        return None if self._past is None else self._past.trades_request(query)

    def decode_trades(self, query: TradesQuery, response: HttpResponse) -> TradesPage:
        """Return the trades in the answer of the detected provider."""
        return self._detected_past.decode_trades(query, response)

    def catalog_request(self) -> HttpRequest | None:
        """Return the detected provider's request for its symbols; ``None`` if there is no provider."""
        return None if self._past is None else self._past.catalog_request()

    def decode_catalog(self, response: HttpResponse) -> list[Instrument]:
        """Return the symbols in the list of the detected provider."""
        return self._detected_past.decode_catalog(response)

    def search_request(self, typed: str) -> HttpRequest | None:
        """Return the detected provider's request for the symbols that match; ``None`` if there is no provider."""
        return None if self._past is None else self._past.search_request(typed)

    def decode_search(self, response: HttpResponse) -> list[Instrument]:
        """Return the symbols in the answer of the detected provider."""
        return self._detected_past.decode_search(response)

    @property
    def _detected_past(self) -> DetectedPastData:
        if self._past is None:
            raise HistoryError(
                "The format of this feed has not been detected, so it has no past data.", Refusal.NOT_OFFERED
            )
        return self._past


def _renamed(rows: Sequence[RowT], symbol: str) -> list[RowT]:
    return [row if row.symbol == symbol else msgspec.structs.replace(row, symbol=symbol) for row in rows]
