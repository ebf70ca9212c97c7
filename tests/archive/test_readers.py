from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from ticker_gui.archive.database import open_for_writing
from ticker_gui.archive.readers import Readers

_PAUSE_S = 0.1  # during which the other thread could go on if it did not wait


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "archive.sqlite3"
    open_for_writing(path).close()
    return path


def test_a_file_is_replaced_when_nobody_reads_it(path: Path) -> None:
    readers, order = Readers(path), list[str]()
    has_started, wants_to_replace = threading.Event(), threading.Event()

    def read(connection: object) -> None:
        has_started.set()
        assert wants_to_replace.wait(60)
        time.sleep(_PAUSE_S)
        order.append("read")

    reading = [threading.Thread(target=readers.read, args=(None, read)) for _ in range(2)]
    for thread in reading:
        thread.start()
    assert has_started.wait(60)
    wants_to_replace.set()
    with readers.replacing():
        order.append("replaced")
    for thread in reading:
        thread.join()
    assert order == ["read", "read", "replaced"]


def test_readers_wait_for_a_file_that_is_being_replaced(path: Path) -> None:
    readers, order = Readers(path), list[str]()
    reading = threading.Thread(target=readers.read, args=(None, lambda connection: order.append("read")))
    checking = threading.Thread(target=readers.check_in_thread, args=(lambda: order.append("damaged"),))
    with readers.replacing():
        reading.start()
        checking.start()
        time.sleep(_PAUSE_S)
        path.write_bytes(b"no database " * 1000)
        order.append("replaced")
        open_for_writing(path.with_name("new")).close()
        path.with_name("new").replace(path)
    reading.join()
    checking.join()
    readers.read(None, lambda connection: order.append("read again"))
    assert order == ["replaced", "read", "read again"]


def test_an_error_while_a_file_is_replaced_does_not_keep_readers_waiting(path: Path) -> None:
    readers = Readers(path)
    with pytest.raises(OSError, match="full"), readers.replacing():
        raise OSError("full")
    assert readers.read("nothing", lambda connection: "read") == "read"


def test_a_failed_read_does_not_prevent_the_file_from_being_replaced(path: Path) -> None:
    readers = Readers(path)

    def fail(connection: object) -> None:
        raise OSError("bad sector")

    with pytest.raises(OSError, match="bad sector"):
        readers.read(None, fail)
    with readers.replacing():
        path.unlink()
    assert readers.read("nothing", lambda connection: "read") == "nothing"


def test_a_damaged_file_is_noted_and_an_intact_one_is_not(path: Path) -> None:
    readers, damaged = Readers(path), threading.Event()

    def check() -> None:
        readers.check_in_thread(damaged.set)
        for thread in threading.enumerate():
            if thread.name == "archive check":
                thread.join()

    check()
    assert not damaged.is_set()
    path.write_bytes(b"no database " * 1000)
    check()
    assert damaged.is_set()
