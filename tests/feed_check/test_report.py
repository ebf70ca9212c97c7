"""A report as text and as JSON."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ticker_gui.feed_check.probe import CheckStep
from ticker_gui.feed_check.report import BadFrames, Report, as_line, as_text
from ticker_gui.market.clock_offset import Delay, estimate_delay

MS = 1_000_000


def a_delay(*milliseconds: float, round_trip_s: float = 0.0) -> Delay:
    return estimate_delay([round(delay * MS) for delay in milliseconds], round_trip_s)


def a_report(**changes: Any) -> Report:
    usual: dict[str, Any] = {
        "feed": "desk",
        "url": "wss://desk.example/ticks",
        "provider": "demo",
        "steps": [CheckStep("dns", True, 1.25, "10.0.0.1"), CheckStep("tcp", False, 2.0, "desk.example refuses.")],
        "symbols": ["A", "B"],
    }
    return Report(**usual | changes)


def parsed(report: Report) -> dict[str, Any]:
    line: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(as_line(report)))
    return line


def test_a_step_is_one_line_with_its_result() -> None:
    lines = as_text(a_report()).splitlines()
    assert lines[0] == "desk  wss://desk.example/ticks"
    assert lines[1].split() == ["dns", "ok", "1.2", "ms", "10.0.0.1"]
    assert lines[2].split()[:2] == ["tcp", "failed"]
    assert lines[1].index("10.0.0.1") == lines[2].index("desk.example")
    assert not any("messages" in line for line in lines)


def test_the_json_object_has_the_documented_keys() -> None:
    line = parsed(a_report(listened_s=2.0, messages=10, delivered=["A"], silent=["B"], refused=[(None, "no")]))
    assert line == {
        "feed": "desk",
        "url": "wss://desk.example/ticks",
        "steps": [
            {"name": "dns", "ok": True, "ms": 1.25, "detail": "10.0.0.1"},
            {"name": "tcp", "ok": False, "ms": 2.0, "detail": "desk.example refuses."},
        ],
        "rates": {"seconds": 2.0, "messages": 10, "messages_per_second": 5.0, "bad_frames": 0},
        "silent": ["B"],
        "refused": [{"symbol": None, "reason": "no"}],
        "bad_frames": [],
        "skew_ms": None,
        "latency_ms": None,
        "provider": "demo",
        "mapping": None,
    }


def test_internal_errors_are_in_the_report() -> None:
    report = a_report(internal_errors={"KeyError at feeds/demo.py:1": 12}, log_file="/var/log/it.log")
    assert parsed(report)["internal_errors"] == [{"error": "KeyError at feeds/demo.py:1", "count": 12}]
    assert "12 internal errors in this program. Details are in /var/log/it.log." in as_text(report)
    assert "12 × KeyError at feeds/demo.py:1" in as_text(report)
    assert "1 internal error in this program." in as_text(a_report(internal_errors={"KeyError at feeds/demo.py:1": 1}))


def test_symbols_are_delivered_silent_or_refused() -> None:
    text = as_text(a_report(listened_s=1.0, delivered=["A"], silent=["B"], refused=[("C", "not here"), ("D", "")]))
    assert "data received for 1 of 2" in text
    assert "no data       B: no data received, no error" in text
    assert "refused       C: server: not here" in text
    assert "D: server: no reason given" in text
    text = as_text(a_report(refused=[("C", "It is of another exchange.")], not_sent=["C"]))
    assert "refused       C: It is of another exchange." in text
    assert not a_report(delivered=["A"]).has_delivered
    assert a_report(delivered=["A", "B"]).has_delivered


def test_bad_frames_are_counted_by_reason_with_one_of_them_cut_short() -> None:
    bad = BadFrames("not JSON", 3, b"\x1b[31m" + b"x" * 500)
    report = a_report(messages=9, bad_frame_count=3, bad_frames=[bad])
    assert "3 of 9 could not be decoded" in as_text(report)
    assert "3 × not JSON, for example [31mxxx" in as_text(report)
    assert "\x1b" not in as_text(report)
    (shown,) = parsed(report)["bad_frames"]
    assert (shown["reason"], shown["count"], len(shown["payload"])) == ("not JSON", 3, 80)


def test_clocks_that_agree_leave_the_latency_unchanged() -> None:
    report = a_report(delay=a_delay(10, 20, 30, 20, 20))
    assert (parsed(report)["skew_ms"], parsed(report)["latency_ms"]) == (20.0, {"p50": 20.0, "p95": 28.0})
    assert "clock is" not in as_text(report)
    assert "latency       median 20.0 ms, 95% under 28.0 ms" in as_text(report)


@pytest.mark.parametrize(
    ("offset", "words"), [(-2_500, "2.5 s behind"), (-100, "100.0 ms behind"), (5_000, "5.0 s ahead")]
)
def test_the_latency_does_not_contain_the_clock_offset(offset: float, words: str) -> None:
    report = a_report(delay=a_delay(offset, offset + 10, offset + 20, round_trip_s=1e-9))
    assert parsed(report)["latency_ms"] == {"p50": 10.0, "p95": 19.0}
    assert parsed(report)["skew_ms"] == offset + 10
    assert f"this computer's clock is about {words}" in as_text(report)
    side = "before" if offset < 0 else "after"
    assert f" {side} the exchange's timestamp" in as_text(report)
    assert "arrive -" not in as_text(report)


def test_a_feed_that_is_a_quarter_of_an_hour_late_is_delayed_and_no_clock_is_wrong() -> None:
    report = a_report(delay=a_delay(900_000, 900_010, 900_020, round_trip_s=0.02))
    assert parsed(report)["latency_ms"] == {"p50": 900_010.0, "p95": 900_019.0}
    assert "the provider delays its data" in as_text(report)
    assert "clock is" not in as_text(report)


def test_the_detected_provider_or_mapping_is_in_the_report() -> None:
    known = a_report(provider="guess", recognized="binance")
    assert "provider      binance, detected; pass --provider binance to skip detection" in as_text(known)
    assert parsed(known)["provider"] == "binance"
    found = a_report(provider="guess", mapping='[feeds.mapping]\nprice = "\u202ep"\n')
    assert as_text(found).endswith('\n\n[feeds.mapping]\nprice = "p"\n')
    assert parsed(found)["mapping"] == '[feeds.mapping]\nprice = "p"'


def test_notes_about_a_detected_format_are_in_the_report() -> None:
    report = a_report(provider="guess", notes=["The times have no zone.", "\u202eA ping is not answered."])
    assert parsed(report)["notes"] == ["The times have no zone.", "A ping is not answered."]
    assert "notes         The times have no zone." in as_text(report)
