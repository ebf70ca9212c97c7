from __future__ import annotations

import msgspec

from ticker_gui.alerts.actions.actions import NotificationAction, WebhookAction
from ticker_gui.alerts.alert import Alert
from ticker_gui.alerts.firing import Firing, Observation, Outcome, UnobservedTime
from ticker_gui.alerts.saved_alerts import AlertRecord, SavedAlerts


def test_everything_survives_json() -> None:
    alert = Alert(
        "a", "last > 1", "A", actions=(NotificationAction(has_sound=True), WebhookAction("https://x.example"))
    )
    firing = Firing(
        1, "a", "f", "A", "last > 1", Outcome.CROSSED_IN_GAP, 5, Observation(1.5, 3, 4, 2.0, 0.5), gap=UnobservedTime(1, 3)
    )  # fmt: skip
    saved = SavedAlerts(1, (AlertRecord(alert, is_fired=True, firings=2),), (firing,), 7, ("f",))
    assert msgspec.json.decode(msgspec.json.encode(saved), type=SavedAlerts) == saved


def test_a_file_with_a_field_of_a_later_version_is_read() -> None:
    content = b'{"records":[{"alert":{"id":"a","condition":"last > 1","mood":1}}],"new":2}'
    assert msgspec.json.decode(content, type=SavedAlerts).records[0].alert == Alert("a", "last > 1")
