"""The process that packs a recording: it ends with the one that started it, and its end is noticed."""

from __future__ import annotations

import gzip
import logging
import os
import signal
import struct
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path

import pytest

from ticker_gui.recording.compression import FINISH, SYNC_FLUSH
from ticker_gui.recording.packing_process import PackingEnded, ProcessPacker, serve

SEPARATOR = b"\x7f\x7f"


def record(mode: int, begin: bytes, text: bytes) -> bytes:
    return struct.pack("<BII", mode, len(begin), len(text)) + begin + text


def served(records: bytes) -> list[bytes]:
    """Return the answers to records, without the first one, which is empty."""
    answers = BytesIO()
    serve(BytesIO(records), answers, SEPARATOR)
    rest, found = answers.getvalue(), []
    while rest:
        (size,) = struct.unpack_from("<Q", rest)
        found.append(rest[8 : 8 + size])
        rest = rest[8 + size :]
    assert found[0] == b""
    return found[1:]


def test_each_flush_is_answered() -> None:
    first, second = served(
        record(0, b"", b"line\n")
        + record(SYNC_FLUSH, b"", b"")
        + record(0, b'"', b'a\x7f\x7fb"')
        + record(FINISH, b"", b"")
    )
    assert gzip.decompress(first + second) == b'line\n"a"}\n"b\\""}\n'


@pytest.mark.parametrize("missing", [1, 3, 8, 12])
def test_a_record_that_was_cut_off_is_the_end(missing: int) -> None:
    assert served((record(FINISH, b"", b"") + record(0, b"", b"line\n"))[:-missing]) == [gzip_of_nothing()]


def gzip_of_nothing() -> bytes:
    (nothing,) = served(record(FINISH, b"", b""))
    assert gzip.decompress(nothing) == b""
    return nothing


def is_running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="it is not Linux")
def test_it_ends_with_the_process_that_started_it() -> None:
    code = (
        "import sys\n"
        "from ticker_gui.recording.packing_process import ProcessPacker\n"
        "packer = ProcessPacker(b'x')\n"
        "packer.add(bytes(300_000))\n"
        "packer.compress()\n"
        "print(packer._process.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert is_running(pid)
        process.kill()
    end = time.monotonic() + 60
    while is_running(pid):
        assert time.monotonic() < end
        time.sleep(0.005)


def test_its_end_is_noticed_and_loses_only_what_followed_the_last_flush() -> None:
    packer = ProcessPacker(SEPARATOR)
    packer.add(b"kept\n")
    kept = packer.take(SYNC_FLUSH)
    packer.abort()
    packer._process.wait()
    packer.add(b"lost\n")
    with pytest.raises(PackingEnded):
        packer.take(SYNC_FLUSH)
    packer.close()
    assert kept


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_signals_that_end_the_program_do_not_end_it_before() -> None:
    packer = ProcessPacker(SEPARATOR)
    for number in (signal.SIGINT, signal.SIGTERM):
        packer._process.send_signal(number)
    packer.add(b"line\n")
    assert gzip.decompress(packer.take(FINISH)) == b"line\n"
    assert os.getsid(packer._process.pid) != os.getsid(0)  # nor do those of a terminal reach it
    packer.close()
    assert packer._process.returncode == 0


def test_its_errors_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    packer = ProcessPacker(SEPARATOR)
    packer.add_frames(b"begin", b"\xff")  # which is not text
    with caplog.at_level(logging.ERROR), pytest.raises(PackingEnded):
        packer.take(SYNC_FLUSH)
    packer.close()
    assert "UnicodeDecodeError" in caplog.text


def test_a_process_that_cannot_be_started_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    with pytest.raises(OSError, match=r"No such file|cannot find"):
        ProcessPacker(SEPARATOR)
    monkeypatch.undo()
    monkeypatch.setattr("ticker_gui.recording.packing_process.__name__", "ticker_gui.no_such_module")
    with pytest.raises(PackingEnded):
        ProcessPacker(SEPARATOR)


def test_nothing_is_imported_from_the_current_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "msgspec.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    ProcessPacker(SEPARATOR).close()
