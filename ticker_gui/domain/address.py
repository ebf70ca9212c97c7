"""Classification of addresses."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit


def is_complete_url(text: str, schemes: Collection[str]) -> bool:
    """Return whether a text is a URL of one of these schemes with a host and, if it has one, a valid port."""
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # as for "ws://[", or a port that is not a number
        return False


def is_loopback(host: str) -> bool:
    """Return whether a host name or IP address is this computer itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
