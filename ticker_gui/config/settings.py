"""The user's settings and their validation."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

import msgspec

from ticker_gui.domain.address import is_complete_url, is_loopback
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.redaction import redact
from ticker_gui.domain.sanitize import quoted
from ticker_gui.domain.secret_values import url_secrets
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.providers.demo import Demo
from ticker_gui.feeds.registry import AUTO_DETECT, MAPPED, PROVIDERS, provider_of
from ticker_gui.feeds.symbols import ALL_SYMBOLS, SymbolResolver
from ticker_gui.market.limits import Limits

# Letters and digits of any script, and signs that venues use: ``M&M.NS``, ``ES1!``, ``/ES``, ``$SPX``, ``@107``.
# Apart from ``@``, the first character begins neither a spreadsheet formula nor a command-line option.
_SYMBOL: Final = re.compile(r"(?:[^\W_]|[/^$@.](?=.))[\w.:/^=\-&!$@+*]{0,63}")
_SEPARATORS: Final = re.compile(r"[,;\s]+")
SYMBOL_RULE: Final = "Use letters, digits and . _ : / ^ = - & ! $ @ + *, at most 64 characters."
_HEADER_NAME: Final = re.compile(r"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
_NOT_IN_HEADER: Final = re.compile(r"[^\t\x20-\x7e\xa0-\xff]")
_PROXY_SCHEMES: Final = ("http", "https", "socks5h", "socks5", "socks4a", "socks4")
# Line breaks and other control characters, marks of the direction of writing, and what is not text.
_NOT_IN_NAME: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
MAX_NAME_LENGTH: Final = 64
_SECOND_LEVEL: Final = ("ac", "co", "com", "edu", "gov", "net", "or", "org")  # of a country, as in example.co.uk

Theme = Literal["system", "dark", "light"]
Palette = Literal["safe", "classic", "red-up", "red-blue"]
FrameLimit = Literal[60, 30, 15, "battery"]


class Feed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of one feed: address, provider, symbols and key.

    The provider demo without a URL is the built-in market; without symbols it shows all of its symbols.
    """

    url: str = ""
    symbols: tuple[str, ...] = ()
    name: str = ""
    provider: str = ""
    key_env: str | None = None
    key_file: str | None = None
    keyring: bool = False
    allow_plaintext: bool = False  # send the key over ws://, without encryption
    headers: dict[str, str] = {}  # of the handshake request; $KEY is replaced by the key
    cafile: str | None = None  # a PEM file with additional certificates to trust
    proxy: str = "system"  # or none, or http://host:port
    history_url: str = ""  # past data is requested there instead of at the provider's own host
    mapping: FieldMapping | None = None
    disabled: bool = False  # in the settings, but not connected

    @property
    def protocol(self) -> type[FeedProtocol]:
        """The class of the provider's protocol."""
        return PROVIDERS[self.provider]

    @property
    def is_delayed(self) -> bool:
        """Whether the data is delayed according to the URL, as with Massive and Alpaca."""
        return "delayed" in self.url.partition("?")[0]

    @property
    def is_built_in(self) -> bool:
        """Whether this is the simulated market inside the program."""
        return self.provider == Demo.name and not self.url


BUILT_IN: Final = Feed(name=Demo.name, provider=Demo.name)


class ArchiveSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is stored on disk, so that the next start shows it. Bars of a day or longer are kept forever."""

    enabled: bool = True
    trade_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 7
    trade_megabytes: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 2048  # the oldest trades are deleted first
    bar_days: Annotated[int, msgspec.Meta(ge=1, le=36500)] = 366  # of bars shorter than a day, quotes and statistics


class RecordingSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rolling recording of the last minutes, for reports of problems; 0 turns it off."""

    rolling_minutes: Annotated[int, msgspec.Meta(ge=0, le=1440)] = 10
    rolling_megabytes: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 200  # the oldest minutes are deleted first


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All settings of the user."""

    theme: Theme = "system"
    palette: Palette = "safe"  # the colors of rising and falling prices
    flash: bool = True  # highlight digits that change
    frame_limit: FrameLimit = 60  # frames per second at most; "battery": 60, or 15 on battery
    feeds: tuple[Feed, ...] = ()
    limits: Limits = Limits()
    archive: ArchiveSettings = ArchiveSettings()
    recording: RecordingSettings = RecordingSettings()


def split_symbols(text: str, provider: type[FeedProtocol] = FeedProtocol) -> tuple[str, ...]:
    """Return the symbols in a text, separated by commas, semicolons or white space, each once.

    Raises:
        SettingsError: there is none, or one is not a valid symbol for a feed of this provider.
    """
    symbols, invalid = feed_symbols(text, provider)
    if invalid:
        raise SettingsError(why_invalid(invalid[0]))
    if not symbols:
        raise SettingsError("No symbols. Specify at least one, as in --symbols BTC-USD,ETH-USD.")
    return tuple(symbols)


def why_invalid(symbol: str) -> str:
    """Return why a text is not a valid symbol, as a sentence."""
    if symbol == ALL_SYMBOLS:
        return 'The symbol "*" (all symbols) needs the provider nats. List the symbols instead.'
    return f"{quoted(symbol)} is not a valid symbol. {SYMBOL_RULE}"


def parse_symbols(text: str) -> tuple[list[str], list[str]]:
    """Return the valid and the invalid symbols in a text, separated by commas, semicolons or white space."""
    parts = dict.fromkeys(part for part in _SEPARATORS.split(text) if part)
    return [part for part in parts if _SYMBOL.fullmatch(part)], [part for part in parts if not _SYMBOL.fullmatch(part)]


def feed_symbols(text: str, provider: type[FeedProtocol]) -> tuple[list[str], list[str]]:
    """Return the valid and the invalid symbols for a feed; ``*`` is all symbols of a server that announces them."""
    symbols, invalid = parse_symbols(text)
    if ALL_SYMBOLS in invalid and provider.announces_symbols:
        invalid.remove(ALL_SYMBOLS)
        symbols.insert(0, ALL_SYMBOLS)
    return symbols, invalid


def shown_url(url: str) -> str:
    """Return a URL as it may be shown: without query, fragment and user, and without keys in its path."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or ""
    return f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}{redact(parts.path, url_secrets(url))}"


def host_name(url: str) -> str:
    """Return a name for a feed of an unknown format, after its host: ``example`` for wss://stream.example.com."""
    try:
        host = (urlsplit(url.strip()).hostname or "").removeprefix("www.")
    except ValueError:  # the address is not complete; `check_url` says so
        host = ""
    if not host or ":" in host:  # as in "feed:symbol"
        return "feed"
    parts = host.split(".")
    if len(parts) < 2 or parts[-1].isdecimal():
        return host[:MAX_NAME_LENGTH]
    return (parts[-3] if len(parts) > 2 and parts[-2] in _SECOND_LEVEL else parts[-2])[:MAX_NAME_LENGTH] or "feed"


def validated(feed: Feed) -> Feed:
    """Return a feed with its provider and name filled in, after checking all of its settings.

    Raises:
        SettingsError: a setting is invalid.
    """
    provider = feed.provider or _find_provider(feed)
    if provider not in PROVIDERS:
        raise unknown_provider(provider)
    name = feed.name or (host_name(feed.url) if provider in (AUTO_DETECT, MAPPED) else provider)
    check_name(name)
    feed = msgspec.structs.replace(feed, provider=provider, name=name)
    if feed.is_built_in and not feed.symbols:
        return feed
    if not feed.is_built_in:
        check_url(feed.url)
        check_proxy(feed.proxy, f"The proxy of {feed.name}")
        _check_history_url(feed)
        _check_headers(feed)
        _check_mapping(feed)
    return msgspec.structs.replace(feed, symbols=split_symbols(" ".join(feed.symbols), feed.protocol))


def _find_provider(feed: Feed) -> str:
    """Return the provider if the settings do not contain it: by the mapping, by the host, or to be detected."""
    check_url(feed.url)
    if feed.mapping is not None:
        return MAPPED if feed.mapping.has_values else AUTO_DETECT
    provider = provider_of(feed.url)
    return AUTO_DETECT if provider is None else provider.name


def _check_headers(feed: Feed) -> None:
    for name, value in feed.headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise SettingsError(f"headers: {quoted(name)} is not a valid header name. Use letters, digits and hyphens.")
        if (unusable := unusable_in_header(value)) is not None:
            raise SettingsError(
                f"headers: the value of {name} contains {quoted(unusable)}, which cannot be sent in a header."
            )


def unusable_in_header(value: str) -> str | None:
    """Return the first character that is invalid in the value of a header (RFC 9110, section 5.5), or ``None``."""
    found = _NOT_IN_HEADER.search(value)
    return None if found is None else found[0]


def _check_mapping(feed: Feed) -> None:
    mapping = feed.mapping or FieldMapping()
    if feed.provider == MAPPED and not mapping.has_values:
        raise SettingsError(
            'The provider "mapped" needs paths to price, or to bid and ask. Add them under [feeds.mapping].'
        )
    if feed.mapping is None:
        return
    from ticker_gui.feeds.generic.mapped import Reader  # most feeds have no mapping

    try:
        Reader(mapping, SymbolResolver())
    except ValueError as error:
        raise SettingsError(f"The mapping is invalid: {error}. Fix it in the settings.") from error


def check_name(name: str) -> None:
    """Raise `SettingsError` if this cannot be the name of a feed, which windows and terminals display in one line."""
    if not name.strip() or len(name) > MAX_NAME_LENGTH or _NOT_IN_NAME.search(name):
        raise SettingsError(
            f"The name of a feed must be one line of at most {MAX_NAME_LENGTH} characters, without control characters."
        )


def check_url(url: str) -> None:
    """Raise `SettingsError` if this is not the URL of a WebSocket."""
    if not is_complete_url(url, ("ws", "wss")) or any(character.isspace() for character in url):
        raise SettingsError("The URL is not a WebSocket URL. It should look like wss://host:port/path.")
    if "#" in url:
        raise SettingsError("The URL contains #. Remove it and what follows, or write %23 if it is part of a key.")


def check_proxy(proxy: str, title: str) -> None:
    """Raise `SettingsError` if the proxy is invalid; its URL is not repeated, because it may contain a password."""
    if proxy not in ("system", "none") and not is_complete_url(proxy, _PROXY_SCHEMES):
        raise SettingsError(f"{title} must be system, none or a URL such as http://host:port.")


def _check_history_url(feed: Feed) -> None:
    """Raise `SettingsError` if past data cannot be requested there; the URL is not repeated, it may contain a key."""
    if not feed.history_url:
        return
    try:
        parts = urlsplit(feed.history_url)
        host = parts.hostname or ""
        is_valid = bool(host) and parts.port != 0 and not any(map(str.isspace, feed.history_url))
        is_base = parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)
    except ValueError:
        is_valid = False
    if not is_valid or not is_base or parts.scheme not in ("http", "https"):
        raise SettingsError(
            f"The history_url of {feed.name} must be a scheme and a host only, such as https://host:port; the path of "
            "each request is the provider's."
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise SettingsError(
            f"The history_url of {feed.name} must begin with https://. Only a server on this computer may use http://."
        )


def unknown_provider(name: str) -> SettingsError:
    """Return the error for an unknown provider."""
    return SettingsError(
        f"Unknown provider {quoted(name)}{did_you_mean(name, PROVIDERS)} Known: {', '.join(PROVIDERS)}."
    )


def did_you_mean(word: str, known: Any) -> str:
    """Return the end of a sentence about an unknown word, with the most similar known one."""
    import difflib  # slow to load, and only needed for this message

    close = difflib.get_close_matches(word, known, n=1)
    return f" (did you mean {quoted(close[0])}?)." if close else "."
