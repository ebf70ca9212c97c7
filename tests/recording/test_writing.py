"""Writing: what is added is in the file, redacted; nothing blocks, and a full disk ends the recording only."""

from __future__ import annotations

import errno
import gzip
import os
import sys
import threading
import time
from pathlib import Path

import msgspec
import pytest

from tests.recording.recorded import HEADER, T0, batch, lines_of, write
from ticker_gui.recording import writing
from ticker_gui.recording.format import Line, RecordingError
from ticker_gui.recording.line_encoder import RecordedResponse
from ticker_gui.recording.packing_process import PackingEnded, ProcessPacker
from ticker_gui.recording.writing import RecordingWriter


def until(is_so: object) -> None:
    assert callable(is_so)
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_recording_is_gzip_with_one_json_object_per_line(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ticker.jsonl.gz", batch("{}", "[1]"), Line(T0 + 5, "note", frame="mark"))
    lines = [msgspec.json.decode(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    assert lines[0]["format"] == 1
    assert lines[1:] == [
        {"t": T0, "dir": "in", "feed": "crypto", "conn": 1, "frame": "{}"},
        {"t": T0, "dir": "in", "feed": "crypto", "conn": 1, "frame": "[1]"},
        {"t": T0 + 5, "dir": "note", "frame": "mark"},
    ]


@pytest.mark.parametrize("payload", [b'{"key":"s3cret"}', b"\xffs3cret", b"\x7fs3cret\x7f"])
def test_secrets_are_redacted_in_every_kind_of_frame(payload: bytes, tmp_path: Path) -> None:
    path = write(tmp_path / "a.gz", batch(b"{}", payload, secret="s3cret"))
    assert b"s3cret" not in gzip.decompress(path.read_bytes())
    assert "•••" in lines_of(path)[0][1].payload.decode(errors="replace")


def test_frames_can_be_read_before_the_recording_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_FLUSH_S", 0.0)
    writer = RecordingWriter(tmp_path / "a.gz", HEADER)
    writer.add_frames(batch("{}"))
    until(lambda: (tmp_path / "a.gz").stat().st_size and lines_of(tmp_path / "a.gz")[0])
    writer.close()


def test_only_the_owner_can_read_a_recording(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gz")
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_text("mine")
    with pytest.raises(RecordingError, match="already exists"):
        RecordingWriter(path, HEADER)
    assert path.read_text() == "mine"


def test_an_existing_file_is_replaced_if_that_is_requested(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_text("old")
    RecordingWriter(path, HEADER, replaces=True).close()
    assert gzip.decompress(path.read_bytes()).startswith(b"{")
    with pytest.raises(RecordingError, match="already exists"):
        RecordingWriter(tmp_path, HEADER, replaces=True)


def test_a_file_that_cannot_be_created_is_reported_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"the folder .* does not exist"):
        RecordingWriter(tmp_path / "none" / "a.gz", HEADER)
    with pytest.raises(RecordingError, match="Could not record to"):
        RecordingWriter(tmp_path / "a\0b", HEADER)


def test_a_full_disk_ends_the_recording_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: object, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writing, "_FLUSH_S", 0.0)
    failures: list[str] = []
    writer = RecordingWriter(tmp_path / "a.gz", HEADER, failures.append)
    monkeypatch.setattr(writing._RawFile, "write", fail)
    writer.add_frames(batch("{}"))
    until(lambda: failures)
    assert "the disk is full" in writer.failure
    assert not writer.is_open
    writer.add_frames(batch("{}"))  # ignored
    assert not writer.flush(1e6)  # which does not wait
    writer.close()
    assert failures == [writer.failure]


def test_frames_are_lost_and_counted_when_the_disk_is_too_slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    may_write = threading.Event()
    write_really = writing._RawFile.write

    def write_late(self: writing._RawFile, content: bytes) -> int:
        may_write.wait()
        return write_really(self, content)

    monkeypatch.setattr(writing, "_MAX_QUEUED_BYTES", 100)
    monkeypatch.setattr(writing._RawFile, "write", write_late)
    writer = RecordingWriter(tmp_path / "a.gz", HEADER)
    for _ in range(5):
        writer.add_frames(batch("x" * 60))
    assert (writer.frames, writer.lost) == (1, 4)
    may_write.set()
    until(lambda: writer._taken_bytes == writer._put_bytes)
    writer.add_frames(batch("{}"))
    writer.close()
    lines, problems = lines_of(tmp_path / "a.gz")
    assert [line.dir for line in lines] == ["in", "note", "in"]
    assert lines[1].frame == "4 messages before this line were lost: the disk is too slow."
    assert not problems


def test_frames_of_several_feeds_stay_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_CHUNK_BYTES", 2000)
    monkeypatch.setattr(writing, "_GATHER_BYTES", 1000)
    monkeypatch.setattr(writing, "_FLUSH_S", 0.0)
    batches = [batch(f"{number:0100}", t=T0 + number, conn=1 + number // 7 % 2) for number in range(200)]
    lines, problems = lines_of(write(tmp_path / "a.gz", *batches))
    assert [(line.t, line.conn, line.frame) for line in lines] == [
        (T0 + number, 1 + number // 7 % 2, f"{number:0100}") for number in range(200)
    ]
    assert not problems


def test_the_thread_waits_for_more_frames_unless_there_are_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_GATHER_S", 60.0)
    monkeypatch.setattr(writing, "_GATHER_BYTES", 1000)
    writer = RecordingWriter(tmp_path / "a.gz", HEADER)
    writer.add_frames(batch("{}"))
    assert writer.flush(60.0)  # at once
    writer.add_frames(batch("x" * 600))
    assert writer._queued_bytes == 600
    writer.add_frames(batch("x" * 600))
    until(lambda: not writer._queued_bytes)
    writer.add_frames(batch("{}"))
    writer.close()  # at once
    assert len(lines_of(tmp_path / "a.gz")[0]) == 4


def test_the_thread_sleeps_while_there_is_nothing_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_GATHER_S", 0.001)
    monkeypatch.setattr(writing, "_FLUSH_S", 0.0)
    writer = RecordingWriter(tmp_path / "a.gz", HEADER)
    writer.add_frames(batch("{}"))
    until(lambda: not writer._queue and writer._is_idle)
    assert len(lines_of(tmp_path / "a.gz")[0]) == 1
    writer.add_frames(batch("[]"))
    until(lambda: not writer._queue and writer._is_idle)
    assert len(lines_of(tmp_path / "a.gz")[0]) == 2
    writer.close()


def test_a_flush_waits_until_everything_can_be_read(tmp_path: Path) -> None:
    writer = RecordingWriter(tmp_path / "a.gz", HEADER)
    writer.add_frames(batch("{}"))
    assert writer.flush()
    assert len(lines_of(tmp_path / "a.gz")[0]) == 1
    writer.close()
    assert writer.flush(1e6)  # everything is there


def test_the_answer_to_a_request_is_recorded_with_its_url_unless_it_is_huge(tmp_path: Path) -> None:
    writer = RecordingWriter(tmp_path / "a.gz", HEADER)
    redact = lambda text: text.replace("s3cret", "•••")  # noqa: E731
    writer.add_http(RecordedResponse("crypto", "https://x/?k=s3cret", 200, b"[s3cret]", T0, redact))
    writer.add_http(RecordedResponse("crypto", "https://x/?k=s3cret", 200, bytes(2 << 20), T0, redact))
    writer.close()
    answer, note = lines_of(tmp_path / "a.gz")[0]
    assert (answer.dir, answer.url, answer.status, answer.frame) == ("http", "https://x/?k=•••", 200, "[•••]")
    assert note.frame == "The response from https://x/?k=••• is not recorded: it is larger than 1 MB."


def fast(path: Path, monkeypatch: pytest.MonkeyPatch) -> RecordingWriter:
    """Return a writer that receives so much that a process packs it now; one frame was written before."""
    monkeypatch.setattr(writing, "_FAST_BYTES_PER_S", 0)
    writer = RecordingWriter(path, HEADER)
    writer.add_frames(batch("before"))
    assert writer.flush(60)
    until(lambda: writer._next_packer)
    writer.add_frames(batch("before"))
    assert writer.flush(60)
    assert isinstance(writer._packer, ProcessPacker)
    return writer


def test_at_a_high_rate_a_process_packs_what_follows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = fast(tmp_path / "a.gz", monkeypatch)
    writer.add_frames(batch(b"{}", b'"\xe2\x82\xac', secret="s3cret"))
    writer.add_frames(batch(b"s3cret", b"\xff", secret="s3cret"))
    writer.add(Line(T0, "note", frame="mark"))
    assert writer.flush(60)
    expected = [b"before", b"before", b"{}", '"€'.encode(), "•••".encode(), b"\xff", b"mark"]
    assert [line.payload for line in lines_of(tmp_path / "a.gz")[0]] == expected
    writer.close(60)
    lines, problems = lines_of(tmp_path / "a.gz")
    assert ([line.payload for line in lines], problems, writer.failure) == (expected, [], "")
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()).count(b"\n") == 8  # other programs read both members
    assert isinstance(writer._packer, ProcessPacker)
    assert writer._packer._process.returncode == 0


def test_no_process_is_started_at_usual_rates(tmp_path: Path) -> None:
    writer = RecordingWriter(tmp_path / "a.gz", HEADER)
    for number in range(20):
        writer.add_frames(batch(*["x" * 1000] * 50, t=T0 + number))  # a megabyte, as at the beginning of a connection
    assert writer.flush(60)
    assert writer._starter is None
    writer.close(60)


def test_no_process_is_started_by_a_program_that_is_not_run_by_an_interpreter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(writing, "_FAST_BYTES_PER_S", 0)
    writer = RecordingWriter(tmp_path / "a.gz", HEADER)
    writer.add_frames(batch("x"))
    assert writer.flush(60)
    assert writer._starter is None
    writer.close(60)


def test_the_end_of_the_process_ends_the_recording_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = fast(tmp_path / "a.gz", monkeypatch)
    writer._packer.abort()
    writer.add_frames(batch("lost"))
    assert not writer.flush(60)
    assert "ended: the process that compresses it has ended. What was recorded before is kept." in writer.failure
    writer.close(60)
    assert [line.frame for line in lines_of(tmp_path / "a.gz")[0]] == ["before", "before"]


def test_without_a_process_it_is_packed_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(separator: bytes) -> ProcessPacker:
        raise PackingEnded

    monkeypatch.setattr(writing, "ProcessPacker", fail)
    monkeypatch.setattr(writing, "_FAST_BYTES_PER_S", 0)
    writer = RecordingWriter(tmp_path / "a.gz", HEADER)
    for number in range(3):
        writer.add_frames(batch(str(number)))
        assert writer.flush(60)
    writer.close(60)
    assert not writer.failure
    assert [line.frame for line in lines_of(tmp_path / "a.gz")[0]] == ["0", "1", "2"]


def test_a_process_that_starts_while_the_recording_is_closed_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_FAST_BYTES_PER_S", 0)
    writer = RecordingWriter(tmp_path / "a.gz", HEADER)
    writer.add_frames(batch("{}"))
    assert writer.flush(60)
    writer.close(60)
    assert isinstance(writer._next_packer, ProcessPacker)
    assert writer._next_packer._process.returncode == 0
    assert [line.frame for line in lines_of(tmp_path / "a.gz")[0]] == ["{}"]


def test_a_process_that_hangs_does_not_keep_the_recording_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = fast(tmp_path / "a.gz", monkeypatch)
    assert isinstance(writer._packer, ProcessPacker)
    monkeypatch.setattr(writer._packer, "_add", lambda *_: None)  # it waits for an answer to what it was not asked
    writer.add_frames(batch("lost"))
    writer.close(0.1)
    assert "in time" in writer.failure
    writer._thread.join(60)
    assert not writer._thread.is_alive()
