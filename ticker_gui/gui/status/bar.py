"""The status bar: the state of each connection, message and frame rates, and problems."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QStatusBar, QWidget

from ticker_gui.domain.feed_state import FeedState, Phase
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.state_mark import StateMark
from ticker_gui.formatting.numbers import counted
from ticker_gui.formatting.status_words import MARK_WORDS, count_feeds, describe_feed, summarize_feeds
from ticker_gui.gui.widgets.elided_label import ElidedLabel
from ticker_gui.gui.widgets.mark_view import MarkView
from ticker_gui.gui.widgets.measures import PANEL_MARGIN
from ticker_gui.gui.widgets.menus import native_key
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip
from ticker_gui.gui.widgets.style_properties import set_style_property

REPLAY: Final = "REPLAY"
_MESSAGE_MS: Final = 10_000
_MAX_WAITING: Final = 20  # messages
_EDGES: Final = 52  # pixels for the margins and the mark
_SPACING: Final = 10  # pixels beside each part
_QT_MARGIN: Final = 8  # pixels before the second part: Qt's margin, and the spacing after the first part
_QT_SPACING: Final = 6  # pixels between two parts
_NO_COUNT: Final = "Live feeds"  # the name of the hidden button; "Feeds" is that of the one in the toolbar
_LIVE: Final = "Live since"
_NOT_LIVE: Final = (StateMark.DEMO, StateMark.REPLAY)  # instead of the word for live data
_STATE_HELP: Final = "Click to open the feed diagnostics"
_BY_SEVERITY: Final = (
    StateMark.LIVE, StateMark.REPLAY, StateMark.DISABLED, StateMark.NO_FEED, StateMark.DEMO, StateMark.DELAYED,
    StateMark.CLOSED, StateMark.QUIET, StateMark.CONNECTING, StateMark.NOT_CONNECTED, StateMark.KEY_NEEDED,
    StateMark.REFUSED,
)  # fmt: skip
_REJECTED_HELP: Final = (
    "Messages that could not be decoded or contained an impossible value. Feed diagnostics shows the latest ones."
)
_FRAMES_HELP: Final = (
    "Frames painted in the last second, updates merged with newer ones before painting, and the median display "
    "latency: the time from the arrival of an update to the screen. Bars, highs, lows and volumes include every trade."
)

_SPARE: Final = 16  # pixels by which a label may be wider than its text


class _StateLabel(ElidedLabel):
    """The state of the feeds; a click opens the diagnostics, for which the keyboard has a command.

    Signals:
        clicked: the label was clicked.
    """

    clicked = Signal()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()


class StatusBar(QStatusBar):
    """Displays the state of the feeds on the left, then problems and rates, and messages for ten seconds.

    Signals:
        retry_requested: reconnect now.
        details_requested: open the feed diagnostics.
        feeds_requested: open the panel of the feeds.
        alerts_requested: open the panel of the alerts.
        undo_requested: undo the change that the message describes.
        stop_recording_requested: end the recording, or remove the message about one that failed.
    """

    retry_requested = Signal()
    details_requested = Signal()
    feeds_requested = Signal()
    alerts_requested = Signal()
    undo_requested = Signal()
    stop_recording_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self.setAccessibleName("Status")
        self.setSizeGripEnabled(False)  # windows have borders
        self._is_replay = False
        self._lines: list[str] = []  # the state of each feed in the tooltip
        self._waiting = deque[str](maxlen=_MAX_WAITING)  # messages to show after the current one
        self._make_labels()
        self._make_buttons()
        self._lay_out()
        self.setMinimumWidth(1)  # it leaves parts out rather than making the window wider
        # What is left out of a narrow bar first is last here. The connection state, the recording and the
        # buttons always stay.
        self._by_importance: tuple[QLabel | QPushButton, ...] = (
            self._unsaved, self._errors, self._delayed, self._late, self._rejected, self._feeds, self._rate,
            self._clock,
        )  # fmt: skip

    def _make_labels(self) -> None:
        self._mark = MarkView("connection_mark", self)
        # A long text must not make the window wider than the screen; the tooltip has the full text.
        self._state = _StateLabel("connection_state", self)
        self._state.setCursor(Qt.CursorShape.PointingHandCursor)
        self._state.clicked.connect(self.details_requested)
        self._state.setAccessibleName("Connection state")  # its description is the state itself
        self._message = ElidedLabel("message", self)
        self._message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._message_end = QTimer(self, singleShot=True, interval=_MESSAGE_MS)
        self._message_end.timeout.connect(self.clearMessage)
        self._unsaved = plain_label("", "unsaved", self)
        self._rejected = plain_label("", "skipped_frames", self)
        set_tooltip(self._rejected, _REJECTED_HELP)
        self._errors = plain_label("", "internal_errors", self)
        self._late = plain_label("", "late", self)
        self._delayed = plain_label("", "delayed", self)
        self._rate = plain_label("", "message_rate", self)
        self._clock = plain_label("", "clock", self)
        set_tooltip(self._clock, "The time in the time zone of the chart")
        self._recording = plain_label("", "recording", self)
        self._recording.hide()

    def _make_buttons(self) -> None:
        self._feeds = self._button("feeds_count", "", self.feeds_requested)
        self._feeds.setAccessibleName(_NO_COUNT)
        set_tooltip(self._feeds, "The feeds that are live; click to open the Feeds panel")
        self._stop = self._button("stop_recording", "Stop", self.stop_recording_requested)
        self._undo = self._button("undo_message", "Undo", self.undo_requested)
        set_tooltip(self._undo, f"Undo this change  {native_key('Ctrl+Z')}")
        self._retry = self._button("retry_now", "&Retry now", self.retry_requested)
        self._fired = self._button("fired_alerts", "", self.alerts_requested)
        set_tooltip(self._fired, "Alerts that have fired; click to open the Alerts panel")

    def _button(self, name: str, text: str, requested: SignalInstance) -> QPushButton:
        """Return a hidden button; it is flat if its text is a number, which follows later."""
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setFlat(not text)
        button.clicked.connect(requested)
        button.hide()
        return button

    def _lay_out(self) -> None:
        self.addWidget(_margin(self, PANEL_MARGIN - _QT_MARGIN))
        first: tuple[QWidget, ...] = self._mark, self._state, self._feeds
        for part in first:
            self.addWidget(part)
        self.addWidget(self._message, 1)
        permanent: tuple[QWidget, ...] = (
            self._recording, self._stop, self._undo, self._retry, self._unsaved, self._errors, self._delayed,
            self._late, self._rejected, self._fired, self._rate, self._clock,
        )  # fmt: skip
        for part in permanent:
            self.addPermanentWidget(part)
        self.addPermanentWidget(_margin(self, PANEL_MARGIN - _QT_SPACING))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Leave out what has no room beside the whole connection state, the least important part first."""
        room = self.width() - _EDGES - self._state.fontMetrics().horizontalAdvance(self._state.text())
        always = [self._recording, self._stop, self._retry, self._undo, self._fired]
        for part in (*always, self._clock) if self._is_replay else always:
            if not part.isHidden():
                room -= part.sizeHint().width() + _SPACING
        if message := self._message.text():
            room -= min(self._message.fontMetrics().horizontalAdvance(message), max(0, room)) + _SPACING
        for part in self._by_importance:
            if part.text():
                room -= part.sizeHint().width() + _SPACING
            part.setVisible(bool(part.text()) and room >= 0)  # an empty label would take some room, too

    def show_states(
        self,
        feeds: Sequence[tuple[str, FeedState]],
        now_ns: int,
        phases: Sequence[Phase] | None = None,
        marks: Sequence[StateMark] = (),
    ) -> None:
        """Show the state of each feed; with several feeds, of those that are not live, and the number of live ones.

        ``phases`` are the connection phases of feeds that are connecting. The worst of the marks is shown.
        """
        self._mark.show_mark(max(marks, key=_BY_SEVERITY.index, default=None))
        reached = phases or [Phase.NAME] * len(feeds)
        words = [describe_feed(state, now_ns, phase) for (_, state), phase in zip(feeds, reached, strict=True)]
        words = [
            word.replace(_LIVE, f"{MARK_WORDS[mark]} since", 1) if mark in _NOT_LIVE else word
            for word, mark in zip(words, marks or [StateMark.LIVE] * len(feeds), strict=True)
        ]
        text = " ".join(words) if len(feeds) == 1 else summarize_feeds(feeds, words)
        for mark in _NOT_LIVE if len(feeds) > 1 else ():
            if all(word.startswith(f"{MARK_WORDS[mark]} since") for word in words):
                text = MARK_WORDS[mark]
        if self._is_replay and not feeds:
            text = "All feeds were stopped"
        if text != self._state.text():
            self._state.setText(text)
        lines = [f"{sanitize_text(name)}: {word}" for (name, _), word in zip(feeds, words, strict=True)]
        if lines != self._lines:
            self._lines = lines
            set_tooltip(self._state, "\n".join((*lines, _STATE_HELP)))
        count = count_feeds(feeds)
        self._feeds.setText(count)
        self._feeds.setAccessibleName(count or _NO_COUNT)
        if not count:
            self._feeds.hide()
        waits = any(state.can_retry for _, state in feeds)
        self._retry.setVisible(waits and not self._is_replay)
        self._fit()

    @property
    def can_retry(self) -> bool:
        """Whether a feed waits to reconnect, or was rejected."""
        return not self._retry.isHidden()

    def show_rates(self, messages: float, merged: float, frames: float, latency_ns: float | None) -> None:
        """Show the messages, merged updates and painted frames of the last second, and the median display latency."""
        _set_text(self._rate, f"{counted(round(messages), 'message')}/s")
        latency = "" if latency_ns is None else f" · {latency_ns / 1e6:,.0f} ms latency"
        frames_text = f"{frames:,.0f} fps · {counted(round(merged), 'update')} merged{latency}"
        set_tooltip(self._rate, f"{frames_text}\n{_FRAMES_HELP}")
        self._fit()

    def show_clock(self, text: str) -> None:
        """Show the date, the time and the time zone."""
        _set_text(self._clock, f"{REPLAY} {text}" if self._is_replay else text)
        self._fit()

    def set_replay(self) -> None:
        """Say that this is a replay, before the time of the recording, in a window of any width."""
        self._is_replay = True
        set_style_property(self._clock, "replay", True)
        set_tooltip(self._clock, "This is a replay: the time of the recording, in the time zone of the chart")
        set_tooltip(self._feeds, "The feeds that were connected; click to open the Feeds panel")
        self._by_importance = tuple(part for part in self._by_importance if part is not self._clock)

    def show_problems(self, rejected: int, late: Sequence[str]) -> None:
        """Show the number of rejected messages, and which feeds send late messages; nothing if there are none."""
        self._show(self._rejected, f"{counted(rejected, 'message')} rejected" if rejected else "")
        self._show(self._late, f"Late messages: {', '.join(map(sanitize_text, late))}" if late else "")

    def show_delayed_feeds(self, names: Sequence[str]) -> None:
        """Show which feeds have delayed prices according to their provider."""
        self._show(self._delayed, f"Delayed prices: {', '.join(map(sanitize_text, names))}" if names else "")

    def _show(self, label: QLabel, text: str) -> None:
        """Set the text of a label that seldom changes, although it is set every second."""
        if text != label.text():
            label.setText(text)
            self._fit()

    def show_unsaved(self, failure: str) -> None:
        """Show that changes could not be saved, and why; an empty text means that they are saved."""
        failure = sanitize_text(failure)
        if failure and failure != self._unsaved.accessibleDescription():
            self.show_message(f"{failure} Your changes are kept while the program runs; saving will be retried.")
        self._unsaved.setText("Changes not saved" if failure else "")
        set_tooltip(self._unsaved, failure)
        self._fit()

    def show_internal_errors(self, count: int, details: str) -> None:
        """Show the number of internal errors, if any; ``details`` is the tooltip."""
        text = counted(count, "internal error") if count else ""
        if text != self._errors.text():
            self._errors.setText(text)
            set_tooltip(self._errors, details)
            self._fit()

    def show_fired_alerts(self, count: int) -> None:
        """Show how many alerts have fired and are not acknowledged, if any."""
        self._fired.setText(f"{counted(count, 'alert')} fired")
        self._fired.setVisible(count > 0)
        self._fit()

    def show_recording(self, text: str, details: str = "", *, is_running: bool = True) -> None:
        """Show a recording that is running, or that it failed; nothing for an empty text."""
        set_style_property(self._recording, "failed", bool(text) and not is_running)
        _set_text(self._recording, text)
        set_tooltip(self._recording, sanitize_text(details))
        self._stop.setText("Stop" if is_running else "Dismiss")
        self._stop.setAccessibleName("Stop recording" if is_running else "Dismiss the message about the recording")
        for part in (self._recording, self._stop):
            part.setVisible(bool(text))
        self._fit()

    def show_message(self, message: str) -> None:
        """Show a message for ten seconds."""
        self._undo.hide()
        text = sanitize_text(message)
        self._message.setText(text)
        set_tooltip(self._message, text)
        self._message_end.start()
        self._fit()
        self.messageChanged.emit(text)

    def queue_messages(self, messages: Iterable[str]) -> None:
        """Show messages one after the other, each for ten seconds, after the current one."""
        self._waiting += messages
        if self._waiting and not self.currentMessage():
            self.show_message(self._waiting.popleft())

    def currentMessage(self) -> str:
        return self._message.text()

    def clearMessage(self) -> None:
        if self._waiting:
            self.show_message(self._waiting.popleft())
            return
        self._message_end.stop()
        self._undo.hide()
        self._message.setText("")
        set_tooltip(self._message, "")
        self._fit()
        self.messageChanged.emit("")

    def offer_undo(self, message: str) -> None:
        """Show a message about a change, with a button that undoes it."""
        self.show_message(message)
        self._undo.setAccessibleName(f"Undo: {sanitize_text(message)}")
        self._undo.show()
        self._fit()

    def withdraw_undo(self) -> None:
        """Remove the button for undo and its message: the lists have changed again."""
        if not self._undo.isHidden():
            self.clearMessage()


def _margin(parent: QWidget, width: int) -> QWidget:
    """Return a first or last part that leaves the margin of panels beside the others: Qt resets those of the layout."""
    part = QWidget(parent)
    part.setFixedWidth(width)
    return part


def _set_text(label: QLabel, text: str) -> None:
    """Set the text of a label that changes every second, in a fixed size: else the window would be laid out again."""
    label.setText(text)
    needed = label.sizeHint()
    if not 0 <= label.width() - needed.width() <= _SPARE or label.height() != needed.height():
        label.setFixedSize(needed)
