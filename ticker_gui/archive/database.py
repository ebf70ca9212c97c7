"""The file of the archive: opening it, its tables, and what happens to a damaged or newer file."""

from __future__ import annotations

import errno
import logging
import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ticker_gui.domain.errors import TickerError
from ticker_gui.formatting.file_errors import describe_read_error, describe_write_error

VERSION: Final = 3
_BUSY_TIMEOUT_MS: Final = 5000
_BUSY_PAUSE_S: Final = 0.05
_LOG: Final = logging.getLogger(__name__)

TABLES: Final = ("trade", "block", "bar", "loaded", "quote", "day", "gap", "recording", "symbol", "note")
_FIRST_TABLES: Final = frozenset(TABLES) - {"loaded"}  # those of all versions
_MIGRATIONS: Final = (  # the statements that migrate each version to the next
    (
        """CREATE TABLE symbol (
            id INTEGER PRIMARY KEY, feed TEXT NOT NULL, wire_symbol TEXT NOT NULL, UNIQUE (feed, wire_symbol))""",
        """CREATE TABLE trade (
            symbol INTEGER NOT NULL, time_ns INTEGER NOT NULL, seq INTEGER NOT NULL, price REAL NOT NULL,
            size REAL NOT NULL, updates INTEGER NOT NULL, id TEXT, conditions TEXT,
            PRIMARY KEY (symbol, time_ns, seq)) WITHOUT ROWID""",
        """CREATE TABLE block (
            id INTEGER PRIMARY KEY, symbol INTEGER NOT NULL, first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL,
            trades INTEGER NOT NULL, bytes INTEGER NOT NULL, data BLOB NOT NULL)""",
        "CREATE INDEX block_by_symbol ON block (symbol, last_ns)",
        "CREATE INDEX block_by_age ON block (last_ns, bytes)",
        """CREATE TABLE bar (
            symbol INTEGER NOT NULL, timeframe TEXT NOT NULL, start_ns INTEGER NOT NULL, open REAL NOT NULL,
            high REAL NOT NULL, low REAL NOT NULL, close REAL NOT NULL, volume REAL, source INTEGER NOT NULL,
            PRIMARY KEY (symbol, timeframe, start_ns)) WITHOUT ROWID""",
        """CREATE TABLE quote (
            symbol INTEGER NOT NULL, minute_ns INTEGER NOT NULL, time_ns INTEGER NOT NULL,
            bid REAL, bid_size REAL, ask REAL, ask_size REAL, PRIMARY KEY (symbol, minute_ns)) WITHOUT ROWID""",
        """CREATE TABLE day (
            symbol INTEGER NOT NULL, day_ns INTEGER NOT NULL, time_ns INTEGER NOT NULL, open REAL, high REAL, low REAL,
            previous_close REAL, volume REAL, last REAL, last_ns INTEGER,
            PRIMARY KEY (symbol, day_ns)) WITHOUT ROWID""",
        """CREATE TABLE gap (
            feed TEXT NOT NULL, wire_symbol TEXT NOT NULL, start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL,
            missed INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (feed, wire_symbol, start_ns)) WITHOUT ROWID""",
        "CREATE TABLE recording (feed TEXT PRIMARY KEY, until_ns INTEGER NOT NULL) WITHOUT ROWID",
        "CREATE TABLE catalog (feed TEXT PRIMARY KEY, fetched_ns INTEGER NOT NULL, data BLOB NOT NULL)",
        "CREATE TABLE note (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    ),
    (
        """CREATE TABLE loaded (
            symbol INTEGER NOT NULL, timeframe TEXT NOT NULL, start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL,
            PRIMARY KEY (symbol, timeframe, start_ns)) WITHOUT ROWID""",
    ),
    ("DROP TABLE IF EXISTS catalog",),  # lists of symbols have files of their own, also without an archive
)


class ArchiveError(TickerError):
    """The archive cannot be used. Remedy: continue without it, and report the reason once."""


class ArchiveFullError(ArchiveError):
    """The disk has no space to open the archive. Remedy: keep what is received, and open it later."""


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open the file, create it if it does not exist, and bring its tables up to date.

    Raises:
        ArchiveError: the file is of a newer version, or cannot be opened; an `ArchiveFullError` if there is no space.
        sqlite3.DatabaseError: the file is damaged (`is_damage`).
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)  # SQLite would let others read it
        is_regular = stat.S_ISREG(os.fstat(handle).st_mode)
        os.close(handle)
    except OSError as error:
        kind = ArchiveFullError if error.errno in (errno.ENOSPC, errno.EDQUOT) else ArchiveError
        raise kind(f"Could not open {path.name}: {describe_write_error(error, path)}.") from error
    if not is_regular:
        raise ArchiveError(f"Could not open {path.name}: it is not a regular file.")
    connection = _connect(path)
    try:
        _prepare_patiently(connection, path)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.OperationalError):
            kind = ArchiveFullError if _code(error) == sqlite3.SQLITE_FULL else ArchiveError
            raise kind(f"Could not open {path.name}: {describe_sqlite_error(error)}.") from error
        raise
    return connection


def open_or_set_aside(path: Path, report: Callable[[str], object]) -> sqlite3.Connection:
    """Open the file as `open_for_writing` does; a damaged one is set aside, reported, and a new one is created.

    Raises:
        ArchiveError: as `open_for_writing`; or the damaged file cannot be renamed.
    """
    try:
        return open_for_writing(path)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        report(set_aside(path))
        return open_for_writing(path)


def identify(path: Path) -> tuple[int, int] | None:
    """Return what distinguishes a file from a later one of the same name, or from none; ``None`` if it is not known."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return (0, 0)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def open_for_reading(path: Path) -> sqlite3.Connection | None:
    """Open an existing file of this version; return ``None`` if there is none, or it is one of another program.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    if not _has_content(path):
        return None
    connection = _connect(path)
    try:
        connection.execute("PRAGMA query_only = ON")
        if _inspect(connection) == (VERSION, False):
            return connection
    except BaseException:
        connection.close()
        raise
    connection.close()
    return None


def _has_content(path: Path) -> bool:
    try:
        return os.path.isfile(path) and path.stat().st_size > 0
    except OSError:  # another program may have set it aside in the meantime
        return False


def require_readable(path: Path) -> sqlite3.Connection:
    """Open an existing file for reading in several threads, one at a time.

    Raises:
        ArchiveError: there is no such file, or it cannot be read; it is left alone.
    """
    try:
        with path.open("rb"):
            pass
    except FileNotFoundError:
        raise ArchiveError(f"There is no stored data: the file {path} does not exist.") from None
    except OSError as error:
        raise ArchiveError(f"Could not read {path}: {describe_read_error(error, path)}.") from error
    try:
        connection = _connect(path, is_shared=True)
        try:
            connection.execute("PRAGMA query_only = ON")
            version, is_foreign = _inspect(connection)
            if 0 < version <= VERSION and not is_foreign:
                connection.execute("SELECT count(*) FROM symbol").fetchone()  # fails if it is damaged or locked
                return connection
        except BaseException:
            connection.close()
            raise
        connection.close()
    except sqlite3.Error as error:
        raise ArchiveError(f"Could not read {path}: {describe_sqlite_error(error)}.") from error
    if is_foreign:
        raise ArchiveError(f"There is no stored data: the file {path} is a database of another program.")
    if version == 0:
        raise ArchiveError(f"There is no stored data: the file {path} is empty.")
    raise ArchiveError(f"{path} was written by a newer version of Ticker GUI. Update Ticker GUI to read it.")


def _connect(path: Path, *, is_shared: bool = False) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        isolation_level=None,
        timeout=_BUSY_TIMEOUT_MS / 1000,
        check_same_thread=not is_shared,
    )


def _prepare_patiently(connection: sqlite3.Connection, path: Path) -> None:
    """Prepare a file; another program may be doing the same, and SQLite does not wait for a change of the journal."""
    deadline_s = time.monotonic() + _BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            _prepare(connection, path)
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > deadline_s:
                raise
            time.sleep(_BUSY_PAUSE_S)
        else:
            return


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    version, is_foreign = _inspect(connection)
    if version > VERSION:
        raise ArchiveError(
            f"{path.name} was written by a newer version of Ticker GUI. This session stores nothing and shows no "
            "stored data. Update Ticker GUI."
        )
    if is_foreign:
        raise ArchiveError(
            f"{path.name} is a database of another program. This session stores nothing and shows no stored data. "
            "Move the file to another folder and start Ticker GUI again."
        )
    if version == 0:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # has an effect only before the first table
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":  # on some network drives
        connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA journal_size_limit = {16 << 20}")
    with transaction(connection):
        for migration in _MIGRATIONS[_version(connection) :]:  # another program may have done it meanwhile
            for statement in migration:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _inspect(connection: sqlite3.Connection) -> tuple[int, bool]:
    """Return the version of a file, and whether another program has made its tables, with a version of its own."""
    connection.execute("BEGIN")  # another program may bring the file up to date meanwhile
    try:
        version = _version(connection)
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    finally:
        connection.execute("ROLLBACK")
    is_own = not names if version == 0 else version > VERSION or names >= _FIRST_TABLES
    return version, not is_own


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run a block in a transaction that no other writer interrupts."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def vacuum(connection: sqlite3.Connection, pages: int = 0) -> None:
    """Give unused pages back to the disk, at most this many; 0 stands for all of them."""
    # Only a script runs to its end: the statement has a result row for each page, but no columns.
    connection.executescript(f"PRAGMA incremental_vacuum({pages})")


def is_damage(error: sqlite3.Error) -> bool:
    """Return whether an error means that the file is damaged, or not a file of SQLite."""
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_busy(error: sqlite3.Error) -> bool:
    """Return whether another program has locked the file for too long."""
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def is_temporary(error: sqlite3.Error) -> bool:
    """Return whether writing may succeed later: the disk may have space again, or another program ends."""
    return is_busy(error) or _code(error) in (
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
    )


def describe_sqlite_error(error: sqlite3.Error) -> str:
    """Return the reason for an error, as part of a sentence."""
    words = {
        sqlite3.SQLITE_FULL: "the disk is full",
        sqlite3.SQLITE_READONLY: "the file or its disk is read-only",
        sqlite3.SQLITE_IOERR: "the disk reports an error",
        sqlite3.SQLITE_BUSY: "another program has locked it",
        sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
        sqlite3.SQLITE_CORRUPT: "it is damaged",
        sqlite3.SQLITE_NOTADB: "it is damaged",
    }
    return words.get(_code(error), str(error))


def _code(error: sqlite3.Error) -> int:
    """Return the primary result code; errors of the module itself have none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def check_integrity(path: Path) -> bool:
    """Return whether the file is undamaged; this reads all of it."""
    try:
        connection = open_for_reading(path)
        if connection is None:
            return True
        try:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
        finally:
            connection.close()
    except sqlite3.Error as error:
        return not is_damage(error)


def set_aside(path: Path) -> str:
    """Rename a damaged file, its name then contains the date; return a sentence for the user.

    Raises:
        ArchiveError: it cannot be renamed.
    """
    date = f"{datetime.now(UTC):%Y-%m-%d}"
    target, number = path.with_name(f"{path.stem}.damaged-{date}{path.suffix}"), 1
    while os.path.exists(target):
        number += 1
        target = path.with_name(f"{path.stem}.damaged-{date}-{number}{path.suffix}")
    try:
        path.replace(target)
        for ending in ("-wal", "-shm"):
            part = path.with_name(path.name + ending)
            if os.path.exists(part):
                part.replace(target.with_name(target.name + ending))
    except OSError as error:
        raise ArchiveError(
            f"{path.name} is damaged and could not be renamed ({describe_write_error(error, path)}). "
            "This session stores nothing."
        ) from error
    _LOG.warning("%s is damaged and was renamed to %s", path, target.name)
    return (
        f"The file with stored data, {path.name}, was damaged, so it was renamed to {target.name} "
        "and a new file was created."
    )
