"""Runs the test of a feed in the window's event loop, with the values that are typed."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from ticker_gui.config.session_keys import credentials_with
from ticker_gui.domain.frame import Frame
from ticker_gui.engine.engine_feed import EngineFeed
from ticker_gui.feed_check.feed_check import FeedCheck
from ticker_gui.feed_check.progress import KEY_STEP, ProgressStep, StepStatus, progress
from ticker_gui.feed_setup.draft import FeedDraft
from ticker_gui.feed_setup.frame_mapping import kind_of, mapping_of, messages_of
from ticker_gui.feeds.mapping import FieldMapping
from ticker_gui.gui.background_tasks import BackgroundTasks
from ticker_gui.market.limits import Limits
from ticker_gui.market.symbol_state import SymbolState

_SECONDS: Final = 30.0  # how long to wait for the prices
_REFRESH_MS: Final = 100
_MAX_FRAMES: Final = 12
_MAX_SYMBOLS: Final = 12
_FIRST_FRAMES: Final = 200
_SAMPLE_INTERVAL_NS: Final = 50_000_000


class Findings(NamedTuple):
    """What a test has found until now. ``frames`` are decoded messages of an unknown feed, one of each kind."""

    steps: Sequence[ProgressStep]
    states: Sequence[SymbolState] = ()
    frames: Sequence[Any] = ()
    detected: str = ""
    mapping: FieldMapping | None = None
    received_symbols: Sequence[str] = ()
    was_stopped: bool = False

    @property
    def has_failed(self) -> bool:
        """Whether a step failed, or the test ended by itself without all prices."""
        is_broken = any(step.status is StepStatus.FAILED for step in self.steps)
        return is_broken or not (self.has_passed or self.was_stopped)

    @property
    def is_key_rejected(self) -> bool:
        """Whether the provider did not accept the key."""
        return any(step.title == KEY_STEP and step.status is StepStatus.FAILED for step in self.steps)

    @property
    def has_passed(self) -> bool:
        """Whether each symbol has a price; of a feed without symbols, whether its format was detected."""
        if any(step.status is StepStatus.FAILED for step in self.steps):
            return False
        return all(state.has_data for state in self.states) if self.states else bool(self.detected)


class FeedTest(QObject):
    """One test at a time of a draft; `result` may be read at any time.

    Signals:
        changed: there are new results, at most ten times a second.
        finished: the test has ended by itself.
    """

    changed = Signal()
    finished = Signal()

    def __init__(self, tasks: BackgroundTasks, limits: Limits | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.seconds = _SECONDS
        self._tasks = tasks
        self._limits = limits or Limits()
        self._check: FeedCheck | None = None
        self._task: asyncio.Task[None] | None = None
        self._was_stopped = False
        self._frames: dict[Hashable, Any] = {}
        self._frame_count = self._sampled_ns = 0
        self._clock = QTimer(self, interval=_REFRESH_MS)  # also without a new result, the running step shows its time
        self._clock.timeout.connect(self.changed)

    @property
    def is_running(self) -> bool:
        """Whether a test is running."""
        return self._task is not None

    @property
    def has_failed(self) -> bool:
        """Whether the last test has ended without a price for each symbol."""
        return not self.is_running and self.result is not None and self.result.has_failed

    @property
    def now_ns(self) -> int:
        """The time by the clock of the test."""
        return 0 if self._check is None else self._check.now_ns

    @property
    def result(self) -> Findings | None:
        """What the current or last test has found; ``None`` before the first."""
        check = self._check
        if check is None:
            return None
        return Findings(
            progress(check, is_running=self.is_running),
            check.feed.market.states,
            list(self._frames.values()),
            check.detected_settings,
            mapping_of(check.detected_settings),
            list(check.feed.market.seen_symbols)[:_MAX_SYMBOLS],
            self._was_stopped,
        )

    def start(self, draft: FeedDraft) -> None:
        """Test a draft.

        Raises:
            SettingsError: something about it is missing or wrong.
        """
        self.stop()
        feed = draft.to_test_feed()
        self._was_stopped = False
        self._frames.clear()
        self._frame_count = self._sampled_ns = 0
        more: dict[str, Any] = {}
        if draft.key.strip():
            more["find_credentials"] = partial(_with_key, draft.key.strip())
        self._check = FeedCheck(feed, self._limits, self.seconds, ends_when_answered=True, **more)
        if not draft.entry.is_known:
            self._check.taps.frames.add(self._keep_frame)
        self._task = self._tasks.run(self._run(self._check))
        self._clock.start()
        self.changed.emit()

    def stop(self) -> None:
        """Stop the test; what it has found stays."""
        task, self._task = self._task, None
        self._clock.stop()
        if task is not None:
            self._was_stopped = True
            task.cancel()
            self.changed.emit()

    def clear(self) -> None:
        """Stop the test and forget its results."""
        self.stop()
        self._check = None
        self._frames.clear()
        self.changed.emit()

    async def _run(self, check: FeedCheck) -> None:
        try:
            await check.run()
        finally:  # also after a bug
            if check is self._check and self._task is not None:  # it was neither replaced nor stopped
                self._task = None
                self._clock.stop()
                self.changed.emit()
                self.finished.emit()

    def _keep_frame(self, feed: EngineFeed, frame: Frame) -> None:
        """Keep the newest message of each kind that an unknown feed sends."""
        if frame.direction != "in" or not self._should_sample(frame.time_ns):
            return
        for message in messages_of(frame.payload)[:1]:
            kind = kind_of(message)
            if kind in self._frames or len(self._frames) < _MAX_FRAMES:
                self._frames[kind] = message

    def _should_sample(self, now_ns: int) -> bool:
        """Return whether to decode a frame: the first ones, then no more than the window can show."""
        self._frame_count += 1
        if self._frame_count > _FIRST_FRAMES and now_ns - self._sampled_ns < _SAMPLE_INTERVAL_NS:
            return False
        self._sampled_ns = now_ns
        return True


def _with_key(key: str, feed: Any) -> Any:
    return credentials_with(feed, key)
