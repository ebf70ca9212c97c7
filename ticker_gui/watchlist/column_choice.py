"""The columns that the user has chosen, and which of them are visible with the data that the feeds provide."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from ticker_gui.watchlist.columns import DEFAULT_COLUMNS


class ColumnChoice(msgspec.Struct, frozen=True):
    """``keys`` are the chosen columns in order; ``explicit`` are those of them that the user has checked.

    A default column is hidden while no feed provides its data. A column that the user has checked is always visible.
    """

    keys: tuple[str, ...] = DEFAULT_COLUMNS
    explicit: frozenset[str] = frozenset()

    @classmethod
    def of_keys(cls, keys: Iterable[str]) -> ColumnChoice:
        """Return the choice of these columns; those that are not among the defaults must have been checked."""
        chosen = tuple(dict.fromkeys(keys))
        return cls(chosen, frozenset(chosen).difference(DEFAULT_COLUMNS))

    def visible(self, without_data: Collection[str]) -> tuple[str, ...]:
        """Return the columns to show while no feed provides the data of the columns ``without_data``."""
        return tuple(key for key in self.keys if key not in without_data or key in self.explicit)

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
