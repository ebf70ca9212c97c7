"""Starts the window of a replay: the same as for live feeds, with recorded ones on the clock of the recording."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from ticker_gui.app.app import App
from ticker_gui.app.environment import AppEnvironment
from ticker_gui.config.settings import Feed, Settings
from ticker_gui.domain.errors import SettingsError
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.replay import Replay
from ticker_gui.engine.replay_player import ReplayPlayer
from ticker_gui.gui.application import Application, make_application
from ticker_gui.gui.background_tasks import Work
from ticker_gui.gui.chart.options import ChartOptions
from ticker_gui.gui.event_loop import make_event_loop
from ticker_gui.gui.replay.reading import read_summary
from ticker_gui.gui.widgets.appearance import apply_theme, request_color_scheme
from ticker_gui.gui.widgets.theme import load_theme
from ticker_gui.gui.window.exit_handling import EXIT_DONE
from ticker_gui.gui.window.replay_mode import ReplayMode
from ticker_gui.gui.window.replay_presenter import ReplayPresenter
from ticker_gui.logs.exception_hooks import with_exception_handler
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.process import exit_signals
from ticker_gui.recording.format import RecordingError
from ticker_gui.recording.reading import Recording
from ticker_gui.recording.summary import RecordingSummary
from ticker_gui.stream.timeouts import Timeouts

_MAX_TICKS_NS: Final = 120 * SECOND_NS  # a chart of a longer recording has bars
_MAX_SECONDS_NS: Final = 3_600 * SECOND_NS


def run_replay(
    recording: Recording,
    speed: float,
    settings: Settings,
    environment: AppEnvironment,
    *,
    screenshot: Path | None = None,
    after_s: float = 3.0,
) -> int:
    """Open the window of a replay and return the exit code when it is closed, or when the screenshot is saved.

    Raises:
        SettingsError: the recording cannot be played, or the screenshot cannot be saved.
    """
    application, errors = make_application(), environment.errors or InternalErrors("the program")
    with exit_signals.handlers_restored(), asyncio.Runner(loop_factory=lambda: make_event_loop(application)) as runner:
        try:
            summary = runner.run(with_exception_handler(read(recording, application, settings), errors))
            if summary is None:
                return EXIT_DONE
            replay = Replay(recording, summary, settings.limits, errors)
        except RecordingError as error:
            raise SettingsError(str(error)) from error
        app = ReplayApp(application, replay, speed, settings, environment)
        return runner.run(with_exception_handler(app.run(screenshot, after_s), app.errors))


async def read(recording: Recording, application: Application, settings: Settings) -> RecordingSummary | None:
    """Return what a recording contains; ``None`` if the user cancels the reading, or a signal ends the program."""
    task = asyncio.current_task()
    assert task is not None
    exit_signals.handle(asyncio.get_running_loop(), lambda number: task.cancel())
    try:
        return await read_summary(recording, partial(_apply_theme, application, settings))
    except asyncio.CancelledError:
        return None


def _apply_theme(application: Application, settings: Settings) -> None:
    request_color_scheme(settings.theme)
    apply_theme(application, load_theme(settings.theme, settings.palette))


class ReplayApp(App):
    """Plays a replay in the window. ``environment`` contains no files: nothing is saved, and nothing is connected."""

    def __init__(
        self,
        application: Application,
        replay: Replay,
        speed: float,
        settings: Settings,
        environment: AppEnvironment | None = None,
    ) -> None:
        self.replay: Final = replay
        self.player: Final = ReplayPlayer(replay, speed)
        feeds = tuple(feed.settings for feed in replay.engine.feeds.values())
        super().__init__(application, msgspec.structs.replace(settings, feeds=feeds), environment)
        self._notices += [sanitize_text(problem, 300) for problem in replay.summary.problems[:1]]
        self.window.chart.set_options(first_options(replay.summary.ended_ns - replay.summary.began_ns))
        self.presenter = ReplayPresenter(
            self.player, self.window, self.bridge, self.list_controller, self.chart_selection, self.status_presenter
        )

    def _make_engine(self, feeds: Sequence[Feed], settings: Settings, timeouts: Timeouts | None) -> Engine:
        return self.replay.engine

    def _connect_feeds(self, settings: Settings) -> None:
        """Refuse what would change the feeds."""
        self.mode = ReplayMode(self.window)
        self.list_controller.symbols_missing.connect(self._report_missing)
        self.replay.on_note = lambda time_ns, text: self.window.status.show_message(text)

    def _report_missing(self, symbols: Sequence[str]) -> None:
        names = ", ".join(sanitize_text(symbol, 40) for symbol in symbols[:3])
        more = f" and {len(symbols) - 3:,} more" if len(symbols) > 3 else ""
        is_or_are = "is" if len(symbols) == 1 else "are"
        self.window.status.show_message(f"{names}{more} {is_or_are} not in the recording.")

    def _start_feeds(self) -> None:
        self.player.resume()

    def make_deferred_parts(self) -> Sequence[Work]:
        """Make the parts that every window has, and return what they do in the background."""
        return self.deferred_parts.alerts.run, self.deferred_parts.alerts.save_changes

    async def _end_feeds(self) -> None:
        await self.player.close()


def first_options(duration_ns: int) -> ChartOptions:
    """Return the options of the chart for a recording of this length: single trades, or bars."""
    if duration_ns <= _MAX_TICKS_NS:
        return ChartOptions()
    return ChartOptions(kind="candles", timeframe="1s" if duration_ns <= _MAX_SECONDS_NS else "1m")
