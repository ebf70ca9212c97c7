"""Recorded responses to requests for past data, by their URLs."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Final

from ticker_gui.domain.events import Refusal
from ticker_gui.feeds.history import HistoryError, HttpRequest, HttpResponse
from ticker_gui.feeds.protocol import Credentials
from ticker_gui.recording.format import Line

_MAX_BYTES: Final = 64 << 20  # of the responses that are kept; the oldest are dropped
_TIMEOUT_S: Final = 30.0


class ReplayResponses:
    """Returns the recorded responses to the requests of a replay; nothing is sent."""

    def __init__(self) -> None:
        self._responses: OrderedDict[str, HttpResponse] = OrderedDict()
        self._bytes = 0
        self._waiting: dict[str, list[asyncio.Future[HttpResponse]]] = {}

    def clear(self) -> None:
        """Forget all responses: the recording begins again, and each arrives at its own time."""
        self._responses.clear()
        self._bytes = 0

    def add(self, line: Line) -> None:
        """Add a recorded response."""
        response = HttpResponse(line.status, line.payload, url=line.url)
        before = self._responses.pop(line.url, None)
        self._responses[line.url] = response
        self._bytes += len(response.body) - (0 if before is None else len(before.body))
        while self._bytes > _MAX_BYTES:
            self._bytes -= len(self._responses.popitem(last=False)[1].body)
        for waiting in self._waiting.pop(line.url, ()):
            if not waiting.done():
                waiting.set_result(response)

    async def get(self, request: HttpRequest, credentials: Credentials) -> HttpResponse:
        """Return the recorded response to a request, which may follow soon in the recording.

        Raises:
            HistoryError: the recording does not contain it.
        """
        url = credentials.redact(request.url)
        if url in self._responses:
            return self._responses[url]
        response: asyncio.Future[HttpResponse] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(url, []).append(response)
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                return await response
        except TimeoutError:
            raise HistoryError("The recording does not contain this past data.", Refusal.OUT_OF_RANGE) from None
        finally:
            waiting = self._waiting.get(url, [])
            if response in waiting:
                waiting.remove(response)
            if not waiting:
                self._waiting.pop(url, None)
