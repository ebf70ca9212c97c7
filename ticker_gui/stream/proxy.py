"""Which proxy stands on the way to a feed: the system's, none, or one that the settings name; and what it answers."""

from __future__ import annotations

import asyncio
import re
from importlib.util import find_spec
from typing import Final
from urllib.parse import urlsplit

from websockets.asyncio import client
from websockets.exceptions import InvalidProxy, InvalidProxyMessage, InvalidProxyStatus, InvalidURI
from websockets.proxy import get_proxy, parse_proxy
from websockets.uri import parse_uri

from ticker_gui.domain.address import is_loopback
from ticker_gui.domain.errors import FeedRejected
from ticker_gui.stream.response_head import MAX_BYTES, read_head

_END_OF_HEAD: Final = re.compile(rb"\n\r?\n")


async def find_proxy(url: str, setting: str = "system") -> str | None:
    """Return `proxy_to` without blocking the loop: on macOS and Windows, reading the exceptions resolves names.

    Raises:
        FeedRejected: it cannot be used.
    """
    if setting == "system" and not is_loopback(urlsplit(url).hostname or ""):
        return await asyncio.to_thread(proxy_to, url)
    return proxy_to(url, setting)


def proxy_to(url: str, setting: str = "system") -> str | None:
    """Return the URL of the proxy to go through, or ``None``; never one to this machine itself.

    Raises:
        FeedRejected: it cannot be used.
    """
    if setting == "none" or is_loopback(urlsplit(url).hostname or ""):
        return None
    try:
        proxy = get_proxy(parse_uri(url)) if setting == "system" else setting
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


class _ProxyTunnel(client.HTTPProxyConnection):
    """The connection to a proxy before the tunnel is open, whose response is read as leniently as a server's.

    ``websockets`` 17.4 rejects a response without a reason phrase, so it would not be known that a password is missing.
    """

    _head = b""
    _has_ended = False

    def data_received(self, data: bytes) -> None:
        self._head = (self._head + data)[:MAX_BYTES]
        self.run_parser()

    def eof_received(self) -> None:
        self._has_ended = True
        self.run_parser()

    def connection_lost(self, exc: Exception | None) -> None:
        self.eof_received()

    def run_parser(self) -> None:
        is_whole = self._has_ended or len(self._head) >= MAX_BYTES or _END_OF_HEAD.search(self._head) is not None
        if self.response.done() or not is_whole:
            return
        response = read_head(self._head)
        if response is None:
            self.response.set_exception(InvalidProxyMessage("The proxy does not answer as one."))
        elif 200 <= response.status_code < 300 and not self._has_ended:
            self.response.set_result(response)
        else:
            self.response.set_exception(InvalidProxyStatus(response))


client.HTTPProxyConnection = _ProxyTunnel  # type: ignore[misc]
