"""Settings: the user's choices, frozen and validated; arguments > environment > one TOML file > defaults."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, cast
from urllib.parse import urlsplit

import msgspec
import platformdirs

from ticker_gui.domain.errors import SettingsError
from ticker_gui.feeds.demo import Demo
from ticker_gui.feeds.guess import Guess
from ticker_gui.feeds.mapped import Mapped, Reader
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.protocol import FeedProtocol
from ticker_gui.feeds.registry import PROVIDERS, provider_of
from ticker_gui.feeds.symbols import Spellings
from ticker_gui.market.market import Limits

_SYMBOL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/^=\-]{0,31}|\^[A-Za-z0-9._\-]{1,31}")
_MOST_BYTES: Final = 1 << 20
_PROXY_SCHEMES: Final = ("http", "https", "socks5h", "socks5", "socks4a", "socks4")

Theme = Literal["system", "dark", "light"]


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
    flash: bool = True  # light up cells whose value changes
    feeds: tuple[Feed, ...] = ()
    limits: Limits = Limits()


class Arguments(msgspec.Struct, frozen=True):
    """The feed options of the command line."""

    url: str | None = None
    symbols: str | None = None
    provider: str | None = None
    feed: str | None = None
    config: str | None = None
    theme: str | None = None


def load(arguments: Arguments, environment: Mapping[str, str]) -> Settings:
    """Return the settings that apply.

    Raises:
        SettingsError: something is not usable; the text names the place and the remedy.
    """
    chosen = _with_environment(arguments, environment)
    settings = read_file(Path(chosen.config) if chosen.config else None)
    if chosen.theme is not None:
        settings = msgspec.structs.replace(settings, theme=_theme(chosen.theme))
    return msgspec.structs.replace(settings, feeds=_choose_feeds(settings.feeds, chosen))


def config_folder() -> Path:
    """Return the platform's folder for our settings."""
    return Path(platformdirs.user_config_dir("ticker-gui", appauthor=False))


def read_file(path: Path | None) -> Settings:
    """Return the settings of a TOML file; the defaults where the usual file is not there.

    Raises:
        SettingsError: the file named is not there, or its content is not usable.
    """
    file = path or config_folder() / "config.toml"
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise SettingsError(f"{file}: settings of more than a mebibyte are not read.")
        text = file.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        if path is None:
            return Settings()
        raise SettingsError(f"{file}: there is no such settings file.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: cannot be read: {error}.") from error
    try:
        settings = msgspec.convert(tomllib.loads(text), Settings)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file}: not valid TOML: {error}.") from error
    except msgspec.ValidationError as error:
        raise SettingsError(f"{file}: {_in_words(error)}") from error
    return msgspec.structs.replace(settings, feeds=_checked_feeds(file, settings.feeds))


def split_symbols(text: str) -> tuple[str, ...]:
    """Return the symbols of a list with commas, semicolons or white space between them, each once.

    Raises:
        SettingsError: the list is empty or one cannot be a symbol.
    """
    symbols = tuple(dict.fromkeys(part for part in re.split(r"[,;\s]+", text) if part))
    if not symbols:
        raise SettingsError("No symbols: name at least one, as in --symbols BTC-USD,ETH-USD.")
    for symbol in symbols:
        if not _SYMBOL.fullmatch(symbol):
            raise SettingsError(
                f"{symbol[:40]!r} cannot be a symbol: letters, digits and . _ : / ^ = - are, 32 at the most."
            )
    return symbols


def shown_url(url: str) -> str:
    """Return a URL as it may be shown: without query, fragment and user, where keys may stand."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or ""
    return f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}{parts.path}"


def _with_environment(arguments: Arguments, environment: Mapping[str, str]) -> Arguments:
    """Fill what the command line leaves out from ``TICKER_GUI_*``."""
    found = {field: environment.get(f"TICKER_GUI_{field.upper()}") or None for field in arguments.__struct_fields__}
    named = {field: value for field, value in msgspec.structs.asdict(arguments).items() if value is not None}
    return Arguments(**(found | named))


def _theme(name: str) -> Theme:
    try:
        return cast(Theme, msgspec.convert(name, Theme))
    except msgspec.ValidationError:
        raise SettingsError(f"There is no theme {name!r}: choose system, dark or light.") from None


def _choose_feeds(feeds: tuple[Feed, ...], chosen: Arguments) -> tuple[Feed, ...]:
    if chosen.url is not None:
        return (
            _checked(
                Feed(
                    url=chosen.url,
                    symbols=split_symbols(chosen.symbols or ""),
                    name=chosen.feed or "",
                    provider=chosen.provider or "",
                    key_env="TICKER_GUI_KEY",
                )
            ),
        )
    if chosen.feed is not None:
        feeds = tuple(feed for feed in feeds if feed.name == chosen.feed)
        if not feeds:
            raise SettingsError(f"There is no feed {chosen.feed!r} in the settings file.")
    if chosen.provider is not None:
        if chosen.provider not in PROVIDERS:
            raise _unknown_provider(chosen.provider)
        if not feeds:
            raise SettingsError(
                f"No URL: --provider {chosen.provider} also needs --url, such as {PROVIDERS[chosen.provider].url}."
            )
        feeds = tuple(msgspec.structs.replace(feed, provider=chosen.provider) for feed in feeds)
    if chosen.symbols is not None:
        if not feeds:
            return (msgspec.structs.replace(BUILT_IN, symbols=split_symbols(chosen.symbols)),)
        if len(feeds) > 1:
            raise SettingsError("--symbols is for one feed, and the settings have several: name one with --feed.")
        feeds = (msgspec.structs.replace(feeds[0], symbols=split_symbols(chosen.symbols)),)
    return feeds


def _checked(feed: Feed) -> Feed:
    """Return a feed with its provider and name filled in and everything about it looked at."""
    provider = feed.provider or _find_provider(feed)
    if provider not in PROVIDERS:
        raise _unknown_provider(provider)
    feed = msgspec.structs.replace(feed, provider=provider, name=feed.name or provider)
    if feed.is_built_in and not feed.symbols:
        return feed
    if not feed.is_built_in:
        check_url(feed.url)
        _check_proxy(feed)
        _check_mapping(feed)
    return msgspec.structs.replace(feed, symbols=split_symbols(" ".join(feed.symbols)))


def _find_provider(feed: Feed) -> str:
    """Return who speaks where the settings do not say: a mapping's feed, who is known at that host, or a guess."""
    check_url(feed.url)
    if feed.mapping is not None:
        return Mapped.name if feed.mapping.has_values else Guess.name
    provider = provider_of(feed.url) or Guess
    return provider.name


def _check_mapping(feed: Feed) -> None:
    mapping = feed.mapping or FieldMapping()
    if feed.provider == Mapped.name and not mapping.has_values:
        raise SettingsError("The provider mapped wants to be told in [feeds.mapping] where price, or bid and ask, are.")
    try:
        Reader(mapping, Spellings())
    except ValueError as error:
        raise SettingsError(f"mapping: {error}") from error


def check_url(url: str) -> None:
    """Raise `SettingsError` where this is no address of a WebSocket."""
    try:
        parts = urlsplit(url)
        is_complete = parts.scheme in ("ws", "wss") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_complete = False
    if not is_complete or any(character.isspace() for character in url):
        raise SettingsError("The URL is not one of a WebSocket: it should look like wss://host:port/path.")


def _check_proxy(feed: Feed) -> None:
    """A proxy's URL may hold a password, so it is not repeated."""
    parts = urlsplit(feed.proxy)
    if feed.proxy not in ("system", "none") and not (parts.scheme in _PROXY_SCHEMES and parts.hostname):
        raise SettingsError(f"The proxy of {feed.name} should be system, none, or look like http://host:port.")


def _checked_feeds(file: Path, feeds: tuple[Feed, ...]) -> tuple[Feed, ...]:
    checked: dict[str, Feed] = {}
    for index, feed in enumerate(feeds):
        try:
            whole = _checked(feed)
        except SettingsError as error:
            raise SettingsError(f"{file}: feeds[{index}]: {error}") from error
        if whole.name in checked:
            raise SettingsError(
                f"{file}: feeds[{index}]: another feed is named {whole.name!r}: give each its own name."
            )
        checked[whole.name] = whole
    return tuple(checked.values())


def _unknown_provider(name: str) -> SettingsError:
    return SettingsError(
        f"There is no provider {name!r}{_did_you_mean(name, PROVIDERS)} Known: {', '.join(PROVIDERS)}."
    )


def _did_you_mean(word: str, known: Any) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f" (did you mean {close[0]!r}?)." if close else "."


def _in_words(error: msgspec.ValidationError) -> str:
    """Turn ``Object contains unknown field `them` - at `$.feeds[0]` `` into a sentence that names place and remedy."""
    message, _, place = str(error).partition(" - at `")
    where = place.rstrip("`").removeprefix("$").removeprefix(".")
    unknown = re.fullmatch(r"Object contains unknown field `(.*)`", message)
    if unknown is None:
        return f"{where or 'the file'}: {message[:1].lower()}{message[1:]}. Correct it and start again."
    holder = re.sub(r"\[.*?\]", "", where).rpartition(".")[2]
    known = {"feeds": Feed, "mapping": FieldMapping, "limits": Limits}.get(holder, Settings)
    key = f"{where}.{unknown[1]}" if where else unknown[1]
    hint = _did_you_mean(unknown[1], known.__struct_fields__)
    return f"there is no setting {key!r}{hint} Known here: {', '.join(known.__struct_fields__)}."
