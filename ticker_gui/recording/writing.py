"""Writing a recording: a thread redacts and writes the frames, and a process packs them at high rates."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeAlias

from ticker_gui.formatting.file_errors import describe_disk_error, describe_write_error
from ticker_gui.formatting.numbers import counted
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.recording.compression import FINISH, SYNC_FLUSH
from ticker_gui.recording.format import Header, Line, RecordingError
from ticker_gui.recording.line_encoder import SEPARATOR, FrameBatch, LineEncoder, RecordedResponse
from ticker_gui.recording.packing import LocalPacker, Packer
from ticker_gui.recording.packing_process import PackingEnded, ProcessPacker

_LOG: Final = logging.getLogger(__name__)
_MAX_QUEUED_BYTES: Final = 64 << 20
_GATHER_S: Final = 0.1  # frames are encoded together
_GATHER_BYTES: Final = 256 << 10  # small enough for the processor's cache, and to hold the GIL only briefly
_ENCODE_BYTES: Final = 64 << 10  # of frames, in one step
_FLUSH_S: Final = 1.0
_MIN_FLUSH_S: Final = 0.2  # between two flushes, each of which takes some space
_FLUSH_FRAMES: Final = 200
_CHUNK_BYTES: Final = 256 << 10  # before compression
_FAST_BYTES_PER_S: Final = 8 << 20  # of frames, from which on a process packs them
_START_S: Final = 5.0  # until that is given up at the end
_BINARY: Final[int] = getattr(os, "O_BINARY", 0)

Item: TypeAlias = FrameBatch | RecordedResponse | Line


class RecordingWriter:
    """Writes one recording. It never blocks and never raises after it has been opened.

    Frames are lost if the disk is too slow; their number is written as a note. If writing fails, the recording ends:
    ``failure`` is a sentence for the user, and ``on_failure(failure)`` is called in the thread of the writer. What was
    written until the last flush, about a second before, can be read.

    At a high rate, a process packs the frames, so that the event loop waits less often for Python's lock.

    With ``replaces``, a file of that name is deleted first. Unexpected exceptions are counted in ``errors``.

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
        errors: InternalErrors | None = None,
    ) -> None:
        self.path: Final = path
        self.failure = ""
        self.frames = 0  # accepted so far
        self.lost = 0  # of all frames
        self.written_bytes = 0
        self._on_failure = on_failure
        self._errors = errors or InternalErrors("the recording")
        self._file = _create(path, replaces=replaces)
        self._queue: deque[tuple[Item, int, int]] = deque()  # with their bytes and lines
        self._put_bytes = self._taken_bytes = 0  # each is changed by one thread only
        self._unreported = 0  # lost frames that no note has been written for
        self._wake = threading.Event()
        self._is_idle = False  # whether the thread waits for the first item
        self._flush_requests: deque[threading.Event] = deque()
        self._is_closing = False
        self._encoder = LineEncoder()
        self._packer: Packer = LocalPacker(SEPARATOR)
        self._packer.add(self._encoder.encode(header))
        self._next_packer: Packer | None = None  # for what follows the next flush
        self._starter: threading.Thread | None = None  # of its process
        self._flushed_s, self._flushed_bytes = time.monotonic(), 0  # taken until then
        self._unflushed = 1  # lines since the last flush
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"recording {path.name}")
        self._thread.start()

    @property
    def is_open(self) -> bool:
        """Whether frames are accepted: it is neither closed, nor has writing failed."""
        return not self._is_closing and not self.failure

    def add_frames(self, batch: FrameBatch) -> None:
        """Add frames, to be redacted and written soon."""
        count, batch = len(batch.payloads), batch.joined()
        size = batch.size
        if self._may_add(size, count):
            self.frames += count
            self._put(batch, batch.time_ns, size, count)

    def add(self, line: Line) -> None:
        """Add a line that contains no secrets. If many frames wait already, it counts as a lost frame."""
        size = len(line.frame or "")
        if self._may_add(size, 1):
            self._put(line, line.t, size, 1)

    def add_http(self, response: RecordedResponse) -> None:
        """Add the response to a request, to be redacted and written soon; of a very large one, only a note."""
        if self._may_add(response.size, 1):
            self._put(response, response.time_ns, response.size, 1)

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Wait until what was added can be read; return whether it can. This blocks: call it in a thread."""
        flushed = threading.Event()
        self._flush_requests.append(flushed)
        self._wake.set()
        if not self._thread.is_alive():  # it has ended, so it answers no more requests
            self._answer_flush_requests()
        return flushed.wait(timeout_s) and not self.failure

    def close(self, timeout_s: float = 10.0) -> None:
        """Write what was added and close the file; give up after some seconds. This blocks: call it in a thread."""
        self._is_closing = True
        self._wake.set()
        self._thread.join(timeout_s)
        if self._thread.is_alive() and not self.failure:
            self._fail(f"The last messages could not be written to {self.path} in time.")
            self._packer.abort()

    def _may_add(self, size: int, count: int) -> bool:
        """Return whether there is room for frames in the queue; count them as lost if there is not."""
        if self._is_closing or self.failure:  # no further calls: the event loop waits
            return False
        if self._put_bytes - self._taken_bytes + size <= _MAX_QUEUED_BYTES:
            return True
        self.lost += count
        self._unreported += count
        return False

    def _put(self, item: Item, t: int | float, size: int, count: int) -> None:
        if self._unreported:
            lost, self._unreported = self._unreported, 0
            were = "was" if lost == 1 else "were"
            note = f"{counted(lost, 'message')} before this line {were} lost: the disk is too slow."
            self._queue.append((Line(t, "note", frame=note), 0, 1))
        self._put_bytes += size
        self._queue.append((item, size, count))
        if self._is_idle or self._put_bytes - self._taken_bytes >= _GATHER_BYTES:
            self._wake.set()

    @property
    def _queued_bytes(self) -> int:
        return self._put_bytes - self._taken_bytes

    # In the thread

    def _run(self) -> None:
        has_bug = True
        with self._errors.contained("writing a recording"):
            self._write_until_closed()
            has_bug = False
        if has_bug:
            self._fail(f"Recording to {self.path} ended because of an internal error. Details are in the log.")
        with self._errors.contained("ending a recording"):
            self._close_packers()
        self._close_file()
        self._answer_flush_requests()

    def _write_until_closed(self) -> None:
        try:
            while not self._is_closing:
                self._wait_for_items()
                self._write_queued()
                self._flush_if_due()
            self._write_queued()
            self._write(FINISH)
        except OSError as error:
            self._fail(
                f"Recording to {self.path} ended: {describe_disk_error(error)}. What was recorded before is kept."
            )
        except PackingEnded:
            self._fail(
                f"Recording to {self.path} ended: the process that compresses it has ended. "
                "What was recorded before is kept."
            )

    def _wait_for_items(self) -> None:
        """Wait for the first item, and gather more, unless there is something to do at once."""
        self._wake.clear()  # what is set before `_wake` is seen below
        if not self._unflushed and not self._is_urgent:
            self._is_idle = True
            if not self._queue and not self._is_urgent:
                self._wake.wait()
            self._is_idle = False
            self._wake.clear()
        if not self._is_urgent:
            self._wake.wait(_GATHER_S)

    @property
    def _is_urgent(self) -> bool:
        return self._is_closing or bool(self._flush_requests) or self._queued_bytes >= _GATHER_BYTES

    def _fail(self, failure: str) -> None:
        self.failure = failure
        self._queue.clear()
        _LOG.warning("%s", failure)
        if self._on_failure is not None:
            self._on_failure(failure)

    def _close_packers(self) -> None:
        if self._starter is not None:
            self._starter.join(_START_S)
        for packer in (self._packer, self._next_packer):
            if packer is not None:
                packer.close()

    def _close_file(self) -> None:
        try:
            self._file.close()
        except OSError as error:
            _LOG.info("%s could not be closed: %s", self.path, error)

    def _write_queued(self) -> None:
        while self._queue:
            item = self._take()
            if isinstance(item, FrameBatch):
                self._add_batches(item)
            else:
                line = self._encoder.encode(item) if isinstance(item, Line) else self._encoder.encode_response(item)
                self._packer.add(line)
            if self._packer.size >= _CHUNK_BYTES:
                self._packer.compress()
                self._flush_if_due()

    def _take(self) -> Item:
        item, size, count = self._queue.popleft()
        self._taken_bytes += size
        self._unflushed += count
        return item

    def _add_batches(self, first: FrameBatch) -> None:
        """Encode a batch that was taken, together with those like it that follow."""
        batches, end = [first], self._taken_bytes + _ENCODE_BYTES
        while self._queue and self._taken_bytes < end:
            following = self._queue[0][0]
            if not isinstance(following, FrameBatch) or not following.is_like(first):
                break
            self._take()
            batches.append(following)
        self._encoder.encode_batches(batches, self._packer)

    def _flush_if_due(self) -> None:
        requests = len(self._flush_requests)
        passed_s = time.monotonic() - self._flushed_s
        is_due = requests or passed_s >= (_FLUSH_S if self._unflushed < _FLUSH_FRAMES else _MIN_FLUSH_S)
        if self._unflushed and is_due:
            self._flush()
            if self._taken_bytes - self._flushed_bytes >= _FAST_BYTES_PER_S * max(passed_s, _MIN_FLUSH_S):
                self._start_process()
            self._unflushed = 0
            self._flushed_s, self._flushed_bytes = time.monotonic(), self._taken_bytes
        self._answer_flush_requests(requests)

    def _flush(self) -> None:
        if self._next_packer is None:
            self._write(SYNC_FLUSH)
        else:
            self._write(FINISH)  # the next one compresses to another member of the file
            self._packer.close()
            self._packer, self._next_packer = self._next_packer, None

    def _start_process(self) -> None:
        """Start a process that packs what follows; messages are written meanwhile. This is tried once."""
        is_interpreter = not getattr(sys, "frozen", False)  # the program of an installer would open another window
        if self._starter is None and is_interpreter:
            self._starter = threading.Thread(target=self._wait_for_process, daemon=True, name="start of a recording")
            self._starter.start()

    def _wait_for_process(self) -> None:
        with self._errors.contained("starting the process of a recording"):
            try:
                self._next_packer = ProcessPacker(SEPARATOR)
            except (OSError, PackingEnded) as error:
                _LOG.warning(
                    "A recording is compressed without a separate process, because none could be started: %s", error
                )

    def _answer_flush_requests(self, count: int | None = None) -> None:
        """Answer all requests, or the first ones."""
        with suppress(IndexError):  # at the end, others may answer them as well
            for _ in range(len(self._flush_requests) if count is None else count):
                self._flush_requests.popleft().set()

    def _write(self, mode: int) -> None:
        """Write everything, after a flush of this mode."""
        packed = self._packer.take(mode)
        while packed:
            count = self._file.write(packed)
            self.written_bytes += count
            packed = packed[count:]


def _create(path: Path, *, replaces: bool) -> _RawFile:
    """Create a file that only its owner can read."""
    try:
        if replaces and os.path.isfile(path):
            path.unlink()
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | _BINARY, 0o600)
    except FileExistsError:
        raise RecordingError(f"Could not record to {path}: it already exists. Choose another name.") from None
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
