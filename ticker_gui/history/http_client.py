"""The HTTP client: one for the program, with a queue for each host."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

import msgspec

from ticker_gui.domain.address import is_loopback
from ticker_gui.domain.events import Refusal
from ticker_gui.feeds.history import HistoryError, HttpRequest, HttpResponse
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.history.host_queue import HostQueue

if TYPE_CHECKING:
    from ticker_gui.history.http_session import HttpSession

TIMEOUT_S: Final = 30.0
MAX_BODY_BYTES: Final = 16 << 20
_TOO_MANY: Final = 429


class HttpClient:
    """Sends requests, such as those for past data. All requests to one host share its queue.

    The HTTP library is loaded at the first request, in a thread, because that is slow and many feeds need none.
    """

    def __init__(self, timeout_s: float = TIMEOUT_S, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self._timeout_s: Final = timeout_s
        self._max_body_bytes: Final = max_body_bytes
        self._queues: Final[dict[str, HostQueue]] = {}
        self._session: HttpSession | None = None

    async def get(self, request: HttpRequest, credentials: Credentials) -> HttpResponse:
        """Send a request when it is its turn, and return the response, whatever its status.

        Raises:
            HistoryError: there was no response, it cannot be used, or the host demands a pause.
        """
        target, queue = self._target_and_queue(request, credentials)
        send = partial(self._send, request, target.geturl(), credentials, queue)
        return await queue.run(send, request.requests_per_second)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, credentials: Credentials) -> HttpResponse:
        """Send data without a queue, and return the response, whatever its status. The URL must be encrypted or local.

        Raises:
            HistoryError: there was no response, or it cannot be used.
        """
        session = await self._open_session()
        return await session.post(url, headers, body, credentials)

    def note_limit(self, request: HttpRequest, credentials: Credentials, retry_after_s: float | None) -> None:
        """Pause a host whose response to a request states in its body that there were too many."""
        _, queue = self._target_and_queue(request, credentials)
        queue.note_response(_TOO_MANY, retry_after_s)

    def _target_and_queue(self, request: HttpRequest, credentials: Credentials) -> tuple[SplitResult, HostQueue]:
        target = target_of(request, credentials)
        return target, self._queues.setdefault(target.netloc.lower(), HostQueue(target.hostname or ""))

    async def close(self) -> None:
        """Close all connections. A later request opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _send(self, request: HttpRequest, url: str, credentials: Credentials, queue: HostQueue) -> HttpResponse:
        session = await self._open_session()
        response = await session.get(url, request.headers, credentials)
        pause_s = queue.note_response(response.status, response.retry_after_s)
        return msgspec.structs.replace(response, retry_after_s=pause_s, url=request.url)

    async def _open_session(self) -> HttpSession:
        if self._session is None:
            module = await asyncio.to_thread(import_module, "ticker_gui.history.http_session")
            if self._session is None:  # another request may have been faster
                self._session = module.HttpSession(self._timeout_s, self._max_body_bytes)
        return self._session


def target_of(request: HttpRequest, credentials: Credentials) -> SplitResult:
    """Return the URL to which a request is sent: that of the provider, or the same path at ``history_url``.

    Raises:
        HistoryError: it would not be encrypted, or the feed is a stand-in of the provider on this computer.
    """
    target = urlsplit(request.url)
    if credentials.history_url:
        base = urlsplit(credentials.history_url)
        target = target._replace(scheme=base.scheme, netloc=base.netloc)
    if is_loopback(target.hostname or ""):
        return target
    if target.scheme != "https":
        raise HistoryError("Past data is requested over https:// only. Check history_url.", Refusal.NOT_OFFERED)
    if not credentials.history_url and is_loopback(urlsplit(credentials.url).hostname or ""):
        raise HistoryError(
            f"The feed comes from this computer, so no past data is requested from {target.hostname}. "
            "Set history_url to load past data.",
            Refusal.NOT_OFFERED,
        )
    return target
