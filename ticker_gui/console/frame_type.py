"""The type of a frame as its server names it: trade, ticker, subscribe, heartbeat."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from ticker_gui.domain.decode_errors import DECODE_ERRORS
from ticker_gui.domain.sanitize import sanitize_text

TEXT: Final = "text"
BINARY: Final = "binary"
OBJECT: Final = "object"
LIST: Final = "list"

_MAX_LENGTH: Final = 24
_MAX_TEXT: Final = 40  # a longer text is not a name
_MAX_PLAIN: Final = 4096  # bytes that are examined to distinguish text from binary


class _Head(msgspec.Struct):
    """The fields that name the type of a message at the providers, the most specific first; all others are skipped."""

    e: Any = None
    ev: Any = None
    event: Any = None
    params: Any = None
    arg: Any = None
    method: Any = None
    channel: Any = None
    topic: Any = None
    stream: Any = None
    table: Any = None
    ch: Any = None
    type: Any = None
    op: Any = None
    action: Any = None
    message_type: Any = msgspec.field(default=None, name="messageType")
    kind: Any = msgspec.field(default=None, name="T")
    msg: Any = None


_NESTED: Final = frozenset({"params", "arg"})  # the channel is inside them
_WITH_SYMBOL: Final = frozenset({"channel", "topic", "stream", "ch", *_NESTED})
_decode_head: Final = msgspec.json.Decoder(_Head).decode
_decode_list: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode


def frame_type(payload: bytes) -> str:
    """Return the type of a frame; what it is (object, list, text, binary) if it names none."""
    start = payload[:1]
    try:
        if start == b"{":
            return _type_of_object(payload)
        if start == b"[":
            return _type_of_list(payload)
    except DECODE_ERRORS:
        pass
    return TEXT if is_text(payload) else BINARY


def is_text(payload: bytes) -> bool:
    """Return whether the beginning of a payload is text in UTF-8 without control characters."""
    try:
        text = payload[:_MAX_PLAIN].decode()
    except UnicodeDecodeError as error:
        if error.start < _MAX_PLAIN - 4 or len(payload) <= _MAX_PLAIN:  # otherwise a character was cut
            return False
        text = payload[: error.start].decode()
    return text.isprintable() or not any((one < " " and one not in "\t\n\r\x1e") or one == "\x7f" for one in text)


def _type_of_object(payload: bytes | msgspec.Raw) -> str:
    head = _decode_head(payload)
    for name in _Head.__struct_fields__:
        value = getattr(head, name)
        if value is None:
            continue
        if name in _NESTED:
            value = value.get("channel") if isinstance(value, dict) else None
        if isinstance(value, str) and 0 < len(value) <= _MAX_TEXT:
            return _short(_without_symbol(value) if name in _WITH_SYMBOL else value)
    return OBJECT


def _type_of_list(payload: bytes) -> str:
    """Return the type of the first message in a list, or the first short text in it: ``[17,"te",[…]]``."""
    for element in _decode_list(payload)[:4]:
        start = bytes(element)[:1]
        if start == b"{":
            return _type_of_object(element)
        if start == b'"':
            text = msgspec.json.decode(element)
            if 0 < len(text) <= _MAX_TEXT:
                return _short(text)
    return LIST


def _without_symbol(channel: str) -> str:
    """Return the part of a channel that is the same for all symbols: ``btcusdt@trade``, ``tickers.BTCUSDT``."""
    if "@" in channel:
        return channel.partition("@")[2] or channel
    return channel.partition(".")[0] or channel


def _short(text: str) -> str:
    return sanitize_text(text, _MAX_LENGTH) or TEXT
