"""Compression: whichever library is installed, files and what is read of them are the same."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.recording.recorded import batch, lines_of, write
from ticker_gui.recording import compression, sources
from ticker_gui.recording.compression import FINISH, SYNC_FLUSH, compressor
from ticker_gui.recording.sources import Damage

isal_zlib = pytest.importorskip("isal.isal_zlib", reason="it has no wheel for this system")
LIBRARIES = (zlib, isal_zlib)
texts = some.lists(
    some.one_of(some.binary(max_size=300), some.integers(0, 5000).map(lambda count: b'{"t":1,"frame":""}\n' * count)),
    min_size=1,
    max_size=5,
)
each_library = pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: str(library.__name__))


@pytest.fixture(autouse=True)
def _same_library_again() -> Iterator[None]:
    found = compression._library
    yield
    compression._library = found


def use(library: ModuleType) -> None:
    compression._library = lambda: library  # type: ignore[assignment]


def flushed(parts: list[bytes]) -> tuple[bytes, list[int]]:
    """Return a file of several parts, and where each of them ends."""
    packer = compressor()
    content, ends = b"", []
    for part in parts:
        content += packer.compress(part) + packer.flush(SYNC_FLUSH)
        ends.append(len(content))
    return content + packer.flush(FINISH), ends


def read(content: bytes) -> tuple[bytes, list[str]]:
    parts = list(sources._decompressed(BytesIO(content)))
    texts = [part for part in parts if isinstance(part, bytes)]
    assert all(len(text) <= 256 << 10 for text in texts)
    return b"".join(texts), [part.reason for part in parts if isinstance(part, Damage)]


def read_by_each(content: bytes) -> list[tuple[bytes, list[str]]]:
    results = []
    for library in LIBRARIES:
        use(library)
        results.append(read(content))
    return results


@each_library
@given(parts=texts)
def test_every_library_and_program_reads_what_each_of_them_writes(library: ModuleType, parts: list[bytes]) -> None:
    use(library)
    content, ends = flushed(parts)
    text = b"".join(parts)
    assert gzip.decompress(content) == text
    assert read_by_each(content) == [(text, [])] * 2
    for number, end in enumerate(ends, 1):
        for written, damage in read_by_each(content[:end]):
            assert written == b"".join(parts[:number])
            assert damage == ["the file was not closed properly, as after a crash"]


@each_library
@given(parts=texts, data=some.data())
def test_a_truncated_file_is_read_up_to_its_last_flush(
    library: ModuleType, parts: list[bytes], data: some.DataObject
) -> None:
    use(library)
    content, ends = flushed(parts)
    cut = data.draw(some.integers(1, len(content) - 1))
    whole = b"".join(part for part, end in zip(parts, ends, strict=True) if end <= cut)
    for text, damage in read_by_each(content[:cut]):
        assert text.startswith(whole)
        assert b"".join(parts).startswith(text)
        assert damage == ["the file was not closed properly, as after a crash"]


@each_library
@given(
    members=some.lists(texts, min_size=1, max_size=3),
    padding=some.sampled_from([0, 1, 300, 70_000]),
    rest=some.sampled_from([b"", b"x", b"rubbish", b"more rubbish than a header", b"\x1f\x8b\x07 a header of nothing"]),
)
def test_members_padding_and_everything_else_are_distinguished(
    library: ModuleType, members: list[list[bytes]], padding: int, rest: bytes
) -> None:
    use(library)
    content = b"".join(flushed(parts)[0] + bytes(padding) for parts in members)
    text = b"".join(part for parts in members for part in parts)
    expected = ["the compressed data is damaged"] if rest else []
    assert read_by_each(content + rest) == [(text, expected)] * 2


@each_library
@given(parts=texts, data=some.data())
def test_damage_is_noticed_by_each_library(library: ModuleType, parts: list[bytes], data: some.DataObject) -> None:
    use(library)
    content = bytearray(flushed([b"a recording\n", *parts])[0])
    begin = 10  # the header of gzip is not covered by the checksum
    content[data.draw(some.integers(begin, len(content) - 1))] ^= data.draw(some.integers(1, 255))
    whole = b"a recording\n" + b"".join(parts)
    for text, damage in read_by_each(bytes(content)):
        assert damage or text == whole  # a flipped bit of unused ones changes nothing


def test_a_bomb_is_decompressed_in_small_pieces_by_each_library() -> None:
    bomb = gzip.compress(bytes(3 << 20))
    assert read_by_each(bomb) == [(bytes(3 << 20), [])] * 2


@each_library
def test_usual_programs_read_a_recording(library: ModuleType, tmp_path: Path) -> None:
    use(library)
    path = write(tmp_path / "a.ticker.jsonl.gz", *(batch(f"{number:01000}") for number in range(500)))
    lines, problems = lines_of(path)
    assert (len(lines), problems) == (500, [])
    assert gzip.decompress(path.read_bytes()).count(b"\n") == 501
    if program := shutil.which("gzip"):
        subprocess.run([program, "-t", str(path)], check=True)


def test_without_isal_recordings_are_compressed_by_zlib(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> ModuleType:
        raise ImportError(name)

    monkeypatch.setattr(compression, "import_module", missing)
    assert compression._library.__wrapped__() is zlib  # type: ignore[attr-defined]
