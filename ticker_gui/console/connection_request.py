"""What the user enters to connect to any WebSocket, checked before it is used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from ticker_gui.config.settings import check_url
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.secret_values import url_secrets

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110
_SEPARATORS: Final = re.compile(r"[\s,]+")


class ConnectionRequest(NamedTuple):
    """An address and how to connect to it, as typed. ``headers`` has one ``Name: value`` per line."""

    url: str
    subprotocols: str = ""
    headers: str = ""
    origin: str = ""
    cafile: str = ""

    def check(self) -> None:
        """Check everything that can be checked before connecting.

        Raises:
            SettingsError: a value is wrong.
        """
        if not self.url.strip():
            raise SettingsError("Enter an address such as wss://host/path.")
        check_url(self.url.strip())
        _ = self.subprotocol_names, self.header_values
        if any(character.isspace() for character in self.origin.strip()):
            raise SettingsError("The origin must be an address such as https://host.")

    @property
    def subprotocol_names(self) -> tuple[str, ...]:
        """The names of the subprotocols, the preferred one first."""
        names = tuple(filter(None, _SEPARATORS.split(self.subprotocols)))
        for name in names:
            if not _TOKEN.fullmatch(name):
                raise SettingsError(f"{name} is not a valid subprotocol name.")
        return names

    @property
    def header_values(self) -> Mapping[str, str]:
        """The headers by name. Values are never repeated in an error, because they may be secrets."""
        found: dict[str, str] = {}
        for number, line in enumerate(self.headers.splitlines(), start=1):
            if not line.strip():
                continue
            name, colon, value = line.partition(":")
            if not colon or not _TOKEN.fullmatch(name.strip()) or not value.strip().isprintable():
                raise SettingsError(f"Header {number} must be written as Name: value.")
            found[name.strip()] = value.strip()
        return found

    @property
    def has_secrets(self) -> bool:
        """Whether the address seems to contain a key, so that it must not be saved."""
        return any(True for _ in url_secrets(self.url.strip()))
