"""Work for the writing thread of the archive whose result another thread awaits."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, NamedTuple

from ticker_gui.archive.writing import ArchiveWriter
from ticker_gui.logs.internal_errors import as_exception


class NotAvailableError(Exception):
    """The file cannot be used; the reason has been reported."""


class Request(NamedTuple):
    """Work to do after what was handed to the thread before; ``done`` receives the result, or the error."""

    work: Callable[[ArchiveWriter], Any]
    done: Future[Any]

    def answer(self, writer: ArchiveWriter | None) -> None:
        """Do the work, unless it is no longer awaited. Whatever it raises is raised where the result is awaited."""
        if not self.done.set_running_or_notify_cancel():
            return
        try:
            if writer is None:
                raise NotAvailableError
            self.done.set_result(as_exception(partial(self.work, writer)))
        except Exception as error:  # a bug may raise anything: the waiting side reports it, and the thread continues
            self.done.set_exception(error)
