"""The HTTP client for past data."""

from __future__ import annotations

from ticker_gui.feeds.history import HistoryError, HttpRequest, HttpResponse
from ticker_gui.feeds.protocol import Credentials


async def get_over_http(request: HttpRequest, credentials: Credentials) -> HttpResponse:
    """Send a request and return the answer.

    Raises:
        HistoryError: there was no answer.
    """
    raise HistoryError("Past data over HTTP is not available.")
