"""The containers of recordings: what can be read is read, and hostile files stay bounded."""

from __future__ import annotations

import gzip
import os
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from ticker_gui.recording import sources
from ticker_gui.recording.format import RecordingError
from ticker_gui.recording.sources import Damage, chunks


def text_and_damage(path: Path) -> tuple[bytes, list[str]]:
    text, damage = b"", []
    for part in chunks(path):
        if isinstance(part, Damage):
            damage.append(part.reason)
        else:
            text += part
    return text, damage


def file(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


def test_plain_text_and_gzip_are_distinguished_by_their_content(tmp_path: Path) -> None:
    assert text_and_damage(file(tmp_path, b"{}\n")) == (b"{}\n", [])
    assert text_and_damage(file(tmp_path, gzip.compress(b"a\n") + gzip.compress(b"b\n"))) == (b"a\nb\n", [])


def test_a_truncated_file_is_readable_up_to_its_last_flush(tmp_path: Path) -> None:
    compressor = zlib.compressobj(6, zlib.DEFLATED, 31)
    flushed = compressor.compress(b"first\n") + compressor.flush(zlib.Z_SYNC_FLUSH)
    text, damage = text_and_damage(file(tmp_path, flushed + compressor.compress(os.urandom(200000))[:100]))
    assert text.startswith(b"first\n")
    assert damage == ["the file was not closed properly, as after a crash"]


def test_damaged_compressed_data_is_reported(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(os.urandom(100_000)))
    content[5000:5100] = bytes(100)
    _, damage = text_and_damage(file(tmp_path, bytes(content)))
    assert damage == ["the compressed data is damaged"]


def test_a_gzip_bomb_is_decompressed_in_small_chunks(tmp_path: Path) -> None:
    bomb = file(tmp_path, gzip.compress(bytes(30 << 20)))
    sizes = [len(part) for part in chunks(bomb) if isinstance(part, bytes)]
    assert max(sizes) <= 256 << 10
    assert sum(sizes) == 30 << 20


def report_file(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_report_contains_its_recordings_in_the_order_of_their_names(tmp_path: Path) -> None:
    cut = gzip.compress(b"cut\n")[:-9]
    members = {"b.ticker.jsonl.gz": gzip.compress(b"2\n"), "settings.toml": b"x", "a.ticker.jsonl.gz": cut}
    text, damage = text_and_damage(report_file(tmp_path / "x.zip", members))
    assert text == b"cut\n\n2\n\n"
    assert len(damage) == 1


def test_the_last_recording_of_a_report_was_being_written(tmp_path: Path) -> None:
    writer = zlib.compressobj(6, zlib.DEFLATED, 31)
    is_open = writer.compress(b"2\nincompl") + writer.flush(zlib.Z_SYNC_FLUSH)
    members = {"a.ticker.jsonl.gz": gzip.compress(b"1\n"), "b.ticker.jsonl.gz": is_open}
    assert text_and_damage(report_file(tmp_path / "x.zip", members)) == (b"1\n\n2\n\n", [])
    members["b.ticker.jsonl.gz"] = gzip.compress(b"2\ncomplete")
    assert text_and_damage(report_file(tmp_path / "y.zip", members)) == (b"1\n\n2\ncomplete\n", [])


def test_a_zip_file_without_a_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        RecordingError, match=r"contains no recording\. A report contains a file named \*\.ticker\.jsonl\.gz\.$"
    ):
        list(chunks(report_file(tmp_path / "x.zip", {"a.txt": b""})))


def test_a_damaged_zip_file_is_reported(tmp_path: Path) -> None:
    content = report_file(tmp_path / "x.zip", {"a.ticker.jsonl.gz": gzip.compress(b"1\n")}).read_bytes()
    assert text_and_damage(file(tmp_path, content[:-30]))[1] == ["the zip file is damaged or encrypted"]


def test_a_zip_file_with_a_huge_directory_is_refused(tmp_path: Path) -> None:
    end = b"PK\x05\x06" + bytes(8) + struct.pack("<II", 1 << 30, 0) + bytes(2)
    with pytest.raises(RecordingError, match="too many files"):
        list(chunks(file(tmp_path, b"PK" + end)))


def test_a_file_that_is_not_regular_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"does not exist|no such file"):
        list(chunks(tmp_path / "none"))
    with pytest.raises(RecordingError, match="is a folder"):
        list(chunks(tmp_path))
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(RecordingError, match="not a regular file"):
            list(chunks(tmp_path / "pipe"))


def test_a_failing_disk_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(file: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(sources, "_plain", fail)
    assert text_and_damage(file(tmp_path, b"{}\n"))[1] == ["the disk reports an error"]
