"""The archive of the program: collects what is received, writes it in one thread, and reads it in others."""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from ticker_gui.archive import reading
from ticker_gui.archive.backlog import Backlog, Batch
from ticker_gui.archive.database import (
    ArchiveError,
    ArchiveFullError,
    describe_sqlite_error,
    identify,
    is_damage,
    is_temporary,
    open_or_set_aside,
    set_aside,
)
from ticker_gui.archive.messages import DELETED, KEPT, LOST, NOT_OPENED, STORED_AGAIN
from ticker_gui.archive.packing import TradeColumns, join_trades
from ticker_gui.archive.readers import Readers
from ticker_gui.archive.records import GapRecord, LastKnown, Record, TradeRecord
from ticker_gui.archive.requests import NotAvailableError, Request
from ticker_gui.archive.retention import ArchiveLimits, delete_step
from ticker_gui.archive.writing import ArchiveWriter
from ticker_gui.bars.stored_bars import StoredBars
from ticker_gui.domain.events import Correction, Trade
from ticker_gui.domain.timeframe import DAY_NS, FOREVER_NS, Timeframe
from ticker_gui.logs.internal_errors import InternalErrors

P = ParamSpec("P")
T = TypeVar("T")

FLUSH_S: Final = 0.25
MAX_QUEUED: Final = 200_000  # records that wait to be written
_ATTEMPTS: Final = 2  # to write a batch: a damaged file is replaced
_PAUSE_S: Final = 0.0005
_PAUSES_S: Final = 0.1  # how long a batch is written with pauses: a busy system may prolong each of them
_CLEAN_INTERVAL_S: Final = 60.0
_CHECK_INTERVAL_NS: Final = DAY_NS
_OPEN_TIMEOUT_S: Final = 10.0  # for another program that has locked the file, and for its migration
_END_TIMEOUT_S: Final = 1.0  # at the end of the program, which a slow disk must not delay
_LOG: Final = logging.getLogger(__name__)


class Archive:
    """Stores what is received in one file, and reads it again. Several programs may use the same file.

    The methods ``record…`` only append to a list; `run` hands the list to the writing thread four times per second.
    ``report`` is called in that thread, or where `flush` is called, with a sentence for the user, once for each
    problem. Without a usable file nothing is stored. ``lost`` counts the records that could not be stored. An
    unexpected exception costs the batch that is being written, and not those after it; it is counted in ``errors``.
    """

    def __init__(
        self,
        path: Path,
        limits: ArchiveLimits | None = None,
        *,
        report: Callable[[str], object] = _LOG.warning,
        now_ns: Callable[[], int] = time.time_ns,
        errors: InternalErrors | None = None,
    ) -> None:
        self.path: Final = path
        self.limits = limits or ArchiveLimits()
        self.lost = 0
        self.is_available = True  # until the file turns out to be unusable
        self._report: Final = report
        self._now_ns: Final = now_ns
        self._trades: list[TradeRecord] = []
        self._records: list[Record] = []
        self._queue: Final[queue.SimpleQueue[Batch | Request | None]] = queue.SimpleQueue()
        self._queued = 0
        self._lock: Final = threading.Lock()  # of the two counters
        self._pauses_until_s = 0.0
        self._backlog: Final = Backlog()
        self._readers: Final = Readers(path)
        self._identity: tuple[int, int] | None = None  # of the open file
        self._problem = ""  # the last one that was reported
        self._errors: Final = errors or InternalErrors("the archive")
        self._is_damaged = threading.Event()  # a check, a read or the deletion of old data has found damage
        self._is_opened = threading.Event()  # by the writing thread, or it turned out to be unusable
        self._thread: threading.Thread | None = None

    def record_trade(
        self, feed: str, trade: Trade | Correction, received_ns: int, *, is_backfilled: bool = False
    ) -> None:
        """Store a trade or a correction, backfilled if it was requested after a gap. Symbols are the provider's.

        ``received_ns`` is when it arrived, by the clock of the exchange.
        """
        self._trades.append(TradeRecord(feed, trade, received_ns, is_backfilled))

    def record(self, record: Record) -> None:
        """Store a quote, day statistics, bars, the range of loaded ones, a gap or the time of recording."""
        self._records.append(record)

    def flush(self) -> None:
        """Hand what was recorded to the writing thread. If too much waits already, it is dropped and counted."""
        if not self._trades and not self._records:
            return
        batch = Batch(self._trades, self._records)
        self._trades, self._records = [], []
        with self._lock:
            is_full = self._queued + batch.size > MAX_QUEUED
            if is_full or not self.is_available:
                self.lost += batch.size
            else:
                self._queued += batch.size
        if is_full and not self._backlog.is_failing:  # otherwise it was reported why nothing can be stored
            self._report_problem("The disk is too slow to store all received data; some of it is not stored.")
        if self.is_available and not is_full:
            self._queue.put(batch)

    async def run(self) -> None:
        """Store what is recorded until cancelled, and then write the rest."""
        self.start()
        try:
            while True:
                await asyncio.sleep(FLUSH_S)
                self.flush()
        finally:
            await self._end()

    def start(self) -> None:
        """Start the writing thread, unless it is running."""
        if self._thread is None:
            # A daemon, because a slow disk must not delay the end of the program; the file then lacks the last batches.
            self._thread = threading.Thread(target=self._write_all, name="archive", daemon=True)
            self._thread.start()

    def close(self, timeout_s: float | None = None) -> None:
        """Write the rest and end the thread; wait at most this long."""
        if (thread := self._begin_end()) is not None:
            thread.join(timeout_s)

    async def _end(self) -> None:
        """Do the same as `close`, without blocking the event loop."""
        if (thread := self._begin_end()) is None:
            return
        try:
            await asyncio.to_thread(thread.join, _END_TIMEOUT_S)
        except RuntimeError:  # there cannot be more threads
            thread.join(_END_TIMEOUT_S)

    def _begin_end(self) -> threading.Thread | None:
        """Let the thread write the rest and end; return it, unless it was not running."""
        self.flush()
        self._is_opened.set()  # readers do not wait any longer
        thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)  # after this, the thread does not pause
        return thread

    async def delete_all(self) -> None:
        """Delete everything that is stored. This cannot be undone.

        Raises:
            ArchiveError: it could not be deleted.
        """
        if self._thread is None:
            raise ArchiveError("Stored data cannot be deleted, because this session does not use it.")
        self.flush()
        try:
            await self._request(self._delete_all)
        except NotAvailableError:
            raise ArchiveError("Stored data cannot be deleted, because its file cannot be used.") from None
        except sqlite3.Error as error:
            raise ArchiveError(f"Stored data could not be deleted: {describe_sqlite_error(error)}.") from error

    async def _request(self, work: Callable[[ArchiveWriter], T]) -> T:
        """Let the writing thread do something after what was handed to it before, and return the result."""
        done: Future[T] = Future()
        self._queue.put(Request(work, done))
        return await asyncio.wrap_future(done)

    async def load_trades(self, feed: str, symbol: str, newest: int, before_ns: int = FOREVER_NS) -> TradeColumns:
        """Return the newest trades of a symbol before a time, oldest first."""
        return await self._read(join_trades(()), reading.read_trades, feed, symbol, newest, before_ns)

    async def load_stored_bars(
        self, feed: str, symbol: str, timeframe: Timeframe, start_ns: int, end_ns: int
    ) -> Sequence[StoredBars]:
        """Return what is stored of the bars of a period, also shorter bars of which they can be made."""
        return await self._read([], reading.read_stored_bars, feed, symbol, timeframe, start_ns, end_ns)

    async def load_gaps(self, feed: str, symbol: str, start_ns: int, end_ns: int) -> Sequence[GapRecord]:
        """Return the gaps of a symbol and of its feed that overlap a period, oldest first."""
        return await self._read([], reading.read_gaps, feed, symbol, start_ns, end_ns)

    async def load_recorded_until(self, feed: str) -> int | None:
        """Return the time until which a feed had been recorded before this archive began to record it."""
        if self._thread is None:
            return await self._read(None, reading.read_recorded_until, feed)
        try:
            return await self._request(lambda writer: writer.recorded_before(feed))
        except NotAvailableError:
            return None
        except sqlite3.Error as error:
            _LOG.warning("Could not read until when %s was recorded: %s", feed, error)
            return None

    async def load_last(self, symbols: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], LastKnown]:
        """Return the last known values of symbols, given as feed and symbol."""
        return await self._read({}, reading.read_last, list(symbols))

    async def _read(
        self,
        default: T,
        read: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Read in a thread with its own connection; return the default if there is nothing that can be read.

        A file of an older version can be read once the writing thread has brought it up to date.
        """
        is_opening = self._thread is not None

        def in_thread() -> T:
            if is_opening:
                self._is_opened.wait(_OPEN_TIMEOUT_S)
            try:
                return self._readers.read(default, read, *args, **kwargs)
            except (sqlite3.Error, OSError) as error:
                self._note_failure(error, "Stored data cannot be read")
                return default

        return await asyncio.to_thread(in_thread)

    def _note_failure(self, error: sqlite3.Error | OSError, failure: str) -> None:
        """Log a failure after which this session continues to use the file, unless it is damaged."""
        if isinstance(error, sqlite3.Error) and is_damage(error):
            self._is_damaged.set()
        _LOG.warning("%s: %s", failure, error)

    def _report_problem(self, problem: str) -> None:
        """Report a problem once, until another one or a success follows."""
        if problem and problem != self._problem:
            self._report(problem)
        self._problem = problem

    def _write_all(self) -> None:
        """Write batches until the archive is closed. The thread of the archive."""
        writer = self._open()
        self._is_opened.set()
        cleaned_s = -_CLEAN_INTERVAL_S
        while (item := self._next_item()) is not None:
            if self._is_damaged.is_set() and writer is not None:
                writer = self._replace_damaged(writer)
            if isinstance(item, Request):
                item.answer(writer)
            else:
                writer = self._write(writer, item)
            is_due = time.monotonic() - cleaned_s >= _CLEAN_INTERVAL_S and self._queue.empty()
            if writer is not None and is_due and self._clean(writer):
                cleaned_s = time.monotonic()
        self._backlog.retry_now()
        writer = self._write(writer, Batch((), ()))
        if writer is not None:
            writer.connection.close()

    def _pause(self) -> None:
        """Leave the processor to other threads for a moment, unless a batch takes long or the next one is waiting.

        A thread that never works for long is rarely interrupted by the system while it occupies the interpreter.
        """
        if self._queue.empty() and time.monotonic() < self._pauses_until_s:
            time.sleep(_PAUSE_S)

    def _next_item(self) -> Batch | Request | None:
        """Return the next item, an empty batch if there is none for a while, or ``None`` at the end."""
        try:
            return self._queue.get(timeout=FLUSH_S)
        except queue.Empty:
            return Batch((), ())

    def _open(self) -> ArchiveWriter | None:
        """Open the file. A damaged one is set aside; without a usable one, nothing is stored until there is space."""
        try:
            with self._readers.replacing():
                writer = ArchiveWriter(open_or_set_aside(self.path, self._report), self._pause)
                self._identity = identify(self.path)
            self._check_daily(writer)
        except ArchiveFullError:
            self._report_problem(KEPT.format(reason="the disk is full", most=MAX_QUEUED))
            self._backlog.postpone()
            return None
        except (ArchiveError, sqlite3.Error) as error:
            text = str(error)
            if isinstance(error, sqlite3.Error):
                text = f"Could not open {self.path.name}: {describe_sqlite_error(error)}."
        except BaseException as error:  # a bug may raise anything, and must not end the thread
            self._errors.note(error, "opening the archive")
            text = NOT_OPENED
        else:
            return writer
        self.is_available = False
        self._report_problem(text)
        return None

    def _check_daily(self, writer: ArchiveWriter) -> None:
        """Check the whole file for damage in a thread, if that was not done in the last day."""
        now_ns = self._now_ns()
        try:
            if 0 <= now_ns - writer.noted("checked_ns") < _CHECK_INTERVAL_NS:
                return
            writer.note("checked_ns", now_ns)
        except sqlite3.Error as error:  # such as a lock of another program
            self._note_failure(error, "Stored data could not be checked for damage")
            return
        self._readers.check_in_thread(on_damage=self._is_damaged.set)

    def _replace_damaged(self, writer: ArchiveWriter) -> ArchiveWriter | None:
        self._is_damaged.clear()
        writer.connection.close()
        try:
            with self._readers.replacing():
                self._report(set_aside(self.path))
        except ArchiveError as error:
            self.is_available = False
            self._report_problem(str(error))
            return None
        return self._open()

    def _write(self, writer: ArchiveWriter | None, batch: Batch) -> ArchiveWriter | None:
        """Write a batch, and those before it that could not be written yet."""
        self._backlog.add(batch)
        writer = self._with_file(writer)
        if not self._backlog.is_due:
            return writer
        batch = self._backlog.joined()
        is_written = False
        self._pauses_until_s = time.monotonic() + _PAUSES_S
        for _ in range(_ATTEMPTS):
            if writer is None:
                break
            try:
                writer.write(batch.trades, batch.records)
            except sqlite3.Error as error:
                if is_damage(error):
                    writer = self._replace_damaged(writer)
                    continue
                if is_temporary(error):
                    self._report_problem(KEPT.format(reason=describe_sqlite_error(error), most=MAX_QUEUED))
                    self._backlog.postpone()
                    return writer
                self._report_problem(f"Received data is not stored: {describe_sqlite_error(error)}.")
            except BaseException as error:
                self._errors.note(error, "storing received data")
                self._report_problem(LOST)
            else:
                is_written = True
                self._report_problem("")
                if self._backlog.is_failing:
                    self._report(STORED_AGAIN)
            break
        self._forget_backlog(is_lost=not is_written)
        return writer

    def _with_file(self, writer: ArchiveWriter | None) -> ArchiveWriter | None:
        """Open the file if there was no space to open it, it was deleted, or another program has set it aside."""
        is_same = writer is not None and identify(self.path) in (None, self._identity)
        if is_same or not self._backlog.is_due or not self.is_available:
            return writer
        if writer is not None:
            writer.connection.close()
            self._report(DELETED.format(name=self.path.name))
        return self._open()

    def _forget_backlog(self, *, is_lost: bool) -> None:
        size = self._backlog.clear()
        with self._lock:
            self._queued -= size
            self.lost += size if is_lost else 0

    def _delete_all(self, writer: ArchiveWriter) -> None:
        writer.delete_all()
        self._forget_backlog(is_lost=False)

    def _clean(self, writer: ArchiveWriter) -> bool:
        """Delete a portion of what is beyond the limits; return whether that was all."""
        try:
            return not delete_step(writer.connection, self.limits, self._now_ns())
        except sqlite3.Error as error:
            self._note_failure(error, "Old stored data could not be deleted")
        except BaseException as error:
            self._errors.note(error, "deleting old stored data")
        return True
