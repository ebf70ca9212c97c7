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
# The default columns that a narrow list leaves out, the first one first; all others stay.
LEFT_OUT_ORDER: Final = ("range", "feed", "volume", "line", "change_percent")
# The columns that a wide list adds to the default ones, the first one first.
ADDED_ORDER: Final = ("change", "bid", "ask", "high", "low", "previous_close", "open")
_ALIAS: Final = "alias"  # appears beside the default columns when the user edits the first alias
_RETURN_MARGIN: Final = 4  # pixels beyond the width of a column at which it returns


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

    @property
    def adapts(self) -> bool:
        """Whether columns may be left out of a narrow list: only of the default ones, never of the user's choice."""
        return not self.explicit and set(self.keys).difference({_ALIAS}) == set(DEFAULT_COLUMNS)

    def fitting(
        self,
        keys: Sequence[str],
        widths: Mapping[str, int],
        room: int,
        *,
        left_out: Collection[str] = (),
        needed_keys: Collection[str] = (),
    ) -> tuple[str, ...]:
        """Return which of the columns ``keys`` fit into a width: they are left out in the order `LEFT_OUT_ORDER`.

        Columns that were ``left_out`` before return only with some room to spare, so that a width that fluctuates
        around a limit changes nothing. The columns that the user has chosen all stay, as do those in ``needed_keys``.
        """
        fitting, needed = list(keys), sum(widths[key] for key in keys)
        if not self.adapts:
            return tuple(fitting)
        for key in LEFT_OUT_ORDER:
            if needed + (_RETURN_MARGIN if key in left_out else 0) <= room:
                break
            if key in fitting and key not in needed_keys:
                fitting.remove(key)
                needed -= widths[key]
        return tuple(fitting)

    def added(
        self, without_data: Collection[str], widths: Mapping[str, int], room: int, *, added_before: Collection[str] = ()
    ) -> tuple[str, ...]:
        """Return which columns a list adds in this room beside the default ones; the user's choice gets none.

        New columns need some room to spare, as those that `fitting` brings back.
        """
        added: list[str] = []
        for key in ADDED_ORDER if self.adapts else ():
            if key in without_data:
                continue
            room -= widths[key]
            if room < (0 if key in added_before else _RETURN_MARGIN):
                break
            added.append(key)
        return tuple(added)

    def extended(self, added: Collection[str]) -> ColumnChoice:
        """Return the choice with columns that a wide list has added, each at its usual place."""
        order = list(self.keys)
        for key in added:
            _insert(order, key)
        return ColumnChoice(tuple(order), self.explicit)

    def with_alias(self) -> ColumnChoice:
        """Return the choice with the column of the aliases, which changes nothing about whether it adapts."""
        if _ALIAS in self.keys:
            return self
        extended = self.extended((_ALIAS,))
        return extended if self.adapts else ColumnChoice(extended.keys, self.explicit | {_ALIAS})

    def without(self, left_out: Collection[str]) -> ColumnChoice:
        """Return the choice without columns that a narrow list has left out, when the user starts to choose."""
        return ColumnChoice(tuple(key for key in self.keys if key not in left_out), self.explicit)

    def toggled(self, key: str, without_data: Collection[str]) -> ColumnChoice:
        """Return the choice after the user has switched one column on or off; a new one is at its usual place."""
        order, checked = list(self.keys), set(self.visible(without_data)) ^ {key}
        if key not in order:
            _insert(order, key)
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


def _insert(order: list[str], key: str) -> None:
    """Insert a column before the first one that is usually behind it; the first one stays."""
    after = (at for at, other in enumerate(order) if at and COLUMN_INDEX[other] > COLUMN_INDEX[key])
    order.insert(next(after, len(order)), key)
