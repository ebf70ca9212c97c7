from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.domain.errors import FrameError
from ticker_gui.feeds.wire import (
    decimal,
    epoch_ns,
    float32_to_shortest,
    iso_ns,
    json_reader,
    parse_timestamp_ns,
    tagged_list_reader,
    tagged_reader,
    to_json,
    whole_number,
)


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
     b'{"price":NaN}', b'{"price":1e999}', b"\xff\xfe", b'{"price":"\xff"}', b'{"price":1,"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"],
    ids=range(14),
)  # fmt: skip
def test_json_that_does_not_match_its_declaration_rejects_the_frame_only(payload: bytes) -> None:
    with pytest.raises(FrameError):
        read(payload)


@pytest.mark.parametrize("factor", [10**9, 10**6, 10**3, 1])
@given(seconds=st.integers(100_000_000, 9_000_000_000))
def test_the_unit_of_a_time_is_found_by_its_magnitude(factor: int, seconds: int) -> None:
    assert epoch_ns(seconds * 10**9 // factor) == seconds * 10**9


@pytest.mark.parametrize("factor", [1, 10**3, 10**6, 10**9])
def test_times_before_1970_have_the_same_units(factor: int) -> None:
    assert epoch_ns(-1_000_000_000 * 10**9 // factor) == -1_000_000_000 * 10**9


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("2021-04-17T16:43:30Z", 1_618_677_810_000_000_000),
        ("2021-04-17T16:43:30.2Z", 1_618_677_810_200_000_000),
        ("2021-04-17T16:43:30.244075Z", 1_618_677_810_244_075_000),
        ("2021-04-17T16:43:30.244075123Z", 1_618_677_810_244_075_123),
        ("2021-04-17T16:43:30.244075123999Z", 1_618_677_810_244_075_123),
        ("2021-04-17T11:43:30.244075123-05:00", 1_618_677_810_244_075_123),
        ("2021-04-17T22:13:30+05:30", 1_618_677_810_000_000_000),
        ("2021-04-17T16:43:30.244075", 1_618_677_810_244_075_000),
        ("2021-04-17 16:43:30.000000000+00:00", 1_618_677_810_000_000_000),
        ("2021-04-17T16:43Z", 1_618_677_780_000_000_000),
        ("2021-04-17T16:43:30,5+0000", 1_618_677_810_500_000_000),
        ("2021-04-17 16:43:30 UTC", 1_618_677_810_000_000_000),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000_000_000),
        ("1969-12-31T23:59:59Z", -(10**9)),
    ],
)
def test_times_as_text_have_up_to_nine_digits_and_an_offset(text: str, ns: int) -> None:
    assert iso_ns(text) == ns
    assert parse_timestamp_ns(text) == ns


@given(
    timestamp=st.datetimes(
        datetime(1680, 1, 1),
        datetime(2260, 1, 1),
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5)), timezone(timedelta(minutes=345))]),
    )
)
def test_every_timestamp_is_read_back(timestamp: datetime) -> None:
    since = timestamp - datetime(1970, 1, 1, tzinfo=UTC)
    assert iso_ns(timestamp.isoformat()) == (since // timedelta(microseconds=1)) * 1000


@pytest.mark.parametrize(
    "text",
    ["", "now", "2021-13-17T16:43:30Z", "2021-04-17T16:43:30.abcZ", "\ud800" * 30, "2026-11-28", "2026-11-28Z",
     "2021-04-17T16:43:30.-5Z", "2021-04-17T16:43:99Z", "2021-04-17T25:43:30Z", "2021-04-17T16:43:30+99:00",
     "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "0000-00-00T00:00:00Z"],
)  # fmt: skip
def test_text_that_is_not_a_time_is_a_frame_error(text: str) -> None:
    iso_ns("2021-04-17T16:43:30Z")  # its second is remembered
    with pytest.raises(FrameError):
        iso_ns(text)


@pytest.mark.parametrize("text", ["2026-11-28", "0001-01-01"])
def test_a_date_without_a_time_gives_no_timestamp(text: str) -> None:
    assert parse_timestamp_ns(text) is None


@given(text=st.text(max_size=40) | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,+Zz-]{0,20}"))
def test_any_text_is_a_time_within_the_arrays_or_a_frame_error(text: str) -> None:
    try:
        time_ns = iso_ns(text)
    except FrameError:
        return
    assert abs(time_ns) < 2**63 + 10**9


@given(value=st.integers() | st.floats() | st.text() | st.booleans() | st.none() | st.lists(st.integers()))
def test_any_value_is_a_timestamp_a_number_or_a_frame_error(value: Any) -> None:
    for read_value in (parse_timestamp_ns, decimal):
        with suppress(FrameError):
            read_value(value)


@pytest.mark.parametrize("value", [True, False, [1], {"a": 1}, 10**400])
def test_a_value_that_is_not_a_plain_number_is_a_frame_error(value: Any) -> None:
    for read_value in (parse_timestamp_ns, decimal):
        with pytest.raises(FrameError):
            read_value(value)


@pytest.mark.parametrize(
    ("value", "ns"),
    [(None, None), ("", None), (1_700_000_000, 1_700_000_000 * 10**9), ("1700000000123", 1_700_000_000_123 * 10**6),
     (1_700_000_000.5, 1_700_000_000_500_000_000), ("1700000000.5", 1_700_000_000_500_000_000)],
)  # fmt: skip
def test_a_timestamp_is_read_from_numbers_and_text(value: Any, ns: int | None) -> None:
    assert parse_timestamp_ns(value) == ns


@pytest.mark.parametrize("value", ["soon", "1e999", float("inf"), float("nan")])
def test_an_invalid_timestamp_is_a_frame_error(value: Any) -> None:
    with pytest.raises(FrameError):
        parse_timestamp_ns(value)


@pytest.mark.parametrize(("value", "number"), [(None, None), ("", None), ("1.50", 1.5), (2, 2.0), ("1e-7", 1e-7)])
def test_a_number_is_read_from_numbers_and_text(value: Any, number: float | None) -> None:
    assert decimal(value) == number


def test_an_invalid_number_is_a_frame_error() -> None:
    with pytest.raises(FrameError):
        decimal("12,5")


@pytest.mark.parametrize(("value", "number"), [(94745.078125, 94745.08), (24.53499984741211, 24.535), (0.0, 0.0)])
def test_a_32_bit_float_becomes_its_shortest_decimal(value: float, number: float) -> None:
    assert float32_to_shortest(value) == number


class Tick(msgspec.Struct, tag_field="ev", tag="T"):
    p: float | None = None


class Bar(msgspec.Struct, tag_field="ev", tag="B"):
    o: float


read_one, read_many = tagged_reader(Tick, Bar), tagged_list_reader(Tick, Bar)


def test_shapes_are_distinguished_by_their_tag_at_any_position() -> None:
    assert read_one(b'{"ev":"T","p":1}') == Tick(1.0)
    assert read_one(b'{"o":"2","ev":"B"}') == Bar(2.0)
    assert read_many(b'[{"ev":"T","p":1},{"ev":"B","o":2}]') == [Tick(1.0), Bar(2.0)]


def test_other_tags_are_left_out() -> None:
    assert read_one(b'{"ev":"X"}') is None
    assert read_one(b'{"p":1}') is None
    assert read_many(b'[{"ev":"X"},{"ev":"B","o":2},{}]') == [Bar(2.0)]


def test_too_many_objects_of_other_shapes_reject_the_frame() -> None:
    assert read_many(b"[" + b"{}," * 19_999 + b"{}]") == []
    assert len(read_many(b"[" + b'{"ev":"B","o":2},' * 20_000 + b'{"ev":"B","o":2}]')) == 20_001
    with pytest.raises(FrameError, match="more than 20,000 objects"):
        read_many(b"[" + b"{}," * 20_000 + b"{}]")


def test_an_invalid_object_of_a_known_shape_rejects_the_frame() -> None:
    for payload in (b'{"ev":"B"}', b'{"ev":"B","o":"x"}', b'{"ev":"T","p":"\xff"}', b"[]", b"{", b"7"):
        with pytest.raises(FrameError):
            read_one(payload)
    for payload in (b'[{"ev":"B"}]', b"{}", b"[1]"):
        with pytest.raises(FrameError):
            read_many(payload)


def test_an_empty_text_is_not_a_number() -> None:
    assert read_one(b'{"ev":"T","p":""}') == Tick(None)
    assert read_many(b'[{"ev":"T","p":""},{"ev":"B","o":2}]') == [Tick(None), Bar(2.0)]


def test_messages_are_json() -> None:
    assert to_json({"op": "sub", "symbols": ("A",)}) == '{"op":"sub","symbols":["A"]}'


def test_whole_numbers_are_digits_of_a_possible_length() -> None:
    assert whole_number("0018") == whole_number(b"18") == 18
    assert whole_number("9" * 40) == 10**40 - 1
    for text in ("", "-1", "1.5", "\u0661", "\u00b2", "9" * 41, b"9" * 5_000, b"\xb2"):
        assert whole_number(text) is None
