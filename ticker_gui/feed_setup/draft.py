"""A feed as the user is typing it: what is missing or wrong, and the feed it becomes."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote_plus, urlsplit

import msgspec

from ticker_gui.config.settings import (
    MAX_NAME_LENGTH,
    Feed,
    check_name,
    check_url,
    feed_symbols,
    host_name,
    validated,
    why_invalid,
)
from ticker_gui.domain.address import is_loopback
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.sanitize import quoted
from ticker_gui.domain.secret_values import is_secret
from ticker_gui.feed_setup.provider_list import ProviderEntry, find_entry
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.feeds.registry import AUTO_DETECT, MAPPED, provider_of

_KEY = "$KEY"  # stands for the key in an address
_NOT_TESTED = "test"  # the symbols of a test that has none: what the feed sends names them


class Problem(NamedTuple):
    """Why a field cannot be used: ``field`` is address, key, symbols or name."""

    field: str
    reason: str


class FeedDraft(msgspec.Struct, frozen=True):
    """What is typed. ``provider`` is a name of the registry; the key is not part of the ``repr``.

    ``base`` is the feed that is being edited, if there is one: its other settings and its stored key stay.
    """

    provider: str = ""
    address: str = ""
    key: str = ""
    symbols: str = ""
    name: str = ""
    mapping: FieldMapping | None = None
    base: Feed | None = None

    def __repr__(self) -> str:
        return f"FeedDraft({self.provider!r}, {self.name!r})"

    @property
    def entry(self) -> ProviderEntry:
        """The provider."""
        return find_entry(self.provider)

    @property
    def has_stored_key(self) -> bool:
        """Whether the edited feed has a key already, which an empty field leaves as it is."""
        return self.base is not None and bool(self.base.keyring or self.base.key_file or self.base.key_env)

    def problems(self, taken: Collection[str] = (), *, for_test: bool = False) -> list[Problem]:
        """Return what is missing or wrong, in the order of the fields; empty if the feed can be used.

        ``taken`` are the names of other feeds. A test of an unknown feed needs no symbols: the feed may name them.
        """
        others = [name for name in taken if self.base is None or name != self.base.name]
        checks = (
            self._address_problem(),
            self._key_problem(),
            self._symbols_problem(for_test),
            self._name_problem(others),
        )
        return [problem for problem in checks if problem is not None]

    def _address_problem(self) -> Problem | None:
        if not self.address.strip():
            return Problem("address", "Enter the address of the feed, such as wss://host/path.")
        try:
            check_url(self.address.strip())
        except SettingsError:
            return Problem("address", "The address should look like wss://host:port/path.")
        return None

    def _key_problem(self) -> Problem | None:
        if not self.key.strip():
            if self.entry.protocol.needs_key and not self.has_stored_key:
                return Problem("key", f"Enter the API key. {self.entry.title} requires one.")
            if _KEY in self.address and not self.has_stored_key:
                return Problem("key", "Enter the API key. The address contains $KEY, which stands for it.")
            return None
        if not self.key.strip().isprintable():
            return Problem("key", "The key contains a line break or another control character. Paste it again.")
        parts = urlsplit(self.address.strip()) if self._address_problem() is None else None
        if parts is not None and parts.scheme != "wss" and not is_loopback(parts.hostname or ""):
            return Problem("address", "A key is sent over wss:// only, because ws:// is not encrypted.")
        return None

    def _symbols_problem(self, for_test: bool) -> Problem | None:
        accepted, refused = feed_symbols(self.symbols, self.entry.protocol)
        if refused:
            return Problem("symbols", why_invalid(refused[0]))
        if not accepted and not (for_test and not self.entry.is_known):
            return Problem("symbols", "Enter at least one symbol.")
        return None

    def _name_problem(self, taken: Collection[str]) -> Problem | None:
        if self.name and self.name in taken:
            return Problem("name", f"Another feed is named {quoted(self.name)}. Enter another name.")
        try:
            check_name(self.name or "feed")
        except SettingsError as error:
            return Problem("name", str(error))
        return None

    def to_feed(self, taken: Collection[str] = ()) -> Feed:
        """Return the feed for the settings, with a name that no other feed has. It does not contain the key.

        Raises:
            SettingsError: something is missing or wrong.
        """
        address = self.address.strip()
        mapping = self.mapping if self.mapping is not None and self.mapping != FieldMapping() else None
        provider = self.provider or AUTO_DETECT
        if mapping is not None and provider == AUTO_DETECT and mapping.has_values:
            provider = MAPPED
        symbols = tuple(feed_symbols(self.symbols, self.entry.protocol)[0])
        name = self.name or (self.base.name if self.base else unique_name(self._default_name(), taken))
        return validated(
            msgspec.structs.replace(
                self.base or Feed(), url=address, symbols=symbols, name=name, provider=provider, mapping=mapping
            )
        )

    def to_test_feed(self) -> Feed:
        """Return the feed for a test, which may have no symbols if its format is unknown.

        Raises:
            SettingsError: something is missing or wrong.
        """
        if feed_symbols(self.symbols, self.entry.protocol)[0] or self.entry.is_known:
            return self.to_feed()
        feed = msgspec.structs.replace(self, symbols=_NOT_TESTED).to_feed()
        return msgspec.structs.replace(feed, symbols=())

    @classmethod
    def of_feed(cls, feed: Feed) -> FeedDraft:
        """Return the draft that edits a feed."""
        return cls(feed.provider, feed.url, "", ", ".join(feed.symbols), feed.name, feed.mapping, feed)

    def _default_name(self) -> str:
        """Return the provider's name in the spelling of its title; the host of an unknown feed."""
        if self.entry.is_known:
            return _spelled_as(self.entry.title, self.provider)
        return host_name(self.address)


def without_key(address: str) -> tuple[str, str]:
    """Return an address without the key in its query, and the key: ``("wss://host/?token=$KEY", "abc")``.

    At an address of a known provider, the parameter is removed, because the provider adds it. Without exactly one
    secret in the query, the address stays as it is.
    """
    try:
        parts = urlsplit(address)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return address, ""
    found = [(name, value) for name, value in pairs if value and value != _KEY and is_secret(name, value)]
    if len(found) != 1:
        return address, ""
    name, key = found[0]
    provider = provider_of(address)
    is_added = provider is not None and provider.needs_key
    kept = [pair for pair in parts.query.split("&") if unquote_plus(pair.partition("=")[0]) != name]
    query = "&".join(kept if is_added else [*kept, f"{name}={_KEY}"])
    return parts._replace(query=query).geturl(), key


def _spelled_as(title: str, name: str) -> str:
    """Return a name in the spelling of a title, without spaces: ``Twelve-Data`` for twelvedata."""
    words = title.split()
    for count in range(1, len(words) + 1):
        if "".join(words[:count]).casefold() == name.replace("_", ""):
            return "-".join(words[:count])
    return name


def unique_name(name: str, taken: Collection[str]) -> str:
    """Return a name that is not taken in any case: the name itself, or with the first free number from 2."""
    used = {one.casefold() for one in taken}
    candidate, number = name, 1
    while candidate.casefold() in used:
        number += 1
        suffix = f"-{number}"
        candidate = f"{name[: MAX_NAME_LENGTH - len(suffix)]}{suffix}"
    return candidate


def is_derived(feed: Feed) -> bool:
    """Return whether the provider follows from the other settings, so that it need not be written."""
    if feed.mapping is not None:
        return feed.provider == (MAPPED if feed.mapping.has_values else AUTO_DETECT)
    provider = provider_of(feed.url)
    return feed.provider == (AUTO_DETECT if provider is None else provider.name)
