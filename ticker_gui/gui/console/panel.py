"""The console panel: the frames of the feeds as they arrive, one of them in detail, and a line to send."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from ticker_gui.console.frame_file import frame_line
from ticker_gui.console.frame_list import FrameFilter
from ticker_gui.console.frame_ring import FrameEntry
from ticker_gui.console.frame_text import delta_text, first_line
from ticker_gui.console.frame_type import is_text
from ticker_gui.console.outcome import Outcome
from ticker_gui.console.outgoing import Draft, DraftKind, draft_of
from ticker_gui.console.traffic import ConsoleTraffic
from ticker_gui.gui.console.connection_bar import ConnectionBar
from ticker_gui.gui.console.foot import ConsoleFoot
from ticker_gui.gui.console.frame_details import FrameDetails
from ticker_gui.gui.console.frame_model import FEED, FrameModel
from ticker_gui.gui.console.frame_table import FrameTable
from ticker_gui.gui.console.header import ALL_FEEDS, WEBSOCKET, ConsoleHeader
from ticker_gui.gui.console.send_bar import SendBar
from ticker_gui.gui.widgets import menus
from ticker_gui.gui.widgets.dialog_parts import rule
from ticker_gui.gui.widgets.empty_view import EmptyText, EmptyView
from ticker_gui.gui.widgets.menus import MenuCommand, MenuItem
from ticker_gui.gui.widgets.theme import Theme

_NO_FRAMES: Final = EmptyText(
    "No messages yet",
    "Messages appear here as a feed sends and receives them. You can also connect to any WebSocket.",
    "Connect to a WebSocket",
)
_NO_FRAMES_OF_FEED: Final = EmptyText("No messages yet", "Messages appear here as they are sent and received.")
_NO_MATCHES: Final = EmptyText("No matches", "None of the messages that are kept match.", "Clear filter")
_SEARCHING: Final = EmptyText("Searching…")
_SEARCH_MS: Final = 4  # between two slices of a search
_MAX_COPIED: Final = 2_000
_SHARES: Final = (5, 3)


class ConsolePanel(QWidget):
    """What it shows is recorded in ``traffic``; ``explain`` returns what became of the frame with a number.

    Signals:
        frame_requested: call `refresh` in the next frame of the window.
        save_requested: frames to save.
        mapping_requested: a frame to use as an example for a mapping.
        shown: the panel is visible again.
        changed: the state to save has changed.
    """

    frame_requested = Signal()
    save_requested = Signal(object)
    mapping_requested = Signal(object)
    shown = Signal()
    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("console_panel")
        self.setAccessibleName("Console")
        self.traffic: Final = ConsoleTraffic()
        self.explain: Callable[[int], Outcome] = lambda number: Outcome("")
        self._new = 0  # frames added since the table stopped following
        self._has_search_error = False
        self._search_timer = QTimer(self, singleShot=True, interval=_SEARCH_MS)
        self._search_timer.timeout.connect(self._search)
        self._has_several_feeds = False
        self.head: Final = ConsoleHeader()
        self.model = FrameModel(self.traffic, self)
        self.table = FrameTable(self.model, theme)
        self.empty = EmptyView("console_empty", "console")
        self.foot = ConsoleFoot()
        self.details = FrameDetails(theme)
        self.send_bar = SendBar()
        self.connection = ConnectionBar()
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()
        self._show_feed()
        self._show_state()

    def _lay_out(self) -> None:
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.empty)
        frames = QWidget()
        left = QVBoxLayout(frames)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(0)
        left.addWidget(self._stack, 1)
        left.addWidget(rule())
        left.addWidget(self.foot)
        self.splitter.addWidget(frames)
        self.splitter.addWidget(self.details)
        self.splitter.setHandleWidth(1)
        for index, share in enumerate(_SHARES):
            self.splitter.setStretchFactor(index, share)
            self.splitter.setCollapsible(index, index == 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.connection)
        layout.addWidget(self.splitter, 1)
        layout.addWidget(rule())
        layout.addWidget(self.send_bar)

    def _connect(self) -> None:
        head, table = self.head, self.table
        head.filter_changed.connect(self._apply_filter)
        head.feed_changed.connect(self._show_feed)
        head.search_failed.connect(self._show_search_error)
        head.pause_requested.connect(self.set_paused)
        head.save_requested.connect(lambda: self.save_requested.emit(self.shown_entries()))
        head.finished.connect(table.setFocus)
        table.frame_chosen.connect(self._show_current)
        table.selection_changed.connect(self._show_state)
        table.following_changed.connect(self._on_following_changed)
        table.copy_requested.connect(self.copy_text)
        table.menu_requested.connect(self._open_menu)
        table.activated.connect(lambda: self.details.setFocus())
        self.foot.latest_requested.connect(self.go_to_latest)
        self.details.mapping_requested.connect(self.mapping_requested)
        self.empty.action_requested.connect(self._act_on_empty)
        self.send_bar.changed.connect(self.changed)
        self.connection.changed.connect(self.changed)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)  # a small window cuts parts off

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def set_theme(self, theme: Theme) -> None:
        """Set the colors."""
        self.table.set_theme(theme)
        self.details.set_theme(theme)
        self.empty.refresh_icon()

    # What is saved

    @property
    def sent_frames(self) -> tuple[tuple[str, str], ...]:
        """The kinds and texts of the frames that were sent, without keys."""
        return tuple((draft.kind.value, draft.text) for draft in self.send_bar.history.drafts)

    @property
    def websocket_address(self) -> str:
        """The address of a WebSocket; empty if it contains a key."""
        request = self.connection.request
        return "" if request.has_secrets else request.url

    def restore(self, sent_frames: Sequence[tuple[str, str]], websocket_address: str) -> None:
        """Restore what was saved; unknown kinds of frames are left out."""
        kinds = {kind.value for kind in DraftKind}
        self.send_bar.restore_history([Draft(DraftKind(kind), text) for kind, text in sent_frames if kind in kinds])
        self.connection.address.setText(websocket_address)

    # What is shown

    def refresh(self) -> None:
        """Show the frames that have arrived, once per frame of the window."""
        before = len(self.model.frames)
        self.table.refresh()
        if not self.table.is_following:
            self._new += max(0, len(self.model.frames) - before)
        if not self.model.frames.is_complete:
            self._search_timer.start()
        self._show_state()

    def _search(self) -> None:
        """Search between two frames of the window, so that those stay short."""
        self.model.search()
        self.frame_requested.emit()
        if not self.model.frames.is_complete:
            self._search_timer.start()

    def update_rates(self, seconds: float) -> None:
        """Show the rates of the last seconds; called once per second."""
        self.traffic.update_rates(seconds)
        self._show_rates()

    def _show_rates(self) -> None:
        feed = self.head.current_feed
        self.foot.show_rates(self.traffic.rates(feed))
        self.head.set_types(self.traffic.types(feed))

    def _show_state(self) -> None:
        frames, ring = self.model.frames, self.traffic.ring
        is_filtered = not frames.filter.is_empty
        unsearched = getattr(frames.filter.query, "unsearched", 0)
        self.foot.show_ring(ring, len(frames), is_filtered=is_filtered, unsearched=unsearched)
        is_following = self.table.is_following
        new = frames.waiting or (0 if is_following else self._new)
        self.foot.show_position(
            is_following=is_following, is_paused=frames.is_paused, new=new, selection=self._describe_selection()
        )
        if len(frames):
            self._stack.setCurrentWidget(self.table)
            self.setFocusProxy(self.table)
            return
        self.empty.show_text(self._empty_text())
        self._stack.setCurrentWidget(self.empty)
        self.setFocusProxy(self.send_bar.field)

    def _describe_selection(self) -> str:
        """Return how many frames are selected and how far they are apart; empty unless there are several."""
        ranges = self.table.selected_ranges
        count = sum(map(len, ranges))
        entries = self.model.entries([ranges[0][0], ranges[-1][-1]]) if count > 1 else []
        if len(entries) < 2:
            return ""
        delta = delta_text(entries[-1].frame.time_ns - entries[0].frame.time_ns).removeprefix("+")
        return f"{count:,} selected, {delta} apart"

    def _empty_text(self) -> EmptyText:
        """Return why there are no frames, with what can be done."""
        frames = self.model.frames
        if not frames.is_complete:
            return _SEARCHING
        if frames.filter != FrameFilter(feed=frames.filter.feed) and len(self.traffic.ring):
            return _NO_MATCHES
        return _NO_FRAMES if self.head.current_feed == ALL_FEEDS else _NO_FRAMES_OF_FEED

    def _act_on_empty(self) -> None:
        if self.empty.text is _NO_FRAMES:
            self.choose_websocket()
        else:
            self.head.clear_filter()

    def choose_websocket(self) -> None:
        """Show the row that connects to any WebSocket, with the focus in its address."""
        self.head.choose_feed(WEBSOCKET)
        self.connection.address.setFocus()

    def _show_feed(self) -> None:
        is_websocket = self.head.current_feed == WEBSOCKET
        if is_websocket and self.connection.isHidden() and self.isVisible():
            self.connection.show()
            self.connection.address.setFocus()
        self.connection.setVisible(is_websocket)
        self._show_rates()
        self.table.setColumnHidden(FEED, self.head.current_feed != ALL_FEEDS or not self._has_several_feeds)

    def set_feeds(self, names: Sequence[str], *, has_websocket: bool = False) -> None:
        """Set the feeds to choose from, and whether there are frames of another WebSocket, too."""
        self.head.set_feeds(names)
        self._has_several_feeds = len(names) + has_websocket > 1
        self._show_feed()

    def _apply_filter(self) -> None:
        if self.head.frame_filter != self.model.frames.filter:
            self.model.set_filter(self.head.frame_filter)
            if (entry := self.details.entry) is not None and self.head.frame_filter.feed not in ("", entry.feed):
                self.details.show_frame(None, Outcome(""))
            self.table.set_following(True)
            self.refresh()

    def _show_search_error(self, message: str) -> None:
        if message:
            self.send_bar.show_message(message, is_problem=True)
        elif self._has_search_error:
            self.send_bar.check()
        self._has_search_error = bool(message)

    # The view

    def set_paused(self, is_paused: bool) -> None:
        """Pause the view, or continue with the frames that have arrived meanwhile. The feeds continue."""
        self.model.frames.set_paused(is_paused)
        self.head.pause.setChecked(is_paused)
        self.refresh()

    def go_to_latest(self) -> None:
        """Show the newest frame and follow it; a pause ends."""
        if self.model.frames.is_paused:
            self.set_paused(False)
        self.table.set_following(True)

    def _on_following_changed(self, is_following: bool) -> None:
        self._new = 0
        self._show_state()

    def _show_current(self) -> None:
        row = self.table.currentIndex().row()
        if not 0 <= row < len(self.model.frames):
            return
        number = self.model.frames[row]
        entry = self.traffic.ring.get(number)
        if entry is not None:
            self.details.show_frame(entry, self.explain(number))

    # Copying and saving

    def shown_entries(self) -> list[FrameEntry]:
        """Return the frames that are shown."""
        return self.model.entries(range(len(self.model.frames)))

    def selected_entries(self) -> list[FrameEntry]:
        """Return the selected frames."""
        return self.model.entries(self.table.selected_rows[:_MAX_COPIED])

    def copy_text(self) -> None:
        """Copy the text of the selected frames, one per line; binary ones in hex."""
        self._copy(_text_of(entry.frame.payload) for entry in self.selected_entries())

    def copy_lines(self) -> None:
        """Copy the selected frames as JSON lines with time, feed and direction."""
        self._copy(frame_line(entry) for entry in self.selected_entries())

    def _copy(self, lines: Iterable[str]) -> None:
        if text := "\n".join(lines):
            QGuiApplication.clipboard().setText(text)
            count = sum(map(len, self.table.selected_ranges))
            if count > _MAX_COPIED:
                self.send_bar.show_message(
                    f"Copied only the first {_MAX_COPIED:,} of {count:,} messages. To keep all of them, save them."
                )

    def clear(self) -> None:
        """Forget all frames."""
        self.model.clear()
        self.details.show_frame(None, Outcome(""))
        self.refresh()

    def _open_menu(self, at: QPoint) -> None:
        menus.popup(self, at, self.menu_items())

    def menu_items(self) -> list[MenuItem]:
        """Return the menu of the selected frames."""
        entry = self.details.entry

        def unselected() -> str:
            return "" if self.table.selected_ranges else "No message is selected"

        return [
            MenuCommand("&Copy", self.copy_text, unavailable=unselected),
            MenuCommand("Copy as &JSON lines", self.copy_lines, unavailable=unselected),
            MenuCommand("&Save messages…", self.head.save.click),
            None,
            MenuCommand("Show only this &type", self._filter_by_type, unavailable=unselected),
            MenuCommand("&Edit and send again", self._edit_again, unavailable=unselected),
            MenuCommand(
                "Use as a &mapping…",
                lambda: self.mapping_requested.emit(entry),
                unavailable=lambda: "" if entry is not None else "No message is selected",
            ),
            None,
            MenuCommand("Clear &all messages", self.clear),
        ]

    def _filter_by_type(self) -> None:
        if entries := self.selected_entries():
            self._show_rates()
            self.head.type.setCurrentIndex(max(0, self.head.type.findData(entries[0].type)))

    def _edit_again(self) -> None:
        if entries := self.selected_entries():
            self.send_bar.edit(draft_of(entries[0].frame.payload))


def _text_of(payload: bytes) -> str:
    return payload.decode("utf-8", "replace") if is_text(payload) else first_line(payload)
