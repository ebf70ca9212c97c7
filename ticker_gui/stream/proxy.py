"""Which proxy stands on the way to a feed: the system's, none, or one that the settings name."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from urllib.parse import urlsplit

from websockets.exceptions import InvalidProxy, InvalidURI
from websockets.proxy import get_proxy, parse_proxy
from websockets.uri import parse_uri

from ticker_gui.domain.address import is_loopback
from ticker_gui.domain.errors import FeedRejected


async def find_proxy(url: str, wanted: str = "system") -> str | None:
    """Return `proxy_to` without blocking the loop: on macOS and Windows, reading the exceptions resolves names.

    Raises:
        FeedRejected: it cannot be used.
    """
    if wanted == "system" and not is_loopback(urlsplit(url).hostname or ""):
        return await asyncio.to_thread(proxy_to, url)
    return proxy_to(url, wanted)


def proxy_to(url: str, wanted: str = "system") -> str | None:
    """Return the URL of the proxy to go through, or ``None``; never one to this machine itself.

    Raises:
        FeedRejected: it cannot be used.
    """
    if wanted == "none" or is_loopback(urlsplit(url).hostname or ""):
        return None
    try:
        proxy = get_proxy(parse_uri(url)) if wanted == "system" else wanted
    except (InvalidURI, ValueError):  # the handshake will say what is wrong with it
        return None
    if proxy is None:
        return None
    try:
        scheme = parse_proxy(proxy).scheme
    except (InvalidProxy, ValueError) as error:
        raise FeedRejected(
            f"The proxy {shown_proxy(proxy)} cannot be used: it should look like http://host:port. "
            "Correct proxy in the settings, or in the environment."
        ) from error
    if scheme.startswith("socks") and find_spec("python_socks") is None:
        raise FeedRejected(
            f"The proxy {shown_proxy(proxy)} wants SOCKS: install it with pip install 'python-socks[asyncio]', "
            'or say proxy = "none" in the settings.'
        )
    return proxy


def shown_proxy(proxy: str) -> str:
    """Return a proxy's URL as it may be shown: without user and password."""
    before, separator, after = proxy.partition("://")
    address = (after if separator else before).rpartition("@")[2].partition("/")[0]
    return f"{before}://{address}" if separator else address
