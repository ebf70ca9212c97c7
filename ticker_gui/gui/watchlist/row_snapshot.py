"""The painted content of a row, and which of its columns have to be repainted."""

from __future__ import annotations

import sys
from collections.abc import Set
from typing import Final, NamedTuple

from ticker_gui.gui.watchlist.row_cache import RowCache
from ticker_gui.gui.watchlist.sparkline_cell import SparklineCell
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import COLUMN_INDEX

FLASH_STEPS: Final = 2
NEVER: Final = sys.maxsize  # a time in nanoseconds
_STEP_NS: Final = 200_000_000
_NO_COLUMNS: Final[Set[int]] = frozenset()
_LAST: Final = COLUMN_INDEX["last"]
_DIRECTION_COLUMNS: Final = {COLUMN_INDEX[key] for key in ("last", "change", "change_percent", "line")}


class RowSnapshot:
    """The painted texts of a row, one for each of `COLUMNS`, its sparkline, and the flash of changed digits.

    The flashes of all rows fade at the same times, so that they need few frames.
    """

    __slots__ = (
        "_last_step",
        "changed_from",
        "direction",
        "flash_step",
        "frame",
        "next_step_ns",
        "sparkline",
        "status",
        "texts",
        "tick",
    )

    def __init__(self, reading: RowCache, frame: int = 0) -> None:
        self.frame = frame  # the last frame in which the row was visible
        self.texts = reading.texts
        self.status = reading.status
        self.direction = reading.direction  # of the day's change, None if unknown
        self.tick = reading.state.tick  # direction of the last price change
        self.flash_step = 0  # steps left until the flash has faded; negative after a fall
        self.next_step_ns = NEVER  # when the next step of the flash is due
        self.changed_from = 0  # index of the first changed digit of the last price
        self.sparkline = SparklineCell()
        self._last_step = 0  # the step of time in which the flash has faded

    def changes(self, reading: RowCache, now_ns: int, *, flash_enabled: bool) -> Set[int]:
        """Return the columns to repaint, as `update` does; quickly if there are none, as usual."""
        if (
            reading.texts is self.texts
            and now_ns < self.next_step_ns
            and reading.status is self.status
            and reading.direction == self.direction
        ):
            return _NO_COLUMNS
        return self.update(reading, now_ns, flash_enabled=flash_enabled)

    def update(self, reading: RowCache, now_ns: int, *, flash_enabled: bool) -> set[int]:
        """Update texts and flash; return the columns to repaint."""
        texts, before = reading.texts, self.texts
        changed = set[int]()
        if texts is not before:
            changed.update(column for column, text in enumerate(texts) if text is not before[column])
        self.texts = texts
        status, self.status = self.status, reading.status
        if status.mark is not self.status.mark or status.is_current is not self.status.is_current:
            changed = set(range(len(texts)))
        if reading.direction != self.direction:
            self.direction = reading.direction
            changed |= _DIRECTION_COLUMNS
        if _LAST in changed:
            self.tick = reading.state.tick
            if flash_enabled and self.tick:
                self._last_step = now_ns // _STEP_NS + FLASH_STEPS + 1
                self.changed_from = first_difference_index(texts[_LAST], before[_LAST])
        left = min(FLASH_STEPS, max(0, self._last_step - now_ns // _STEP_NS))
        self.next_step_ns = (self._last_step - left + 1) * _STEP_NS if left else NEVER
        flash_step = self.tick * left
        if flash_step != self.flash_step:
            self.flash_step = flash_step
            changed.add(_LAST)
        return changed

    @property
    def is_current(self) -> bool:
        """Whether the prices are not out of date."""
        return self.status.is_current


class Row(NamedTuple):
    """One row to paint: ``top`` is its y coordinate in the viewport, ``focus`` the column with the focus.

    ``has_fired`` is whether an alert on the symbol has fired and is not acknowledged; ``None`` if there is no alert.
    """

    top: int
    state: SymbolState
    snapshot: RowSnapshot
    is_pinned: bool = False
    is_selected: bool = False
    focus: int | None = None
    has_fired: bool | None = None


def first_difference_index(text: str, before: str) -> int:
    """Return the index of the first character that differs, or 0 if the lengths differ."""
    if len(text) != len(before):
        return 0
    return next((index for index, (new, old) in enumerate(zip(text, before, strict=True)) if new != old), 0)
