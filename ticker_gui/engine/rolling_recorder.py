"""The rolling recording: the last minutes of all feeds, on disk, for a report of a problem."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final, TypeVar

from ticker_gui.config.settings import RecordingSettings
from ticker_gui.engine.recorder import Recorder, add_to
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.recording.format import Line, RecordingError
from ticker_gui.recording.line_encoder import FrameBatch, RecordedResponse
from ticker_gui.recording.segments import delete, expired, list_segments, segment_path
from ticker_gui.recording.writing import RecordingWriter

T = TypeVar("T")

_LOG: Final = logging.getLogger(__name__)
_SEGMENT_S: Final = 60.0
_RETRY_S: Final = 60.0  # after a failure, such as a full disk
_CHECK_S: Final = 1.0
_MIN_SEGMENTS: Final = 10  # into which the allowed space is divided


class RollingRecorder:
    """Records the last minutes in segments of a minute each; the oldest are deleted.

    ``folder`` is where the segments are; nothing is recorded without one, or if the settings turn it off. Several
    programs may use the same folder. Failures are logged, and tried again after a minute; unexpected exceptions are
    counted in ``errors``.
    """

    def __init__(
        self,
        recorder: Recorder,
        folder: Path | None,
        settings: RecordingSettings,
        errors: InternalErrors | None = None,
    ) -> None:
        self.folder: Final = folder
        self.settings = settings
        self.held: frozenset[Path] = frozenset()  # segments that are not deleted, because they are about to be saved
        self._recorder: Final = recorder
        self._writer: RecordingWriter | None = None
        self._opened: RecordingWriter | None = None  # the newest, perhaps not yet in use
        self._number = 0
        self._errors: Final = errors or InternalErrors("the rolling recording")

    @property
    def is_on(self) -> bool:
        """Whether there is a folder, and the settings do not turn it off."""
        return self.folder is not None and self.settings.rolling_minutes > 0 and self.settings.rolling_megabytes > 0

    async def run(self) -> None:
        """Record until cancelled; then the segments of this run are deleted."""
        self._recorder.add_sink(self)  # also if it is off: other recordings need the beginnings of the connections
        try:
            if self.folder is None or not self.is_on:
                await asyncio.Event().wait()
            while self.folder is not None:
                with self._errors.contained("rolling the recording"):
                    await self._record_segment(self.folder)
                    continue
                await asyncio.sleep(_RETRY_S)
        finally:
            self._recorder.remove_sink(self)
            if self.folder is not None and self.is_on:
                await asyncio.shield(asyncio.to_thread(self._finish, self.folder))

    async def _record_segment(self, folder: Path) -> None:
        """Begin a new segment, close the one before, delete the oldest, and wait until the segment is complete."""
        try:
            new = await _completed(asyncio.to_thread(self._open, folder))
        except (RecordingError, OSError) as error:
            _LOG.info("The last minutes are not recorded: %s", error)
            await asyncio.sleep(_RETRY_S)
            return
        old, self._writer = self._writer, new
        for item in self._recorder.beginning():
            add_to(new, item)
        if old is not None:
            await asyncio.to_thread(old.close)
        await asyncio.to_thread(self._delete_expired, folder)
        max_bytes = (self.settings.rolling_megabytes << 20) // _MIN_SEGMENTS
        for _ in range(round(_SEGMENT_S / _CHECK_S)):
            await asyncio.sleep(_CHECK_S)
            if not new.is_open:
                await asyncio.sleep(_RETRY_S)
            if not new.is_open or new.written_bytes >= max_bytes:
                return

    async def flush(self) -> None:
        """Wait until everything that was received so far can be read from the segments."""
        for writer in {self._writer, self._opened}:  # the file of one that is not in use yet is empty otherwise
            if writer is not None:
                await asyncio.to_thread(writer.flush)

    def _open(self, folder: Path) -> RecordingWriter:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._number += 1
        path, header = segment_path(folder, self._number), self._recorder.header()
        self._opened = RecordingWriter(path, header, errors=self._errors)
        return self._opened

    def _delete_expired(self, folder: Path) -> None:
        max_age_s = self.settings.rolling_minutes * 60.0
        segments = expired(list_segments(folder), time.time(), max_age_s, self.settings.rolling_megabytes << 20)
        delete([one for one in segments if one.path not in self.held])

    def _finish(self, folder: Path) -> None:
        for writer in {self._writer, self._opened}:
            if writer is not None:
                writer.close()
        delete([segment for segment in list_segments(folder) if segment.is_own])

    # What the recorder calls

    def add_frames(self, batch: FrameBatch) -> None:
        """Record frames."""
        if self._writer is not None:
            self._writer.add_frames(batch)

    def add_http(self, response: RecordedResponse) -> None:
        """Record the response to a request."""
        if self._writer is not None:
            self._writer.add_http(response)

    def add(self, line: Line) -> None:
        """Record any other line."""
        if self._writer is not None:
            self._writer.add(line)


async def _completed(work: Coroutine[Any, Any, T]) -> T:
    """Return the result of work that a cancellation does not interrupt; it is cancelled when the work is done."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait((task,))
        raise
