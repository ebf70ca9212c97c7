"""The table model over the ring of frames: one change per frame of the window, texts only for visible rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ticker_gui.console.frame_list import FrameFilter, FrameList
from ticker_gui.console.frame_ring import FrameEntry
from ticker_gui.console.frame_text import delta_text, first_line
from ticker_gui.console.traffic import ConsoleTraffic
from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.sanitize import sanitize_text

DIRECTION, TIME, AFTER, BYTES, TYPE, FEED, LINE = range(7)
TITLES: Final = ("", "Time", "After", "Bytes", "Type", "Feed", "Message")
NUMBERS: Final = (AFTER, BYTES)  # right-aligned

_Index: TypeAlias = QModelIndex | QPersistentModelIndex
_NO_INDEX: Final = QModelIndex()
_ROLE: Final = Qt.ItemDataRole
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_SLICE_S: Final = 0.001  # of a search in a frame of the window
_WORDS: Final = {"in": "Received", "out": "Sent"}


class FrameModel(QAbstractTableModel):
    """The selected frames, the newest last."""

    def __init__(self, traffic: ConsoleTraffic, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.traffic: Final = traffic
        self.frames: Final = FrameList(traffic.ring)
        self._found: list[int] = []  # by `search`, to be added by `refresh`

    def search(self) -> None:
        """Examine some more frames, between two frames of the window; `refresh` adds those that match."""
        self._found.extend(self.frames.scan())

    def refresh(self) -> tuple[int, int]:
        """Remove rows whose frames were dropped, and add those of new frames; return how many of each."""
        frames, removed = self.frames, 0
        while (rows := frames.next_dropped()) is not None:
            self.beginRemoveRows(_NO_INDEX, rows.start, rows.stop - 1)
            frames.remove(rows)
            self.endRemoveRows()
            removed += len(rows)
        found: Sequence[int] = frames.scan(_SLICE_S)
        if self._found:
            ring, earlier, self._found = self.traffic.ring, self._found, []
            found = [*(number for number in earlier if number in ring), *found]
        if found:
            self.beginInsertRows(_NO_INDEX, len(frames), len(frames) + len(found) - 1)
            frames.extend(found)
            self.endInsertRows()
        return removed, len(found)

    def set_filter(self, selected: FrameFilter) -> None:
        """Show other frames; they are found by the next calls of `search` and `refresh`."""
        self.beginResetModel()
        self.frames.set_filter(selected)
        self._found = []
        self.endResetModel()

    def clear(self) -> None:
        """Forget all frames."""
        self.beginResetModel()
        self.traffic.clear()
        self.frames.restart()
        self._found = []
        self.frames.set_paused(self.frames.is_paused)
        self.endResetModel()

    def entry(self, row: int) -> FrameEntry | None:
        """Return the frame of a row; None if it was dropped since the last refresh."""
        return self.traffic.ring.get(self.frames[row])

    def entries(self, rows: Sequence[int]) -> list[FrameEntry]:
        """Return the frames of rows that are still held."""
        return [entry for row in rows if (entry := self.entry(row)) is not None]

    def rowCount(self, parent: _Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.frames)

    def columnCount(self, parent: _Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == _ROLE.TextAlignmentRole:
            return _RIGHT if section in NUMBERS else _LEFT
        if role == _ROLE.AccessibleTextRole and section == DIRECTION:
            return "Direction"
        return TITLES[section] if role == _ROLE.DisplayRole else None

    def data(self, index: _Index, role: int = _ROLE.DisplayRole) -> Any:
        if role == _ROLE.TextAlignmentRole:
            return _RIGHT if index.column() in NUMBERS else _LEFT
        if role not in (_ROLE.DisplayRole, _ROLE.AccessibleTextRole) or not 0 <= index.row() < len(self.frames):
            return None
        entry = self.entry(index.row())
        if entry is None:
            return ""
        if index.column() == DIRECTION:
            return _WORDS[entry.frame.direction] if role == _ROLE.AccessibleTextRole else ""
        return self.text(index.row(), index.column(), entry)

    def text(self, row: int, column: int, entry: FrameEntry) -> str:
        """Return the text of a cell."""
        match column:
            case 1:
                return time_text(entry.frame.time_ns)
            case 2:
                before = self.entry(row - 1) if row else None
                return "" if before is None else delta_text(entry.frame.time_ns - before.frame.time_ns)
            case 3:
                return f"{len(entry.frame.payload):,}"
            case 4:
                return entry.type
            case 5:
                return sanitize_text(entry.feed, 40)
            case 6:
                return first_line(entry.frame.payload)
        return ""

    def is_rejected(self, entry: FrameEntry) -> bool:
        """Return whether a frame was rejected."""
        return bool(self.traffic.rejections.reason(entry.feed, entry.frame))


def time_text(time_ns: int) -> str:
    """Return a time as local time with milliseconds."""
    seconds, rest = divmod(time_ns, 1_000_000_000)
    return f"{local_time(seconds, None):%H:%M:%S}.{rest // 1_000_000:03}"
