"""Sets up logging and the handling of uncaught exceptions for the run of a command."""

from __future__ import annotations

import logging
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from ticker_gui import __version__
from ticker_gui.domain.errors import TickerError
from ticker_gui.formatting.file_errors import describe_write_error
from ticker_gui.logs.exception_hooks import exception_hooks
from ticker_gui.logs.internal_errors import ENDS_PROGRAM, InternalErrors
from ticker_gui.logs.log_file import LogFile
from ticker_gui.logs.log_redaction import KNOWN_SECRETS

LEVELS: Final = ("debug", "info", "warning", "error")
_LOG: Final = logging.getLogger(__name__)


class Logs(NamedTuple):
    """The internal errors outside feeds, and the path of the log file, if there is one."""

    errors: InternalErrors
    file: Path | None = None


@contextmanager
def set_up_logging(path: Path | None, level: str, report: Callable[[str], object]) -> Iterator[Logs]:
    """Log to a file, if a path is given, and errors in one line each to stderr, until the block is left.

    If the file cannot be written, ``report`` is called with a text for the user and the program runs without it.

    Raises:
        TickerError: the block raised an unexpected exception, which has been logged.
    """
    errors = InternalErrors("the program")
    file = _open(path, level, report)
    handlers: list[logging.Handler] = [handler for handler in (file, _console(file)) if handler is not None]
    # At DEBUG, websockets would log API keys: in the query of the URL, in headers and in messages.
    levels = {"ticker_gui": getattr(logging, level.upper()), "websockets": logging.INFO}
    before = {name: logging.getLogger(name).level for name in levels}
    _set_levels(levels)
    for handler in handlers:
        logging.getLogger().addHandler(handler)
    try:
        with exception_hooks(errors):
            _LOG.info("Ticker GUI %s, Python %s, %s", __version__, platform.python_version(), platform.platform())
            yield Logs(errors, None if file is None else file.path)
    except (TickerError, *ENDS_PROGRAM):
        raise
    except BaseException as error:
        errors.note(error, "running the program")
        raise TickerError(f"The program ended because of an internal error: {type(error).__name__}.") from error
    finally:
        for handler in handlers:
            logging.getLogger().removeHandler(handler)
            handler.close()
        _set_levels(before)


def _set_levels(levels: dict[str, int]) -> None:
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def _open(path: Path | None, level: str, report: Callable[[str], object]) -> LogFile | None:
    if path is None:
        return None
    try:
        return LogFile(path.expanduser().absolute(), getattr(logging, level.upper()))
    except (OSError, ValueError, RuntimeError) as error:  # an unknown home folder, or a NUL character in the path
        reason = describe_write_error(error, path) if isinstance(error, OSError) else str(error).rstrip(".")
        report(f"Could not write the log file {path}: {reason}. Nothing is logged.")
        return None


def _console(file: LogFile | None) -> logging.Handler | None:
    """Return a handler that writes errors to stderr, with tracebacks only if there is no log file."""
    if sys.stderr is None:
        return None
    console = _Console(sys.stderr)
    console.setLevel(logging.ERROR)
    console.setFormatter(_ConsoleFormatter(None if file is None else file.path))
    return console


class _Console(logging.StreamHandler):  # type: ignore[type-arg]
    def handleError(self, record: logging.LogRecord) -> None:
        """Skip records that cannot be written: stderr has no reader any more."""


class _ConsoleFormatter(logging.Formatter):
    def __init__(self, file: Path | None) -> None:
        super().__init__("ticker-gui: %(message)s")
        self._file = file

    def format(self, record: logging.LogRecord) -> str:
        if self._file is None:
            return KNOWN_SECRETS.redact(super().format(record))
        details = f". Details are in {self._file}." if record.exc_info else ""
        return KNOWN_SECRETS.redact(f"ticker-gui: {record.getMessage()}{details}")
