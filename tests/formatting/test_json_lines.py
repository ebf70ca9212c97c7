import msgspec
import pytest

from ticker_gui.domain.errors import InternalError
from ticker_gui.domain.events import Bar, Correction, DayStats, Quote, Reply, Trade, Updates
from ticker_gui.domain.feed_state import FeedState, FeedStatus
from ticker_gui.domain.frame import Frame
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.formatting import json_lines

AT_NS = 1_767_323_045_000_006_789
AT = "2026-01-02T03:04:05.000006Z"


def test_a_trade_has_the_documented_keys() -> None:
    line = json_lines.fact_line("coinbase", "btc-usd", Trade("BTC-USD", 1.5, 2.0, AT_NS, 7), AT_NS)
    assert msgspec.json.encode(line).decode() == (
        '{"event":"trade","feed":"coinbase","symbol":"btc-usd","price":1.5,"size":2.0,'
        f'"time":"{AT}","trade_id":"7","received":"{AT}"}}'
    )


def test_quotes_and_day_statistics_omit_absent_values() -> None:
    assert json_lines.fact_line("f", "A", Quote("A", bid=1.4, ask=1.6, ask_size=1.0), AT_NS) == {
        "event": "quote", "feed": "f", "symbol": "A", "bid": 1.4, "ask": 1.6, "ask_size": 1.0, "received": AT,
    }  # fmt: skip
    day = DayStats("A", 1.0, 2.0, 0.5, 1.1, 100.0, AT_NS)
    assert list(json_lines.fact_line("f", "A", day, AT_NS)) == [
        "event", "feed", "symbol", "open", "high", "low", "previous_close", "volume", "time", "received",
    ]  # fmt: skip


def test_a_trade_reports_its_conditions_and_what_it_updates_unless_that_is_everything() -> None:
    odd_lot = Trade("A", 1.5, conditions=("@", "I"), updates=Updates.VOLUME)
    assert json_lines.fact_line("f", "A", odd_lot, AT_NS) == {
        "event": "trade", "feed": "f", "symbol": "A", "price": 1.5, "conditions": ["@", "I"], "updates": ["volume"],
        "received": AT,
    }  # fmt: skip
    late = json_lines.fact_line("f", "A", Trade("A", 1.5, updates=Updates.HIGH_LOW | Updates.VOLUME), AT_NS)
    assert late["updates"] == ["high_low", "volume"]
    assert json_lines.fact_line("f", "A", Trade("A", 1.5, updates=Updates.NOTHING), AT_NS)["updates"] == []


def test_a_correction_without_a_price_is_a_cancelled_trade() -> None:
    assert json_lines.fact_line("f", "A", Correction("A", 7), AT_NS) == {
        "event": "correction", "feed": "f", "symbol": "A", "trade_id": "7", "received": AT,
    }  # fmt: skip
    replaced = json_lines.fact_line("f", "A", Correction("A", "x", 1.5, 2.0), AT_NS)
    assert (replaced["price"], replaced["size"]) == (1.5, 2.0)


def test_a_correction_identifies_its_trade() -> None:
    by_values = Correction("A", original_price=1.25, original_size=3.0, original_time_ns=AT_NS)
    assert json_lines.fact_line("f", "A", by_values, AT_NS) == {
        "event": "correction", "feed": "f", "symbol": "A", "original_price": 1.25, "original_size": 3.0,
        "original_time": AT, "received": AT,
    }  # fmt: skip
    replaced = json_lines.fact_line("f", "A", Correction("A", 1, 1.5, venue="11.4", new_trade_id=2), AT_NS)
    assert (replaced["trade_id"], replaced["venue"], replaced["new_trade_id"]) == ("1", "11.4", "2")
    trade = json_lines.fact_line("f", "A", Trade("A", 1.5, trade_id=1, venue=11), AT_NS)
    assert (trade["trade_id"], trade["venue"]) == ("1", "11")


def test_an_empty_side_is_null_and_an_unchanged_one_is_absent() -> None:
    line = json_lines.fact_line("f", "A", Quote("A", bid=1.4, has_no_ask=True), AT_NS)
    assert line["ask"] is None
    assert "bid_size" not in line


def test_the_day_reports_the_last_price_that_the_provider_states() -> None:
    assert json_lines.fact_line("f", "A", DayStats("A", last=2.0), AT_NS)["last"] == 2.0


def test_a_bar_has_the_documented_keys() -> None:
    line = json_lines.fact_line("f", "A", Bar("A", "1m", AT_NS, 1.0, 2.0, 0.5, 1.5, 9.0, is_closed=True), AT_NS)
    assert line == {
        "event": "bar", "feed": "f", "symbol": "A", "timeframe": "1m", "start": AT, "open": 1.0, "high": 2.0,
        "low": 0.5, "close": 1.5, "volume": 9.0, "closed": True, "received": AT,
    }  # fmt: skip


def test_replies_bad_frames_and_states_have_the_documented_keys() -> None:
    assert json_lines.reply_line("f", ["NOPE"], Reply(("NOPE",), ok=False, message="no\x00")) == {
        "event": "reply", "feed": "f", "ok": False, "symbols": ["NOPE"], "message": "no",
    }  # fmt: skip
    assert json_lines.bad_frame_line("f", Frame(b"\xffx", "in", 1), "why") == {
        "event": "bad_frame", "feed": "f", "reason": "why", "payload": "\ufffdx",
    }  # fmt: skip
    assert json_lines.state_line("f", FeedState(FeedStatus.WAITING, 1, "gone")) == {
        "event": "state", "feed": "f", "state": "waiting", "reason": "gone",
    }  # fmt: skip
    assert "reason" not in json_lines.state_line("f", FeedState(FeedStatus.LIVE, 1))
    bug = FeedState(FeedStatus.WAITING, 1, InternalError("f").for_user, 29 * SECOND_NS, is_internal=True)
    assert json_lines.state_line("f", bug)["reason"] == (
        "Internal error in feed f. Reconnecting in 29 s. Details are in the log."
    )


@pytest.mark.parametrize(
    ("time_ns", "text"),
    [
        (0, "1970-01-01T00:00:00.000000Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (AT_NS, AT),
        (10**30, "9999-12-31T23:59:59.000000Z"),
    ],
)
def test_times_are_iso_in_utc_with_microseconds(time_ns: int, text: str) -> None:
    assert json_lines.iso_time(time_ns)[:19] == text[:19]
    if time_ns < 10**20:
        assert json_lines.iso_time(time_ns) == text


def test_years_have_four_digits() -> None:
    assert json_lines.iso_time(-30_610_224_000_000_001_000) == "0999-12-31T23:59:59.999999Z"
