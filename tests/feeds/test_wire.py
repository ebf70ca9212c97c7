from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.errors import FrameError
from ticker_gui.feeds.wire import chunks, datetime_ns, epoch_ns, json_reader, to_json


class Shape(msgspec.Struct):
    price: float
    count: int = 0


read = json_reader(Shape)


def test_numbers_may_be_numbers_or_text() -> None:
    assert read(b'{"price":"1.50","count":"7"}') == Shape(1.5, 7)
    assert read(b'{"price":1.5,"count":7,"else":[{}]}') == Shape(1.5, 7)


@pytest.mark.parametrize(
    "payload",
    [b"", b"[]", b"null", b"42", b'{"price":', b'{"price":""}', b'{"price":null}', b'{"price":true}', b'{"price":"12,5"}',
     b'{"price":NaN}', b'{"price":1e999}', b"\xff\xfe", b'{"price":1,"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"],
    ids=range(13),
)  # fmt: skip
def test_what_is_not_as_declared_costs_the_frame_only(payload: bytes) -> None:
    with pytest.raises(FrameError):
        read(payload)


@pytest.mark.parametrize("factor", [10**9, 10**6, 10**3, 1])
@given(seconds=st.integers(100_000_000, 90_000_000_000))
def test_the_unit_of_a_time_is_found_by_its_magnitude(factor: int, seconds: int) -> None:
    assert epoch_ns(seconds * 10**9 // factor) == seconds * 10**9


def test_moments_become_nanoseconds_exactly() -> None:
    moment = datetime(2021, 4, 17, 16, 43, 30, 244075, UTC)
    assert datetime_ns(moment) == 1_618_677_810_244_075_000
    assert datetime_ns(moment.astimezone(timezone(timedelta(hours=-5)))) == 1_618_677_810_244_075_000
    assert datetime_ns(moment.replace(tzinfo=None)) == 1_618_677_810_244_075_000
    assert datetime_ns(datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)) == -(10**9)


def test_requests_are_split() -> None:
    assert list(chunks("abcde", 2)) == ["ab", "cd", "e"]
    assert list(chunks("", 2)) == []


def test_messages_are_json() -> None:
    assert to_json({"op": "sub", "symbols": ("A",)}) == '{"op":"sub","symbols":["A"]}'
