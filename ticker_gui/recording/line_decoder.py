"""Decoding recorded lines: those of one read of a connection together, many times faster."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from typing import Final

import msgspec

from ticker_gui.domain.decode_errors import DECODE_ERRORS
from ticker_gui.recording.format import Header, Line, time_ns

_MIN_NS: Final = 10**12  # a smaller time is in seconds
_MAX_NS: Final = 2**63 - 1
# A line with a received text as the recorder writes it, up to the quotation mark before the text.
_HEAD: Final = re.compile(
    rb'\{"t":\d{13,19},"dir":"in"(?:,"feed":"(?:[^"\\\n]|\\[^\n])*")?(?:,"conn":\d{1,18})?,"frame":"'
)
_END: Final = b'"}\n'
_BETWEEN: Final = b"}\n"  # the text of a frame and the head of the next line
_JOINT: Final = b',\t"'  # of an array; JSON allows no tab in a text, so none of a damaged line reaches into the next
_MIN_READ_BYTES: Final = 2 << 10  # of lines, below which decoding them together is not faster
_MAX_READ_BYTES: Final = 64 << 10  # so that Python's lock is held only briefly
_PART_BYTES: Final = 16 << 10  # of other lines


class Batch(msgspec.Struct, gc=False):
    """Frames that a connection received in one read, or a part of them. ``again`` is that of `Line`."""

    feed: str
    conn: int
    payloads: list[bytes]
    t: int
    again: bool = False

    def is_same_read(self, other: Batch) -> bool:
        """Return whether both were received in one read."""
        return self.t == other.t and self.conn == other.conn and self.feed == other.feed and self.again == other.again


class LineDecoder:
    """Decodes lines; received frames become batches."""

    def __init__(self) -> None:
        self._decode: Final = msgspec.json.Decoder(Line).decode
        self._decode_lines: Final = msgspec.json.Decoder(Line).decode_lines
        self._decode_texts: Final = msgspec.json.Decoder(list[str]).decode

    def decode(self, raw: bytes) -> Line:
        """Return one line whose time is in nanoseconds and whose payload is valid.

        Raises:
            ValueError, or one of ``DECODE_ERRORS``: the line is invalid.
        """
        line = self._decode(raw)
        _check(line)
        return line

    def decode_next(self, block: bytes, at: int) -> tuple[list[Batch | Line | Header], int]:
        """Return what a few lines contain, and their end; nothing if any of them needs `decode`.

        ``block`` consists of whole lines, and one of them begins at ``at``.
        """
        head = _HEAD.match(block, at)
        if head is not None and block.startswith(head[0], block.find(b"\n", at + _MIN_READ_BYTES) + 1):
            end = _end_of_read(block, at, head[0])
            batch = self._decode_read(block[at:end], head[0])
            if batch is not None:
                return [batch], end
        end = block.find(b"\n", at + _PART_BYTES) + 1 or len(block)
        return self._decode_part(block[at:end]), end

    def _decode_read(self, lines: bytes, head: bytes) -> Batch | None:
        """Return the frames of lines that all have a head; ``None`` if they have not, or are unusual."""
        text = lines[len(head) - 1 : -2]  # from the quotation mark before the first frame to that after the last one
        frames = text.rsplit(_BETWEEN + head)  # from the right: the first byte of the separator is rarer than its last
        joined = b"[%b]" % _JOINT.join(frames)
        if b"\n" in joined or not lines.endswith(_END):
            return None
        try:
            line = self.decode(head + _END)
            payloads = [frame.encode() for frame in self._decode_texts(joined)]  # not surrogates: an error
        except (*DECODE_ERRORS, ValueError):
            return None
        if len(payloads) != len(frames):  # a line is damaged
            return None
        return Batch(line.feed, line.conn, payloads, int(line.t))

    def _decode_part(self, lines: bytes) -> list[Batch | Line | Header]:
        try:
            decoded = self._decode_lines(lines)
            for line in decoded:
                t = line.t
                if line.frame is None or line.b64 is not None or type(t) is not int or not _MIN_NS <= t <= _MAX_NS:
                    _check(line)
        except (*DECODE_ERRORS, ValueError):
            return []
        return as_batches(decoded) if len(decoded) == lines.count(b"\n") else []


def as_batches(lines: Iterable[Line | Header]) -> list[Batch | Line | Header]:
    """Return lines, with received frames of the same read together."""
    items: list[Batch | Line | Header] = []
    read: Batch | None = None
    for line in lines:
        if type(line) is not Line or line.dir != "in":
            items.append(line)
            read = None
            continue
        payload = line.payload if line.frame is None else line.frame.encode("utf-8", "surrogatepass")
        if (
            read is not None
            and line.t == read.t
            and line.conn == read.conn
            and line.feed == read.feed
            and line.again == read.again
        ):
            read.payloads.append(payload)
        else:
            read = Batch(line.feed, line.conn, [payload], int(line.t), line.again)
            items.append(read)
    return items


def _end_of_read(block: bytes, begin: int, head: bytes) -> int:
    """Return the end of the lines that have a head, provided that no others are among them.

    It looks at a few of them only, ever further away and then ever closer.
    """
    limit = begin + _MAX_READ_BYTES
    last, step, is_growing = begin, _MIN_READ_BYTES, True
    while True:
        next_line = block.find(b"\n", last + step, limit) + 1
        if next_line and block.startswith(head, next_line):
            last = next_line
            step *= 2 if is_growing else 1
        elif step:
            step //= 4
            is_growing = False
        else:
            return block.index(b"\n", last) + 1


def _check(line: Line) -> None:
    """Convert the time of a line to nanoseconds.

    Raises:
        ValueError: the time or the payload is invalid.
    """
    if type(line.t) is not int or line.t < _MIN_NS:
        line.t = time_ns(line.t)
    elif line.t > _MAX_NS:
        raise ValueError("the time is not between 1970 and 2262")
    if line.b64 is not None:
        _check_base64(line.b64)
    elif line.frame is None and line.dir in ("in", "out"):
        raise ValueError("it contains no frame")


def _check_base64(text: str) -> None:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("its base64 is invalid") from None
