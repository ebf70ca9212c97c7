"""The file of the lists, which other programs and other computers may change at the same time."""

from __future__ import annotations

import logging
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from ticker_gui.config.state_files import StateFile, back_up_corrupt
from ticker_gui.watchlist.lists import ListEntry, ListsError
from ticker_gui.watchlist.saved_lists import KnownVersions, SavedLists

_LOCK_TIMEOUT_S: Final = 2.0
_RETRY_S: Final = 0.05
_LOG: Final = logging.getLogger(__name__)


class ListsFile(StateFile[SavedLists]):
    """The file of the lists. Changes that another program has saved are merged, never overwritten."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, SavedLists)
        self._versions = KnownVersions(secrets.token_hex(4))
        self._last = SavedLists()  # read or written by this run
        self._signature: tuple[int, ...] = ()
        self._own = _own_parts(self._last)

    @property
    def is_changed(self) -> bool:
        """Whether the file differs from the one that this run read or wrote last."""
        return self.read_signature() not in ((), self._signature)

    def read(self) -> SavedLists:
        """Return the lists in the file, or the defaults if there is no valid file."""
        signature = self.read_signature()
        self._record(super().read(), signature)
        self._own = _own_parts(self._last)
        return self._last

    def merge_and_write(self, ours: SavedLists) -> SavedLists:
        """Save our lists with the changes that others have saved since; return the saved lists.

        If saving fails, `failure` is set, and our lists are returned.
        """
        if self.is_newer:
            return ours
        try:
            with folder_locked(self.path.parent):
                return self._merge_and_write(ours)
        except TimeoutError:
            self.failure = f"Could not save {self.path.name}: another program is saving in the same folder."
        except OSError as error:
            self.fail(error)
        return ours

    def _merge_and_write(self, ours: SavedLists) -> SavedLists:
        merged = ours
        if self.is_changed:
            signature = self.read_signature()
            theirs = self._read_theirs(ours)
            if self.is_newer or theirs is None:
                return ours
            merged = self._merge(ours, theirs)
            self._record(theirs, signature)
        is_same = merged.lists == self._last.lists and _own_parts(merged) == self._own
        if is_same and (self.read_signature() or merged.lists is None):  # a file that was deleted is written again
            self.failure = ""
            return merged
        numbered = self._versions.numbered(merged)
        self.write(numbered)
        if not self.failure:
            self._record(numbered, self.read_signature())
            self._own = _own_parts(merged)
        return merged

    def _read_theirs(self, ours: SavedLists) -> SavedLists | None:
        """Return the lists in a file that another program has changed; None to leave the file as it is.

        An invalid file may be in the middle of an edit, so that it is only replaced by a change of ours, and kept.
        """
        try:
            return self.decode_file()
        except FileNotFoundError:
            return self._last
        except (OSError, ValueError, RecursionError, msgspec.MsgspecError) as error:
            _LOG.info("%s cannot be read: %s", self.path, error)
        if ours.lists == self._last.lists:
            return None
        self.notice = back_up_corrupt(self.path)
        return self._last

    def _merge(self, ours: SavedLists, theirs: SavedLists) -> SavedLists:
        try:
            return self._versions.merge(ours, theirs)
        except ListsError as error:
            back_up_corrupt(self.path)
            self.notice = f"{error.for_user} The other lists were renamed to {self.path.name}.bad."
            return ours

    def _record(self, state: SavedLists, signature: tuple[int, ...]) -> None:
        self._last, self._signature = state, signature
        self._versions.record(state)


def _own_parts(state: SavedLists) -> tuple[str, tuple[ListEntry, ...]]:
    """Return what each program decides for itself: the active list and the symbols of its settings.

    Two programs would overwrite each other's forever.
    """
    names = [named.name for named in state.lists.lists] if state.lists is not None else []
    return (names[state.shown] if 0 <= state.shown < len(names) else "", state.settings)


@contextmanager
def folder_locked(folder: Path) -> Iterator[None]:
    """Keep other runs of the program from saving in a folder; a crash releases the lock.

    Raises:
        TimeoutError: another one is saving for too long.
        OSError: the folder cannot be used.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform == "win32":  # a folder cannot be locked there
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    deadline = time.monotonic() + _LOCK_TIMEOUT_S
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise TimeoutError from None
                time.sleep(_RETRY_S)
            except OSError as error:  # some network file systems have no locks for folders
                _LOG.debug("%s cannot be locked: %s", folder, error)
                break
            else:
                break
        yield
    finally:
        os.close(handle)
