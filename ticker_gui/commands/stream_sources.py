"""Where ``stream`` gets its data from: the feeds, which may be recorded meanwhile, or a recording."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ticker_gui.config.settings import Settings
from ticker_gui.domain.errors import SettingsError
from ticker_gui.engine.engine import Engine
from ticker_gui.engine.recorder import Recorder
from ticker_gui.engine.replay import open_replay
from ticker_gui.engine.replay_player import ReplayPlayer
from ticker_gui.market.limits import Limits
from ticker_gui.process.console import print_error
from ticker_gui.recording.format import RecordingError
from ticker_gui.recording.writing import RecordingWriter


class LiveSource:
    """The feeds of the settings, and the recording of them if ``record`` is given.

    With ``backfills``, trades that were missed while a feed was disconnected are requested.

    Raises:
        SettingsError: the recording cannot be written.
    """

    def __init__(self, settings: Settings, record: Path | None, *, backfills: bool = False) -> None:
        self.engine: Final = Engine(settings.feeds, settings.limits, backfills=backfills)
        self._recorder: Final = Recorder(self.engine)
        self._writer: RecordingWriter | None = None
        if record is not None:
            try:
                self._writer = RecordingWriter(record, self._recorder.header(), print_error)
            except RecordingError as error:
                raise SettingsError(str(error)) from error
            self._recorder.add_sink(self._writer)

    async def run(self, may_continue: Callable[[], bool]) -> None:
        """Run the feeds until cancelled; they never wait for the output."""
        await self.engine.run()

    async def close(self) -> None:
        """Write the rest of the recording."""
        if self._writer is not None:
            self._recorder.remove_sink(self._writer)
            await asyncio.to_thread(self._writer.close)


class RecordedSource:
    """A recording that is played.

    Raises:
        SettingsError: it cannot be read.
    """

    def __init__(self, path: Path, speed: float, limits: Limits) -> None:
        self._replay: Final = open_replay(path, limits)
        self.engine: Final = self._replay.engine
        self._speed: Final = speed
        self._player: ReplayPlayer | None = None

    async def run(self, may_continue: Callable[[], bool]) -> None:
        """Play until the end. It waits while the output is slow."""
        self._player = ReplayPlayer(self._replay, self._speed)
        self._player.may_continue = may_continue
        self._player.resume()
        await self._player.wait_until_end()

    async def close(self) -> None:
        """End the replay, and report what could not be read."""
        if self._player is not None:
            await self._player.close()
        if problems := self._replay.recording.problems.describe():
            print_error(problems)
