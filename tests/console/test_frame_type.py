from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.console.frame_type import frame_type


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b'{"type":"match","product_id":"BTC-USD"}', "match"),
        (b'{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade"}}', "aggTrade"),
        (b'{"e":"trade","E":1,"s":"BTCUSDT"}', "trade"),
        (b'{"topic":"publicTrade.BTCUSDT","type":"snapshot"}', "publicTrade"),
        (b'{"channel":"trade","type":"update","data":[]}', "trade"),
        (b'{"method":"subscription","params":{"channel":"trades.BTC-PERPETUAL.100ms"}}', "trades"),
        (b'{"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[]}', "trades"),
        (b'{"op":"subscribe","args":[]}', "subscribe"),
        (b'[17,"te",[1,2,3,4]]', "te"),
        (b'[17,[1,2,3]]', "list"),
        (b'[{"T":"t","S":"AAPL"}]', "t"),
        (b'[{"ev":"T","sym":"AAPL"}]', "T"),
        (b'{"s":"AAPL","p":1.5}', "object"),
        (b'{"type":{"deep":1},"op":"say"}', "say"),
        (b"hello", "text"),
        (b"", "text"),
        (b"\x00\x01\xff", "binary"),
        (b'{"type":"unfinished', "text"),
        ("gr\u00fc\u00df dich".encode(), "text"),
    ],
)  # fmt: skip
def test_a_frame_has_the_type_that_its_server_names(payload: bytes, expected: str) -> None:
    assert frame_type(payload) == expected


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_have_a_short_printable_type(payload: bytes) -> None:
    found = frame_type(payload)
    assert 0 < len(found) <= 24
    assert found.isprintable()


@given(st.integers(4080, 4097), st.text(alphabet="aä€😀", max_size=9))
def test_a_character_across_the_examined_part_does_not_make_a_text_binary(before: int, text: str) -> None:
    assert frame_type(("x" * before + text).encode()) == "text"
