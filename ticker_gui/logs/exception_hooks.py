"""Counts and logs uncaught exceptions in Qt slots, threads, finalizers and the event loop."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final, TypeVar

from ticker_gui.logs.internal_errors import ENDS_PROGRAM, InternalErrors

T = TypeVar("T")

_LOG: Final = logging.getLogger(__name__)


@contextmanager
def exception_hooks(errors: InternalErrors) -> Iterator[None]:
    """Count and log uncaught exceptions of this process until the block is left."""

    def uncaught(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        if isinstance(error, ENDS_PROGRAM):
            sys.__excepthook__(kind, error, traceback)
        else:
            errors.note(error, "handling an event")

    def in_thread(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None and not isinstance(arguments.exc_value, ENDS_PROGRAM):
            errors.note(arguments.exc_value, f"running the thread {arguments.thread and arguments.thread.name}")

    def unraisable(arguments: Any) -> None:
        if arguments.exc_value is not None:
            errors.note(arguments.exc_value, "releasing an object")

    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    sys.excepthook, threading.excepthook, sys.unraisablehook = uncaught, in_thread, unraisable
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook, sys.unraisablehook = before


async def with_exception_handler(main: Awaitable[T], errors: InternalErrors) -> T:
    """Run the main coroutine; count and log uncaught exceptions in tasks and callbacks of its loop."""

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            errors.note(error, "running the event loop")
        else:
            _LOG.error("Event loop: %s", context.get("message"))

    asyncio.get_running_loop().set_exception_handler(handle)
    return await main
