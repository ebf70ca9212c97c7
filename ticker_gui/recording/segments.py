"""The files of the rolling recording: short segments of which the oldest are deleted."""

from __future__ import annotations

import logging
import os
import re
import stat
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from ticker_gui.recording.format import RUN, SUFFIX

_LOG: Final = logging.getLogger(__name__)
_NAME: Final = re.compile(rf"rolling-(\d+)-([0-9a-f]+)-(\d+){re.escape(SUFFIX)}")
ABANDONED_S: Final = 86_400.0  # after which segments of other runs are deleted: they have ended


class Segment(NamedTuple):
    """A segment of a run of the program, and when it was last written to, in seconds since the epoch."""

    path: Path
    run: str
    number: int
    written_s: float
    size: int

    @property
    def is_own(self) -> bool:
        """Whether this run of the program has written it."""
        return self.run == RUN


def segment_path(folder: Path, number: int) -> Path:
    """Return the path of a new segment of this run; no other run uses it."""
    return folder / f"rolling-{os.getpid()}-{RUN}-{number:06d}{SUFFIX}"


def list_segments(folder: Path) -> list[Segment]:
    """Return all segments in a folder, those of each run in their order; none if it cannot be read."""
    try:
        paths = list(folder.iterdir())
    except OSError as error:
        _LOG.info("The rolling recording in %s cannot be read: %s", folder, error)
        return []
    found = [segment for path in paths if (segment := _read_segment(path)) is not None]
    began: dict[str, float] = {}
    for one in found:
        began[one.run] = min(one.written_s, began.get(one.run, one.written_s))
    return sorted(found, key=lambda one: (began[one.run], one.run, one.number))


def _read_segment(path: Path) -> Segment | None:
    """Return a segment; ``None`` if it is another file, or another program has just deleted it."""
    name = _NAME.fullmatch(path.name)
    if name is None:
        return None
    try:
        status = path.stat()
    except OSError:
        return None
    is_file = stat.S_ISREG(status.st_mode)
    return Segment(path, name[2], int(name[3]), status.st_mtime, status.st_size) if is_file else None


def expired(segments: Sequence[Segment], now_s: float, max_age_s: float, max_bytes: int) -> list[Segment]:
    """Return the segments to delete: own ones that are too old or take too much space, and abandoned ones of others.

    The newest own segment is being written and never deleted.
    """
    own = [one for one in segments if one.is_own][:-1]
    total = sum(one.size for one in segments if one.is_own)
    old: list[Segment] = []
    for one in own:
        if one.written_s < now_s - max_age_s or total > max_bytes:
            old.append(one)
            total -= one.size
    return old + [one for one in segments if not one.is_own and one.written_s < now_s - ABANDONED_S]


def delete(segments: Sequence[Segment]) -> None:
    """Delete segments; those that cannot be deleted stay until the next time."""
    for one in segments:
        try:
            one.path.unlink(missing_ok=True)
        except OSError as error:
            _LOG.info("%s cannot be deleted: %s", one.path, error)


def recent_segments(folder: Path, max_age_s: float, now_s: float | None = None) -> list[Path]:
    """Return the segments of this run that were written to within some seconds.

    If it has none, return those of the run that wrote last, which may have crashed, whatever their age.
    """
    since_s = (time.time() if now_s is None else now_s) - max_age_s
    segments = list_segments(folder)
    own = [one.path for one in segments if one.is_own and one.written_s >= since_s]
    last = max(segments, key=lambda one: one.written_s, default=None)
    return own or [one.path for one in segments if last is not None and one.run == last.run]
