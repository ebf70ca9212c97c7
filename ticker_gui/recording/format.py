"""The format of recordings (``*.ticker.jsonl.gz``): a header, then one JSON object per line."""

from __future__ import annotations

import base64
import platform
import secrets
from typing import Final, Literal, TypeAlias

import msgspec

from ticker_gui import __version__
from ticker_gui.domain.errors import TickerError
from ticker_gui.feeds.mapping import FieldMapping

FORMAT: Final = 1
SUFFIX: Final = ".ticker.jsonl.gz"
# Longer than any line that is written: a frame has at most 1 MiB, and escaping makes a byte six characters.
MAX_LINE_BYTES: Final = 8 << 20
_MAX_SECONDS: Final = 10**12  # a larger time is in nanoseconds
_MAX_NS: Final = 2**63 - 1
RUN: Final = secrets.token_hex(8)

LineKind: TypeAlias = Literal["feed", "open", "out", "in", "close", "state", "http", "note"]


class RecordingError(TickerError):
    """A recording cannot be read or written. The message is a sentence for the user."""


class RecordedFeed(msgspec.Struct, frozen=True, omit_defaults=True):
    """A feed in a recording: what a replay needs to decode its frames. It contains no secrets.

    ``url`` is redacted; that of the built-in market is empty. ``symbols`` are those that were watched, as the user
    writes them. ``has_key`` says that the feed was connected with an API key.
    """

    name: str
    provider: str = ""
    url: str = ""
    symbols: tuple[str, ...] = ()
    mapping: FieldMapping | None = None
    has_key: bool = False


class Header(msgspec.Struct, frozen=True):
    """The first line of a recording. ``began`` is ISO 8601, UTC; ``os`` names the operating system.

    Recordings with the same ``run`` are of one run of the program, and number its connections alike.
    """

    ticker_gui: str = __version__
    format: int = FORMAT
    began: str = ""
    os: str = ""
    run: str = ""
    feeds: tuple[RecordedFeed, ...] = ()


class Line(msgspec.Struct, omit_defaults=True, gc=False):
    """A line after the header. Which fields are set depends on ``dir``, the kind of line.

    ``t`` is the time in nanoseconds since the epoch, UTC; in captures of other programs it may be in seconds. ``conn``
    counts the connections of the feed. A frame is text (``frame``) or, if it is not UTF-8, base64 (``b64``).

    - ``feed``: ``settings`` of a feed that is new, or whose symbols changed;
    - ``open``: a connection was opened to the URL ``frame``; ``out`` and ``in``: a frame was sent or received;
    - ``close``: it was closed for the reason ``frame``, or could not be opened if no ``open`` precedes. ``state`` is
      the state of the feed that followed, ``retry_at`` when it tried again, and ``last`` when anything was received;
    - ``state``: the ``state`` of a feed, with the reason ``frame``;
    - ``http``: the response of ``url`` with its ``status`` and the body ``frame``;
    - ``note``: a remark (``frame``).

    ``again`` marks lines of the beginning of a connection that an earlier recording contains as well.
    """

    t: int | float
    dir: LineKind
    feed: str = ""
    conn: int = 0
    url: str = ""
    status: int = 0
    state: str = ""
    retry_at: int = 0
    last: int = 0
    is_limited: bool = False
    is_internal: bool = False
    wants_key: bool = False
    settings: RecordedFeed | None = None
    again: bool = False
    b64: str | None = None
    frame: str | None = None

    @property
    def payload(self) -> bytes:
        """The frame as bytes, as it was sent or received.

        Raises:
            ValueError: the base64 is invalid.
        """
        if self.b64 is not None:
            return base64.b64decode(self.b64, validate=True)
        return b"" if self.frame is None else self.frame.encode("utf-8", "surrogatepass")


def set_content(line: Line, payload: bytes) -> None:
    """Set the field of a line that contains a payload: ``frame`` if it is text, or else ``b64``."""
    try:
        line.frame = payload.decode()
    except UnicodeDecodeError:
        line.b64 = base64.b64encode(payload).decode()


def time_ns(t: int | float) -> int:
    """Return the time of a line in nanoseconds since the epoch.

    Raises:
        ValueError: it is not a time between 1970 and 2262.
    """
    ns = round(t * 1e6) * 1000 if abs(t) < _MAX_SECONDS else int(t)  # a float is accurate to a microsecond
    if not 0 <= ns <= _MAX_NS:
        raise ValueError("the time is not between 1970 and 2262")
    return ns


def new_header(began: str, feeds: tuple[RecordedFeed, ...] = ()) -> Header:
    """Return the header of a recording that begins now on this computer."""
    return Header(began=began, os=f"{platform.system()} {platform.release()}", run=RUN, feeds=feeds)
