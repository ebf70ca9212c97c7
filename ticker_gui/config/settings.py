"""Settings: the user's choices, frozen and validated."""

from __future__ import annotations

import difflib
import re
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import msgspec

from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.redaction import redact
from ticker_gui.domain.secret_values import url_secrets
from ticker_gui.feeds.generic.autodetect import AutoDetect
from ticker_gui.feeds.generic.mapped import Mapped, Reader
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.feeds.registry import PROVIDERS, provider_of
from ticker_gui.feeds.symbols import SymbolResolver
from ticker_gui.market.market import Limits

# Letters and digits of any script, and what venues write besides: ``M&M.NS``, ``ES1!``, ``/ES``, ``$SPX``, ``@107``.
# The first character is none that a spreadsheet would begin a formula with, nor the hyphen of an option, but for ``@``.
_SYMBOL: Final = re.compile(r"(?:[^\W_]|[/^$@.](?=.))[\w.:/^=\-&!$@+*]{0,63}")
_BETWEEN: Final = re.compile(r"[,;\s]+")
SYMBOL_RULE: Final = "Use letters, digits and . _ : / ^ = - & ! $ @ + *, at most 64 characters."
_HEADER_NAME: Final = re.compile(r"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
_NOT_IN_HEADER: Final = re.compile(r"[^\t\x20-\x7e\xa0-\xff]")
_PROXY_SCHEMES: Final = ("http", "https", "socks5h", "socks5", "socks4a", "socks4")

Theme = Literal["system", "dark", "light"]
Palette = Literal["safe", "classic", "red-up", "red-blue"]


class Feed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One feed: where it is, who speaks there, what to watch, where its key comes from.

    The demo without a URL is the built-in market, and without symbols shows all it has.
    """

    url: str = ""
    symbols: tuple[str, ...] = ()
    name: str = ""
    provider: str = ""
    key_env: str | None = None
    key_file: str | None = None
    keyring: bool = False
    allow_plaintext: bool = False  # send the key over ws://, where anyone on the way can read it
    headers: dict[str, str] = {}  # of the handshake; $KEY stands for the key
    cafile: str | None = None  # certificates to trust besides the system's, in PEM
    proxy: str = "system"  # or none, or http://host:port
    mapping: FieldMapping | None = None

    @property
    def protocol(self) -> type[FeedProtocol]:
        """The provider's class."""
        return PROVIDERS[self.provider]

    @property
    def is_delayed(self) -> bool:
        """Whether the address says so, as those of Massive and Alpaca do."""
        return "delayed" in self.url.partition("?")[0]

    @property
    def is_built_in(self) -> bool:
        """Whether this is the market that runs inside the program."""
        return self.provider == Demo.name and not self.url


BUILT_IN: Final = Feed(name=Demo.name, provider=Demo.name)


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything the user may choose."""

    theme: Theme = "system"
    palette: Palette = "safe"  # colours of up and down
    flash: bool = True  # light up digits that change
    feeds: tuple[Feed, ...] = ()
    limits: Limits = Limits()


def split_symbols(text: str) -> tuple[str, ...]:
    """Return the symbols of a list with commas, semicolons or white space between them, each once.

    Raises:
        SettingsError: the list is empty or one cannot be a symbol.
    """
    symbols, refused = parse_symbols(text)
    if refused:
        raise SettingsError(f'"{refused[0][:40]}" is not a valid symbol. {SYMBOL_RULE}')
    if not symbols:
        raise SettingsError("No symbols: name at least one, as in --symbols BTC-USD,ETH-USD.")
    return tuple(symbols)


def parse_symbols(text: str) -> tuple[list[str], list[str]]:
    """Return what can be symbols in a text with commas, semicolons or white space between them, and what cannot be."""
    parts = dict.fromkeys(part for part in _BETWEEN.split(text) if part)
    return [part for part in parts if _SYMBOL.fullmatch(part)], [part for part in parts if not _SYMBOL.fullmatch(part)]


def shown_url(url: str) -> str:
    """Return a URL as it may be shown: without query, fragment and user, and without keys in its path."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or ""
    return f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}{redact(parts.path, url_secrets(url))}"


def validated(feed: Feed) -> Feed:
    """Return a feed with its provider and name filled in and everything about it looked at.

    Raises:
        SettingsError: something about it is not usable.
    """
    provider = feed.provider or _find_provider(feed)
    if provider not in PROVIDERS:
        raise unknown_provider(provider)
    feed = msgspec.structs.replace(feed, provider=provider, name=feed.name or provider)
    if feed.is_built_in and not feed.symbols:
        return feed
    if not feed.is_built_in:
        check_url(feed.url)
        _check_proxy(feed)
        _check_headers(feed)
        _check_mapping(feed)
    return msgspec.structs.replace(feed, symbols=split_symbols(" ".join(feed.symbols)))


def _find_provider(feed: Feed) -> str:
    """Return who speaks where the settings do not say: a mapping's feed, who is known at that host, or a guess."""
    check_url(feed.url)
    if feed.mapping is not None:
        return Mapped.name if feed.mapping.has_values else AutoDetect.name
    provider = provider_of(feed.url) or AutoDetect
    return provider.name


def _check_headers(feed: Feed) -> None:
    for name, value in feed.headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise SettingsError(f"headers: {name!r} cannot be the name of a header: use letters, digits and hyphens.")
        if (unusable := unusable_in_header(value)) is not None:
            raise SettingsError(
                f"headers: the value of {name} contains {unusable!r}, which cannot be sent in a header."
            )


def unusable_in_header(value: str) -> str | None:
    """Return the first character that the value of a header cannot have (RFC 9110 section 5.5), if there is one."""
    found = _NOT_IN_HEADER.search(value)
    return None if found is None else found[0]


def _check_mapping(feed: Feed) -> None:
    mapping = feed.mapping or FieldMapping()
    if feed.provider == Mapped.name and not mapping.has_values:
        raise SettingsError(
            "The provider 'mapped' needs paths to price, or to bid and ask. Add them under [feeds.mapping]."
        )
    try:
        Reader(mapping, SymbolResolver())
    except ValueError as error:
        raise SettingsError(f"The mapping is invalid: {error}. Correct it in the settings.") from error


def check_url(url: str) -> None:
    """Raise `SettingsError` where this is no address of a WebSocket."""
    try:
        parts = urlsplit(url)
        is_complete = parts.scheme in ("ws", "wss") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_complete = False
    if not is_complete or any(character.isspace() for character in url):
        raise SettingsError("The URL is not a WebSocket URL. It should look like wss://host:port/path.")


def _check_proxy(feed: Feed) -> None:
    """A proxy's URL may hold a password, so it is not repeated."""
    parts = urlsplit(feed.proxy)
    if feed.proxy not in ("system", "none") and not (parts.scheme in _PROXY_SCHEMES and parts.hostname):
        raise SettingsError(f"The proxy of {feed.name} should be system, none, or look like http://host:port.")


def unknown_provider(name: str) -> SettingsError:
    """Return the complaint about a provider that there is none of."""
    return SettingsError(f"There is no provider {name!r}{did_you_mean(name, PROVIDERS)} Known: {', '.join(PROVIDERS)}.")


def did_you_mean(word: str, known: Any) -> str:
    """Return a hint at the known word that was probably meant, and the end of the sentence."""
    close = difflib.get_close_matches(word, known, n=1)
    return f" (did you mean {close[0]!r}?)." if close else "."
