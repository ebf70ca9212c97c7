"""The headings of sections as rows of the table: states of symbols that never get data."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from ticker_gui.bars.bar_history import HistoryCapacity
from ticker_gui.formatting.numbers import counted
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.sorting import Filter, Sorting, visible_rows

_NO_HISTORY: Final = HistoryCapacity(1, 1, 1)


class SectionHeading(SymbolState):
    """The heading of a section. It takes the place of a symbol in the rows, so that they have one type."""

    __slots__ = ("count", "is_folded")

    def __init__(self, name: str) -> None:
        super().__init__("", name, name, _NO_HISTORY)
        self.count = 0
        self.is_folded = False

    @property
    def description(self) -> str:
        """The heading for screen readers."""
        return f"{self.symbol}, section, {counted(self.count, 'symbol')}, {'folded' if self.is_folded else 'unfolded'}"


class SectionRows(NamedTuple):
    """A section of the displayed list: its heading and all of its symbols."""

    heading: SectionHeading
    states: Collection[SymbolState]


def sectioned_rows(
    states: Sequence[SymbolState],
    sections: Sequence[SectionRows],
    now_ns: int,
    *,
    pinned: Collection[SymbolState] = (),
    sorting: Sorting | None = None,
    row_filter: Filter | None = None,
) -> list[SymbolState]:
    """Return the rows of a list: each group sorted and filtered, pinned symbols first, headings above their symbols.

    A filter hides the sections without a match, and shows the matches of folded ones.
    """
    groups = {id(state): number for number, one in enumerate(sections) for state in one.states}
    members: list[list[SymbolState]] = [[] for _ in sections]
    rest: list[SymbolState] = []
    for state in states:
        number = None if state in pinned else groups.get(id(state))
        (rest if number is None else members[number]).append(state)
    rows = visible_rows(rest, now_ns, pinned=pinned, sorting=sorting, row_filter=row_filter)
    for one, group in zip(sections, members, strict=True):
        found = visible_rows(group, now_ns, sorting=sorting, row_filter=row_filter)
        one.heading.count = len(group) if row_filter is None else len(found)
        if row_filter is None or found:
            is_folded = one.heading.is_folded and row_filter is None
            rows += [one.heading] if is_folded else [one.heading, *found]
    return rows
