"""The steps before the WebSocket handshake: DNS, TCP and TLS, tried one by one on a connection of its own."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import UTC
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from ticker_gui.domain.clock import Clock
from ticker_gui.domain.errors import ConnectionLost, FeedRejected
from ticker_gui.domain.feed_state import Phase
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.formatting.numbers import counted
from ticker_gui.stream.certificates import secure_context
from ticker_gui.stream.error_translation import ConnectAttempt, translate_error
from ticker_gui.stream.opening import Endpoint
from ticker_gui.stream.proxy import find_proxy

STEP_TIMEOUT_S: Final = 10.0
_CLOSE_TIMEOUT_S: Final = 1.0
_PHASES: Final = {"dns": Phase.NAME, "tcp": Phase.TCP, "tls": Phase.TLS}
_ADVICE: Final = "Check the host and the port, and whether a firewall blocks them."


class CheckStep(msgspec.Struct, frozen=True):
    """One step of a check. ``ok`` is ``None`` if it was not tried, and ``detail`` contains the reason."""

    name: str
    ok: bool | None
    ms: float | None = None
    detail: str = ""


def milliseconds(duration_ns: int) -> float:
    """Return a duration in milliseconds, rounded to a microsecond; 0 if it is negative."""
    return round(max(0, duration_ns) / 1e6, 3)


async def probe(endpoint: Endpoint, now_ns: Clock) -> AsyncIterator[CheckStep]:
    """Try to reach a URL and yield each completed step, up to the first failure.

    With a proxy, which does these steps itself, none is tried.
    """
    parts = urlsplit(endpoint.url)
    is_secure, host = parts.scheme == "wss", parts.hostname or ""
    names = list(_PHASES) if is_secure else list(_PHASES)[:2]
    if await has_proxy(endpoint):
        for name in names:
            yield CheckStep(name, None, detail="done by the proxy")
        return
    connection = _ConnectionProbe(host, parts.port or (443 if is_secure else 80), endpoint.cafile)
    try:
        for name, work in zip(names, (connection.resolve, connection.connect, connection.secure), strict=False):
            began_ns = now_ns()
            try:
                async with asyncio.timeout(STEP_TIMEOUT_S):
                    detail = await work()
            except (OSError, UnicodeError, FeedRejected) as error:
                attempt = ConnectAttempt(host, parts.port, parts.path, _PHASES[name])
                yield CheckStep(name, False, milliseconds(now_ns() - began_ns), _describe(error, attempt))
                return
            took = milliseconds(now_ns() - began_ns)
            if name == "tls":
                detail = f"{detail}{_days_left(connection.expires_ns, now_ns())}"
            yield CheckStep(name, True, took, detail)
    finally:
        await connection.close()


async def has_proxy(endpoint: Endpoint) -> bool:
    """Return whether a proxy is configured, even if it cannot be used."""
    try:
        async with asyncio.timeout(STEP_TIMEOUT_S):
            return await find_proxy(endpoint.url, endpoint.proxy) is not None
    except FeedRejected:  # connecting will report the problem
        return True
    except TimeoutError:  # connecting will report this, too
        return False


class _ConnectionProbe:
    """One attempt to reach a host. Each step uses the result of the one before."""

    def __init__(self, host: str, port: int, cafile: str | None) -> None:
        self.expires_ns: int | None = None
        self._cafile = cafile
        self._host = host
        self._port = port
        self._addresses: list[str] = []
        self._writer: asyncio.StreamWriter | None = None

    async def resolve(self) -> str:
        """Resolve the host name to addresses."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        self._addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
        others = len(self._addresses) - 1
        return f"{self._addresses[0]}{f' and {others} more' if others else ''}"

    async def connect(self) -> str:
        """Open a TCP connection to the first address that accepts one, as the feed's connection does."""
        failure: OSError | None = None
        for address in self._addresses:
            try:
                _, self._writer = await asyncio.open_connection(address, self._port)
            except OSError as error:
                failure = error
            else:
                return f"{address} port {self._port}"
        raise failure or ConnectionRefusedError

    async def secure(self) -> str:
        """Perform the TLS handshake; return the TLS version and the owner of the certificate."""
        assert self._writer is not None
        context = await secure_context(self._cafile)
        await self._writer.start_tls(context, server_hostname=self._host)
        connection: ssl.SSLObject = self._writer.get_extra_info("ssl_object")
        certificate: dict[str, Any] = connection.getpeercert() or {}
        if "notAfter" in certificate:
            self.expires_ns = ssl.cert_time_to_seconds(certificate["notAfter"]) * SECOND_NS
        owner = _common_name(certificate.get("subject", ())) or self._host
        issuer = _common_name(certificate.get("issuer", ())) or "an unnamed issuer"
        return f"{connection.version()}, certificate for {owner} by {issuer}"

    async def close(self) -> None:
        """Close the connection; abort it after a second."""
        if self._writer is None:
            return
        self._writer.close()
        with suppress(OSError):  # TimeoutError is one
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await self._writer.wait_closed()
        self._writer.transport.abort()


def _describe(error: Exception, attempt: ConnectAttempt) -> str:
    """Return what a failure means and what the user can do."""
    if isinstance(error, FeedRejected):
        return error.for_user
    # A host name that cannot be encoded does not exist.
    failure = translate_error(socket.gaierror() if isinstance(error, UnicodeError) else error, attempt)
    is_plain = isinstance(failure, ConnectionLost) and "Check" not in failure.for_user
    return f"{failure.for_user} {_ADVICE}" if is_plain else failure.for_user


def _common_name(name: Sequence[Sequence[tuple[str, str]]]) -> str:
    """Return the common name in a certificate, or else the organization."""
    fields = {field: value for part in name for field, value in part}
    return sanitize_text(fields.get("commonName") or fields.get("organizationName") or "", 64)


def _days_left(expires_ns: int | None, now_ns: int) -> str:
    if expires_ns is None:
        return ""
    day = local_time(expires_ns // SECOND_NS, UTC).date()
    return f", valid until {day} ({counted((expires_ns - now_ns) // DAY_NS, 'day')} left)"
