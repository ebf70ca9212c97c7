from __future__ import annotations

import contextlib
import gzip
import json
import zlib
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.errors import FrameError
from ticker_gui.feeds.generic import payloads as module
from ticker_gui.feeds.generic.payloads import unpack

MESSAGE = {"symbol": "BTC-USD", "price": 61234.5, "rows": [[1, "2"], {}]}
TEXT = json.dumps(MESSAGE).encode()


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda data: data,
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "zlib, fast": lambda data: zlib.compress(data, 1),
    "deflate": deflated,
}


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_json_is_read_plain_and_compressed(pack: Callable[[bytes], bytes]) -> None:
    assert unpack(pack(TEXT)) == [MESSAGE]


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_msgpack_is_read_plain_and_compressed(pack: Callable[[bytes], bytes]) -> None:
    assert unpack(pack(msgspec.msgpack.encode(MESSAGE))) == [MESSAGE]
    assert unpack(pack(msgspec.msgpack.encode([MESSAGE, 1]))) == [[MESSAGE, 1]]


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_lines_of_json_are_messages_each(pack: Callable[[bytes], bytes]) -> None:
    assert unpack(pack(TEXT + b"\r\n" + TEXT + b"\n")) == [MESSAGE, MESSAGE]


def test_names_that_are_numbers_are_read_as_text() -> None:
    assert unpack(msgspec.msgpack.encode({1: "A", 2: [{3: 4.5}]})) == [{"1": "A", "2": [{"3": 4.5}]}]


def test_a_number_before_and_a_separator_after_the_message_are_removed() -> None:
    assert unpack(b'42["tick",{"p":1}]') == [["tick", {"p": 1}]]
    assert unpack(b'{"p":1}\x1e{"p":2}\x1e') == [{"p": 1}, {"p": 2}]


@pytest.mark.parametrize("payload", [b"", b"pong", b"\xff\xfe\xfd", b"{", b'{"a":1}x', b"\x1f\x8bxx", b"\x78\x9cxx"])
def test_an_unknown_format_rejects_the_frame(payload: bytes) -> None:
    with pytest.raises(FrameError):
        unpack(payload)


def test_a_frame_that_decompresses_to_too_much_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_BYTES", 1000)
    with pytest.raises(FrameError, match="more than"):
        unpack(gzip.compress(b'"' + b"a" * 100_000 + b'"'))


def test_a_frame_with_too_many_lines_is_rejected() -> None:
    assert len(unpack(b"{}\n" * 10_000)) == 10_000
    with pytest.raises(FrameError, match="more than 10,000 messages"):
        unpack(b"{}\n" * 10_001)


@given(st.binary(max_size=100))
def test_any_bytes_give_messages_or_a_frame_error(payload: bytes) -> None:
    for data in (payload, gzip.compress(payload), deflated(payload)):
        with contextlib.suppress(FrameError):
            assert isinstance(unpack(data), list)
