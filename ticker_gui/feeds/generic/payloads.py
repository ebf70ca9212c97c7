"""What a frame of an unknown feed holds: JSON, lines of JSON, or msgpack; plain or compressed."""

from __future__ import annotations

import re
import zlib
from typing import Any, Final

import msgspec

from ticker_gui.domain.errors import FrameError

_MAX_BYTES: Final = 16 << 20  # a small frame can unpack to gigabytes
_GZIP: Final = b"\x1f\x8b"
_ZLIB: Final = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_AUTOMATIC: Final = 32 + zlib.MAX_WBITS  # gzip or zlib, as its header says
_RAW: Final = -zlib.MAX_WBITS
_PREFIX: Final = re.compile(rb"\A[0-9]{1,4}(?=[\[{])")  # socket.io numbers its messages: 42["tick",{…}]
_SEPARATORS: Final = re.compile(rb"[\r\n\x1e]+")  # JSON lines; SignalR ends each message with a record separator


def unpack(payload: bytes) -> list[Any]:
    """Return the messages in a frame, as dicts, lists and plain values; mostly there is one.

    Raises:
        FrameError: it is none of what we know.
    """
    try:
        return [msgspec.json.decode(payload)]
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return _unpack_other(payload)


def _unpack_other(payload: bytes) -> list[Any]:
    if payload.startswith((_GZIP, *_ZLIB)):
        return _messages(_inflated(payload, _AUTOMATIC))
    if messages := _json_lines(payload):
        return messages
    if payload[:1] >= b"\x80":  # where msgpack's arrays and maps are, and no JSON is
        try:
            message = _msgpack(payload)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            pass
        else:
            if isinstance(message, dict | list):
                return [message]
    return _messages(_inflated(payload, _RAW))


def _messages(payload: bytes) -> list[Any]:
    """Return what was compressed."""
    messages = _json_lines(payload)
    if messages:
        return messages
    try:
        return [_msgpack(payload)]
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise FrameError("neither JSON nor msgpack") from error


def _msgpack(payload: bytes) -> Any:
    """Return a message of msgpack, whose names may be numbers there, as JSON would hold it."""
    return _with_text_names(msgspec.msgpack.decode(payload))


def _with_text_names(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _with_text_names(inner) for name, inner in value.items()}
    return [_with_text_names(inner) for inner in value] if isinstance(value, list) else value


def _json_lines(payload: bytes) -> list[Any]:
    """Return the messages of lines of JSON; none where a line is something else."""
    lines = [_PREFIX.sub(b"", line) for line in _SEPARATORS.split(payload.strip()) if line]
    try:
        return [msgspec.json.decode(line) for line in lines]
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return []


def _inflated(payload: bytes, kind: int) -> bytes:
    inflater = zlib.decompressobj(kind)
    try:
        data = inflater.decompress(payload, _MAX_BYTES)
    except zlib.error as error:
        raise FrameError("neither JSON nor msgpack, plain or compressed") from error
    if inflater.unconsumed_tail:
        raise FrameError(f"unpacks to more than {_MAX_BYTES >> 20} MiB")
    if not data:
        raise FrameError("neither JSON nor msgpack, plain or compressed")
    return data
