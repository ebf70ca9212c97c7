"""The text of a frame: its first line for the table, its whole text, and its bytes in hex."""

from __future__ import annotations

from typing import Final

import msgspec

from ticker_gui.console.frame_type import is_text
from ticker_gui.domain.decode_errors import DECODE_ERRORS
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.feeds.wire import to_json
from ticker_gui.formatting.numbers import counted

LINE_LENGTH: Final = 400
TEXT_LENGTH: Final = 256 << 10
_HEX_BYTES: Final = 16
_MAX_HEX: Final = 16 << 10  # bytes in the hex view
_SECOND_NS: Final = 1_000_000_000


def first_line(payload: bytes) -> str:
    """Return the beginning of a payload as one line; the first bytes of a binary one in hex."""
    start = payload[: 4 * LINE_LENGTH]
    if is_text(payload):
        return sanitize_text(start.decode("utf-8", "ignore"), LINE_LENGTH)
    return sanitize_text(start[: LINE_LENGTH // 3].hex(" "), LINE_LENGTH)


def whole_text(payload: bytes) -> str:
    """Return a payload as text; JSON is indented, and long texts are cut."""
    if len(payload) <= TEXT_LENGTH and payload[:1] in (b"{", b"["):
        try:
            return readable_lines(msgspec.json.format(payload, indent=2).decode())
        except DECODE_ERRORS:
            pass
    text = readable_lines(payload[:TEXT_LENGTH].decode("utf-8", "replace"))
    return text if len(payload) <= TEXT_LENGTH else f"{text}\n… {counted(len(payload) - TEXT_LENGTH, 'more byte')}"


def readable_lines(text: str) -> str:
    """Return a text of several lines in which invisible characters are replaced, so that none is overlooked."""
    return "".join(one if one == "\n" or one.isprintable() else "\ufffd" if one not in "\t\r" else " " for one in text)


def hex_dump(payload: bytes) -> str:
    """Return a payload as lines of offset, 16 bytes in hex and the same bytes as ASCII."""
    lines = []
    for at in range(0, min(len(payload), _MAX_HEX), _HEX_BYTES):
        part = payload[at : at + _HEX_BYTES]
        plain = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"{at:08x}  {part[:8].hex(' '):<23}  {part[8:].hex(' '):<23}  {plain}")
    if len(payload) > _MAX_HEX:
        lines.append(f"… {counted(len(payload) - _MAX_HEX, 'more byte')}")
    return "\n".join(lines)


def value_text(value: object, limit: int = LINE_LENGTH) -> str:
    """Return a value of a JSON message as JSON; a value that JSON does not have as its type."""
    if isinstance(value, str):
        value = value[:limit]
    is_json = value is None or isinstance(value, str | int | float)
    return sanitize_text(to_json(value) if is_json else f"({type(value).__name__})", limit)


def delta_text(delta_ns: int) -> str:
    """Return the time between two frames: ``+2 ms``, ``+1.25 s``, ``+3 min``; negative if the clock was set back."""
    sign, size = ("−", -delta_ns) if delta_ns < 0 else ("+", delta_ns)
    if size < _SECOND_NS // 1000:
        return f"{sign}{size / 1e6:.1f} ms" if size else "+0 ms"
    if size < _SECOND_NS:
        return f"{sign}{size // 1_000_000} ms"
    if size < 100 * _SECOND_NS:
        return f"{sign}{size / _SECOND_NS:.2f} s"
    return f"{sign}{size // (60 * _SECOND_NS)} min"
