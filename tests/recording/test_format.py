"""Lines of recordings: their times, payloads and the documented form."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from ticker_gui.recording.format import Line, RecordedFeed, new_header, set_content, time_ns


@given(some.binary())
def test_any_payload_survives_a_line(payload: bytes) -> None:
    line = Line(1, "in")
    set_content(line, payload)
    assert msgspec.json.decode(msgspec.json.encode(line), type=Line).payload == payload


def test_text_is_readable_and_other_bytes_are_base64() -> None:
    text, other = Line(1, "in"), Line(1, "in")
    set_content(text, "{€}".encode())
    set_content(other, b"\xff\x00")
    assert (text.frame, text.b64, other.frame, other.b64) == ("{€}", None, None, "/wA=")


@pytest.mark.parametrize(
    ("t", "ns"), [(1.5, 1_500_000_000), (10, 10 * 10**9), (1_767_323_045 * 10**9, 1_767_323_045 * 10**9)]
)
def test_times_are_seconds_or_nanoseconds(t: float, ns: int) -> None:
    assert time_ns(t) == ns


@pytest.mark.parametrize("t", [-1, -1.5, 2**63, 1e30, float("inf"), float("nan")])
def test_impossible_times_are_refused(t: float) -> None:
    with pytest.raises((ValueError, OverflowError)):
        time_ns(t)


def test_a_header_states_what_a_replay_needs() -> None:
    header = new_header("2026-01-02T03:04:05Z", (RecordedFeed("a", "demo", symbols=("X",)),))
    stated = msgspec.json.decode(msgspec.json.encode(header))
    assert (stated["format"], stated["feeds"]) == (1, [{"name": "a", "provider": "demo", "symbols": ["X"]}])
    assert stated["ticker_gui"]
    assert stated["os"]
