"""The way to a feed before anything is said: its name, TCP and TLS, each tried on its own and closed again."""

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
from ticker_gui.stream.certificates import secure_context
from ticker_gui.stream.error_translation import ConnectAttempt, translate_error
from ticker_gui.stream.proxy import find_proxy
from ticker_gui.stream.transport import Endpoint

STEP_TIMEOUT_S: Final = 10.0
_CLOSE_TIMEOUT_S: Final = 1.0
_PHASES: Final = {"dns": Phase.NAME, "tcp": Phase.TCP, "tls": Phase.TLS}
_ADVICE: Final = "Check the host and the port, and whether a firewall stands between."


class Step(msgspec.Struct, frozen=True):
    """One step on the way to market data. ``ok`` is ``None`` where it was not done, and ``detail`` says why."""

    name: str
    ok: bool | None
    ms: float | None = None
    detail: str = ""


def milliseconds(duration_ns: int) -> float:
    """Return a duration as it is told: in milliseconds, to the microsecond."""
    return round(max(0, duration_ns) / 1e6, 3)


async def probe(route: Endpoint, now_ns: Clock) -> AsyncIterator[Step]:
    """Yield the steps to a URL as they are done, the first that fails being the last.

    Behind a proxy, which does them in our stead, none is done.
    """
    parts = urlsplit(route.url)
    is_secure, host = parts.scheme == "wss", parts.hostname or ""
    names = list(_PHASES) if is_secure else list(_PHASES)[:2]
    if await has_proxy(route):
        for name in names:
            yield Step(name, None, detail="a proxy does this")
        return
    way = _Way(host, parts.port or (443 if is_secure else 80), route.cafile)
    try:
        for name, work in zip(names, (way.resolve, way.connect, way.secure), strict=False):
            began_ns = now_ns()
            try:
                async with asyncio.timeout(STEP_TIMEOUT_S):
                    detail = await work()
            except (OSError, UnicodeError, FeedRejected) as error:
                attempt = ConnectAttempt(host, parts.port, parts.path, _PHASES[name])
                yield Step(name, False, milliseconds(now_ns() - began_ns), _in_words(error, attempt))
                return
            took = milliseconds(now_ns() - began_ns)
            if name == "tls":
                detail = f"{detail}{_days_left(way.expires_ns, now_ns())}"
            yield Step(name, True, took, detail)
    finally:
        await way.close()


async def has_proxy(route: Endpoint) -> bool:
    """Return whether a proxy stands on the way, or should and cannot be used."""
    try:
        async with asyncio.timeout(STEP_TIMEOUT_S):
            return await find_proxy(route.url, route.proxy) is not None
    except FeedRejected:  # connecting will report what is wrong with it
        return True
    except TimeoutError:  # connecting reports this, too
        return False


class _Way:
    """One attempt to get through to a host; each step uses what the one before has found."""

    def __init__(self, host: str, port: int, cafile: str | None) -> None:
        self.expires_ns: int | None = None
        self._cafile = cafile
        self._host = host
        self._port = port
        self._addresses: list[str] = []
        self._writer: asyncio.StreamWriter | None = None

    async def resolve(self) -> str:
        """Find the addresses of the name."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        self._addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
        others = len(self._addresses) - 1
        return f"{self._addresses[0]}{f' and {others} more' if others else ''}"

    async def connect(self) -> str:
        """Open TCP to the first address that answers, in their order, as the connection itself does."""
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
        """Agree on TLS over that connection; return its version and who the other side is."""
        assert self._writer is not None
        context = await secure_context(self._cafile)
        await self._writer.start_tls(context, server_hostname=self._host)
        connection: ssl.SSLObject = self._writer.get_extra_info("ssl_object")
        certificate: dict[str, Any] = connection.getpeercert() or {}
        if "notAfter" in certificate:
            self.expires_ns = ssl.cert_time_to_seconds(certificate["notAfter"]) * SECOND_NS
        owner = _common_name(certificate.get("subject", ())) or self._host
        issuer = _common_name(certificate.get("issuer", ())) or "an issuer without a name"
        return f"{connection.version()}, certificate of {owner} by {issuer}"

    async def close(self) -> None:
        """Close in good manners; who has none is hung up on."""
        if self._writer is None:
            return
        self._writer.close()
        with suppress(OSError):  # a time-out is one
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await self._writer.wait_closed()
        self._writer.transport.abort()


def _in_words(error: Exception, attempt: ConnectAttempt) -> str:
    """Return what a failure means and what can be done about it."""
    if isinstance(error, FeedRejected):
        return error.for_user
    # A name that cannot even be written as one is one that nobody has.
    failure = translate_error(socket.gaierror() if isinstance(error, UnicodeError) else error, attempt)
    is_plain = isinstance(failure, ConnectionLost) and "Check" not in failure.for_user
    return f"{failure.for_user} {_ADVICE}" if is_plain else failure.for_user


def _common_name(name: Sequence[Sequence[tuple[str, str]]]) -> str:
    """Return what a certificate calls somebody: the common name, else the organisation."""
    fields = {field: value for part in name for field, value in part}
    return sanitize_text(fields.get("commonName") or fields.get("organizationName") or "", 64)


def _days_left(expires_ns: int | None, now_ns: int) -> str:
    if expires_ns is None:
        return ""
    day = local_time(expires_ns // SECOND_NS, UTC).date()
    return f", until {day} ({(expires_ns - now_ns) // DAY_NS} days left)"
