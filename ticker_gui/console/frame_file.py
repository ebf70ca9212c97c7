"""Frames as JSON lines: for the clipboard and for files, in the format of recordings."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from typing import Any

from ticker_gui.console.frame_ring import FrameEntry
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.feeds.wire import to_json


def frame_line(entry: FrameEntry) -> str:
    """Return a frame as a JSON line: time in ns, feed, direction, and its text or its bytes in base64."""
    frame = entry.frame
    line: dict[str, Any] = {"t": frame.time_ns, "feed": sanitize_text(entry.feed), "dir": frame.direction}
    try:
        line["frame"] = frame.payload.decode()
    except UnicodeDecodeError:
        line["b64"] = b64encode(frame.payload).decode()
    return to_json(line)


def frame_lines(entries: Iterable[FrameEntry]) -> bytes:
    """Return frames as the content of a file."""
    return "".join(f"{frame_line(entry)}\n" for entry in entries).encode()
