from __future__ import annotations

from msgspec.structs import replace

from ticker_gui.alerts.alert import Alert
from ticker_gui.alerts.book_steps import BookValues, reverted
from ticker_gui.alerts.firing import Firing, Observation, Outcome
from ticker_gui.alerts.saved_alerts import AlertRecord

RECORD = AlertRecord(Alert("a", "last > 100", "A"))
NOTHING = BookValues({}, (), None, frozenset())


def of(record: AlertRecord) -> BookValues:
    return NOTHING._replace(records={"a": record})


def firing(number: int, *, is_acknowledged: bool = False) -> Firing:
    return Firing(
        number, "a", "f", "A", "last > 100", Outcome.FIRED, 1, Observation(1.0, 1, 1), is_acknowledged=is_acknowledged
    )


def test_values_that_have_changed_since_stay() -> None:
    paused, too_often = replace(RECORD, is_paused=True), replace(RECORD, is_paused=True, pause_reason="too often")
    assert reverted(of(paused), of(paused), of(RECORD)).records["a"] == RECORD
    assert reverted(of(too_often), of(paused), of(RECORD)).records["a"] == too_often


def test_another_definition_is_put_back_with_its_state() -> None:
    other = AlertRecord(Alert("a", "last > 101", "A"))
    assert reverted(of(other), of(other), of(RECORD)).records["a"] == RECORD


def test_firings_since_stay_in_a_history_that_comes_back() -> None:
    old, new = [firing(1), firing(2)], [firing(3)]
    now, source, target = (NOTHING._replace(history=tuple(one)) for one in (new, [], old))
    assert [one.number for one in reverted(now, source, target).history] == [1, 2, 3]


def test_acknowledgements_are_taken_back_one_by_one() -> None:
    target = NOTHING._replace(history=(firing(1), firing(2, is_acknowledged=True)))
    source = NOTHING._replace(history=(firing(1, is_acknowledged=True), firing(2, is_acknowledged=True)))
    assert reverted(source, source, target).history == list(target.history)


def test_do_not_disturb_that_was_set_again_and_other_muted_feeds_stay() -> None:
    now = NOTHING._replace(do_not_disturb_until_ns=9, muted_feeds=frozenset("fg"))
    source = NOTHING._replace(do_not_disturb_until_ns=5, muted_feeds=frozenset("f"))
    changed = reverted(now, source, NOTHING)
    assert (changed.do_not_disturb_until_ns, changed.muted_feeds) == (9, frozenset("g"))
