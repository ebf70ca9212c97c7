"""Encoding what is recorded as lines, redacted: the frames of successive reads together, many times faster."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeAlias

import msgspec

from ticker_gui.domain.frame import Direction, redacted
from ticker_gui.recording.format import Header, Line, set_content
from ticker_gui.recording.packing import Packer

MAX_BODY_BYTES: Final = 1 << 20  # of the response to a request, so that its line is not too long
# Between the frames of a batch, also in JSON. A server cannot guess it; looking for it in each frame would take longer
# than everything else that is done with a batch while the event loop waits. It is not part of any word of the frames.
SEPARATOR: Final = b"\x7f%b\x7f" % secrets.token_urlsafe(6).encode()

Redact: TypeAlias = Callable[[str], str]


class FrameBatch(NamedTuple):
    """Frames of one connection with the same time. ``redact`` removes the secrets from a text.

    Those of a `joined` batch are in ``text``, with separators.
    """

    feed: str
    conn: int
    payloads: Sequence[str | bytes]
    direction: Direction
    time_ns: int
    redact: Redact
    again: bool = False  # see `Line`
    text: bytes | None = None

    @property
    def size(self) -> int:
        """The bytes of its payloads."""
        return sum(map(len, self.payloads)) if self.text is None else len(self.text)

    def joined(self) -> FrameBatch:
        """Return the same frames in one text; if that is not possible, as they are.

        Copying received frames at once costs less than keeping them: their memory is used again for the next ones.
        """
        if not self.payloads:
            return self
        try:
            text = SEPARATOR.join(self.payloads)  # type: ignore[arg-type]
        except TypeError:  # frames that are sent may be text
            return self
        return FrameBatch(self.feed, self.conn, (), self.direction, self.time_ns, self.redact, self.again, text)

    def is_like(self, other: FrameBatch) -> bool:
        """Return whether lines of both differ in the times and the frames only."""
        return (self.conn, self.direction, self.feed, self.again) == (
            other.conn, other.direction, other.feed, other.again
        ) and self.redact == other.redact  # fmt: skip


class RecordedResponse(NamedTuple):
    """The response to a request for past data. ``redact`` removes the secrets from a text."""

    feed: str
    url: str
    status: int
    body: bytes
    time_ns: int
    redact: Redact

    @property
    def size(self) -> int:
        """The bytes of its body."""
        return len(self.body)


class LineEncoder:
    """Encodes lines as JSON."""

    def __init__(self) -> None:
        self._encode: Final = msgspec.json.Encoder().encode

    def encode(self, line: Line | Header) -> bytes:
        """Return one line, with its line break."""
        return self._encode(line) + b"\n"

    def encode_response(self, response: RecordedResponse) -> bytes:
        """Return the line of a response, redacted; a note instead of a very large one."""
        url = response.redact(response.url)
        if response.size > MAX_BODY_BYTES:
            note = f"The response from {url} is not recorded: it is larger than {MAX_BODY_BYTES >> 20} MB."
            return self.encode(Line(response.time_ns, "note", response.feed, frame=note))
        line = Line(response.time_ns, "http", response.feed, url=url, status=response.status)
        set_content(line, redacted(response.body, response.redact))
        return self.encode(line)

    def encode_batches(self, batches: Sequence[FrameBatch], packer: Packer) -> None:
        """Add the lines of batches, redacted; each batch must be like the first one. Joined ones take less time."""
        first = batches[0]
        is_plain = _is_plain(batches)
        line = Line(0, first.direction, first.feed, first.conn, again=first.again, frame="")
        after_time = self._encode(line).removeprefix(b'{"t":0').removesuffix(b'"}')
        for batch in batches:
            if is_plain and batch.text is not None:
                packer.add_frames(b'{"t":%d%b' % (batch.time_ns, after_time), batch.text)
            else:
                packer.add(b"".join([self._encode_one(batch, payload) for payload in _payloads(batch)]))

    def _encode_one(self, batch: FrameBatch, payload: str | bytes) -> bytes:
        line = Line(batch.time_ns, batch.direction, batch.feed, batch.conn, again=batch.again)
        set_content(line, redacted(payload, batch.redact))
        return self.encode(line)


def _is_plain(batches: Sequence[FrameBatch]) -> bool:
    """Return whether all joined batches are text without secrets."""
    try:
        text = b"\n".join([batch.text for batch in batches if batch.text is not None]).decode()
    except UnicodeDecodeError:
        return False
    return batches[0].redact(text) == text


def _payloads(batch: FrameBatch) -> Sequence[str | bytes]:
    return batch.payloads if batch.text is None else batch.text.split(SEPARATOR)
