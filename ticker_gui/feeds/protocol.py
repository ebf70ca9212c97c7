"""The contract of a provider: what to send, and what its frames mean."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import ClassVar, Literal, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from ticker_gui.domain.capability import Capability, describe_capabilities
from ticker_gui.domain.events import Fact
from ticker_gui.domain.redaction import redact
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.symbols import exchange_of, without_perpetual

Message: TypeAlias = str | bytes
Action: TypeAlias = Literal["subscribe", "unsubscribe"]


class Credentials(msgspec.Struct, frozen=True):
    """What a dialect is told of the connection it is for. Printed, it does not show the key."""

    url: str = ""
    key: str | None = None
    headers: Mapping[str, str] = {}
    mapping: FieldMapping | None = None
    cafile: str | None = None  # authorities besides the system's
    proxy: str = "system"  # or none, or its URL

    def __repr__(self) -> str:
        return f"Access({self.url.partition('?')[0]!r})"

    def hide(self, text: str) -> str:
        """Return a text of the server's without our key in it, should it have sent it back."""
        return redact(text, self.secrets)

    @property
    def secrets(self) -> frozenset[str]:
        """All that may not be shown: the key, its parts, what the URL and the headers carry."""
        return _secrets(self.url, self.key or "", tuple(self.headers.values()))


@lru_cache(maxsize=64)
def _secrets(url: str, key: str, headers: tuple[str, ...]) -> frozenset[str]:
    """Return the secrets of a connection; they are asked for with each rejected frame, and a server may send many."""
    parts = urlsplit(url)
    queried = [value for _, value in parse_qsl(parts.query)]
    words = [word for value in headers for word in (value, *value.split())]
    passwords = [unquote(text) for text in (parts.password or "", parts.netloc.rpartition("@")[0]) if parts.password]
    return frozenset((key, *key.split(":"), *passwords, *queried, *words))


class FeedProtocol(ABC):
    """One provider's dialect. The class says what is known of the provider; an object lives as long as a connection.

    Symbols are spelled the provider's way here; `wire_symbol` makes that spelling from the user's. Whatever is put
    into ``outgoing``, at the beginning or while decoding, is sent at once: a login, an answer. While ``is_ready`` is
    false no symbols are asked for: it waits for a welcome or a login. ``is_closing`` says that the server has announced
    its end, so that another connection takes over before.
    """

    name: ClassVar[str]  # as settings and ``--provider`` say it
    title: ClassVar[str]
    capabilities: ClassVar[frozenset[Capability]]  # all that it delivers at any of its URLs
    data_note: ClassVar[str] = ""  # what the capabilities cannot express
    url: ClassVar[str]  # an address to begin with
    source: ClassVar[str] = "documented"  # how it is known: documented, captured, or from clients of others
    hosts: ClassVar[tuple[str, ...]] = ()  # a URL on one of these needs no provider named
    needs_key: ClassVar[bool] = False
    is_simulated: ClassVar[bool] = False
    messages_per_second: ClassVar[float] = 20.0  # sent at most, spread over the second; see `RateLimiter`
    keepalive_s: ClassVar[float | None] = None  # how often `keepalive` is to be sent
    acknowledges: ClassVar[bool] = False  # each subscription, by a `Reply` that names the symbol, before it trades
    trades_us_stocks: ClassVar[bool] = False  # plain tickers, and not coins or stocks of other countries
    has_sequential_trade_ids: ClassVar[bool] = False  # the ids of a symbol's trades are numbers without a gap
    max_connection_age_s: ClassVar[float | None] = None  # after which the server hangs up
    well_known: ClassVar[tuple[str, ...]] = ()  # symbols to propose
    exchanges: ClassVar[tuple[str, ...]] = ()  # how TradingView names it before a symbol, as in BINANCE:BTCUSDT
    is_distinctive: ClassVar[bool] = True  # its frames are told from those of any other feed by themselves
    no_data_hint: ClassVar[str] = ""  # what the user can do where no market data comes at all

    def __init__(self, access: Credentials | None = None) -> None:
        self.access = access or Credentials()
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
        """The settings that a detected format amounts to, as TOML to keep; empty where nothing is detected."""
        return ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know about how this feed is read, as sentences."""
        return ()

    @staticmethod
    def wire_symbol(symbol: str) -> str:
        """Return the provider's spelling of a symbol."""
        return symbol.upper()

    def refusal(self, symbol: str) -> str:
        """Return why a symbol cannot be the provider's, in words for the user; nothing where it may be."""
        if not self.exchanges:
            return ""
        exchange = exchange_of(symbol)
        if exchange is not None:
            return (
                f"The prefix {exchange} names another exchange, and this feed is {self.title}. "
                f"Add the symbol to a feed of {exchange}, or type it without the prefix."
            )
        if without_perpetual(symbol) is not None and not self.trades_us_stocks:
            return f"TradingView writes perpetual contracts with .P. Type the name that {self.title} uses."
        return ""

    @property
    def address(self) -> str:
        """The URL to connect to, with the key in it where the provider expects it there."""
        return self.access.url

    @property
    def headers(self) -> Mapping[str, str]:
        """What the handshake says besides."""
        return self.access.headers

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
        """Return what keeps the server from hanging up; asked for every ``keepalive_s``."""
        return ()

    @abstractmethod
    def decode(self, payload: bytes) -> Sequence[Fact]:
        """Return what a frame tells; nothing for frames that are of no use to us.

        Raises:
            FrameError: this frame cannot be understood.
            ConnectionLost: the provider has too many connections of ours, or cannot go on.
            FeedRejected: the provider will not serve us; `KeyRejected` for the key that it has been given.
        """
