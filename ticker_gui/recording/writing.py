"""Writing a recording: frames are passed to a thread, which redacts, compresses and writes them."""

from __future__ import annotations

import logging
import os
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import msgspec

from ticker_gui.domain.frame import Direction, redacted
from ticker_gui.formatting.file_errors import describe_disk_error, describe_write_error
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.recording.format import Header, Line, RecordingError, set_content

_LOG: Final = logging.getLogger(__name__)
_MAX_QUEUED_BYTES: Final = 64 << 20
_GATHER_S: Final = 0.05  # frames are encoded together, but briefly: the event loop waits for Python's lock
_FLUSH_S: Final = 1.0
_MIN_FLUSH_S: Final = 0.2  # between two flushes, each of which takes some space
_FLUSH_FRAMES: Final = 200
_CHUNK_BYTES: Final = 256 << 10  # before compression
_LEVEL: Final = 6
_FAST_LEVEL: Final = 1  # while many frames wait
_MANY_BYTES: Final = 512 << 10
_MAX_BODY_BYTES: Final = 1 << 20  # of the answer to a request, so that its line is not too long
_GZIP: Final = 31  # window bits: the largest window, with the header of gzip
_BINARY: Final[int] = getattr(os, "O_BINARY", 0)
_SEPARATOR: Final = b"\x7f"  # between the frames of a batch: one byte, also in JSON, and rare in frames

Redact: TypeAlias = Callable[[str], str]


class FrameBatch(NamedTuple):
    """Frames of one connection with the same time. ``redact`` removes the secrets from a text."""

    feed: str
    conn: int
    payloads: Sequence[str | bytes]
    direction: Direction
    time_ns: int
    redact: Redact
    again: bool = False  # see `Line`

    @property
    def size(self) -> int:
        """The bytes of its payloads."""
        return sum(map(len, self.payloads))


class HttpAnswer(NamedTuple):
    """The answer to a request for past data. ``redact`` removes the secrets from a text."""

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


Item: TypeAlias = FrameBatch | HttpAnswer | Line


class RecordingWriter:
    """Writes one recording. It never blocks and never raises after it has been opened.

    Frames are lost if the disk is too slow; their number is written as a note. If writing fails, the recording ends:
    ``failure`` is a sentence for the user, and ``on_failure(failure)`` is called in the thread of the writer. What was
    written until the last flush, about a second before, can be read.

    With ``replaces``, a file of that name is deleted first.

    Raises:
        RecordingError: the file exists, or it cannot be written.
    """

    def __init__(
        self,
        path: Path,
        header: Header,
        on_failure: Callable[[str], object] | None = None,
        *,
        replaces: bool = False,
    ) -> None:
        self.path: Final = path
        self.failure = ""
        self.frames = 0  # accepted so far
        self.lost = 0  # of all frames
        self.written_bytes = 0
        self._on_failure = on_failure
        self._errors = InternalErrors("the recording")
        self._file = _create(path, replaces=replaces)
        self._queue: deque[Item] = deque()
        self._put_bytes = self._taken_bytes = 0  # each is changed by one thread only
        self._unreported = 0  # lost frames that no note has been written for
        self._wake = threading.Event()
        self._flush_requests: deque[threading.Event] = deque()
        self._is_closing = False
        self._encoder = LineEncoder()
        self._compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
        self._level = self._next_level = _LEVEL
        self._chunk = bytearray(self._encoder.encode(header))
        self._flushed_s = time.monotonic()
        self._unflushed = 1  # lines since the last flush
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"recording {path.name}")
        self._thread.start()

    @property
    def is_open(self) -> bool:
        """Whether frames are accepted: it is neither closed, nor has writing failed."""
        return not self._is_closing and not self.failure

    def add_frames(self, batch: FrameBatch) -> None:
        """Add frames, to be redacted and written soon."""
        size = batch.size
        if self._may_add(size, len(batch.payloads)):
            self.frames += len(batch.payloads)
            self._put(batch, batch.time_ns, size)

    def add(self, line: Line) -> None:
        """Add a line that contains no secrets. If many frames wait already, it counts as a lost frame."""
        size = _size(line)
        if self._may_add(size, 1):
            self._put(line, line.t, size)

    def add_http(self, answer: HttpAnswer) -> None:
        """Add the answer to a request, to be redacted and written soon; of a very large one, only a note."""
        if self._may_add(answer.size, 1):
            self._put(answer, answer.time_ns, answer.size)

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Wait until what was added can be read; return whether it can. This blocks: call it in a thread."""
        flushed = threading.Event()
        self._flush_requests.append(flushed)
        self._wake.set()
        return flushed.wait(timeout_s)

    def close(self, timeout_s: float = 10.0) -> None:
        """Write what was added and close the file; give up after some seconds. This blocks: call it in a thread."""
        self._is_closing = True
        self._wake.set()
        self._thread.join(timeout_s)
        if self._thread.is_alive() and not self.failure:
            self._fail(f"The last frames could not be written to {self.path} in time.")

    def _may_add(self, size: int, count: int) -> bool:
        """Return whether there is room for frames in the queue; count them as lost if there is not."""
        if not self.is_open:
            return False
        if self._put_bytes - self._taken_bytes + size <= _MAX_QUEUED_BYTES:
            return True
        self.lost += count
        self._unreported += count
        return False

    def _put(self, item: Item, t: int | float, size: int) -> None:
        if self._unreported:
            lost, self._unreported = self._unreported, 0
            self._queue.append(
                Line(t, "note", frame=f"{lost:,} frames before this line were lost: the disk is too slow.")
            )
        self._put_bytes += size
        self._queue.append(item)
        if not self._wake.is_set():
            self._wake.set()

    # In the thread

    def _run(self) -> None:
        has_bug = True
        with self._errors.contained("writing a recording"):
            self._write_until_closed()
            has_bug = False
        if has_bug:
            self._fail(f"Recording to {self.path} ended because of an internal error. Details are in the log.")
        self._close_file()

    def _write_until_closed(self) -> None:
        try:
            while not self._is_closing:
                self._wake.wait()
                if not self._is_closing:
                    time.sleep(_GATHER_S)
                self._wake.clear()
                self._next_level = _FAST_LEVEL if self._put_bytes - self._taken_bytes > _MANY_BYTES else _LEVEL
                self._write_queued()
                self._flush_if_due()
                if self._unflushed:
                    self._wake.set()
            self._write_queued()
            self._write(zlib.Z_FINISH)
        except OSError as error:
            self._fail(f"Recording to {self.path} ended: {describe_disk_error(error)}. What was recorded is kept.")

    def _fail(self, failure: str) -> None:
        self.failure = failure
        self._queue.clear()
        _LOG.warning("%s", failure)
        if self._on_failure is not None:
            self._on_failure(failure)

    def _close_file(self) -> None:
        try:
            self._file.close()
        except OSError as error:
            _LOG.info("%s could not be closed: %s", self.path, error)

    def _write_queued(self) -> None:
        while self._queue:
            item = self._queue.popleft()
            self._taken_bytes += _size(item)
            self._unflushed += self._encoder.add(item, self._chunk)
            if len(self._chunk) >= _CHUNK_BYTES:
                self._write(zlib.Z_NO_FLUSH)
                self._flush_if_due()

    def _flush_if_due(self) -> None:
        passed_s = _FLUSH_S if self._flush_requests else time.monotonic() - self._flushed_s
        requests = [self._flush_requests.popleft() for _ in range(len(self._flush_requests))]
        is_due = passed_s >= (_FLUSH_S if self._unflushed < _FLUSH_FRAMES else _MIN_FLUSH_S)
        if self._unflushed and is_due:
            self._write(zlib.Z_SYNC_FLUSH)
            self._unflushed = 0
            self._flushed_s = time.monotonic()
        for request in requests:
            request.set()

    def _write(self, mode: int) -> None:
        """Compress the chunk and write it. While many frames wait, faster, in another member of the gzip file."""
        compressed = self._compressor.compress(bytes(self._chunk))
        self._chunk.clear()
        if mode == zlib.Z_SYNC_FLUSH and self._next_level != self._level:
            mode = zlib.Z_FINISH
        if mode != zlib.Z_NO_FLUSH:
            compressed += self._compressor.flush(mode)
        if mode == zlib.Z_FINISH:
            self._level = self._next_level
            self._compressor = zlib.compressobj(self._level, zlib.DEFLATED, _GZIP)
        while compressed:
            count = self._file.write(compressed)
            self.written_bytes += count
            compressed = compressed[count:]


class LineEncoder:
    """Encodes lines as JSON. The frames of a batch are encoded together, which is many times faster."""

    def __init__(self) -> None:
        self._encode: Final = msgspec.json.Encoder().encode

    def encode(self, line: Line | Header) -> bytes:
        """Return one line, with its line break."""
        return self._encode(line) + b"\n"

    def add(self, item: Item, output: bytearray) -> int:
        """Append the lines of an item, redacted; return their number."""
        if isinstance(item, FrameBatch):
            self._add_batch(item, output)
            return len(item.payloads)
        output += self.encode(item if isinstance(item, Line) else _http_line(item))
        return 1

    def _add_batch(self, batch: FrameBatch, output: bytearray) -> None:
        try:
            text = _SEPARATOR.join(batch.payloads).decode()  # type: ignore[arg-type]
        except (TypeError, UnicodeDecodeError):  # some are texts, or binary
            text = ""
        frames = self._encode(batch.redact(text))[1:-1]
        line = Line(batch.time_ns, batch.direction, batch.feed, batch.conn, again=batch.again, frame="")
        start = self._encode(line)[:-2]  # up to the first quotation mark of the frame
        between = b'"}\n' + start
        lines = frames.replace(_SEPARATOR, between)
        # The separator may occur in a frame, or be redacted together with the beginning of a secret.
        replaced = (len(lines) - len(frames)) // (len(between) - len(_SEPARATOR))
        if not text or replaced != len(batch.payloads) - 1:
            for payload in batch.payloads:
                output += self._encode_one(batch, redacted(payload, batch.redact))
            return
        output += start
        output += lines
        output += b'"}\n'

    def _encode_one(self, batch: FrameBatch, payload: bytes) -> bytes:
        line = Line(batch.time_ns, batch.direction, batch.feed, batch.conn, again=batch.again)
        set_content(line, payload)
        return self.encode(line)


def _http_line(answer: HttpAnswer) -> Line:
    url = answer.redact(answer.url)
    if answer.size > _MAX_BODY_BYTES:
        note = f"The answer of {url} is not recorded: it is larger than {_MAX_BODY_BYTES >> 20} MiB."
        return Line(answer.time_ns, "note", answer.feed, frame=note)
    line = Line(answer.time_ns, "http", answer.feed, url=url, status=answer.status)
    set_content(line, redacted(answer.body, answer.redact))
    return line


def _size(item: Item) -> int:
    return len(item.frame or "") if isinstance(item, Line) else item.size


def _create(path: Path, *, replaces: bool) -> _RawFile:
    """Create a file that only its owner can read."""
    try:
        if replaces and path.is_file():
            path.unlink()
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | _BINARY, 0o600)
    except FileExistsError:
        raise RecordingError(f"Could not record to {path}: it exists already. Choose another name.") from None
    except (OSError, ValueError) as error:  # a NUL character in the path
        reason = describe_write_error(error, path) if isinstance(error, OSError) else str(error)
        raise RecordingError(f"Could not record to {path}: {reason}.") from error
    return _RawFile(handle)


class _RawFile:
    """An open file without a buffer."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def write(self, content: bytes) -> int:
        return os.write(self._handle, content)

    def close(self) -> None:
        os.close(self._handle)
