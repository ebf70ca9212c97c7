from __future__ import annotations

from ticker_gui.alerts.alert import Alert, Repeat
from ticker_gui.gui.window.alert_entries import alert_entries


def test_an_alert_that_is_typed_is_added_and_fires_once() -> None:
    added = list[Alert]()
    (entry,) = alert_entries("alert A > 230", added.append)
    assert entry.title == "Add alert: A: last > 230"
    entry.run()
    assert [(one.symbol, one.condition, one.repeat) for one in added] == [("A", "last > 230", Repeat.ONCE)]


def test_what_is_wrong_is_said_and_nothing_else_is_an_alert() -> None:
    (wrong,) = alert_entries("alert A nonsense", lambda alert: None)
    assert wrong.reason
    assert not list(alert_entries("alert", lambda alert: None))
    assert not list(alert_entries("AAPL", lambda alert: None))
