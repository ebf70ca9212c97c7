"""Counts unexpected exceptions by kind, and logs a traceback once per kind.

An internal error is a bug in this program or in a library. It is contained where it happens (a frame, a feed, a
background task), so that the rest of the program keeps running. This module ensures that none is lost.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, TypeVar

T = TypeVar("T")

_LOG: Final = logging.getLogger(__name__)
_PACKAGE: Final = f"{Path(__file__).parent.parent}{os.sep}"
_MAX_KINDS: Final = 50
_OTHER: Final = "other kinds"

# The only exceptions that are meant to end the program. Any other one is an internal error, `Exception` or not.
ENDS_PROGRAM: Final = (KeyboardInterrupt, SystemExit)


class InternalErrors:
    """The unexpected exceptions of one owner, such as a feed.

    ``kinds`` maps each kind (the type of the exception and the location that raised it) to its count. `note` never
    raises and costs a few microseconds for a known kind, so it may be called for every frame.
    """

    def __init__(self, owner: str) -> None:
        self.owner: Final = owner
        self.count = 0
        self.kinds: dict[str, int] = {}

    def note(self, error: BaseException, doing: str) -> None:
        """Count an unexpected exception; ``doing`` describes the operation, as in "decoding a frame"."""
        kind = f"{type(error).__name__} at {_location(error.__traceback__)}, {doing}"
        if kind not in self.kinds and len(self.kinds) >= _MAX_KINDS:
            kind = _OTHER
        times = self.kinds[kind] = self.kinds.get(kind, 0) + 1
        self.count += 1
        if times == 1:
            _LOG.error("Internal error in %s: %s", self.owner, kind, exc_info=error)
        elif _is_power_of_ten(times):
            _LOG.warning("Internal error in %s: %s: %d times", self.owner, kind, times)

    @contextmanager
    def contained(self, doing: str) -> Iterator[None]:
        """Count an exception of the block instead of raising it; a cancelled task still ends."""
        try:
            yield
        # A bug may raise anything. Not `BaseException` as in `guard`: a cancellation, and the end of a coroutine that
        # is closed, have to leave the block.
        except Exception as error:
            self.note(error, doing)

    def guard(self, step: Callable[[], object], doing: str) -> None:
        """Call a function; count an exception instead of raising it, so that the caller continues."""
        try:
            step()
        except ENDS_PROGRAM:
            raise
        except BaseException as error:
            self.note(error, doing)


def as_exception(function: Callable[[], T]) -> T:
    """Call a function; anything it raises becomes an `Exception`, unless it is meant to end the program.

    Otherwise, a `GeneratorExit` or `CancelledError` that a bug raises would end the coroutine and its task, and a
    `StopIteration` of a thread would be lost, so that its result is awaited forever.
    """
    try:
        return function()
    except BaseException as error:
        if isinstance(error, (Exception, *ENDS_PROGRAM)) and not isinstance(error, StopIteration):
            raise
        raise RuntimeError(f"{type(error).__name__} was raised: {error!r}") from error


async def in_thread(function: Callable[[], T]) -> T:
    """Call a function in a thread, as `as_exception` does, and return its result."""
    return await asyncio.to_thread(as_exception, function)


def _location(traceback: TracebackType | None) -> str:
    """Return the innermost line of this program in a traceback, or the innermost line if none is of this program."""
    file, line, is_ours = "an unknown location", 0, False
    while traceback is not None:
        name = traceback.tb_frame.f_code.co_filename
        if name.startswith(_PACKAGE) or not is_ours:
            file, line, is_ours = name, traceback.tb_lineno, name.startswith(_PACKAGE)
        traceback = traceback.tb_next
    return f"{file.removeprefix(_PACKAGE)}:{line}"


def _is_power_of_ten(number: int) -> bool:
    while number % 10 == 0:
        number //= 10
    return number == 1
