from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker_gui.alerts.alert import Alert, Repeat
from ticker_gui.alerts.book import FIRED_TOO_OFTEN, AlertBook, new_alert_id
from ticker_gui.alerts.condition_language import ConditionError
from ticker_gui.alerts.firing import Crossing, Firing, Observation, Outcome, UnobservedTime
from ticker_gui.alerts.saved_alerts import AlertRecord, SavedAlerts
from ticker_gui.domain.timeframe import MINUTE_NS, SECOND_NS

CROSSING = Crossing(Outcome.FIRED, Observation(100.5, 1, 2))


def book(*names: str, repeat: Repeat = Repeat.EVERY_TIME) -> AlertBook:
    made = AlertBook()
    made.add([Alert(name, "last > 100", "A", repeat=repeat) for name in names])
    return made


def fire(own: AlertBook, name: str = "a", now_ns: int = 5) -> Firing:
    return own.note_crossing(name, "f", "A", CROSSING, now_ns)


def record(own: AlertBook, name: str = "a") -> AlertRecord:
    found = own.find(name)
    assert found is not None
    return found


def test_a_firing_stays_until_it_is_acknowledged() -> None:
    own = book("a", "b")
    firing = fire(own)
    assert (firing.number, firing.alert_id, firing.condition, firing.outcome) == (1, "a", "last > 100", Outcome.FIRED)
    assert own.unacknowledged == 1
    own.acknowledge(["b"])
    assert own.unacknowledged == 1
    own.acknowledge()
    assert own.unacknowledged == 0
    assert own.history[0].is_acknowledged
    assert record(own).last_fired_ns == 5


def test_an_alert_that_fires_once_is_done_until_it_is_armed_again() -> None:
    own = book("a", repeat=Repeat.ONCE)
    fire(own)
    own.acknowledge()
    assert record(own).is_done
    own.resume(["a"])
    assert not record(own).is_done


def test_more_than_fifteen_firings_in_three_minutes_pause_the_alert() -> None:
    own = book("a")
    outcomes = [fire(own, now_ns=number * 12 * SECOND_NS).outcome for number in range(16)]
    assert outcomes == [Outcome.FIRED] * 15 + [Outcome.PAUSED]
    assert record(own).is_paused
    assert record(own).pause_reason == FIRED_TOO_OFTEN
    own.resume(["a"])
    assert fire(own, now_ns=16 * 12 * SECOND_NS).outcome is Outcome.FIRED


def test_fifteen_firings_in_more_than_three_minutes_are_fine() -> None:
    own = book("a")
    assert {fire(own, now_ns=number * 13 * SECOND_NS).outcome for number in range(100)} == {Outcome.FIRED}


def test_firings_of_other_alerts_do_not_count() -> None:
    own = book("a", "b")
    assert {fire(own, name, number).outcome for number in range(15) for name in "ab"} == {Outcome.FIRED}


def test_no_actions_run_while_do_not_disturb_is_on_or_the_feed_is_muted() -> None:
    own = book("a")
    own.set_do_not_disturb(MINUTE_NS)
    assert [fire(own, now_ns=now_ns).may_run_actions for now_ns in (0, MINUTE_NS)] == [False, True]
    own.set_muted("f", is_muted=True)
    assert not fire(own, now_ns=MINUTE_NS).may_run_actions
    own.set_muted("f", is_muted=False)
    own.set_do_not_disturb(None)
    assert fire(own, now_ns=0).may_run_actions


def test_an_invalid_condition_is_not_added_but_one_in_a_file_is_kept() -> None:
    own = AlertBook(SavedAlerts(records=(AlertRecord(Alert("old", "mood > 3", "A")),)))
    with pytest.raises(ConditionError):
        own.add([Alert("a", "mood > 3", "A")])
    with pytest.raises(ConditionError, match="mood"):
        own.condition_of("old")
    assert [one.alert.id for one in own.records] == ["old"]


def test_every_change_is_reported_and_only_those_of_the_user_are_a_revision() -> None:
    own, changes = AlertBook(), list[int]()
    own.observers.append(lambda: changes.append(own.revision))
    own.add([Alert("a", "last > 100", "A")])
    own.edit(Alert("a", "last > 101", "A"))
    fire(own)
    own.pause(["a"])
    own.pause(["a"])  # no change
    own.set_muted("f", is_muted=True)
    assert changes == [1, 2, 2, 3, 4]


def test_what_was_saved_is_loaded() -> None:
    own = book("a", "b")
    fire(own)
    own.set_muted("f", is_muted=True)
    other = AlertBook(own.saved)
    assert other.saved == own.saved
    assert fire(other).number == 2


def test_undo_keeps_what_has_become_of_other_alerts() -> None:
    own = book("a", "b")
    own.remove(["b"], "delete b")
    fire(own)
    assert own.steps.undo_text == "Undo: delete b"
    own.undo()
    assert [one.alert.id for one in own.records] == ["a", "b"]
    assert record(own).is_fired
    own.redo()
    assert [one.alert.id for one in own.records] == ["a"]


@given(
    st.lists(st.tuples(st.sampled_from(["add", "edit", "remove", "undo", "redo"]), st.sampled_from("abc")), max_size=20)
)
def test_undo_and_redo_go_through_all_definitions(steps: list[tuple[str, str]]) -> None:
    own = AlertBook()
    states, position = [list[Alert]()], 0
    for number, (step, name) in enumerate(steps):
        alerts = [one.alert for one in own.records]
        if step == "undo":
            own.undo()
            position = max(position - 1, 0)
        elif step == "redo":
            own.redo()
            position = min(position + 1, len(states) - 1)
        else:
            alert = Alert(name, f"last > {number}", "A")
            is_there = any(one.id == name for one in alerts)
            if step == "remove":
                own.remove([name])
            elif step == "edit" and is_there:
                own.edit(alert)
            else:
                own.add([alert])
            if alerts != [one.alert for one in own.records]:
                position += 1
                states = [*states[:position], [one.alert for one in own.records]]
        assert {one.alert.id: one.alert for one in own.records} == {one.id: one for one in states[position]}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda own: own.pause(["b"]), "pause an alert"),
        (lambda own: own.resume(["a"]), "arm an alert"),
        (lambda own: own.resume(["a", "b", "c"]), "arm 2 alerts"),
        (lambda own: own.acknowledge(), "acknowledge an alert"),
        (lambda own: own.set_do_not_disturb(9), "do not disturb"),
        (lambda own: own.set_muted("g", is_muted=True), "mute the alerts for a feed"),
        (lambda own: own.set_muted("f", is_muted=False), "unmute the alerts for a feed"),
        (lambda own: own.clear_history(), "clear the alert history"),
    ],
)
def test_every_change_by_the_user_is_a_step_that_can_be_undone(change: Callable[[AlertBook], None], text: str) -> None:
    own, steps = book("a", "b", "c"), list[str]()
    own.pause(["c"])
    own.set_muted("f", is_muted=True)
    fire(own)
    before = own.saved
    own.on_step = lambda: steps.append(own.steps.undo_text)
    change(own)
    after = own.saved
    assert steps == [f"Undo: {text}"]
    assert after != before
    own.undo()
    assert own.saved == before
    own.redo()
    assert own.saved == after
    change(own)  # nothing changes
    assert steps == [f"Undo: {text}"]


def test_undo_of_a_change_keeps_what_has_fired_since_and_arms_the_alert_again() -> None:
    own = book("a", repeat=Repeat.ONCE)
    own.edit(Alert("a", "last > 90", "A", repeat=Repeat.ONCE))
    fire(own)
    own.undo()
    undone = record(own)
    assert (undone.alert.condition, undone.is_done) == ("last > 100", False)
    assert (undone.is_fired, undone.firings, undone.last_fired_ns) == (True, 1, 5)
    assert own.unacknowledged == 1


def test_undo_of_a_pause_keeps_what_has_fired_since() -> None:
    own = book("a", "b", repeat=Repeat.ONCE)
    own.pause(["b"])
    fire(own)
    own.acknowledge(["a"])
    fire(own, "a", 9)
    own.undo()
    assert record(own).is_fired
    assert [firing.is_acknowledged for firing in own.history] == [False, False]
    own.undo()
    assert (record(own, "b").is_paused, record(own).is_done, record(own).firings) == (False, True, 2)


def test_the_trade_of_a_firing_in_a_gap_is_noted_when_it_is_found() -> None:
    own = book("a")
    gap = UnobservedTime(10, 20)
    firing = own.note_crossing("a", "f", "A", Crossing(Outcome.CROSSED_IN_GAP, Observation(105.0, 21, 22), gap=gap), 22)
    assert own.find_gap_firing("a", "f", "A", 10) == firing
    assert own.find_gap_firing("a", "f", "A", 11) is None
    own.note_found(firing, Crossing(Outcome.CROSSED_IN_GAP, Observation(100.5, 15, 30), gap=gap))
    assert own.history[0].observation.time_ns == 15
    assert own.history[0].is_backfilled


def test_the_history_is_bounded_and_can_be_cleared() -> None:
    own = book("a")
    for number in range(1_010):
        fire(own, now_ns=number * MINUTE_NS)
    assert [own.history[0].number, len(own.history)] == [11, 1_000]
    own.clear_history()
    assert own.history == ()


def test_ids_differ() -> None:
    assert len({new_alert_id() for _ in range(100)}) == 100


def test_an_alert_that_follows_its_drawing_is_armed_again_and_its_observers_are_notified() -> None:
    own, changes = book("a", "b", repeat=Repeat.ONCE), list[bool]()
    fire(own)
    own.observers.append(lambda: changes.append(True))
    moved = Alert("a", "last > 105", "A", repeat=Repeat.ONCE)
    own.follow(moved)
    assert (record(own).alert, record(own).is_done, record(own).is_fired) == (moved, False, False)
    assert changes == [True]
    assert record(own, "b").alert.condition == "last > 100"
