"""The status and headers of an HTTP response, read leniently.

``websockets`` rejects a whole response because of parts that do not matter here: HTTP/1.0, a missing reason phrase, a
repeated ``Content-Length``, a body that is too long or never ends. The status still determines whether another attempt
makes sense, and when.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final

from websockets.datastructures import Headers
from websockets.exceptions import InvalidHeader
from websockets.http11 import Response

from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.stream.retry_after import parse_date

MAX_BYTES: Final = 1 << 16
_STATUS: Final = re.compile(rb"HTTP/\d(?:\.\d)? +([1-5]\d\d)(?!\d)")


def clock_offset_ns(headers: Headers, received_ns: int) -> int | None:
    """Return how far our clock is ahead of the server's, accurate to half a second; ``None`` without a valid date."""
    dates = [date for value in headers.get_all("Date") if (date := parse_date(value)) is not None]
    return received_ns - round(dates[0].timestamp() * SECOND_NS) - SECOND_NS // 2 if dates else None


def read_head(received: bytes) -> Response | None:
    """Return the status and headers at the beginning of the bytes received, or ``None`` if they are not HTTP."""
    status_line, *lines = received.splitlines()[:256] or [b""]
    status = _STATUS.match(status_line)
    if status is None:
        return None
    headers = Headers()
    for line in lines:
        if not line:
            break
        name, colon, value = line.partition(b":")
        if not colon:
            continue
        with suppress(InvalidHeader):  # an unusual name or value; the other headers still count
            headers[name.decode("latin-1").strip()] = value.decode("latin-1").strip()
    return Response(int(status[1]), "", headers)
