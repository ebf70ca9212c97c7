"""Reads the ``Retry-After`` header: how long a server asks to wait."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from websockets.datastructures import Headers

_SECONDS: Final = re.compile(r"\s*\d+(\.\d*)?\s*", re.ASCII)


def requested_delay(headers: Headers, now: datetime) -> float | None:
    """Return the seconds that a response asks to wait, or ``None`` (RFC 9110 section 10.2.3: seconds or a date).

    Every header may be repeated, for example by a proxy that adds its own: the longest valid delay counts. A date is
    compared with the response's own ``Date`` if that is valid, because our clock may be wrong.
    """
    dates = [date for value in headers.get_all("Date") if (date := parse_date(value)) is not None]
    server_now = dates[0] if dates else now
    delays = [_delay(value, server_now) for value in headers.get_all("Retry-After")]
    return max((delay for delay in delays if delay is not None), default=None)


def _delay(value: str, now: datetime) -> float | None:
    parts = value.split(",")
    if all(_SECONDS.fullmatch(part) for part in parts):
        return max(map(float, parts))
    date = parse_date(value)
    return None if date is None else max(0.0, (date - now).total_seconds())


def parse_date(value: str) -> datetime | None:
    """Return the date in an HTTP header, or ``None`` if it is not valid."""
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError, IndexError, TypeError):  # the parser raises all of these
        return None
    return date.replace(tzinfo=date.tzinfo or UTC)
