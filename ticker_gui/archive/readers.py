"""Reading the file of an archive in threads, and replacing the file while none of them reads it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from ticker_gui.archive.database import check_integrity, open_for_reading

P = ParamSpec("P")
T = TypeVar("T")


class Readers:
    """The threads of a program that read a file, each with its own connection.

    SQLite finds the log of a database by its name. A connection to a file that was deleted or renamed meanwhile would
    read and delete the log of the file that has taken its place. So the file is replaced while nobody reads, and
    readers wait until it is.
    """

    def __init__(self, path: Path) -> None:
        self._path: Final = path
        self._reading = 0
        self._is_replacing = False
        self._changed: Final = threading.Condition()

    def read(
        self,
        default: T,
        read: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Read in this thread; return the default if there is nothing that can be read.

        Raises:
            sqlite3.Error: the file cannot be read; or an `OSError`.
        """
        with self._reads():
            connection = open_for_reading(self._path)
            if connection is None:
                return default
            with closing(connection):
                return read(connection, *args, **kwargs)

    def check_in_thread(self, on_damage: Callable[[], object]) -> None:
        """Read the whole file in a thread, and call ``on_damage`` in it if the file is damaged."""

        def check() -> None:
            with self._reads():
                is_intact = check_integrity(self._path)
            if not is_intact:
                on_damage()

        threading.Thread(target=check, name="archive check", daemon=True).start()

    @contextmanager
    def _reads(self) -> Iterator[None]:
        with self._changed:
            while self._is_replacing:
                self._changed.wait()
            self._reading += 1
        try:
            yield
        finally:
            with self._changed:
                self._reading -= 1
                self._changed.notify_all()

    @contextmanager
    def replacing(self) -> Iterator[None]:
        """Create or rename the file in this block, in one thread at a time."""
        with self._changed:
            self._is_replacing = True
            while self._reading:
                self._changed.wait()
        try:
            yield
        finally:
            with self._changed:
                self._is_replacing = False
                self._changed.notify_all()
