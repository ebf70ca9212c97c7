from __future__ import annotations

import re

from msgspec.structs import replace

from ticker_gui.alerts.alert import Alert, AlertStatus, Repeat
from ticker_gui.alerts.firing import Firing, Observation, Outcome, UnobservedTime
from ticker_gui.alerts.saved_alerts import AlertRecord
from ticker_gui.domain.timeframe import DAY_NS, SECOND_NS
from ticker_gui.engine.alerting import AlertView
from ticker_gui.gui.alerts.alert_rows import STATUS_WORDS, AlertRow, alert_row, by_urgency, history_row

NOW_NS = 1_700_000_000 * SECOND_NS
FIRING = Firing(1, "id", "desk", "A", "last > 5", Outcome.FIRED, NOW_NS, Observation(5.5, NOW_NS, NOW_NS))


def row(status: AlertStatus = AlertStatus.ARMED, distance: float | None = None, alert: Alert | None = None) -> AlertRow:
    record = AlertRecord(alert or Alert("id", "last > 5", "A"))
    return alert_row(record, AlertView(status, distance_percent=distance), NOW_NS)


def test_every_status_has_a_word() -> None:
    assert set(STATUS_WORDS) == set(AlertStatus)


def test_what_has_fired_is_first_and_then_the_nearest_level() -> None:
    far, near, unknown = row(distance=-5.0), row(distance=0.1), row()
    fired, broken = row(AlertStatus.FIRED), row(AlertStatus.NOT_MONITORED)
    assert sorted([unknown, far, broken, near, fired], key=by_urgency) == [fired, broken, near, far, unknown]


def test_a_row_has_its_state_condition_distance_and_repetition_in_words() -> None:
    alert = Alert("id", "last > 5\n", "", list_name="Main", repeat=Repeat.PER_BAR, timeframe="5m", note="Sell")
    one = row(AlertStatus.PAUSED, -1.25, alert)
    assert (one.state_text, one.symbol, one.condition) == ("Paused", "every row of Main", "Above 5")
    assert (one.distance_text, one.repeat, one.last_fired, one.last_text) == ("−1.25%", "once per 5m bar", "–", "–")
    assert one.details == "Sell\nevery row of Main: last > 5"


def test_a_firing_of_today_has_seconds_and_an_older_one_its_day() -> None:
    assert history_row(FIRING, NOW_NS).time.count(":") == 2
    assert history_row(FIRING, NOW_NS + 3 * DAY_NS).time.count(":") < 2


def test_what_was_not_observed_says_when_and_is_notable() -> None:
    gap = UnobservedTime(NOW_NS - 60 * SECOND_NS, NOW_NS)
    one = history_row(replace(FIRING, outcome=Outcome.CROSSED_IN_GAP, gap=gap, is_replay=True), NOW_NS)
    assert one.is_notable
    assert one.text.startswith("Above 5.0: between ")
    assert one.text.endswith("while disconnected (replay)")
    assert not history_row(FIRING, NOW_NS).is_notable


def test_an_alert_that_paused_itself_says_so() -> None:
    one = history_row(replace(FIRING, outcome=Outcome.PAUSED, is_muted=True), NOW_NS)
    assert one.text == "Paused: it fired too often (muted)"
    assert one.is_notable


def test_the_details_are_a_sentence_and_the_results_of_the_actions() -> None:
    observation = Observation(5.5, NOW_NS, NOW_NS + 12_000_000, 3.0, 4.5)
    fired = replace(FIRING, observation=observation, confirmed_ns=NOW_NS + SECOND_NS, results=("Sound: Bell: played.",))
    sentence, trade, result = history_row(fired, NOW_NS).details.splitlines()
    assert "5.5 (previously 4.5)" in sentence
    assert re.fullmatch(r"Size 3, traded [\d:]+\.000, received [\d:]+\.012, confirmed [\d:]+\.000\.", trade)
    assert result == "Sound: Bell: played."


def test_prices_have_the_decimals_of_the_symbol() -> None:
    one = history_row(FIRING, NOW_NS, 2)
    assert (one.price, one.text) == ("5.50", "Above 5.00")
    assert history_row(FIRING, NOW_NS).price == "5.5"
