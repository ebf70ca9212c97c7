"""Reports when a file may have changed, also when an editor replaces it by another file of that name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

_SETTLE_MS: Final = 200  # a program may write a file in several steps, and this one also updates its own state


class FileWatch(QObject):
    """Watches a file, which need not exist, and its folder.

    Signals:
        changed: the file, or another file in its folder, has changed.
    """

    changed = Signal()

    def __init__(self, file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._timer = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._timer.timeout.connect(self._report)
        self._watcher: QFileSystemWatcher | None = None

    def start(self) -> None:
        """Start watching."""
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._start_timer)
        self._watcher.directoryChanged.connect(self._start_timer)
        self._add()

    def add_again(self) -> None:
        """Watch the file and its folder if they did not exist before."""
        if self._watcher is not None:
            self._add()

    def stop(self) -> None:
        """Stop watching, and report nothing more."""
        self._timer.stop()
        if self._watcher is not None:
            self._watcher.deleteLater()
            self._watcher = None

    def _start_timer(self, path: str) -> None:
        if self._watcher is not None:  # Qt deletes a watcher a little later, which reports changes until then
            self._timer.start()

    def _report(self) -> None:
        self._add()  # a file that was replaced is no longer watched
        self.changed.emit()

    def _add(self) -> None:
        assert self._watcher is not None
        target = Path(os.path.realpath(self._file))  # another program replaces the target of a symbolic link
        paths = {str(_existing_folder(path)) for path in (self._file, target)}
        if os.path.exists(target):
            paths.add(str(target))
        watched = {*self._watcher.files(), *self._watcher.directories()}
        if missing := paths - watched:
            self._watcher.addPaths(sorted(missing))
        if needless := watched - paths:
            self._watcher.removePaths(sorted(needless))


def _existing_folder(file: Path) -> Path:
    """Return the folder of a file, or the nearest one above it, in which it will appear."""
    return next((folder for folder in file.absolute().parents if os.path.isdir(folder)), file.parent)
