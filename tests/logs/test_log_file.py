from __future__ import annotations

import logging
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import programs
from ticker_gui.logs import log_file
from ticker_gui.logs.log_file import FILES, MAX_BYTES, LogFile, LogFormatter, default_log_file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "it.log"


@pytest.fixture
def log(path: Path) -> Iterator[logging.Logger]:
    handler = LogFile(path, logging.DEBUG)
    logger = logging.Logger("test")
    logger.addHandler(handler)
    yield logger
    handler.close()


def written(log: logging.Logger) -> str:
    (handler,) = log.handlers
    assert isinstance(handler, LogFile)
    handler.wait_until_written()
    return handler.path.read_text("utf-8")


def test_records_are_written_with_their_tracebacks(log: logging.Logger) -> None:
    try:
        raise KeyError("price")
    except KeyError:
        log.exception("It failed: %d", 5)
    text = written(log)
    assert " ERROR test: It failed: 5\n    Traceback" in text
    assert "\n    KeyError: 'price'\n" in text


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX only")
def test_file_and_folder_are_readable_by_their_owner_only(log: logging.Logger, path: Path) -> None:
    written(log)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX only")
def test_a_file_that_others_could_read_is_made_private(tmp_path: Path) -> None:
    path = tmp_path / "it.log"
    path.touch()
    path.chmod(0o666)
    LogFile(path, logging.INFO).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.fixture
def max_bytes(monkeypatch: pytest.MonkeyPatch) -> int:
    """A limit that is reached sooner than that of the program."""
    assert log_file.MAX_BYTES == 1 << 20
    monkeypatch.setattr(log_file, "MAX_BYTES", 1 << 16)
    return log_file.MAX_BYTES


def test_the_log_has_up_to_three_files_of_limited_size(max_bytes: int, log: logging.Logger, path: Path) -> None:
    for number in range(450):
        log.info("%d %s", number, "x" * 500)
        if number % 50 == 0:
            written(log)
    written(log)
    files = sorted(path.parent.iterdir())
    assert [file.name for file in files] == ["it.log", "it.log.1", "it.log.2"]
    assert len(files) == FILES
    assert all(file.stat().st_size <= max_bytes for file in files)


@given(st.text(max_size=200))
def test_no_message_can_imitate_another_record(message: str) -> None:
    record = logging.LogRecord("test", logging.INFO, "", 0, message, None, None)
    first, *others = LogFormatter("%(levelname)s %(message)s").format(record).split("\n")
    assert first.startswith("INFO")
    assert all(line.startswith("    ") for line in others)
    assert not any(ord(character) < 32 and character != "\t" for line in (first, *others) for character in line)


def test_a_record_that_cannot_be_formatted_is_skipped(log: logging.Logger) -> None:
    class Unformattable:
        def __str__(self) -> str:
            raise RuntimeError

    log.info("%s", Unformattable())
    log.info("%d", "no number")
    log.info("next")
    assert written(log).splitlines()[0].endswith("next")


def test_a_file_that_is_removed_or_rotated_by_another_process_is_reopened(log: logging.Logger, path: Path) -> None:
    log.info("one")
    assert "one" in written(log)
    path.rename(path.with_name("moved"))
    log.info("two")
    assert "two" in written(log)
    path.unlink()
    path.parent.joinpath("moved").unlink()
    path.parent.rmdir()
    log.info("three")
    assert "three" in written(log)


def test_a_rotation_that_fails_keeps_the_file(
    max_bytes: int, log: logging.Logger, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "The process cannot access the file because it is being used by another process")

    monkeypatch.setattr(os, "rename", refuse)
    for number in range(200):
        log.info("%d %s", number, "x" * 500)
    text = written(log)
    assert " 0 " in text
    assert " 199 " in text
    assert path.stat().st_size > max_bytes


def test_a_full_disk_costs_records_and_nothing_else(log: logging.Logger, monkeypatch: pytest.MonkeyPatch) -> None:
    (handler,) = log.handlers
    assert isinstance(handler, LogFile)
    written(log)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(handler._file, "_open", full)
    handler._file.handleError(logging.makeLogRecord({}))  # closes the file, so that it has to be reopened
    log.info("lost")
    handler.wait_until_written()
    monkeypatch.undo()
    log.info("kept")
    text = written(log)
    assert "lost" not in text
    assert "kept" in text


def test_a_hanging_disk_neither_blocks_nor_fills_the_memory(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    handler, works_again = LogFile(path, logging.INFO), threading.Event()
    monkeypatch.setattr(handler._file, "handle", lambda record: works_again.wait())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    for _ in range(5000):
        logger.info("more")
    assert handler.lost > 3000
    handler.close()
    assert not works_again.is_set()
    works_again.set()


def test_lost_records_are_counted_in_the_log(log: logging.Logger) -> None:
    (handler,) = log.handlers
    assert isinstance(handler, LogFile)
    handler.lost = 7
    log.info("next")
    assert "7 records were lost." in written(log)


@pytest.mark.parametrize("kind", ["folder", "fifo", "under a file", "no folder"])
def test_a_path_that_is_not_a_file_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "it.log"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        if not hasattr(os, "mkfifo"):
            pytest.skip("there are no named pipes")
        os.mkfifo(path)
    elif kind == "under a file":
        path.touch()
        path /= "it.log"
    else:
        path = Path("/proc/nowhere/it.log")
    with pytest.raises(OSError, match=r".+"):
        LogFile(path, logging.INFO)


_WRITING_MUCH = """
import logging, sys
from pathlib import Path
from ticker_gui.logs.log_file import LogFile
handler = LogFile(Path(sys.argv[1]), logging.INFO)
logger = logging.Logger("test")
logger.addHandler(handler)
for number in range(400):
    logger.info("%d %s", number, "x" * 8000)
    if number % 50 == 0:
        handler.wait_until_written()
handler.wait_until_written()
handler.close()
"""


def test_a_file_that_another_process_rotates_at_the_same_time_does_not_grow(
    max_bytes: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename, is_first = os.rename, True

    def rename_after_the_other(source: str, destination: str) -> None:
        nonlocal is_first
        if is_first:
            is_first = False
            rename(source, destination)
        rename(source, destination)

    monkeypatch.setattr(os, "rename", rename_after_the_other)
    handler = LogFile(path, logging.INFO)
    for number in range(250):
        handler.emit(logging.LogRecord("test", logging.INFO, "", 0, f"{number} {'x' * 500}", None, None))
        handler.wait_until_written()
    handler.close()
    assert not is_first
    assert all(file.stat().st_size <= 1.1 * max_bytes for file in path.parent.iterdir())


def test_two_processes_share_a_file(path: Path) -> None:
    with (
        programs.start_python(_WRITING_MUCH, str(path)) as one,
        programs.start_python(_WRITING_MUCH, str(path)) as other,
    ):
        for program in (one, other):
            _, errors = program.communicate(timeout=150)
            assert (program.returncode, errors) == (0, "")
    assert all(file.stat().st_size <= 1.1 * MAX_BYTES for file in path.parent.iterdir())
    assert len(list(path.parent.iterdir())) <= FILES


def test_the_default_file_is_set_by_the_environment_or_in_the_platforms_log_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TICKER_GUI_LOG_FILE", str(tmp_path / "it.log"))
    assert default_log_file() == tmp_path / "it.log"
    monkeypatch.delenv("TICKER_GUI_LOG_FILE")
    assert default_log_file().name == "ticker-gui.log"
    assert "ticker-gui" in default_log_file().parent.as_posix()
