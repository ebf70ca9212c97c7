"""Selects the proxy for a feed, and reads its response leniently."""

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
    """Return the result of `proxy_for` without blocking the loop: on macOS and Windows, it may resolve host names.

    Raises:
        FeedRejected: the proxy cannot be used.
    """
    if setting == "system" and not is_loopback(urlsplit(url).hostname or ""):
        return await asyncio.to_thread(proxy_for, url)
    return proxy_for(url, setting)


def proxy_for(url: str, setting: str = "system") -> str | None:
    """Return the URL of the proxy to use for a feed, or ``None``; loopback addresses never use one.

    ``setting`` is ``system``, ``none`` or the URL of a proxy.

    Raises:
        FeedRejected: the proxy cannot be used.
    """
    if setting == "none" or is_loopback(urlsplit(url).hostname or ""):
        return None
    try:
        proxy = get_proxy(parse_uri(url)) if setting == "system" else setting
    except (InvalidURI, ValueError):  # opening the connection will report what is wrong with the URL
        return None
    if proxy is None:
        return None
    try:
        scheme = parse_proxy(proxy).scheme
    except (InvalidProxy, ValueError) as error:
        raise FeedRejected(
            f"The proxy {redacted_proxy(proxy)} is not valid. It should look like http://host:port. "
            "Check the proxy in the settings or the environment."
        ) from error
    if scheme.startswith("socks") and find_spec("python_socks") is None:
        raise FeedRejected(
            f"The proxy {redacted_proxy(proxy)} needs SOCKS support: run pip install aiohttp-socks, "
            'or set proxy = "none" in the settings.'
        )
    return proxy


def redacted_proxy(proxy: str) -> str:
    """Return the URL of a proxy without its user name and password."""
    before, separator, after = proxy.partition("://")
    address = (after if separator else before).rpartition("@")[2].partition("/")[0]
    return f"{before}://{address}" if separator else address


class _ProxyTunnel(client.HTTPProxyConnection):
    """The connection to a proxy until the tunnel is open; its response is read as leniently as a server's.

    ``websockets`` 17.4 rejects a response without a reason phrase, which would hide that a password is missing.
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
        is_complete = self._has_ended or len(self._head) >= MAX_BYTES or _END_OF_HEAD.search(self._head) is not None
        if self.response.done() or not is_complete:
            return
        response = read_head(self._head)
        if response is None:
            self.response.set_exception(InvalidProxyMessage("The response is not that of a proxy."))
        elif 200 <= response.status_code < 300 and not self._has_ended:
            self.response.set_result(response)
        else:
            self.response.set_exception(InvalidProxyStatus(response))


client.HTTPProxyConnection = _ProxyTunnel  # type: ignore[misc]
