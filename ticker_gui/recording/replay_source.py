"""The frames of a recording in the order of their processing, read ahead by a thread."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from time import perf_counter
from typing import Final, NamedTuple, TypeAlias

from ticker_gui.domain.errors import TickerError
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.recording.format import Header, Line
from ticker_gui.recording.reading import Recording

_ITEMS_PER_CHUNK: Final = 256
_MAX_CHUNKS: Final = 8  # that are read ahead
_MAX_CHUNK_BYTES: Final = 1 << 20
_SLICE_S: Final = 0.0001  # for which the thread holds Python's lock
_MAX_BATCH: Final = 128  # frames, so that the event loop is not delayed for long


class Batch(NamedTuple):
    """The frames of one read of a connection."""

    feed: str
    conn: int
    payloads: list[bytes]
    t: int


ReplayItem: TypeAlias = Batch | Line | Header


def replay_items(recording: Recording) -> Generator[ReplayItem, None, None]:
    """Yield the lines of a recording, with the frames of each read together.

    The beginning of a connection that an earlier recording of the same run contains is left out.
    """
    known: set[tuple[str, int]] = set()  # connections
    repeated: set[tuple[str, int]] = set()  # those whose beginning is contained in this recording and in another one
    run = recording.header.run
    feed, conn, payloads, read_ns = batch = Batch("", 0, [], 0)
    with closing(recording.lines()) as lines:
        for line in lines:
            if (  # a further frame of the same read, as nearly all are
                type(line) is Line
                and line.t == read_ns
                and line.dir == "in"
                and line.conn == conn
                and 0 < len(payloads) < _MAX_BATCH
                and line.feed == feed
                and not line.again
            ):
                payloads.append(line.payload)
                continue
            if payloads:
                yield batch
                feed, conn, payloads, read_ns = batch = Batch("", 0, [], 0)
            if isinstance(line, Header):
                if line.run != run or not run:
                    run = line.run
                    known.clear()
                repeated = set(known)
                yield line
                continue
            key = (line.feed, line.conn)
            if line.again and key in repeated:
                continue
            known.add(key)
            if line.dir == "in":
                feed, conn, payloads, read_ns = batch = Batch(line.feed, line.conn, [line.payload], int(line.t))
            else:
                yield line
    if payloads:
        yield batch


class ReplaySource:
    """Reads the items of a recording in a thread, a few chunks ahead. Close it to end the thread."""

    def __init__(self, recording: Recording) -> None:
        self._recording: Final = recording
        self._errors = InternalErrors("a replay")
        self._chunks: queue.Queue[list[ReplayItem]] = queue.Queue(_MAX_CHUNKS)
        self._items: Iterator[ReplayItem] = iter(())
        self._next: ReplayItem | None = None
        self._is_read = threading.Event()
        self._is_closed = False
        threading.Thread(target=self._run, daemon=True, name="replay").start()

    @property
    def is_ended(self) -> bool:
        """Whether every item was taken."""
        return self.peek() is None and self._is_read.is_set() and self._chunks.empty() and self.peek() is None

    def peek(self) -> ReplayItem | None:
        """Return the next item without taking it; ``None`` at the end, and while the thread reads it."""
        if self._next is None:
            self._next = next(self._items, None)
            if self._next is None:
                try:
                    self._items = iter(self._chunks.get_nowait())
                except queue.Empty:
                    return None
                self._next = next(self._items, None)
        return self._next

    def take(self) -> None:
        """Take the item that `peek` has returned."""
        self._next = None

    def close(self) -> None:
        """End the thread soon; nothing more is returned."""
        self._is_closed = True
        self._items, self._next = iter(()), None
        while not self._chunks.empty():  # the thread may wait for room
            self._chunks.get_nowait()

    def _run(self) -> None:
        has_bug = True
        with self._errors.contained("reading a recording"):
            self._read()
            has_bug = False
        if has_bug:
            self._recording.problems.add("The rest cannot be read: internal error. Details are in the log.")
        self._is_read.set()

    def _read(self) -> None:
        chunk: list[ReplayItem] = []
        size, until = 0, 0.0
        try:
            with closing(replay_items(self._recording)) as items:
                for item in items:
                    chunk.append(item)
                    size += sum(map(len, item.payloads)) if isinstance(item, Batch) else 100
                    if perf_counter() > until:
                        time.sleep(0)  # lets the event loop run, which would wait for Python's lock for up to 5 ms
                        until = perf_counter() + _SLICE_S
                    if len(chunk) >= _ITEMS_PER_CHUNK or size >= _MAX_CHUNK_BYTES:
                        self._pass_on(chunk)
                        chunk, size = [], 0
                    if self._is_closed:
                        return
        except TickerError as error:  # the file was removed, for example
            self._recording.problems.add(str(error))
        finally:
            if chunk:
                self._pass_on(chunk)

    def _pass_on(self, chunk: list[ReplayItem]) -> None:
        while not self._is_closed:
            try:
                self._chunks.put(chunk, timeout=0.5)
            except queue.Full:
                continue
            return
