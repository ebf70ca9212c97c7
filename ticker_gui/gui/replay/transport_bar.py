"""The bar that controls a replay: pause, step, position, speed, and skipping idle periods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Final, NamedTuple

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QSizePolicy, QToolBar, QWidget

from ticker_gui.gui.replay.seek_slider import SeekSlider
from ticker_gui.gui.replay.times import is_of_several_days, length, moment, reached_text, speed_text
from ticker_gui.gui.widgets.icon_button import IconButton
from ticker_gui.gui.widgets.icons import icon
from ticker_gui.gui.widgets.measures import GAP, PANEL_MARGIN, TOOL_BAR_HEIGHT
from ticker_gui.gui.widgets.menus import native_key
from ticker_gui.gui.widgets.plain_text import plain_label, set_tooltip
from ticker_gui.gui.widgets.theme import tabular

PAUSE_KEY: Final = "Space"
STEP_KEY: Final = "F8"
_MIN_SLIDER: Final = 120
_ENDED, _PAUSED = _WORDS = ("At the end", "Paused")
_WIDEST: Final = ("Seeking 100%", reached_text(10_000.0), *_WORDS)


class PlayState(NamedTuple):
    """What a replay is doing. The time is that of the recording, in nanoseconds since the epoch.

    ``progress`` is that of the seek, between 0 and 1. ``reached_speed`` is the speed if it is not the requested one.
    """

    now_ns: int
    speed: float = 1.0
    is_paused: bool = False
    is_seeking: bool = False
    is_at_end: bool = False
    skips_idle: bool = False
    progress: float = 0.0
    reached_speed: float | None = None

    @property
    def word(self) -> str:
        """What is not obvious from the clock; empty while the recording is played."""
        if self.is_seeking:
            return f"Seeking {self.progress:.0%}"
        if self.is_at_end:
            return _ENDED
        if self.is_paused:
            return _PAUSED
        return "" if self.reached_speed is None else reached_text(self.reached_speed)

    @property
    def action(self) -> tuple[str, str, str]:
        """What the pause button does: its name, its icon and its tooltip."""
        if self.is_seeking:
            return "Stop", "close", "Stop here and pause"
        if self.is_playing:
            return "Pause", "pause", "Pause"
        return "Play", "play", "Play from the beginning" if self.is_at_end else "Play"

    @property
    def is_playing(self) -> bool:
        """Whether the clock of the recording runs."""
        return not (self.is_paused or self.is_at_end)


class TransportBar(QToolBar):
    """Shows the state of a replay, and emits what the user requests.

    Signals:
        pause_requested: pause, or resume; end a seek; at the end, play from the beginning again.
        step_requested: play the next message and pause.
        speed_requested: another speed, as a float.
        seek_requested: go to this time, in nanoseconds since the epoch.
        skip_requested: skip idle periods (true) or not.
    """

    pause_requested = Signal()
    step_requested = Signal()
    speed_requested = Signal(object)
    seek_requested = Signal(object)
    skip_requested = Signal(bool)

    def __init__(self, speeds: Sequence[float], parent: QWidget | None = None) -> None:
        super().__init__("Replay", parent)
        self.setObjectName("replay")
        self.setAccessibleName("Replay")
        self.setMovable(False)
        self.toggleViewAction().setEnabled(False)
        self._zone: tzinfo | None = None
        self._began_ns = self._ended_ns = 0
        self._state = PlayState(0)
        self._content = _Content()
        self.badge = plain_label("REPLAY", "replay_badge")
        self.pause = IconButton("pause", "replay_pause_button")
        self.step = IconButton("step", "replay_step_button")
        self.now = _number_label("replay_now")
        self.slider = SeekSlider()
        self.end = _number_label("replay_end")
        self.word = plain_label("", "replay_word")
        self.speed = QComboBox()
        self.skip = QCheckBox("Skip idle periods")
        self._speeds: list[float] = []
        self._prepare(speeds)
        self._lay_out()
        self._connect()

    def _prepare(self, speeds: Sequence[float]) -> None:
        self.badge.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        set_tooltip(self.badge, "This window plays a recording. Nothing in it is live, and nothing is saved.")
        for button in (self.pause, self.step):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.step.setAccessibleName("Step")
        set_tooltip(self.step, f"Play the next message and pause  {native_key(STEP_KEY)}")
        self.speed.setObjectName("replay_speed")
        self.speed.setAccessibleName("Speed")
        set_tooltip(self.speed, "Speed relative to the recording")
        self.skip.setObjectName("replay_skip_idle")
        set_tooltip(self.skip, "Skip periods of more than two seconds without messages")
        self.word.setAccessibleName("State of the replay")
        self.word.ensurePolished()
        self.word.setFixedWidth(max(map(self.word.fontMetrics().horizontalAdvance, _WIDEST)) + GAP)
        self.slider.describe = self._describe
        self._set_speeds(speeds)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self._content)
        row.setContentsMargins(PANEL_MARGIN, 0, PANEL_MARGIN, 0)
        row.setSpacing(GAP)
        left: Sequence[QWidget] = (self.badge, self.pause, self.step, self.now)
        right: Sequence[QWidget] = (self.end, self.word, self.speed, self.skip)
        for widget in left:
            row.addWidget(widget)
        row.addWidget(self.slider, 1)
        for widget in right:
            row.addWidget(widget)
        self.addWidget(self._content)
        if (layout := self.layout()) is not None:
            layout.setContentsMargins(0, 0, 0, 0)

    def _connect(self) -> None:
        self.pause.clicked.connect(self.pause_requested)
        self.step.clicked.connect(self.step_requested)
        self.slider.seek_requested.connect(self.seek_requested)
        self.slider.dragged.connect(self._show_dragged)
        self.speed.activated.connect(lambda index: self.speed_requested.emit(self._speeds[index]))
        self.skip.clicked.connect(self.skip_requested)

    def set_recording(self, began_ns: int, ended_ns: int, notes: Sequence[tuple[int, str]] = ()) -> None:
        """Set the first and the last time, and the times with remarks."""
        self._began_ns, self._ended_ns = began_ns, ended_ns
        self.slider.set_recording(began_ns, ended_ns, notes)
        self._show_times()

    def set_zone(self, zone: tzinfo | None) -> None:
        """Set the time zone of all times; None is the computer's own."""
        self._zone = zone
        self._show_times()

    @property
    def state(self) -> PlayState:
        """The state that is displayed."""
        return self._state

    def show_state(self, state: PlayState) -> None:
        """Show what the replay is doing."""
        self._state = state
        action, icon_name, tip = state.action
        if self.pause.accessibleName() != action:
            self.pause.setAccessibleName(action)
            self.pause.setIcon(icon(icon_name))
        set_tooltip(self.pause, f"{tip}  {native_key(PAUSE_KEY)}")
        self.step.setEnabled(not state.is_at_end)
        if state.speed not in self._speeds:
            self._set_speeds([*self._speeds, state.speed])
        self.speed.setCurrentIndex(self._speeds.index(state.speed))
        self.skip.setChecked(state.skips_idle)
        self.word.setText(state.word)
        self.show_time(state.now_ns)

    def show_time(self, now_ns: int) -> None:
        """Show the time of the recording that is played."""
        self._state = self._state._replace(now_ns=now_ns)
        if self.slider.isSliderDown():
            return
        self.slider.show_time(now_ns)
        self._set_now(now_ns)

    def _set_now(self, time_ns: int) -> None:
        text = self._moment(time_ns, has_ms=True)
        if text != self.now.text():
            self.now.setText(text)
            self.slider.setAccessibleDescription(self._describe(time_ns))

    def _show_dragged(self, time_ns: int) -> None:
        self._set_now(time_ns)

    def _show_times(self) -> None:
        duration = length(self._ended_ns - self._began_ns)
        self.end.setText(f"{self._moment(self._ended_ns)} · {duration}")
        set_tooltip(self.end, f"The recording ends at {self._moment(self._ended_ns)}; it lasts {duration}")
        self.now.setText("")
        widest = self._moment(self._ended_ns, has_ms=True)
        self.now.setFixedWidth(self.now.fontMetrics().horizontalAdvance("0" * len(widest)) + GAP)
        self._set_now(self._state.now_ns or self._began_ns)

    def _moment(self, time_ns: int, *, has_ms: bool = False) -> str:
        has_date = is_of_several_days(self._began_ns, self._ended_ns, self._zone)
        return moment(time_ns, self._zone, has_date=has_date, has_ms=has_ms)

    def _describe(self, time_ns: int) -> str:
        played, duration = length(time_ns - self._began_ns), length(self._ended_ns - self._began_ns)
        return f"{self._moment(time_ns)}  {played} of {duration}"

    def _set_speeds(self, speeds: Sequence[float]) -> None:
        self._speeds = sorted(speeds)
        self.speed.clear()
        self.speed.addItems([speed_text(speed) for speed in self._speeds])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Leave out what has no room; the menu has all commands, and the status bar the time."""
        room = self.width() - 2 * PANEL_MARGIN - _MIN_SLIDER
        for widget in (self.badge, self.pause, self.now, self.word, self.speed, self.step, self.end, self.skip):
            room -= max(widget.sizeHint().width(), widget.minimumWidth()) + GAP
            widget.setVisible(room >= 0)


class _Content(QWidget):
    """Fills the toolbar, which would move wider contents into a menu."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(0, TOOL_BAR_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


def _number_label(name: str) -> QLabel:
    label = plain_label("", name)
    label.setFont(tabular(label.font()))
    return label
