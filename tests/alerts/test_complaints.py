"""What users of other programs complain about most; each of these happened in one of them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.alerts.monitored import START_NS
from tests.alerts.test_evaluator import Evaluated, alert
from ticker_gui.alerts.alert import Repeat
from ticker_gui.alerts.alerts_file import AlertsFile
from ticker_gui.alerts.book import AlertBook
from ticker_gui.alerts.condition import LineLevel
from ticker_gui.alerts.firing import Outcome
from ticker_gui.alerts.levels import Direction
from ticker_gui.domain.events import DayStats
from ticker_gui.domain.timeframe import HOUR_NS, MINUTE_NS, SECOND_NS


def test_an_alert_is_not_false_after_a_reconnect() -> None:
    own = Evaluated(alert("last > 100", is_confirmed=None))
    own.market.on_disconnected(own.now_ns)
    own.evaluator.begin_gap("f")
    own.connect(300)
    own.trades(105.0, 105.0)
    (firing,) = own.firings
    assert firing.outcome is Outcome.CROSSED_IN_GAP
    assert firing.gap is not None
    assert firing.gap.end_ns - firing.gap.start_ns == 300 * SECOND_NS


def test_an_alert_does_not_fire_after_a_restart_because_the_price_is_past_the_level() -> None:
    own = Evaluated(alert("last < 100"))
    own.trades(98.0, 97.0)
    assert own.firings == []
    assert own.evaluator.true_at_arming("a") == [own.state]


def test_a_wick_does_not_keep_an_alert_firing_all_day() -> None:
    own = Evaluated(alert("last > 100"))
    own.trades(101.0, 99.0)
    own.apply(DayStats("A", high=101.0))
    for _ in range(50):
        own.now_ns += MINUTE_NS
        own.trades(99.0)
        own.apply(DayStats("A", high=101.0))
    assert len(own.firings) == 1


def test_a_price_that_hovers_around_the_level_fires_once_and_says_how_often_it_would_have() -> None:
    own = Evaluated(alert("last crosses 100", cooldown_s=60.0))
    for _ in range(30):
        own.now_ns += MINUTE_NS  # later than the cooldown, but never farther away than the margin
        own.trades(100.05, 99.95)
    assert len(own.firings) == 1
    own.trades(99.0, 101.0)
    assert [firing.suppressed for firing in own.firings] == [0, 59]


def test_a_value_that_hovers_around_a_trend_line_or_a_level_of_a_column_fires_once() -> None:
    line = LineLevel(Direction.CROSSES, START_NS, 100.0, START_NS + HOUR_NS, 100.0)
    for condition in (line.text, "open crosses 100"):
        own = Evaluated(alert(condition, cooldown_s=60.0))
        for number in range(30):
            own.now_ns += MINUTE_NS
            own.apply(DayStats("A", open=100.05 if number % 2 else 99.95))
            own.trades(100.05, 99.95)
        assert len(own.firings) == 1, condition


def test_an_alert_that_fires_much_too_often_pauses_itself_and_says_so() -> None:
    own = Evaluated(alert("moves 0.1 in 10s"))
    own.trades(*[99.0, 100.0] * 20)
    assert own.firings[-1].outcome is Outcome.PAUSED
    record = own.book.find("a")
    assert record is not None
    assert "it was paused" in record.pause_reason
    assert len(own.firings) == 16


def test_alerts_are_there_again_after_a_restart_and_a_broken_file_is_not_an_empty_one(tmp_path: Path) -> None:
    path, book = tmp_path / "alerts.json", AlertBook()
    file = AlertsFile(path, book)
    book.add([alert()])
    asyncio.run(file.close())
    again = AlertBook()
    assert not AlertsFile(path, again).notice
    assert again.records == book.records
    path.write_bytes(path.read_bytes()[:20])
    assert "renamed to alerts.json.bad" in AlertsFile(path, AlertBook()).notice
    assert path.with_name("alerts.json.bad").exists()


def test_the_return_of_the_price_does_not_clear_a_fired_alert() -> None:
    own = Evaluated(alert("last > 100", repeat=Repeat.ONCE))
    own.trades(101.0, 98.0)
    record = own.book.find("a")
    assert record is not None
    assert record.is_fired
    own.book.acknowledge(["a"])
    assert own.book.unacknowledged == 0


@pytest.mark.parametrize("price", [101.0, 480.0, 500.0])
def test_a_bad_tick_does_not_fire(price: float) -> None:
    own = Evaluated(alert("last > 100", is_confirmed=None))
    own.trades(99.0, 99.5, price, 99.0, 99.2)
    assert own.firings == []


def test_a_spike_between_two_frames_is_not_missed() -> None:
    own = Evaluated(alert("last > 100"))
    for price in (99.0, 105.0, 99.0):  # in the same read, so at the same time
        own.trade(price, 10)
    assert [firing.observation.price for firing in own.firings] == [105.0]
