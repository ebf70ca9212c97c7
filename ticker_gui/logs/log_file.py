"""The log file: written by a thread, rotated, redacted, readable by its owner only.

Logging never blocks or raises: records that cannot be written are skipped and counted.
"""

from __future__ import annotations

import errno
import logging
import os
import queue
import re
import stat
import time
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from typing import Final

import platformdirs

from ticker_gui.logs.log_redaction import KNOWN_SECRETS

MAX_BYTES: Final = 1 << 20
FILES: Final = 3
_MAX_QUEUED: Final = 1000
_FLUSH_S: Final = 1.0
_ROTATION_RETRY_S: Final = 60.0
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def default_log_file() -> Path:
    """Return the path of the log: from ``TICKER_GUI_LOG_FILE``, or in the platform's folder for logs."""
    if path := os.environ.get("TICKER_GUI_LOG_FILE"):
        return Path(path)
    return Path(platformdirs.user_log_dir("ticker-gui", appauthor=False)) / "ticker-gui.log"


class LogFormatter(logging.Formatter):
    """Formats records: times in UTC, secrets redacted, control characters replaced.

    Further lines, such as those of a traceback, are indented, so that no message can imitate another record.
    """

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        """Return the text of a record, with further lines indented."""
        text = KNOWN_SECRETS.redact(super().format(record))
        return "\n    ".join(_INVISIBLE.sub("�", line) for line in text.splitlines())


class LogFile(QueueHandler):
    """A handler that passes formatted records to the thread that writes the file.

    Raises:
        OSError: the file cannot be written.
    """

    def __init__(self, path: Path, level: int) -> None:
        self._file = _RotatingFile(path)
        self._queue: queue.Queue[logging.LogRecord | None] = queue.Queue(_MAX_QUEUED)
        super().__init__(self._queue)
        self.path = path
        self.lost = 0
        self.setLevel(level)
        self.setFormatter(LogFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self._writer = _Writer(self._queue, self._file)
        self._writer.start()

    def enqueue(self, record: logging.LogRecord) -> None:
        """Pass a record to the writer; called by `emit`. After a fatal record, wait until it is written."""
        try:
            self._queue.put_nowait(record)
        except queue.Full:
            self.lost += 1
            return
        if self.lost:
            lost, self.lost = self.lost, 0
            message = f"{lost:,} record{'s were' if lost != 1 else ' was'} lost."
            self.emit(logging.LogRecord(__name__, logging.WARNING, "", 0, message, None, None))
        if getattr(record, "is_fatal", False):
            self.wait_until_written()

    def handleError(self, record: logging.LogRecord) -> None:
        """Skip and count a record that cannot be formatted."""
        self.lost += 1

    def wait_until_written(self) -> None:
        """Wait until all records are written, for at most a second."""
        until = time.monotonic() + _FLUSH_S
        while self._queue.unfinished_tasks and time.monotonic() < until:
            time.sleep(0.01)

    def close(self) -> None:
        """Write the remaining records, within a second, and close the file."""
        self._writer.end(_FLUSH_S)
        super().close()


class _Writer(QueueListener):
    """The thread that writes the file; a daemon, because a hanging disk must not prevent the program from ending."""

    def __init__(self, records: queue.Queue[logging.LogRecord | None], file: _RotatingFile) -> None:
        super().__init__(records, file)
        self._file = file

    def end(self, timeout_s: float) -> None:
        thread, self._thread = self._thread, None
        if thread is None:
            return
        with suppress(queue.Full):
            self.enqueue_sentinel()
        thread.join(timeout_s)
        if not thread.is_alive():
            self._file.close()


class _RotatingFile(RotatingFileHandler):
    """The file. Other processes may write to it, rotate it or remove it at any time."""

    def __init__(self, path: Path) -> None:
        if os.path.exists(path) and not os.path.isfile(path):
            raise OSError(errno.EINVAL, "it is not a regular file", str(path))
        self._rotate_after = 0.0
        super().__init__(path, maxBytes=MAX_BYTES, backupCount=FILES - 1, encoding="utf-8", errors="backslashreplace")
        self.setFormatter(logging.Formatter("%(message)s"))

    def _open(self) -> TextIOWrapper:
        """Open the file, and restrict its access to its owner."""
        Path(self.baseFilename).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return open(self.baseFilename, "a", encoding=self.encoding, errors=self.errors, opener=_open_private)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; reopen the file if another process has rotated or removed it."""
        try:
            if self.stream is not None and not _is_at(self.stream, self.baseFilename):
                self.stream.close()
                self.stream = self._open()
        except (OSError, ValueError):  # ValueError: the stream is already closed
            self.handleError(record)
        else:
            super().emit(record)

    def shouldRollover(self, record: logging.LogRecord) -> bool:
        """Return whether to rotate the file; after a failed attempt, not before a minute has passed."""
        return time.monotonic() >= self._rotate_after and bool(super().shouldRollover(record))

    def doRollover(self) -> None:
        """Start a new file; if that fails, as on Windows while another process has it open, keep the old one."""
        try:
            super().doRollover()
        except FileNotFoundError:  # another process has rotated it at the same time
            self.stream = self._open()
        except OSError:
            self._rotate_after = time.monotonic() + _ROTATION_RETRY_S
            self.stream = self._open()

    def handleError(self, record: logging.LogRecord) -> None:
        """Skip a record that cannot be written, and reopen the file for the next one."""
        stream, self.stream = self.stream, None
        with suppress(OSError, ValueError):
            if stream is not None:
                stream.close()


def _is_at(stream: TextIOWrapper, path: str) -> bool:
    """Return whether an open file is still the file at this path."""
    try:
        return os.path.samestat(Path(path).stat(), os.fstat(stream.fileno()))
    except FileNotFoundError:
        return False


def _open_private(path: str, flags: int) -> int:
    handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o600)
    if os.name == "posix" and stat.S_ISREG(os.fstat(handle).st_mode):
        with suppress(OSError):  # the file belongs to another user
            os.fchmod(handle, 0o600)
    return handle
