"""The archive stores what it was handed, survives what happens to programs and disks, and never blocks its caller."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests import programs
from tests.archive.stored import FEED, START_NS, SYMBOL, bars, load_bars, trades
from tests.conftest import run_plain
from tests.doubles import UNEXPECTED, Odd
from ticker_gui.archive import archive as archive_module
from ticker_gui.archive import backlog, database, readers
from ticker_gui.archive.archive import Archive
from ticker_gui.archive.database import ArchiveError, check_integrity, is_busy, open_for_reading, open_for_writing
from ticker_gui.archive.reading import read_trades
from ticker_gui.archive.records import (
    BarsRecord,
    DayRecord,
    GapRecord,
    LastKnown,
    QuoteRecord,
    Record,
    RecordedUntil,
    TradeRecord,
)
from ticker_gui.archive.retention import ArchiveLimits
from ticker_gui.archive.writing import ArchiveWriter
from ticker_gui.domain.timeframe import DAY_NS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive.sqlite3"


@pytest.fixture
def reports() -> list[str]:
    return []


@pytest.fixture
def archive(path: Path, reports: list[str]) -> Iterator[Archive]:
    opened = Archive(path, report=reports.append, now_ns=lambda: START_NS)
    yield opened
    opened.close()


def record_trades(archive: Archive, numbers: range, symbol: str = SYMBOL) -> None:
    for feed, trade, received_ns, _ in trades(numbers, symbol):
        archive.record_trade(feed, trade, received_ns)


def stored(path: Path, symbol: str = SYMBOL) -> list[int]:
    """Return the numbers of the stored trades."""
    connection = open_for_reading(path)
    if connection is None:
        return []
    try:
        numbers: list[int] = read_trades(connection, FEED, symbol, 10**9).seq.tolist()
        return numbers
    finally:
        connection.close()


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not is_true(condition):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_true(condition: Callable[[], object]) -> bool:
    """Return whether a condition is met; not where a slow disk keeps the file locked for longer than a reader waits."""
    try:
        return bool(condition())
    except sqlite3.OperationalError as error:
        if not is_busy(error):
            raise
        return False


def test_everything_that_is_recorded_can_be_loaded(archive: Archive) -> None:
    async def test() -> None:
        task = asyncio.create_task(archive.run())
        await asyncio.sleep(0)
        record_trades(archive, range(100))
        quote, day = (
            QuoteRecord(FEED, SYMBOL, START_NS, 1, 2, 3, 4),
            DayRecord(FEED, SYMBOL, START_NS, 1, 2, 3, 4, 5, 6, 7),
        )
        gap = GapRecord(FEED, "", START_NS, START_NS + 2, 0, "no connection")
        for record in (
            quote,
            day,
            gap,
            RecordedUntil(FEED, 9),
            BarsRecord(FEED, SYMBOL, "1m", bars(range(3))),
        ):
            archive.record(record)
        while not await archive.load_last([(FEED, SYMBOL)]):  # noqa: ASYNC110  # another thread writes it
            await asyncio.sleep(0.02)
        assert (await archive.load_trades(FEED, SYMBOL, 10)).seq.tolist() == list(range(90, 100))
        assert len((await load_bars(archive, FEED, SYMBOL, "1m", 0, 2**62)).start_ns) == 3
        assert await archive.load_gaps(FEED, SYMBOL, START_NS, START_NS + 5) == [gap]
        assert await archive.load_last([(FEED, SYMBOL)]) == {(FEED, SYMBOL): LastKnown(day, quote)}
        assert await Archive(archive.path).load_recorded_until(FEED) == 9
        task.cancel()
        await asyncio.wait((task,))

    run_plain(test())


def test_the_rest_is_written_when_the_program_ends(archive: Archive, path: Path) -> None:
    async def test() -> None:
        task = asyncio.create_task(archive.run())
        await asyncio.sleep(0)
        record_trades(archive, range(10))
        task.cancel()
        await asyncio.wait((task,))
        wait_until(lambda: len(stored(path)) == 10)

    run_plain(test())


def test_the_event_loop_goes_on_while_the_rest_is_written_to_a_slow_disk(
    archive: Archive, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_write, write = threading.Event(), ArchiveWriter.write

    def write_late(writer: ArchiveWriter, *batch: Any) -> None:
        assert may_write.wait(60)
        write(writer, *batch)

    monkeypatch.setattr(ArchiveWriter, "write", write_late)

    async def test() -> None:
        task = asyncio.create_task(archive.run())
        await asyncio.sleep(0)
        record_trades(archive, range(10))
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        may_write.set()
        await asyncio.wait((task,))
        wait_until(lambda: len(stored(path)) == 10)

    run_plain(test())


def test_the_rest_is_written_even_if_there_is_no_thread_to_wait_for_it(
    archive: Archive, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        task = asyncio.create_task(archive.run())
        await asyncio.sleep(0)
        record_trades(archive, range(10))
        monkeypatch.setattr(asyncio, "to_thread", raise_no_thread)
        task.cancel()
        await asyncio.wait((task,))
        assert task.cancelled()
        wait_until(lambda: len(stored(path)) == 10)

    run_plain(test())


async def raise_no_thread(*arguments: object) -> None:
    raise RuntimeError("can't start new thread")


def test_a_file_of_an_older_version_is_read_after_it_has_been_brought_up_to_date(
    archive: Archive, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = DayRecord(FEED, SYMBOL, START_NS, 1.0, 3.0, 0.5, 0.9, 7.0, 2.0, START_NS)
    archive.start()
    archive.record(day)
    archive.close()
    with sqlite3.connect(path) as older:
        older.execute("DROP TABLE loaded")
        older.execute("PRAGMA user_version = 1")
    older.close()
    is_read = threading.Event()

    def open_late(file: Path) -> sqlite3.Connection:
        is_read.wait(60)
        return open_for_writing(file)

    monkeypatch.setattr(database, "open_for_writing", open_late)
    later = Archive(path, now_ns=lambda: START_NS)
    later.start()

    async def test() -> None:
        loading = asyncio.create_task(later.load_last([(FEED, SYMBOL)]))
        asyncio.get_running_loop().call_later(0.05, is_read.set)
        assert (await loading)[FEED, SYMBOL].day == day

    try:
        run_plain(test())
    finally:
        is_read.set()
        later.close()


def test_without_a_file_there_is_nothing_to_load(archive: Archive, path: Path) -> None:
    async def test() -> None:
        assert not len((await archive.load_trades(FEED, SYMBOL, 10)).seq)
        assert not len((await load_bars(archive, FEED, SYMBOL, "1m", 0, 2**62)).start_ns)
        assert not await archive.load_last([(FEED, SYMBOL)])
        assert not await archive.load_gaps(FEED, SYMBOL, 0, 2**62)

    run_plain(test())
    assert not path.exists()


def test_stored_data_is_deleted_on_request(archive: Archive, path: Path) -> None:
    async def test() -> None:
        with pytest.raises(ArchiveError, match="does not use it"):
            await archive.delete_all()
        archive.start()
        record_trades(archive, range(100))
        archive.flush()
        record_trades(archive, range(100, 200))
        await archive.delete_all()
        assert stored(path) == []
        record_trades(archive, range(5))
        archive.close()
        assert stored(path) == list(range(5))

    run_plain(test())


def test_the_end_of_the_last_recording_stays_known_while_new_data_is_stored(path: Path) -> None:
    async def test() -> None:
        for earlier_ns, now_ns in ((None, 9), (10, 20)):
            archive = Archive(path)
            archive.start()
            assert await archive.load_recorded_until("another") is None
            archive.record(RecordedUntil(FEED, now_ns))
            archive.flush()
            assert await archive.load_recorded_until(FEED) == earlier_ns
            archive.record(RecordedUntil(FEED, now_ns + 1))
            archive.flush()
            assert await archive.load_recorded_until(FEED) == earlier_ns
            if earlier_ns is not None:
                await archive.delete_all()
                assert await archive.load_recorded_until(FEED) is None
                archive.record(RecordedUntil(FEED, now_ns + 2))
                archive.flush()
                assert await archive.load_recorded_until(FEED) is None
            archive.record(RecordedUntil(FEED, now_ns))
            archive.close()

    run_plain(test())


def test_old_data_is_deleted_while_the_program_runs(archive: Archive, path: Path) -> None:
    archive.limits = ArchiveLimits(trade_days=1)
    writer = ArchiveWriter(open_for_writing(path))
    writer.write(trades(range(-(10**7) - 50, -(10**7))), ())  # more than a day ago
    writer.connection.close()
    archive.start()
    record_trades(archive, range(5))
    archive.flush()
    wait_until(lambda: stored(path) == list(range(5)))


def start_process(path: Path, symbol: str) -> subprocess.Popen[str]:
    code = "import pathlib, sys; from tests.archive.recorder_process import main; main(pathlib.Path(sys.argv[1]), sys.argv[2])"
    return programs.start_python(code, str(path), symbol)


def test_killed_programs_lose_only_the_last_batch_and_never_damage_the_file(path: Path) -> None:
    """Two programs store trades in the same file, the same ones and their own; both are killed."""
    with ExitStack() as stack:
        processes = [stack.enter_context(start_process(path, symbol)) for symbol in ("A", "A", "B")]
        acknowledged = []
        for process in processes:
            assert process.stdout is not None
            lines = [int(process.stdout.readline()) for _ in range(6)]
            process.send_signal(signal.SIGKILL)
            acknowledged.append(lines[-1])
            process.wait()
    assert check_integrity(path)
    for symbol, count in (("A", max(acknowledged[:2])), ("B", acknowledged[2])):
        numbers = stored(path, symbol)
        assert numbers == list(range(len(numbers)))
        assert len(numbers) >= count
    connection = open_for_writing(path)
    ArchiveWriter(connection).write(trades(range(3), "C"), ())
    connection.close()
    assert stored(path, "C") == [0, 1, 2]


def test_what_a_full_disk_has_no_space_for_is_stored_when_there_is_some(
    archive: Archive, path: Path, reports: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    has_space = threading.Event()
    write = ArchiveWriter.write

    def write_little(writer: ArchiveWriter, trades: Sequence[TradeRecord], records: Iterable[Record]) -> None:
        (pages,) = writer.connection.execute("PRAGMA page_count").fetchone()
        writer.connection.execute(f"PRAGMA max_page_count = {2**30 if has_space.is_set() else pages}")
        write(writer, trades, records)

    monkeypatch.setattr(ArchiveWriter, "write", write_little)
    monkeypatch.setattr(backlog, "RETRY_S", 0.02)
    monkeypatch.setattr(archive_module, "MAX_QUEUED", 4500)
    archive.start()
    for first in (0, 2000):
        record_trades(archive, range(first, first + 2000))
        archive.flush()
    wait_until(lambda: reports)
    record_trades(archive, range(4000, 5000))  # too many
    archive.flush()
    assert archive.lost == 1000
    assert stored(path) == []
    has_space.set()
    wait_until(lambda: len(reports) > 1)
    record_trades(archive, range(4000, 4010))
    archive.close()
    assert stored(path) == list(range(4010))
    assert reports == [
        "Received data cannot be stored: the disk is full. Up to 4,500 records are kept in memory in the meantime.",
        "Received data is being stored again.",
    ]
    assert archive.lost == 1000


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), sqlite3.SQLITE_FULL])
def test_what_arrives_while_there_is_no_space_to_open_the_file_is_stored_later(
    archive: Archive, path: Path, reports: list[str], monkeypatch: pytest.MonkeyPatch, error: OSError | int
) -> None:
    has_space = threading.Event()
    open_file, prepare = os.open, database._prepare

    def open_little(file: Path, flags: int, mode: int = 0o777) -> int:
        if isinstance(error, OSError) and not has_space.is_set():
            raise error
        return open_file(file, flags, mode)

    def prepare_little(connection: sqlite3.Connection, file: Path) -> None:
        if not isinstance(error, OSError) and not has_space.is_set():
            connection.execute("PRAGMA max_page_count = 1")
        prepare(connection, file)

    monkeypatch.setattr(os, "open", open_little)
    monkeypatch.setattr(database, "_prepare", prepare_little)
    monkeypatch.setattr(backlog, "RETRY_S", 0.02)
    archive.start()
    record_trades(archive, range(5))
    archive.flush()
    wait_until(lambda: reports)
    has_space.set()
    wait_until(lambda: len(reports) > 1)
    record_trades(archive, range(5, 10))
    archive.close()
    assert stored(path) == list(range(10))
    assert reports == [
        "Received data cannot be stored: the disk is full. Up to 200,000 records are kept in memory in the meantime.",
        "Received data is being stored again.",
    ]
    assert archive.lost == 0


def fail_to_write(writer: ArchiveWriter, *_: object) -> None:
    """Raise what a read-only file raises."""
    writer.connection.execute("PRAGMA query_only = ON")
    try:
        writer.connection.execute("DELETE FROM trade")
    finally:
        writer.connection.execute("PRAGMA query_only = OFF")


def test_what_could_not_be_written_is_forgotten_when_everything_is_deleted(
    archive: Archive, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(ArchiveWriter, "write", fail_to_write)
            archive.start()
            record_trades(archive, range(10))
            archive.flush()
            await archive.delete_all()
        record_trades(archive, range(20, 30))
        archive.close()
        assert stored(path) == list(range(20, 30))
        assert archive.lost == 0

    run_plain(test())


def test_nothing_is_lost_if_everything_cannot_be_deleted(
    archive: Archive, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(ArchiveWriter, "write", fail_to_write)
            patch.setattr(ArchiveWriter, "delete_all", fail_to_write)
            archive.start()
            record_trades(archive, range(10))
            archive.flush()
            record_trades(archive, range(10, 20))
            with pytest.raises(ArchiveError, match="could not be deleted: the file or its disk is read-only"):
                await archive.delete_all()
        archive.close()
        assert stored(path) == list(range(20))
        assert archive.lost == 0

    run_plain(test())


@pytest.mark.parametrize("error", UNEXPECTED)
def test_a_bug_costs_the_batch_that_is_written_and_nothing_else(
    archive: Archive,
    path: Path,
    reports: list[str],
    monkeypatch: pytest.MonkeyPatch,
    error: Callable[[], BaseException],
) -> None:
    write = ArchiveWriter.write

    def write_one_part(writer: ArchiveWriter, trades: Sequence[TradeRecord], records: Iterable[Record]) -> None:
        if trades and trades[0].trade.symbol == "B":
            raise error()
        write(writer, trades, records)

    monkeypatch.setattr(ArchiveWriter, "write", write_one_part)
    archive.start()
    for symbol in ("A", "B", "C"):
        record_trades(archive, range(3), symbol)
        archive.flush()
        wait_until(lambda: not archive._queued)  # otherwise it is joined with the next one
    assert reports == ["Some received data is not stored because of an internal error. Details are in the log."]
    assert (archive.lost, archive._errors.count) == (3, 1)
    archive.close()
    assert [stored(path, symbol) for symbol in ("A", "B", "C")] == [[0, 1, 2], [], [0, 1, 2]]


@pytest.mark.parametrize("error", UNEXPECTED)
def test_a_bug_while_the_file_is_opened_or_cleaned_neither_ends_the_thread_nor_delays_readers(
    archive: Archive,
    path: Path,
    reports: list[str],
    monkeypatch: pytest.MonkeyPatch,
    error: Callable[[], BaseException],
) -> None:
    def fail(*_: object) -> bool:
        raise error()

    with monkeypatch.context() as patch:
        patch.setattr(archive_module, "delete_step", fail)
        archive.start()
        wait_until(lambda: archive._errors.count)
        record_trades(archive, range(3))
        archive.close()
    assert stored(path) == [0, 1, 2]
    assert reports == []
    monkeypatch.setattr(database, "open_for_writing", fail)
    archive.start()
    assert run_plain(archive.load_trades(FEED, SYMBOL, 10)).seq.tolist() == [0, 1, 2]
    with pytest.raises(ArchiveError, match="cannot be used"):
        run_plain(archive.delete_all())
    assert reports == ["Nothing is stored in this session because of an internal error. Details are in the log."]


def test_a_bug_in_a_request_is_raised_where_its_result_is_awaited(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(writer: ArchiveWriter) -> None:
        raise Odd

    monkeypatch.setattr(ArchiveWriter, "delete_all", fail)
    archive.start()
    with pytest.raises(RuntimeError, match="Odd was raised"):
        run_plain(archive.delete_all())
    assert run_plain(archive.load_recorded_until(FEED)) is None


def test_a_damaged_file_is_set_aside_and_a_new_one_is_used(archive: Archive, path: Path, reports: list[str]) -> None:
    path.write_bytes(b"no database " * 1000)
    archive.start()
    record_trades(archive, range(10))
    archive.close()
    assert stored(path) == list(range(10))
    assert len(reports) == 1
    assert "was damaged, so it was renamed to archive.damaged-" in reports[0]
    assert len(list(path.parent.glob("archive.damaged-*.sqlite3"))) == 1


@pytest.mark.parametrize("how", ["deleted", "folder deleted", "renamed"])
def test_a_file_that_is_deleted_or_renamed_meanwhile_is_created_again(
    tmp_path: Path, reports: list[str], how: str
) -> None:
    path = tmp_path / "folder" / "archive.sqlite3"
    archive = Archive(path, report=reports.append, now_ns=lambda: START_NS)
    archive.start()
    record_trades(archive, range(5))
    archive.flush()
    wait_until(lambda: stored(path) == list(range(5)))
    if how == "renamed":
        path.rename(tmp_path / "other.sqlite3")
    elif how == "deleted":
        for file in path.parent.iterdir():
            file.unlink()
    else:
        shutil.rmtree(path.parent)
    record_trades(archive, range(5, 10))
    archive.close()
    assert stored(path) == list(range(5, 10))
    assert reports == ["The file with stored data, archive.sqlite3, was deleted or renamed, so a new file was created."]


def test_a_new_file_is_created_when_nobody_reads_the_deleted_one(
    archive: Archive, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, has_started, may_end = list[str](), threading.Event(), threading.Event()

    def check(path: Path) -> bool:
        if not has_started.is_set():
            has_started.set()
            assert may_end.wait(60)
            order.append("checked")
        return True

    def open_file(path: Path) -> sqlite3.Connection:
        order.append("opened")
        return open_for_writing(path)

    monkeypatch.setattr(readers, "check_integrity", check)
    monkeypatch.setattr(database, "open_for_writing", open_file)
    archive.start()
    assert has_started.wait(60)
    for file in path.parent.iterdir():
        file.unlink()
    record_trades(archive, range(5))
    archive.flush()
    time.sleep(0.1)  # in which the new file would be opened
    may_end.set()
    archive.close()
    assert order == ["opened", "checked", "opened"]
    assert stored(path) == list(range(5))


def test_a_pipe_instead_of_the_file_is_reported(archive: Archive, path: Path, reports: list[str]) -> None:
    os.mkfifo(path)
    archive.start()
    archive.close()
    assert reports == ["Could not open archive.sqlite3: it is not a regular file."]


def test_damage_within_the_file_is_found_by_the_daily_check(archive: Archive, path: Path, reports: list[str]) -> None:
    writer = ArchiveWriter(open_for_writing(path))
    writer.write(trades(range(20_000)), ())
    writer.connection.close()
    content = bytearray(path.read_bytes())
    content[30 * 4096 :] = b"\xff" * (len(content) - 30 * 4096)  # the first pages are enough to open the file
    path.write_bytes(content)
    archive.start()
    wait_until(lambda: reports)
    record_trades(archive, range(10))
    archive.close()
    assert "was damaged" in reports[0]
    assert stored(path) == list(range(10))


def test_damage_where_the_time_of_the_last_check_is_noted_is_found_as_well(
    archive: Archive, path: Path, reports: list[str]
) -> None:
    connection = open_for_writing(path)
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'note'").fetchone()
    connection.close()
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    path.write_bytes(content)
    archive.start()
    record_trades(archive, range(10))
    archive.close()
    assert ["was damaged" in report for report in reports] == [True]
    assert stored(path) == list(range(10))


def test_a_lock_during_the_daily_check_does_not_cost_the_session(
    archive: Archive, path: Path, reports: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(writer: ArchiveWriter, name: str, value: int) -> None:
        error = sqlite3.OperationalError("database is locked")
        error.sqlite_errorcode = sqlite3.SQLITE_BUSY
        raise error

    monkeypatch.setattr(ArchiveWriter, "note", fail)
    archive.start()
    record_trades(archive, range(10))
    archive.close()
    assert stored(path) == list(range(10))
    assert not reports


def test_the_file_is_checked_once_a_day(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[Path] = []

    def note_check(path: Path) -> bool:
        checked.append(path)
        return True

    monkeypatch.setattr(readers, "check_integrity", note_check)
    for now_ns, count in ((START_NS, 1), (START_NS + DAY_NS - 1, 1), (START_NS + DAY_NS, 2)):
        archive = Archive(path, now_ns=partial(int, now_ns))
        archive.start()
        archive.close()
        for thread in threading.enumerate():
            if thread.name == "archive check":
                thread.join()
        assert len(checked) == count


def test_a_newer_file_is_left_alone_and_reported_once(archive: Archive, path: Path, reports: list[str]) -> None:
    open_for_writing(path).close()
    with sqlite3.connect(path) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    before = path.read_bytes()
    archive.start()
    wait_until(lambda: not archive.is_available)
    record_trades(archive, range(10))
    archive.close()
    assert path.read_bytes() == before
    assert len(reports) == 1
    assert "newer version" in reports[0]
    assert archive.lost == 10


def test_too_much_at_once_is_dropped_counted_and_reported_and_never_waits(
    archive: Archive, path: Path, reports: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_module, "MAX_QUEUED", 100)
    may_open = threading.Event()
    monkeypatch.setattr(database, "open_for_writing", lambda path: (may_open.wait(60), open_for_writing(path))[1])
    archive.start()
    for first in range(0, 500, 50):
        record_trades(archive, range(first, first + 50))
        archive.flush()
    assert archive.lost == 400
    assert len(reports) == 1
    may_open.set()
    archive.close()
    assert stored(path) == list(range(100))


def test_a_lock_of_another_program_delays_and_does_not_lose(archive: Archive, path: Path) -> None:
    other = open_for_writing(path)
    archive.start()
    other.execute("BEGIN IMMEDIATE")
    record_trades(archive, range(10))
    archive.flush()
    time.sleep(0.3)
    assert archive.lost == 0
    other.execute("COMMIT")
    other.close()
    archive.close()
    assert stored(path) == list(range(10))
