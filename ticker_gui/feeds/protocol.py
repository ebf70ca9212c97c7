"""The interface of a provider: what to send to it, and how to decode its frames."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import ClassVar, Literal, TypeAlias

import msgspec

from ticker_gui.domain.capability import Capability, describe_capabilities
from ticker_gui.domain.events import Fact
from ticker_gui.domain.redaction import redact
from ticker_gui.domain.secret_values import header_secrets, url_secrets
from ticker_gui.domain.trading_period import TradingPeriod
from ticker_gui.feeds.history import (
    BarsPage,
    BarsQuery,
    HistoryOffer,
    HttpRequest,
    HttpResponse,
    Instrument,
    StockHours,
    TradesPage,
    TradesQuery,
)
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.symbols import exchange_of, in_notation, upper, without_exchange, without_perpetual

Message: TypeAlias = str | bytes
Action: TypeAlias = Literal["subscribe", "unsubscribe"]


class Credentials(msgspec.Struct, frozen=True):
    """How a feed connects: its URL, key, headers, mapping and proxy. The ``repr`` contains no secrets."""

    url: str = ""
    key: str | None = None
    headers: Mapping[str, str] = {}
    mapping: FieldMapping | None = None
    cafile: str | None = None  # PEM file of additional certificate authorities to trust
    proxy: str = "system"  # or ``none``, or the URL of a proxy
    history_url: str = ""  # past data is requested there instead of at the provider's own host

    def __repr__(self) -> str:
        return f"Credentials({self.redact(self.url.partition('?')[0])!r})"

    def redact(self, text: str) -> str:
        """Return a text from the server without secrets, in case the server repeats one."""
        return redact(text, self.secrets)

    @property
    def secrets(self) -> frozenset[str]:
        """The texts that must not be displayed or logged: the key, its parts, and those in the URL and the headers."""
        return _secrets(self.url, self.key or "", tuple(self.headers.items()))


@lru_cache(maxsize=64)
def _secrets(url: str, key: str, headers: tuple[tuple[str, str], ...]) -> frozenset[str]:
    """Return the secrets of a connection. Cached because each rejected frame needs them."""
    return frozenset((key, *key.split(":"), *url_secrets(url), *header_secrets(dict(headers))))


class FeedProtocol(ABC):
    """The protocol of a provider. The class describes the provider; an instance belongs to one connection.

    Symbols are in the provider's notation; `wire_symbol` converts those of the user.

    ``outgoing`` are messages to send at once, such as a login; the connection empties the list. While ``is_ready`` is
    false, nothing is subscribed: the protocol waits for a greeting or for the answer to the login. ``is_closing`` is
    set when the server announces that it will close the connection, so that a new one can take over before.
    ``subscribed`` are the subscribed symbols, in the order of their requests.
    """

    name: ClassVar[str]  # in the settings and for ``--provider``
    title: ClassVar[str]
    capabilities: ClassVar[frozenset[Capability]]  # the data of all its URLs together
    delay_minutes: ClassVar[int] = 0  # of its URLs with delayed data, as documented; 0 if it has none
    data_note: ClassVar[str] = ""  # a restriction that the capabilities cannot express
    url: ClassVar[str]  # the default
    provenance: ClassVar[str] = "documentation"  # the sources from which the format is known
    hosts: ClassVar[tuple[str, ...]] = ()  # a URL on one of these identifies the provider
    needs_key: ClassVar[bool] = False
    key_url: ClassVar[str] = ""  # the page where an account gets its key
    key_hint: ClassVar[str] = ""  # how to write the key, if it is not a single text
    plan: ClassVar[str] = ""  # what the documentation says this data costs: "free plan" or "paid plan"
    markets: ClassVar[str] = ""  # what is traded there, such as ``US stocks, crypto``
    is_simulated: ClassVar[bool] = False
    messages_per_second: ClassVar[float] = 20.0  # the most that may be sent; see `RateLimiter`
    max_frame_bytes: ClassVar[int] = 1 << 20  # of what the server sends at once
    keepalive_s: ClassVar[float | None] = None  # how often to send the messages of `keepalive`
    announces_symbols: ClassVar[bool] = False  # reports a `Relay`, so that all symbols can be subscribed to
    acknowledges: ClassVar[bool] = False  # each subscription with a `Reply` that names the symbol
    trades_us_stocks: ClassVar[bool] = False  # under plain tickers, such as AAPL
    has_sequential_trade_ids: ClassVar[bool] = False  # the trades of a symbol are numbered without gaps
    max_connection_age_s: ClassVar[float | None] = None  # after which the server closes the connection
    default_symbols: ClassVar[tuple[str, ...]] = ()  # proposed to the user
    exchanges: ClassVar[tuple[str, ...]] = ()  # its own prefixes in TradingView notation: BINANCE:BTCUSDT
    has_exchange_prefixes: ClassVar[bool] = False  # symbols are sent with any prefix, and none is refused
    pair_separator: ClassVar[str | None] = None  # ``-`` for ``BTC-USD``; ``None``: pairs are sent as typed
    is_distinctive: ClassVar[bool] = True  # no other feed sends such frames; otherwise only a login identifies it
    history: ClassVar[HistoryOffer | None] = None  # the past bars that can be requested
    no_data_hint: ClassVar[str] = ""  # what the user can do if no market data arrives

    def __init__(self, credentials: Credentials | None = None) -> None:
        self.credentials = credentials or Credentials()
        self.outgoing: list[Message] = []
        self.is_ready = True
        self.is_closing = False
        self.subscribed: dict[str, None] = {}

    @classmethod
    def capabilities_with(cls, mapping: FieldMapping | None) -> frozenset[Capability]:
        """Return what a feed with this mapping in its settings can deliver."""
        return cls.capabilities

    @classmethod
    def describe_data(cls) -> str:
        """Return the capabilities as text, followed by the note."""
        note = f" ({cls.data_note})" if cls.data_note else ""
        return f"{describe_capabilities(cls.capabilities)}{note}"

    @property
    def detected_settings(self) -> str:
        """The detected format as TOML for the settings; empty if nothing is detected."""
        return ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know about how this feed is decoded, as sentences."""
        return ()

    @classmethod
    def exchange(cls) -> str:
        """The prefix of all symbols in TradingView notation; empty if they may be of several exchanges."""
        return "" if cls.trades_us_stocks or cls.has_exchange_prefixes or not cls.exchanges else cls.exchanges[0]

    @classmethod
    def wire_symbol(cls, symbol: str) -> str:
        """Return a symbol of the user in the provider's notation.

        By default: without the provider's own prefix, in capitals, and pairs with the ``pair_separator``. An override
        is needed for every other notation, such as small letters or the share classes of stocks.
        """
        symbol = without_exchange(symbol, cls.exchanges)
        return upper(symbol if cls.pair_separator is None else in_notation(symbol, cls.pair_separator))

    def refusal(self, symbol: str) -> str:
        """Return why the provider cannot have a symbol, as a text for the user; empty if it may have it."""
        if self.has_exchange_prefixes:
            return ""
        exchange = exchange_of(symbol)
        if exchange is not None:
            return (
                f"The prefix {exchange} belongs to another exchange, and this feed is from {self.title}. "
                f"Add the symbol to a feed of {exchange}, or remove the prefix."
            )
        if without_perpetual(symbol) is not None and not self.trades_us_stocks:
            return f"The ending .P is TradingView's for a perpetual contract. Type the name that {self.title} uses."
        return ""

    @property
    def published_symbols(self) -> Sequence[str]:
        """The symbols that the server has announced over this connection; none if it announces none."""
        return ()

    @property
    def waiting_reason(self) -> str:
        """Why a relay has no data although the login is complete, while `is_ready` is false; otherwise empty."""
        return ""

    @property
    def quiet_reason(self) -> str:
        """Why a relay passes on no market data now, as it reports; empty if it reports nothing of that kind."""
        return ""

    @property
    def relayed_ns(self) -> int | None:
        """When a relay, such as the publisher of a desk, received the last event; ``None`` without a relay."""
        return None

    @property
    def address(self) -> str:
        """The URL to connect to, with the key in it if the provider expects it there."""
        return self.credentials.url

    @property
    def headers(self) -> Mapping[str, str]:
        """Additional headers of the handshake."""
        return self.credentials.headers

    def subscribe(self, symbols: Sequence[str]) -> Iterable[Message]:
        """Return the messages that subscribe to these symbols."""
        self.subscribed.update(dict.fromkeys(symbols))
        return self._request("subscribe", symbols) if symbols else ()

    def unsubscribe(self, symbols: Sequence[str]) -> Iterable[Message]:
        """Return the messages that unsubscribe from these symbols."""
        for symbol in symbols:
            self.subscribed.pop(symbol, None)
        return self._request("unsubscribe", symbols) if symbols else ()

    @abstractmethod
    def _request(self, action: Action, symbols: Sequence[str]) -> Iterable[Message]:
        """Return the messages that subscribe to these symbols or unsubscribe from them; there is at least one symbol.

        ``subscribed`` has already been updated.
        """

    def keepalive(self) -> Iterable[Message]:
        """Return the messages that keep the connection open; called every ``keepalive_s`` seconds."""
        return ()

    @abstractmethod
    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Return the events in a frame; none for frames without market data or replies.

        Raises:
            FrameError: the frame cannot be decoded.
            ConnectionLost: the provider ends the connection, for example because the account has too many.
            FeedRejected: the provider refuses to serve the feed; `KeyRejected` if it rejects the key.
        """

    @classmethod
    def stock_hours(cls) -> StockHours:
        """Return when its hourly bars of stocks begin."""
        return StockHours.ON_THE_HOUR if cls.history is None else cls.history.stock_hours

    @property
    def history_offer(self) -> HistoryOffer | None:
        """The past bars that can be requested now: `history`, or those of the provider that was detected."""
        return self.history

    def history_request(self, query: BarsQuery) -> HttpRequest | Sequence[Message]:
        """Return the request for past bars, or the messages for the open socket.

        `decode` returns the response to such messages as `Reply.past`. Called only where `history_offer` is set.

        Raises:
            HistoryError: the provider has past bars, but not for the address of this feed.
        """
        raise NotImplementedError

    def decode_history(self, query: BarsQuery, response: HttpResponse) -> BarsPage:
        """Return the bars in the response to a request for past bars, in any order, and others than requested if sent.

        Raises:
            HistoryError: the provider refused the request.
            FrameError: the response cannot be decoded.
        """
        raise NotImplementedError

    def trades_request(self, query: TradesQuery) -> HttpRequest | Sequence[Message] | None:
        """Return the request for past trades, or the messages for the open socket, which `decode` answers.

        ``None`` if the provider has no past trades, or none of this period.
        """
        return None

    def decode_trades(self, query: TradesQuery, response: HttpResponse) -> TradesPage:
        """Return the trades in the response to a request for past trades; raises like `decode_history`."""
        raise NotImplementedError

    def hours_group(self, symbol: str) -> str:
        """Return the group of symbols with the same trading hours; empty if the provider does not state those.

        The hours of one symbol of each group are requested.
        """
        return ""

    def hours_request(self, symbol: str) -> HttpRequest:
        """Return the request for the trading hours of a symbol; called only where it has an `hours_group`."""
        raise NotImplementedError

    def decode_hours(self, response: HttpResponse, now_ns: int) -> TradingPeriod | None:
        """Return the trading period in a response, ``None`` if it has none; raises like `decode_history`.

        ``now_ns`` is for providers that state how long it is until the market opens or closes.
        """
        raise NotImplementedError

    def catalog_request(self) -> HttpRequest | None:
        """Return the request for the list of all symbols; ``None`` if the provider has none."""
        return None

    def decode_catalog(self, response: HttpResponse) -> list[Instrument]:
        """Return the symbols in the provider's list; raises like `decode_history`."""
        raise NotImplementedError

    def search_request(self, typed: str) -> HttpRequest | None:
        """Return the request for the symbols that match a typed text; ``None`` if the provider has no such search.

        Only for providers whose list of all symbols cannot be requested.
        """
        return None

    def decode_search(self, response: HttpResponse) -> list[Instrument]:
        """Return the symbols in the response to a search, the best first; raises like `decode_history`."""
        raise NotImplementedError
