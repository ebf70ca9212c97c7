"""What ``ticker-gui websocket`` prints: lines for readers, or JSON lines for programs, which depend on their keys."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from typing import Any, Final

import msgspec

from ticker_gui.domain.frame import Frame
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.formatting.json_lines import iso_time
from ticker_gui.formatting.numbers import counted
from ticker_gui.stream.plain_client import ConnectionEnd, TrafficCounts

MAX_SHOWN: Final = 2_000  # characters of a message in a line for readers
_MARKS: Final = {"in": "<", "out": ">"}
# DEL, C1 controls, soft hyphen, bidi and zero-width characters, line separators, and lone surrogates.
_INVISIBLE: Final = re.compile("[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")


class TextLines:
    """Lines for readers: local time, direction (``<`` received, ``>`` sent), and the message, safe for a terminal."""

    def __init__(self, url: str, redact: Callable[[str], str], *, prints_sent: bool) -> None:
        self._url = url
        self._redact = redact
        self._prints_sent = prints_sent

    def open(self, subprotocol: str, time_ns: int) -> str:
        """Return the notice of an open connection, which is printed on stderr."""
        chosen = f", subprotocol {sanitize_text(subprotocol, 64)}" if subprotocol else ""
        return f"Connected to {sanitize_text(self._url)}{chosen}. Each line is sent as one message; Ctrl+C closes."

    def message(self, frame: Frame, is_text: bool) -> str:
        """Return a message as one line, cut if it is long; empty if it is not to be printed."""
        if frame.direction == "out" and not self._prints_sent:
            return ""
        moment = local_time(frame.time_ns / SECOND_NS, None)
        before = f"{moment:%H:%M:%S}.{frame.time_ns // 1_000_000 % 1000:03d} {_MARKS[frame.direction]} "
        size = counted(len(frame.payload), "byte")
        if not is_text:
            encoded = b64encode(frame.payload[: MAX_SHOWN // 4 * 3]).decode()
            cut = "…" if len(frame.payload) > MAX_SHOWN // 4 * 3 else ""
            return f"{before}(binary, {size}) {self._redact(encoded)}{cut}"
        # A little more than is shown, so that a secret at the end of it is recognized.
        text = self._redact(frame.payload[: 8 * MAX_SHOWN].decode("utf-8", "replace"))
        shown = sanitize_text(text, MAX_SHOWN)
        return f"{before}{shown}" + (f" ({size})" if len(frame.payload) > MAX_SHOWN and shown.endswith("…") else "")

    def close(self, end: ConnectionEnd, traffic: TrafficCounts, time_ns: int) -> str:
        """Return nothing: the end is printed on stderr."""
        return ""


class JsonLines:
    """JSON lines of the events ``open``, ``in``, ``out`` and ``close``; invisible characters are escaped."""

    def __init__(self, url: str, redact: Callable[[str], str]) -> None:
        self._url = url
        self._redact = redact

    def open(self, subprotocol: str, time_ns: int) -> str:
        """Return the line of an open connection."""
        line = {"event": "open", "time": iso_time(time_ns), "url": self._url}
        return self._encode(line | ({"subprotocol": subprotocol} if subprotocol else {}))

    def message(self, frame: Frame, is_text: bool) -> str:
        """Return the line of a message; one that is not UTF-8 is in base64, whatever its type."""
        line: dict[str, Any] = {
            "event": frame.direction,
            "time": iso_time(frame.time_ns),
            "type": "text" if is_text else "binary",
            "bytes": len(frame.payload),
        }
        try:
            content = {"text": self._redact(frame.payload.decode())} if is_text else None
        except UnicodeDecodeError:
            content = None
        return self._encode(line | (content or {"base64": self._redact(b64encode(frame.payload).decode())}))

    def close(self, end: ConnectionEnd, traffic: TrafficCounts, time_ns: int) -> str:
        """Return the line of the end of the connection, or of a failure to connect."""
        return self._encode(
            {
                "event": "close",
                "time": iso_time(time_ns),
                "code": end.code,
                "reason": end.reason,
                "message": end.text,
                "clean": end.is_clean,
                "received": traffic.messages_in,
                "sent": traffic.messages_out,
            }
        )

    def _encode(self, line: dict[str, Any]) -> str:
        text = msgspec.json.encode(line).decode()
        return text if text.isascii() and "\x7f" not in text else _INVISIBLE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
