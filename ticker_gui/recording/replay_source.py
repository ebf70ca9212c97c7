"""The frames of a recording in the order of their processing. A thread reads ahead, which decompresses."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Final, TypeAlias

from ticker_gui.domain.errors import TickerError
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.recording.format import Header, Line
from ticker_gui.recording.line_decoder import Batch
from ticker_gui.recording.reading import UNREAD, Part, Recording, Unread

_MAX_PARTS: Final = 8  # of up to 256 KiB, usually, that are read ahead
_BUG: Final = "The rest cannot be read: internal error. Details are in the log."
_MAX_BATCH: Final = 256  # frames, so that the event loop is not delayed for long


ReplayItem: TypeAlias = Batch | Line | Header


def replay_items(recording: Recording, parts: Iterable[Part | Unread]) -> Generator[ReplayItem | Unread, None, None]:
    """Yield the contents of a recording, with the frames of each read together, and ``UNREAD`` as its ``items_of``.

    The beginning of a connection that an earlier recording of the same run contains is left out.
    """
    known: set[tuple[str, int]] = set()  # connections
    repeated: set[tuple[str, int]] = set()  # those whose beginning is contained in this recording and in another one
    run = recording.header.run
    read: Batch | None = None  # its end may follow
    for item in recording.items_of(parts):
        if isinstance(item, Unread):
            yield item
            continue
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
    """The items of a recording, whose parts a thread reads ahead. Close it to end the thread.

    They are decoded when they are needed: decoding holds Python's lock, so in a thread it would only make others wait.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording: Final = recording
        self._errors = InternalErrors("a replay")
        self._parts: queue.Queue[Part] = queue.Queue(_MAX_PARTS)
        self._items: Iterator[ReplayItem | Unread] = replay_items(recording, self._parts_read())
        self._next: ReplayItem | None = None
        self._failure = ""  # why the thread could not read all
        self._is_read = threading.Event()
        self._is_ended = self._is_closed = False
        threading.Thread(target=self._run, daemon=True, name="replay").start()

    @property
    def is_ended(self) -> bool:
        """Whether every item was taken."""
        return self.peek() is None and self._is_ended

    def peek(self) -> ReplayItem | None:
        """Return the next item without taking it; ``None`` at the end, and while the thread reads it."""
        if self._next is None and not self._is_ended:
            item: ReplayItem | Unread | None = None
            failure = _BUG
            with self._errors.contained("decoding a recording"):
                item = next(self._items, None)
                failure = self._failure
            if item is None:
                self._end(failure)
            elif not isinstance(item, Unread):
                self._next = item
        return self._next

    def take(self) -> None:
        """Take the item that `peek` has returned."""
        self._next = None

    def close(self) -> None:
        """End the thread soon; nothing more is returned."""
        self._is_closed = self._is_ended = True
        self._items, self._next = iter(()), None
        while not self._parts.empty():  # the thread may wait for room
            self._parts.get_nowait()

    def _end(self, failure: str) -> None:
        self._is_ended = True
        if failure:
            self._recording.problems.add(failure)

    def _parts_read(self) -> Iterator[Part | Unread]:
        """Yield the parts that the thread reads, and ``UNREAD`` while there is none."""
        while True:
            is_all = self._is_read.is_set()
            try:
                yield self._parts.get_nowait()
            except queue.Empty:
                if is_all:
                    return
                yield UNREAD

    # In the thread

    def _run(self) -> None:
        failure = _BUG
        with self._errors.contained("reading a recording"):
            failure = self._read()
        self._failure = failure
        self._is_read.set()

    def _read(self) -> str:
        """Read all parts; return a sentence if that fails."""
        try:
            with closing(self._recording.parts()) as parts:
                for part in parts:
                    self._pass_on(part)
                    if self._is_closed:
                        break
        except TickerError as error:  # the file was removed, for example
            return str(error)
        return ""

    def _pass_on(self, part: Part) -> None:
        while not self._is_closed:
            try:
                self._parts.put(part, timeout=0.5)
            except queue.Full:
                continue
            return
