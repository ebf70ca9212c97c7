"""The frames of a recording in the order of their processing, read ahead by a thread."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from time import perf_counter
from typing import Final, TypeAlias

from ticker_gui.domain.errors import TickerError
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.recording.format import Header, Line
from ticker_gui.recording.line_decoder import Batch
from ticker_gui.recording.reading import Recording

_ITEMS_PER_CHUNK: Final = 256
_MAX_CHUNKS: Final = 4  # that are read ahead
_MAX_CHUNK_BYTES: Final = 256 << 10  # few enough for the processor's cache
_LINE_BYTES: Final = 100  # of a line without a frame, about
_SLICE_S: Final = 0.0005  # for which the thread holds Python's lock
_MAX_BATCH: Final = 128  # frames, so that the event loop is not delayed for long


ReplayItem: TypeAlias = Batch | Line | Header


def replay_items(recording: Recording) -> Generator[ReplayItem, None, None]:
    """Yield the contents of a recording, with the frames of each read together.

    The beginning of a connection that an earlier recording of the same run contains is left out.
    """
    known: set[tuple[str, int]] = set()  # connections
    repeated: set[tuple[str, int]] = set()  # those whose beginning is contained in this recording and in another one
    run = recording.header.run
    read: Batch | None = None  # its end may follow
    with closing(recording.items()) as items:
        for item in items:
            if read is not None and type(item) is Batch and item.is_same_read(read):
                read.payloads += item.payloads
                *whole, read = _in_pieces(read)
                yield from whole
                continue
            if isinstance(item, Header):
                if item.run != run or not run:
                    run = item.run
                    known.clear()
                repeated = set(known)
            else:
                key = (item.feed, item.conn)
                if item.again and key in repeated:
                    continue
                known.add(key)
            if read is not None:
                yield read
                read = None
            if type(item) is Batch:
                *whole, read = _in_pieces(item)
                yield from whole
            else:
                yield item
    if read is not None:
        yield read


def _in_pieces(read: Batch) -> Sequence[Batch]:
    payloads = read.payloads
    if len(payloads) <= _MAX_BATCH:
        return (read,)
    return [
        Batch(read.feed, read.conn, payloads[begin : begin + _MAX_BATCH], read.t, read.again)
        for begin in range(0, len(payloads), _MAX_BATCH)
    ]


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
        room, until = _MAX_CHUNK_BYTES, 0.0
        try:
            with closing(replay_items(self._recording)) as items:
                for item in items:
                    chunk.append(item)
                    room -= sum(map(len, item.payloads)) if type(item) is Batch else _LINE_BYTES
                    if perf_counter() > until:
                        time.sleep(0)  # lets the event loop run, which would wait for Python's lock for up to 5 ms
                        until = perf_counter() + _SLICE_S
                    if room < 0 or len(chunk) >= _ITEMS_PER_CHUNK:
                        self._pass_on(chunk)
                        chunk, room = [], _MAX_CHUNK_BYTES
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
