"""What the user can request for alerts, as signals and as items of menus."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from ticker_gui.alerts.alert import AlertStatus
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.gui.widgets.menus import MenuCommand, MenuItem, Submenu, Toggle
from ticker_gui.gui.widgets.plain_text import mnemonic_free

if TYPE_CHECKING:
    from ticker_gui.gui.alerts.alert_rows import AlertRow

UNTIL_TOMORROW: Final = -1
NO_ALERTS: Final = "There are no alerts"
NO_HISTORY: Final = "Nothing has fired yet"
_MINUTES: Final = {15: "For 15 &minutes", 60: "For 1 &hour", 240: "For &4 hours"}
_NAME_LENGTH: Final = 40
_CAN_BE_ARMED: Final = (AlertStatus.PAUSED, AlertStatus.DONE, AlertStatus.FIRED)


class AlertRequests(QObject):
    """Emits what the user requests, in the panel or in a menu.

    Signals:
        new_requested: open the dialog for a new alert.
        edit_requested: open the dialog for an alert; its id.
        duplication_requested: open the dialog for a copy of an alert; its id.
        removal_requested: delete alerts; a list of their ids.
        pause_requested: pause alerts; a list of ids.
        resumption_requested: arm alerts again; a list of ids.
        acknowledgement_requested: note that the user has seen firings; a list of ids, or None for all.
        firing_requested: fire an alert whose condition is already true; its id.
        chart_requested: show the symbol of an alert on the chart; its id.
        firing_chosen: show the symbol of a firing on the chart; the number of the firing.
        quiet_requested: run no actions for some minutes, until tomorrow, or run them again if 0.
        muting_requested: run no actions for the symbols of a feed (true), or run them again (false).
        import_requested: add the alerts of a file.
        export_requested: save all alerts to a file.
        history_removal_requested: forget all firings.
    """

    new_requested = Signal()
    edit_requested = Signal(str)
    duplication_requested = Signal(str)
    removal_requested = Signal(object)
    pause_requested = Signal(object)
    resumption_requested = Signal(object)
    acknowledgement_requested = Signal(object)
    firing_requested = Signal(str)
    chart_requested = Signal(str)
    firing_chosen = Signal(object)
    quiet_requested = Signal(object)
    muting_requested = Signal(str, bool)
    import_requested = Signal()
    export_requested = Signal()
    history_removal_requested = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.why_no_export: Callable[[], str] = lambda: NO_ALERTS
        self.why_no_history: Callable[[], str] = lambda: NO_HISTORY
        self.is_quiet: Callable[[], bool] = lambda: False  # whether no actions run now
        self.muted_feeds: Callable[[], Mapping[str, bool]] = dict  # all feeds, and whether they are muted

    def row_items(self, rows: Sequence[AlertRow]) -> Sequence[MenuItem]:
        """Return the menu for selected alerts."""
        ids = [row.id for row in rows]
        single = rows[0] if len(rows) == 1 else None

        def unless(is_possible: bool, reason: str) -> str:
            return "" if is_possible else reason

        one = partial(unless, single is not None, "Select one alert")
        may_fire = single is not None and single.is_true
        return (
            MenuCommand("&Edit…", partial(self.edit_requested.emit, ids[0]), name="edit_alert", unavailable=one),
            MenuCommand("D&uplicate…", partial(self.duplication_requested.emit, ids[0]), unavailable=one),
            MenuCommand("Show on &chart", partial(self.chart_requested.emit, ids[0]), unavailable=one),
            None,
            MenuCommand(
                "&Acknowledge",
                partial(self.acknowledgement_requested.emit, ids),
                name="acknowledge_alert",
                unavailable=partial(unless, any(row.status is AlertStatus.FIRED for row in rows), "It has not fired"),
            ),
            MenuCommand("&Pause", partial(self.pause_requested.emit, ids), name="pause_alert"),
            MenuCommand(
                "A&rm again",
                partial(self.resumption_requested.emit, ids),
                name="arm_alert",
                unavailable=partial(_why_not_armed, rows),
            ),
            MenuCommand(
                "&Fire now",
                partial(self.firing_requested.emit, ids[0]),
                unavailable=partial(unless, may_fire, "Its condition was not true when it was armed"),
            ),
            None,
            MenuCommand("&Delete", partial(self.removal_requested.emit, ids), name="delete_alert"),
        )

    @property
    def file_items(self) -> Sequence[MenuItem]:
        """The commands for all alerts."""
        return (
            MenuCommand("New &alert…", self.new_requested.emit, "Alt+A", name="new_alert_command"),
            MenuCommand("&Import alerts…", self.import_requested.emit),
            MenuCommand("E&xport alerts…", self.export_requested.emit, unavailable=lambda: self.why_no_export()),
            MenuCommand(
                "&Clear history", self.history_removal_requested.emit, unavailable=lambda: self.why_no_history()
            ),
        )


def _why_not_armed(rows: Sequence[AlertRow]) -> str:
    """Return why none of these alerts can be armed again; empty if one can."""
    if any(row.status in _CAN_BE_ARMED for row in rows):
        return ""
    is_expired = any(row.status is AlertStatus.EXPIRED for row in rows)
    return "It has expired: edit it to choose a later time" if is_expired else "It is armed already"


def do_not_disturb_items(requests: AlertRequests) -> Sequence[MenuItem]:
    """Return the choices for how long no actions run, to run them again if they do not, and for which feeds."""
    feeds = [
        Toggle(
            mnemonic_free(sanitize_text(name, _NAME_LENGTH)),
            lambda name=name: requests.muted_feeds().get(name, False),  # type: ignore[misc]
            partial(requests.muting_requested.emit, name),
        )
        for name in requests.muted_feeds()
    ]
    return (
        *(MenuCommand(text, partial(requests.quiet_requested.emit, minutes)) for minutes, text in _MINUTES.items()),
        MenuCommand("Until &tomorrow", partial(requests.quiet_requested.emit, UNTIL_TOMORROW)),
        *((None, MenuCommand("&Off", partial(requests.quiet_requested.emit, 0))) if requests.is_quiet() else ()),
        *((None, Submenu("Mute a &feed", feeds)) if feeds else ()),
    )
