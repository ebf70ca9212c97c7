"""The file of the archive is private, is migrated once, and a damaged or newer one is never overwritten."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ticker_gui.archive.database import (
    TABLES,
    VERSION,
    ArchiveError,
    check_integrity,
    describe_sqlite_error,
    is_busy,
    is_damage,
    open_for_reading,
    open_for_writing,
    require_readable,
    set_aside,
    transaction,
    vacuum,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "archive.sqlite3"


def test_a_new_file_is_private_and_has_all_tables(path: Path) -> None:
    connection = open_for_writing(path)
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert names == set(TABLES)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA auto_vacuum").fetchone() == (2,)
    connection.execute("INSERT INTO note VALUES ('a', 1)")
    for file in path.parent.iterdir():
        assert not file.stat().st_mode & 0o077, file
    connection.close()


def test_an_existing_file_keeps_its_content(path: Path) -> None:
    for number in range(3):
        connection = open_for_writing(path)
        assert connection.execute("SELECT count(*) FROM note").fetchone() == (number,)
        connection.execute("INSERT INTO note VALUES (?, 1)", (str(number),))
        connection.close()


def test_a_file_of_an_older_version_is_brought_up_to_date(path: Path) -> None:
    open_for_writing(path).close()
    with sqlite3.connect(path) as older:
        older.execute("DROP TABLE loaded")
        older.execute("INSERT INTO note VALUES ('kept', 1)")
        older.execute("PRAGMA user_version = 1")
    older.close()
    assert open_for_reading(path) is None  # until it is up to date
    require_readable(path).close()  # for an export, which needs no new table
    connection = open_for_writing(path)
    assert connection.execute("SELECT count(*) FROM loaded").fetchone() == (0,)
    assert connection.execute("SELECT count(*) FROM note").fetchone() == (1,)
    connection.close()


def test_a_newer_file_is_left_alone(path: Path) -> None:
    open_for_writing(path).close()
    with sqlite3.connect(path) as newer:
        newer.execute(f"PRAGMA user_version = {VERSION + 1}")
    newer.close()
    before = path.read_bytes()
    with pytest.raises(ArchiveError, match=r"newer version .* Update Ticker GUI\.$"):
        open_for_writing(path)
    assert open_for_reading(path) is None
    assert path.read_bytes() == before


@pytest.mark.parametrize("version", range(VERSION + 1))
@pytest.mark.parametrize("table", ["catalog", "symbol"])
def test_a_database_of_another_program_is_left_alone(path: Path, version: int, table: str) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as other:
        other.execute(f"CREATE TABLE {table} (name TEXT)")
        other.execute(f"PRAGMA user_version = {version}")
    other.close()
    before = path.read_bytes()
    with pytest.raises(ArchiveError, match=r"a database of another program\. .* start Ticker GUI again\.$"):
        open_for_writing(path)
    with pytest.raises(ArchiveError, match=r"is a database of another program\.$"):
        require_readable(path)
    assert open_for_reading(path) is None
    assert path.read_bytes() == before


def test_there_is_nothing_to_read_without_a_file(path: Path) -> None:
    assert open_for_reading(path) is None
    assert not path.exists()


def test_readers_cannot_write(path: Path) -> None:
    open_for_writing(path).close()
    connection = open_for_reading(path)
    assert connection is not None
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM trade")
    connection.close()


def test_a_failed_transaction_changes_nothing(path: Path) -> None:
    connection = open_for_writing(path)

    def fail() -> None:
        with transaction(connection):
            connection.execute("INSERT INTO note VALUES ('a', 1)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not connection.in_transaction
    assert connection.execute("SELECT count(*) FROM note").fetchone() == (0,)
    connection.close()


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" + bytes(4000)])
def test_a_damaged_file_is_recognized_and_set_aside(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(sqlite3.DatabaseError) as raised:
        open_for_writing(path)
    assert is_damage(raised.value)
    assert not check_integrity(path)
    notices = [set_aside(path)]
    path.write_bytes(b"again")
    notices.append(set_aside(path))
    assert not path.exists()
    kept = sorted(path.parent.glob("archive.damaged-*"))
    assert sorted(file.read_bytes() for file in kept) == sorted([content, b"again"])
    assert all(any(file.name in notice for file in kept) for notice in notices)


def test_a_folder_that_cannot_be_created_is_a_reason_for_the_user(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(ArchiveError, match="is a file, not a folder"):
        open_for_writing(tmp_path / "data" / "archive.sqlite3")


def test_unused_pages_are_given_back(path: Path) -> None:
    connection = open_for_writing(path)
    connection.execute("INSERT INTO block VALUES (1, 1, 0, 0, 0, 0, zeroblob(400000))")
    connection.execute("DELETE FROM block")

    def pages() -> int:
        return int(connection.execute("PRAGMA page_count").fetchone()[0])

    before = pages()
    vacuum(connection, 10)
    assert pages() == before - 10
    vacuum(connection)
    assert pages() < before / 3
    connection.close()


def test_an_undamaged_file_passes_the_check(path: Path) -> None:
    assert check_integrity(path)
    open_for_writing(path).close()
    assert check_integrity(path)


def test_errors_are_described_in_words(path: Path) -> None:
    first, second = open_for_writing(path), open_for_writing(path)
    second.execute("PRAGMA busy_timeout = 0")
    with transaction(first), pytest.raises(sqlite3.OperationalError) as raised, transaction(second):
        pass
    assert is_busy(raised.value)
    assert describe_sqlite_error(raised.value) == "another program has locked it"
    first.execute("PRAGMA max_page_count = 1")
    with pytest.raises(sqlite3.OperationalError) as full, transaction(first):
        first.execute("INSERT INTO block VALUES (1, 1, 0, 0, 0, 0, zeroblob(1000000))")
    assert describe_sqlite_error(full.value) == "the disk is full"
    first.close()
    second.close()


def test_a_file_to_read_must_exist_be_readable_and_not_be_newer(path: Path) -> None:
    with pytest.raises(ArchiveError, match="does not exist"):
        require_readable(path)
    open_for_writing(path).close()
    connection = require_readable(path)
    assert connection.execute("SELECT count(*) FROM trade").fetchone() == (0,)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM trade")
    connection.close()
    with pytest.raises(ArchiveError, match="is a folder"):
        require_readable(path.parent)
