"""What the user can request of a feed, from the panel, the menu and the banner."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QMetaMethod, QObject, Signal

from ticker_gui.domain.state_mark import FeedMark
from ticker_gui.feed_status.feed_row import FeedRow
from ticker_gui.formatting.status_words import NOT_IN_REPLAY
from ticker_gui.gui.widgets.menus import MenuCommand, MenuItem, Toggle


class FeedRequests(QObject):
    """The requests; all but the last two name the feed. ``is_muted`` returns whether its alerts run no actions.

    Signals:
        reconnect_requested: close the connection, if there is one, and connect again.
        enabling_requested: connect the feed (true), or disconnect it and keep its settings (false).
        edit_requested: open the dialog with its settings.
        key_requested: open the field for its key.
        diagnosis_requested: open the feed diagnostics.
        muting_requested: run no actions of alerts on its symbols (true), or run them again (false).
        saving_requested: add the feed to the settings file.
        removal_requested: remove the feed.
        undo_requested: bring the feed back that was removed last.
        connection_requested: open the dialog that connects a feed.
    """

    reconnect_requested = Signal(str)
    enabling_requested = Signal(str, bool)
    edit_requested = Signal(str)
    key_requested = Signal(str)
    diagnosis_requested = Signal(str)
    muting_requested = Signal(str, bool)
    saving_requested = Signal(str)
    removal_requested = Signal(str)
    undo_requested = Signal()
    connection_requested = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.is_muted: Callable[[str], bool] = lambda name: False

    def items(self, feed: FeedRow) -> Sequence[MenuItem]:
        """Return the menu items of a feed."""
        name = feed.name
        items: list[MenuItem] = []
        if feed.mark is FeedMark.KEY_NEEDED:
            items.append(MenuCommand("Enter a &key…", lambda: self.key_requested.emit(name)))
        if not feed.is_disabled:
            reason = NOT_IN_REPLAY if feed.is_replay else ""
            items.append(
                MenuCommand("&Reconnect", lambda: self.reconnect_requested.emit(name), unavailable=lambda: reason)
            )
        items.append(MenuCommand("Dia&gnostics", lambda: self.diagnosis_requested.emit(name)))
        if self.isSignalConnected(QMetaMethod.fromSignal(self.muting_requested)) and not feed.is_replay:
            items.append(
                Toggle(
                    "Mute &alerts",
                    lambda: self.is_muted(name),
                    lambda is_muted: self.muting_requested.emit(name, is_muted),
                )
            )
        if feed.can_be_saved:
            items.append(MenuCommand("Re&member this feed", lambda: self.saving_requested.emit(name)))
        if feed.can_be_changed:
            items += [
                Toggle(
                    "&Enabled", lambda: not feed.is_disabled, lambda is_on: self.enabling_requested.emit(name, is_on)
                ),
                None,
            ]
            if feed.is_saved:
                items.append(MenuCommand("E&dit…", lambda: self.edit_requested.emit(name)))
            items.append(MenuCommand("Remo&ve", lambda: self.removal_requested.emit(name)))
        return items
