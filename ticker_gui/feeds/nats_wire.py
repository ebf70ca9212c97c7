"""The text protocol of NATS clients: messages in frames that may end anywhere.

Documentation: https://docs.nats.io/reference/reference-protocols/nats-protocol
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeAlias

from ticker_gui.domain.errors import FrameError

_END: Final = b"\r\n"
_MAX_LINE: Final = 4_096  # the limit of the server; INFO may be longer
_MAX_INFO: Final = 32 << 10
_MAX_PAYLOAD: Final = 8 << 20
_MAX_DIGITS: Final = 10
_MIN_FIELDS: Final = 4
_CR: Final = 13
_NO_SUBSCRIPTIONS: Final[Mapping[bytes, Callable[[bytes], object]]] = {}
_OPERATIONS: Final = (b"INFO ", b"MSG ", b"HMSG ", b"PING", b"PONG", b"+OK", b"-ERR ")
_STATUS: Final = len("NATS/1.0 ")


class Msg(NamedTuple):
    """A message of a subscription. ``status`` is 0 unless the server answers with one; headers have no line ends."""

    sid: bytes
    subject: bytes
    reply_to: bytes
    payload: bytes
    status: int = 0
    header: bytes = b""


class Control(NamedTuple):
    """Another line of the server: ``INFO``, ``PING``, ``PONG``, ``+OK`` or ``-ERR``, and what follows it."""

    name: bytes
    argument: bytes


Operation: TypeAlias = Msg | Control


class NatsParser:
    """Splits what the server sends into operations; the rest of an incomplete one waits for the next frame."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []  # of an incomplete operation
        self._size = 0  # of all parts
        self._needed = 0  # the size without which the operation cannot be complete

    def parse(
        self, data: bytes | bytearray, on_message: Mapping[bytes, Callable[[bytes], object]] = _NO_SUBSCRIPTIONS
    ) -> list[Operation]:
        """Return the operations that are complete with this frame, in their order.

        For speed, ``on_message`` is called with the payloads of messages of the subscriptions in it, which are not
        among the operations.

        Raises:
            FrameError: the data is not of this protocol. What was incomplete before is dropped.
        """
        data = self._joined(data) if self._parts else bytes(data)  # a frame may be a bytearray
        operations: list[Operation] = []
        start, size, needed = 0, len(data), 0
        while start < size:
            end = data.find(_END, start)
            if end < 0:
                _check_line(data, start, size)
                break
            kind = data[start : start + 4]
            if kind == b"MSG " or kind == b"HMSG":
                fields = data[start:end].split()
                stop = end + 2 + _length(fields)
                if stop + 2 > size:
                    needed = stop + 2 - start
                    break
                call = on_message.get(fields[2])
                if call is not None and kind == b"MSG " and data[stop] == _CR:
                    call(data[end + 2 : stop])
                    start = stop + 2
                    continue
                operations.append(_message(kind, fields, data, end + 2, stop))
                start = stop + 2
            else:
                operations.append(_control(data, start, end))
                start = end + 2
        if start < size:
            self._parts, self._size, self._needed = [data[start:]], size - start, needed
        return operations

    def _joined(self, data: bytes | bytearray) -> bytes:
        """Return the incomplete operation with this frame; nothing if it cannot be complete yet."""
        self._parts.append(bytes(data))
        self._size += len(data)
        if self._size < self._needed:  # many small frames are joined once
            return b""
        joined, self._parts = b"".join(self._parts), []
        return joined


def _length(fields: list[bytes]) -> int:
    length = fields[-1]
    if not length.isdigit() or len(length) > _MAX_DIGITS or len(fields) < _MIN_FIELDS:
        raise FrameError("a NATS message without a length")
    if (size := int(length)) > _MAX_PAYLOAD:
        raise FrameError("a NATS message that is too long")
    return size


def _message(kind: bytes, fields: list[bytes], data: bytes, start: int, stop: int) -> Msg:
    count = len(fields)
    if data[stop : stop + 2] != _END:
        raise FrameError("a NATS message that is longer than its length")
    if kind == b"MSG ":
        if count == 4:
            return Msg(fields[2], fields[1], b"", data[start:stop])
        if count == 5:
            return Msg(fields[2], fields[1], fields[3], data[start:stop])
        raise FrameError("a NATS message with an unknown number of arguments")
    if count not in (5, 6):
        raise FrameError("a NATS message with an unknown number of arguments")
    length = fields[-2]
    if not length.isdigit() or int(length) > stop - start:
        raise FrameError("a NATS message with an impossible length of its header")
    body = start + int(length)
    header = data[start:body]
    reply_to = fields[3] if count == 6 else b""
    return Msg(fields[2], fields[1], reply_to, data[body:stop], _status(header), header)


def _status(header: bytes) -> int:
    """Return the status in the first line of a header; 0 if there is none."""
    code = header[_STATUS : _STATUS + 3]
    return int(code) if code.isdigit() else 0


def header_value(header: bytes, name: bytes) -> str:
    """Return a value of a header; empty if it is absent."""
    for line in header.split(_END):
        key, found, value = line.partition(b":")
        if found and key.strip().lower() == name.lower():
            return value.strip().decode("utf-8", "replace")
    return ""


def _control(data: bytes, start: int, end: int) -> Control:
    name, _, argument = data[start:end].partition(b" ")
    if name.upper() not in (b"INFO", b"PING", b"PONG", b"+OK", b"-ERR"):
        raise FrameError("not an operation of NATS")
    return Control(name.upper(), argument)


def _check_line(data: bytes, start: int, size: int) -> None:
    """Raise an error if the beginning of a line is too long for one, or of no operation."""
    head = data[start : start + 5].upper()
    limit = _MAX_INFO if head.startswith(b"INFO") else _MAX_LINE
    if size - start > limit:
        raise FrameError("a line of NATS that does not end")
    if not any(
        name.startswith(head[: len(name)]) for name in (b"INFO ", b"MSG ", b"HMSG ", b"PING", b"PONG", b"+OK", b"-ERR ")
    ):
        raise FrameError("not an operation of NATS")
