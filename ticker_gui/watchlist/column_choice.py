"""The columns that the user has chosen, and which of them are visible with the data that the feeds provide."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

import msgspec

from ticker_gui.watchlist.columns import COLUMN_INDEX, DEFAULT_COLUMNS

# Files of older versions contain these although the user has not chosen them.
OLD_DEFAULT_COLUMNS: Final = (
    "symbol", "feed", "last", "change", "change_percent", "line", "bid", "ask", "volume", "age",
)  # fmt: skip


class ColumnChoice(msgspec.Struct, frozen=True):
    """``keys`` are the chosen columns in order; ``explicit`` are those of them that the user has checked.

    A default column is hidden while no feed provides its data. A column that the user has checked is always visible.
    """

    keys: tuple[str, ...] = DEFAULT_COLUMNS
    explicit: frozenset[str] = frozenset()

    @classmethod
    def of_keys(cls, keys: Iterable[str]) -> ColumnChoice:
        """Return the choice that a file of an older version contains: columns, but not which of them were checked.

        Columns that were not among the defaults must have been checked; exactly the defaults mean no choice.
        """
        chosen = tuple(dict.fromkeys(keys))
        if chosen == OLD_DEFAULT_COLUMNS:
            return cls()
        return cls(chosen, frozenset(chosen).difference(OLD_DEFAULT_COLUMNS))

    def visible(self, without_data: Collection[str]) -> tuple[str, ...]:
        """Return the columns to show while no feed provides the data of the columns ``without_data``."""
        return tuple(key for key in self.keys if key not in without_data or key in self.explicit)

    def toggled(self, key: str, without_data: Collection[str]) -> ColumnChoice:
        """Return the choice after the user has switched one column on or off; a new one is at its usual place."""
        order, checked = list(self.keys), set(self.visible(without_data)) ^ {key}
        if key not in order:
            after = (at for at, other in enumerate(order) if at and COLUMN_INDEX[other] > COLUMN_INDEX[key])
            order.insert(next(after, len(order)), key)
        return self.changed(order, checked, without_data)

    def changed(self, order: Iterable[str], checked: Collection[str], without_data: Collection[str]) -> ColumnChoice:
        """Return the choice after the user has reordered all columns or checked others.

        Columns that are hidden for lack of data stay chosen, so that they appear when a feed provides it.
        """
        visible = self.visible(without_data)
        hidden = set(self.keys).difference(visible)
        newly_checked = set(checked).difference(visible)
        return ColumnChoice(
            tuple(key for key in order if key in checked or key in hidden),
            frozenset(self.explicit | newly_checked).intersection(checked),
        )
