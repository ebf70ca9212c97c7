"""The columns that the user has chosen, and which of them are visible with the data that the feeds provide."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from ticker_gui.watchlist.columns import COLUMN_INDEX, DEFAULT_COLUMNS

# Files contain these although the user has not chosen them: today's defaults, and those of older versions.
OLD_DEFAULT_COLUMNS: Final = (
    "symbol", "feed", "last", "change", "change_percent", "line", "bid", "ask", "volume", "age",
)  # fmt: skip
_DEFAULTS: Final = (
    DEFAULT_COLUMNS,
    ("symbol", "feed", "last", "change_percent", "line", "volume", "age"),
    OLD_DEFAULT_COLUMNS,
)


_ALWAYS_VISIBLE: Final = ("symbol", "last", "age")
_LEFT_OUT_FIRST: Final = ("range", "feed")


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
        if chosen in _DEFAULTS:
            return cls()
        return cls(chosen, frozenset(chosen).difference(OLD_DEFAULT_COLUMNS))

    @classmethod
    def of_file(cls, keys: tuple[str, ...], explicit: frozenset[str] | None) -> ColumnChoice:
        """Return the choice in a file; files of older versions do not say which columns the user has checked."""
        return cls.of_keys(keys) if explicit is None or (not explicit and keys in _DEFAULTS) else cls(keys, explicit)

    def visible(self, without_data: Collection[str]) -> tuple[str, ...]:
        """Return the columns to show while no feed provides the data of the columns ``without_data``."""
        return tuple(key for key in self.keys if key not in without_data or key in self.explicit)

    def fitting(self, keys: Sequence[str], widths: Mapping[str, int], room: int) -> tuple[str, ...]:
        """Return which of the columns ``keys`` fit into a width: the rightmost ones are left out first.

        The symbol, the last price and the age stay, and so does each column that the user has checked.
        """
        fitting = list(keys)
        candidates = [key for key in keys if key not in _ALWAYS_VISIBLE and key not in self.explicit]
        candidates.sort(key=lambda key: key not in _LEFT_OUT_FIRST, reverse=True)
        while candidates and sum(widths[key] for key in fitting) > room:
            fitting.remove(candidates.pop())
        return tuple(fitting)

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
