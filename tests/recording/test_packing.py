"""Packing: lines and frames become one compressed text, which can be read up to each flush, in this process or another."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator

import pytest

from ticker_gui.recording.compression import FINISH, SYNC_FLUSH
from ticker_gui.recording.packing import LocalPacker, Packer
from ticker_gui.recording.packing_process import ProcessPacker

SEPARATOR = b"\x7fabc\x7f"
each_packer = pytest.mark.parametrize("make", [LocalPacker, ProcessPacker])


@pytest.fixture
def packer(make: Callable[[bytes], Packer]) -> Iterator[Packer]:
    made = make(SEPARATOR)
    yield made
    made.close()


@each_packer
def test_frames_are_escaped_between_complete_lines(packer: Packer) -> None:
    packer.add(b"first\n")
    packer.add_frames(b'{"frame":"', SEPARATOR.join(['{"a":"€\x7f"}\n'.encode(), b"", b"\\"]))
    packer.add(b"last\n")
    expected = """first
{"frame":"{\\"a\\":\\"€\x7f\\"}\\n"}
{"frame":""}
{"frame":"\\\\"}
last
"""
    assert gzip.decompress(packer.take(FINISH)).decode() == expected


@each_packer
def test_what_was_added_before_a_flush_can_be_read_after_it(packer: Packer) -> None:
    reader = zlib.decompressobj(31)
    packer.add(b"first\n")
    assert reader.decompress(packer.take(SYNC_FLUSH)) == b"first\n"
    packer.add(b"second\n")
    packer.compress()
    packer.add(b"third\n")
    assert reader.decompress(packer.take(SYNC_FLUSH)) == b"second\nthird\n"
    assert not reader.eof
    assert reader.decompress(packer.take(FINISH)) == b""
    assert reader.eof


@each_packer
def test_the_size_counts_bytes_that_are_not_compressed_yet(packer: Packer) -> None:
    assert packer.size == 0
    packer.add(b"12345")
    assert packer.size == 5
    packer.compress()
    assert packer.size == 0


@each_packer
def test_much_is_packed_in_its_order(packer: Packer) -> None:
    lines = [b"%d%b\n" % (number, b"x" * 999) for number in range(3000)]
    for line in lines:
        packer.add(line)
        if packer.size > 100_000:
            packer.compress()
    assert gzip.decompress(packer.take(FINISH)) == b"".join(lines)
