"""Connections to servers over HTTP, and their responses; the only module that uses aiohttp."""

from __future__ import annotations

import asyncio
import codecs
import ssl
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any, Final
from urllib.parse import SplitResult, urljoin, urlsplit

import aiohttp
from aiohttp.resolver import ThreadedResolver
from multidict import CIMultiDict, CIMultiDictProxy
from websockets.datastructures import Headers
from yarl import URL

from ticker_gui import __version__
from ticker_gui.domain.errors import FeedRejected
from ticker_gui.domain.events import Refusal
from ticker_gui.domain.feed_state import Phase
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.feeds.history import HistoryError, HttpResponse
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.history.http_errors import describe_error, refusal_of
from ticker_gui.stream.certificates import secure_context
from ticker_gui.stream.error_translation import ConnectAttempt
from ticker_gui.stream.proxy import find_proxy, redacted_proxy
from ticker_gui.stream.retry_after import requested_delay

_REDIRECTS: Final = (301, 302, 303, 307, 308)
_REDIRECTS_OF_POST: Final = (307, 308)  # the others demand a GET request
_MAX_REDIRECTS: Final = 3
_FIRST_ERROR: Final = 400
# In one response: 100,000 bars have a million. Decoding needs much more memory and time for each than its few bytes.
_MAX_VALUES: Final = 2_000_000
_CLOSE_TIMEOUT_S: Final = 1.0
_HEADERS: Final = {"User-Agent": f"ticker-gui/{__version__}", "Accept-Encoding": "gzip, deflate"}
_DELAY_HEADERS: Final = ("Date", "Retry-After")


class HttpSession:
    """The open connections of the program. It reads the same environment variables as the feeds."""

    def __init__(self, timeout_s: float, max_body_bytes: int) -> None:
        self._timeout_s: Final = timeout_s
        self._max_body_bytes: Final = max_body_bytes
        self._sessions: Final[dict[str, aiohttp.ClientSession]] = {}  # by the SOCKS proxy; "" if there is none
        self._contexts: Final[dict[str | None, ssl.SSLContext]] = {}  # by cafile
        self._proxies: Final[dict[tuple[str, str], str | None]] = {}  # by the address and the setting

    async def get(self, url: str, headers: Mapping[str, str], credentials: Credentials) -> HttpResponse:
        """Send a request and return the response, whatever its status.

        Raises:
            HistoryError: there was no response, or it cannot be used.
        """
        return await self._send(url, headers, None, credentials)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, credentials: Credentials) -> HttpResponse:
        """Send data and return the response, whatever its status.

        Raises:
            HistoryError: there was no response, or it cannot be used.
        """
        return await self._send(url, headers, body, credentials)

    async def _send(
        self, url: str, headers: Mapping[str, str], body: bytes | None, credentials: Credentials
    ) -> HttpResponse:
        parts = urlsplit(url)
        proxy: str | None = None
        refusal = Refusal.FAILED
        try:
            async with asyncio.timeout(self._timeout_s):
                proxy = await self._find_proxy(parts, credentials.proxy)
                return await self._follow(url, headers, body, credentials, proxy)
        except HistoryError:
            raise
        except FeedRejected as error:
            reason = str(error)
        except _failures() as error:
            self._proxies.pop((parts.netloc, credentials.proxy), None)  # the network may be another one
            self._contexts.pop(credentials.cafile, None)  # and the certificates may have been replaced
            attempt = ConnectAttempt(
                parts.hostname or "", parts.port, parts.path, Phase.OPEN, redacted_proxy(proxy or "")
            )
            reason, refusal = describe_error(error, attempt), refusal_of(error)
        # Raised here and not above, because an error of the library, which may contain the key, would be its context.
        raise HistoryError(credentials.redact(reason), refusal)

    async def close(self) -> None:
        """Close all connections."""
        for session in self._sessions.values():
            try:
                async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                    await session.close()
            except TimeoutError:
                continue
        self._sessions.clear()

    async def _follow(
        self, url: str, headers: Mapping[str, str], body: bytes | None, credentials: Credentials, proxy: str | None
    ) -> HttpResponse:
        """Send a request, and again where the same host redirects it."""
        is_socks = proxy is not None and proxy.startswith("socks")
        session = self._session_of(proxy if is_socks and proxy else "")
        all_headers: CIMultiDict[str] = CIMultiDict(_HEADERS)
        all_headers.update(headers)
        options: dict[str, Any] = {
            "headers": all_headers,
            "proxy": None if is_socks else proxy,
            "allow_redirects": False,
            "data": body,
        }
        method, followed = ("GET", _REDIRECTS) if body is None else ("POST", _REDIRECTS_OF_POST)
        for _ in range(_MAX_REDIRECTS + 1):
            if url.startswith("https:"):
                options["ssl"] = await self._context_of(credentials.cafile)
            async with session.request(method, URL(url, encoded=True), **options) as response:
                if response.status not in followed:
                    return await self._read(response)
                url = _redirected(url, response.headers.get("Location", ""))
        raise HistoryError(f"{urlsplit(url).hostname} redirected a request too many times.")

    async def _read(self, response: aiohttp.ClientResponse) -> HttpResponse:
        """Read the body, which is decompressed meanwhile, and no more than is allowed."""
        body = bytearray()
        commas = 0
        async for part in response.content.iter_any():
            body += part
            commas += part.count(b",")
            if len(body) > self._max_body_bytes or commas > _MAX_VALUES:
                limit = f"{self._max_body_bytes >> 20} MB" if commas <= _MAX_VALUES else f"{_MAX_VALUES:,} values"
                raise HistoryError(f"{response.url.host} sent more than {limit} in one response, which was not read.")
        is_error = response.status >= _FIRST_ERROR
        delay_s = requested_delay(_delay_headers(response.headers), datetime.now(UTC)) if is_error else None
        content = bytes(body).removeprefix(codecs.BOM_UTF8)  # no part of JSON, but some servers send it
        return HttpResponse(response.status, content, _plain_headers(response.headers), delay_s)

    async def _find_proxy(self, parts: SplitResult, setting: str) -> str | None:
        """Return the proxy that a WebSocket to the same host would use; it is looked up until a request fails."""
        key = parts.netloc, setting
        if key not in self._proxies:
            address = parts._replace(scheme="wss" if parts.scheme == "https" else "ws", path="/", query="").geturl()
            self._proxies[key] = await find_proxy(address, setting)
        return self._proxies[key]

    async def _context_of(self, cafile: str | None) -> ssl.SSLContext:
        if cafile not in self._contexts:
            self._contexts[cafile] = await secure_context(cafile)
        return self._contexts[cafile]

    def _session_of(self, socks_proxy: str) -> aiohttp.ClientSession:
        session = self._sessions.get(socks_proxy)
        if session is None:
            connector = (
                _socks_connector(socks_proxy) if socks_proxy else aiohttp.TCPConnector(resolver=ThreadedResolver())
            )
            session = self._sessions[socks_proxy] = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                timeout=aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None),
            )
        return session


def _socks_connector(proxy: str) -> aiohttp.BaseConnector:
    """Return a connector for a SOCKS proxy; aiohttp itself would send it an HTTP request."""
    if find_spec("aiohttp_socks") is None:
        raise HistoryError(
            f"The proxy {redacted_proxy(proxy)} needs SOCKS support for HTTP: run pip install aiohttp-socks, "
            'or set proxy = "none" in the settings.'
        )
    from aiohttp_socks import ProxyConnector

    scheme, _, address = proxy.partition("://")
    looks_up_names = scheme in ("socks5h", "socks4a")
    url = f"{scheme.rstrip('ah')}://{address}"
    connector: aiohttp.BaseConnector = ProxyConnector.from_url(url, rdns=looks_up_names)
    return connector


def _failures() -> tuple[type[Exception], ...]:
    """Return the exceptions of a request that failed, with those of SOCKS proxies if one is used."""
    usual = aiohttp.ClientError, OSError, ValueError
    socks = sys.modules.get("aiohttp_socks")
    if socks is None:
        return usual
    return *usual, socks.ProxyError, socks.ProxyConnectionError, socks.ProxyTimeoutError


def _redirected(url: str, location: str) -> str:
    """Return the URL to which a request is redirected, if it is on the same host and encrypted.

    Raises:
        HistoryError: it is not, and might receive the key.
    """
    source = urlsplit(url)
    try:
        target = urlsplit(urljoin(url, location))
        is_same_port = source.scheme != "https" or (target.port or 443) == (source.port or 443)
        may_follow = target.scheme == "https" and target.hostname == source.hostname and is_same_port
        may_follow = may_follow and "@" not in target.netloc and bool(location)
    except ValueError:
        may_follow = False
    if not may_follow:
        raise HistoryError(
            f"{source.hostname} redirected the request to another address, and such redirects are not followed. "
            "Ask the provider for the new URL."
        )
    return target._replace(fragment="").geturl()


def _delay_headers(headers: CIMultiDictProxy[str]) -> Headers:
    found = Headers()
    for name in _DELAY_HEADERS:
        for value in headers.getall(name, ()):
            if value.isascii() and value.isprintable():  # others state no time, and cannot be stored
                found[name] = value
    return found


def _plain_headers(headers: CIMultiDictProxy[str]) -> dict[str, str]:
    """Return headers by their names in small letters, the first of several with the same name, safe to display."""
    plain: dict[str, str] = {}
    for name, value in headers.items():
        plain.setdefault(name.lower(), sanitize_text(value))
    return plain
