"""The text protocol of NATS clients: messages in frames that may end anywhere.

Documentation: https://docs.nats.io/reference/reference-protocols/nats-protocol
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

from ticker_gui.domain.errors import FrameError

_END: Final = b"\r\n"
_MAX_LINE: Final = 4_096  # the limit of the server; INFO may be longer
_MAX_INFO: Final = 32 << 10
_MAX_PAYLOAD: Final = 8 << 20
_MAX_DIGITS: Final = 10
_MIN_FIELDS: Final = 4
_MAX_HEADERS: Final = 20_000  # lines whose meaning is remembered
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


class Batch(NamedTuple):
    """Messages that follow each other and belong to subscriptions with keys, such as the symbols of market data.

    Each payload may end with the ``\\r`` of the end of its line, which is white space in JSON.
    """

    keys: list[str]
    payloads: list[bytes]


Operation: TypeAlias = Msg | Control | Batch


class NatsParser:
    """Splits what the server sends into operations; the rest of an incomplete one waits for the next frame.

    For speed, messages of subscriptions with a key are returned in batches, with the key of each.
    """

    def __init__(self) -> None:
        self._parts: list[bytes] = []  # of an incomplete operation
        self._size = 0  # of all parts
        self._needed = 0  # the size without which the operation cannot be complete
        self._keys: dict[bytes, str] = {}
        self._headers: dict[bytes, tuple[str, int]] = {}  # first line of a message → key, size with a ``\\r``

    def set_key(self, sid: bytes, key: str) -> None:
        """Set the key of a subscription."""
        self.remove_key(sid)
        self._keys[sid] = key

    def remove_key(self, sid: bytes) -> None:
        """Remove the key of a subscription, if it has one."""
        if self._keys.pop(sid, None) is not None:
            self._headers.clear()

    def has_key(self, sid: bytes) -> bool:
        """Return whether a subscription has a key."""
        return sid in self._keys

    def parse(self, data: bytes | bytearray) -> list[Operation]:
        """Return the operations that are complete with this frame, in their order.

        Raises:
            FrameError: the data is not of this protocol. What was incomplete before is dropped.
        """
        data = self._joined(data) if self._parts else bytes(data)  # a frame may be a bytearray
        if not self._keys:
            return self._parse_each(data, [])
        batch, rest = self._split(data)
        operations: list[Operation] = [batch] if batch.keys else []
        return self._parse_each(rest, operations) if rest else operations

    def _split(self, data: bytes) -> tuple[Batch, bytes]:
        """Return the messages with keys at the beginning of a frame, and what follows them.

        Nearly all frames contain only such messages, with JSON in one line, and nearly all of their first lines were
        received before: they contain a subject, a subscription and a size.
        """
        known, keys, payloads = self._headers.get, list[str](), list[bytes]()
        add_key, add_payload = keys.append, payloads.append
        lines = data.split(b"\n")
        tail = lines.pop()
        pairs = iter(lines)
        for header, payload in zip(pairs, pairs, strict=False):
            route = known(header)
            if route is None and (route := self._learn(header)) is None:
                break
            key, size = route
            if len(payload) != size:
                break
            add_key(key)
            add_payload(payload)
        else:
            return Batch(keys, payloads), lines[-1] + b"\n" + tail if len(lines) % 2 else tail
        return Batch(keys, payloads), b"\n".join((header, payload, *pairs, tail))

    def _learn(self, header: bytes) -> tuple[str, int] | None:
        """Return the key of a message and the size of its payload; nothing if it has no key, or is of another kind."""
        fields = header.split()
        if not header.startswith(b"MSG ") or not header.endswith(b"\r") or len(fields) != _MIN_FIELDS:
            return None
        key = self._keys.get(fields[2])
        if key is None:
            return None
        if len(self._headers) >= _MAX_HEADERS:
            self._headers.clear()
        route = self._headers[header] = key, _length(fields) + 1
        return route

    def _parse_each(self, data: bytes, operations: list[Operation]) -> list[Operation]:
        """Append the operations that are complete, one by one."""
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
                self._append(operations, _message(kind, fields, data, end + 2, stop))
                start = stop + 2
            else:
                operations.append(_control(data, start, end))
                start = end + 2
        if start < size:
            self._parts, self._size, self._needed = [data[start:]], size - start, needed
        return operations

    def _append(self, operations: list[Operation], message: Msg) -> None:
        """Append a message; one with a key to the batch before it."""
        key = self._keys.get(message.sid)
        if key is None:
            operations.append(message)
            return
        last = operations[-1] if operations else None
        if type(last) is not Batch:
            operations.append(last := Batch([], []))
        last.keys.append(key)
        last.payloads.append(message.payload)

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
    if not length.isdigit() or len(length) > _MAX_DIGITS or int(length) > stop - start:
        raise FrameError("a NATS message with an impossible length of its header")
    body = start + int(length)
    header = data[start:body]
    reply_to = fields[3] if count == 6 else b""
    return Msg(fields[2], fields[1], reply_to, data[body:stop], _status(header), header)


def _status(header: bytes) -> int:
    """Return the status in the first line of a header; 0 if there is none."""
    code = header[_STATUS : _STATUS + 3]
    return int(code) if code.isdigit() else 0


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
