"""The stored form of the alerts: their definitions, their states, and the history."""

from __future__ import annotations

from typing import Final

import msgspec

from ticker_gui.alerts.alert import Alert
from ticker_gui.alerts.firing import Firing

MAX_ALERTS: Final = 10_000
MAX_HISTORY: Final = 1_000


class AlertRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """An alert and its state.

    ``is_fired`` is set until the user acknowledges the last firing. ``is_done`` is set if the alert does not fire again
    until the user arms it again. ``pause_reason`` is why the program paused the alert, as a sentence.
    """

    alert: Alert
    is_paused: bool = False
    pause_reason: str = ""
    is_fired: bool = False
    is_done: bool = False
    last_fired_ns: int | None = None
    firings: int = 0


class SavedAlerts(msgspec.Struct, frozen=True, omit_defaults=True):
    """The content of the file of alerts. The history is oldest first."""

    version: int = 1
    records: tuple[AlertRecord, ...] = ()
    history: tuple[Firing, ...] = ()
    do_not_disturb_until_ns: int | None = None
    muted_feeds: tuple[str, ...] = ()
