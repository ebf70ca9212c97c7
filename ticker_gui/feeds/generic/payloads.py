"""Unpacks the frames of unknown feeds: JSON, lines of JSON or msgpack, plain or compressed."""

from __future__ import annotations

import re
import zlib
from typing import Any, Final

import msgspec

from ticker_gui.domain.decode_errors import DECODE_ERRORS
from ticker_gui.domain.errors import FrameError

_MAX_BYTES: Final = 1 << 20  # decompressed; as large as a frame may be that is not compressed
_MAX_LINES: Final = 10_000
_GZIP: Final = b"\x1f\x8b"
_ZLIB: Final = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_AUTOMATIC: Final = 32 + zlib.MAX_WBITS  # gzip or zlib, by the header
_RAW: Final = -zlib.MAX_WBITS
_PREFIX: Final = re.compile(rb"\A[0-9]{1,4}(?=[\[{])")  # socket.io prefixes messages with numbers: 42["tick",{…}]
_SEPARATORS: Final = re.compile(rb"[\r\n\x1e]+")  # JSON lines; SignalR ends each message with a record separator


def unpack(payload: bytes) -> list[Any]:
    """Return the messages in a frame, as dicts, lists and plain values; usually there is one.

    Raises:
        FrameError: the format is unknown.
    """
    try:
        return [msgspec.json.decode(payload)]
    except DECODE_ERRORS:
        return _unpack_other(payload)


def _unpack_other(payload: bytes) -> list[Any]:
    if payload.startswith((_GZIP, *_ZLIB)):
        return _messages(_inflated(payload, _AUTOMATIC))
    if messages := _json_lines(payload):
        return messages
    if payload[:1] >= b"\x80":  # an array or a map of msgpack; no JSON starts with it
        try:
            message = _msgpack(payload)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            pass
        else:
            if isinstance(message, dict | list):
                return [message]
    return _messages(_inflated(payload, _RAW))


def _messages(payload: bytes) -> list[Any]:
    """Return the messages in a decompressed payload."""
    messages = _json_lines(payload)
    if messages:
        return messages
    try:
        return [_msgpack(payload)]
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise FrameError("neither JSON nor msgpack") from error


def _msgpack(payload: bytes) -> Any:
    """Return a message of msgpack as JSON would have it: with text as the names of fields."""
    return _with_text_names(msgspec.msgpack.decode(payload))


def _with_text_names(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _with_text_names(inner) for name, inner in value.items()}
    return [_with_text_names(inner) for inner in value] if isinstance(value, list) else value


def _json_lines(payload: bytes) -> list[Any]:
    """Return the messages in lines of JSON; none if a line is not JSON, and `FrameError` for too many."""
    lines = [_PREFIX.sub(b"", line) for line in _SEPARATORS.split(payload.strip(), _MAX_LINES) if line]
    if len(lines) > _MAX_LINES:
        raise FrameError(f"more than {_MAX_LINES:,} messages in one frame")
    try:
        return [msgspec.json.decode(line) for line in lines]
    except DECODE_ERRORS:
        return []


def _inflated(payload: bytes, kind: int) -> bytes:
    inflater = zlib.decompressobj(kind)
    try:
        data = inflater.decompress(payload, _MAX_BYTES)
    except zlib.error as error:
        raise FrameError("neither JSON nor msgpack, plain or compressed") from error
    if inflater.unconsumed_tail:
        raise FrameError(f"decompresses to more than {_MAX_BYTES >> 20} MB")
    if not data:
        raise FrameError("neither JSON nor msgpack, plain or compressed")
    return data
