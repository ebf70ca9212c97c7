from __future__ import annotations

from msgspec.structs import replace

from ticker_gui.alerts.alert import Alert
from ticker_gui.alerts.firing import Firing, Observation, Outcome, UnobservedTime
from ticker_gui.alerts.firing_text import describe_firing, firing_line, firing_message
from ticker_gui.domain.timeframe import SECOND_NS

START_NS = 1_700_000_000 * SECOND_NS
FIRED = Firing(
    1, "a", "f", "A", "last > 100", Outcome.FIRED, START_NS, Observation(100.5, START_NS, START_NS + 1000, 2.0, 99.5)
)  # fmt: skip
IN_GAP = Firing(
    2, "a", "f", "A", "last > 100", Outcome.CROSSED_IN_GAP, START_NS, Observation(100.5, START_NS, START_NS),
    gap=UnobservedTime(START_NS - 300 * SECOND_NS, START_NS, 12),
)  # fmt: skip


def seconds(time_ns: int) -> str:
    return f"{(time_ns - START_NS) // SECOND_NS} s"


def test_a_firing_is_a_json_line() -> None:
    assert firing_line(FIRED) == {
        "event": "alert",
        "feed": "f",
        "symbol": "A",
        "condition": "last > 100",
        "price": 100.5,
        "size": 2.0,
        "previous": 99.5,
        "time": "2023-11-14T22:13:20.000000Z",
        "received": "2023-11-14T22:13:20.000001Z",
    }


def test_a_crossing_in_a_gap_has_the_gap() -> None:
    gap = firing_line(IN_GAP)["gap"]
    assert gap == {"from": "2023-11-14T22:08:20.000000Z", "to": "2023-11-14T22:13:20.000000Z", "missed": 12}


def test_a_firing_is_described_in_a_sentence() -> None:
    assert describe_firing(FIRED, seconds) == "Above 100: 100.5 (previously 99.5), at 0 s."
    suppressed = replace(FIRED, suppressed=59)
    assert describe_firing(suppressed, seconds).endswith("59 earlier crossings did not fire: too close or too soon.")
    assert describe_firing(replace(FIRED, suppressed=1), seconds).endswith(
        "1 earlier crossing did not fire: too close or too soon."
    )
    assert describe_firing(IN_GAP, seconds) == (
        "Above 100: became true between -300 s and 0 s, while 12 trades were missed. The first price after that is 100.5."
    )
    after_one = replace(IN_GAP, gap=UnobservedTime(START_NS, START_NS, 1))
    assert "while 1 trade was missed." in describe_firing(after_one, seconds)


def test_the_message_of_a_replay_is_marked() -> None:
    message = firing_message(FIRED, Alert("a", "last > 100", "A", note="sell"))
    assert (message.title, message.text.splitlines()[-1], message.is_replay) == ("A: Above 100", "sell", False)
    assert message.facts["note"] == "sell"
