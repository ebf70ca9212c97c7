"""The details of one symbol for display below the list: labels and values of the columns that a short list hides."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

from ticker_gui.domain.sanitize import SYMBOL_LENGTH, sanitize_text
from ticker_gui.formatting.numbers import PLAIN, NumberStyle
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS

_KEYS: Final = (
    "open", "high", "low", "previous_close",
    "bid", "ask", "spread", "vwap",
    "bid_size", "ask_size", "volume", "trades",
)  # fmt: skip


class RowField(NamedTuple):
    """A label and its value as text."""

    label: str
    value: str


class RowInfo(NamedTuple):
    """The symbol, its alias and feed, and the fields in the order of reading, column by column."""

    symbol: str
    source: str
    fields: tuple[RowField, ...]

    def __str__(self) -> str:
        fields = "; ".join(f"{label} {value}" for label, value in self.fields)
        return f"{self.symbol}, {self.source}: {fields}"


def row_info(
    state: SymbolState, now_ns: int, without_data: Collection[str] = (), style: NumberStyle = PLAIN
) -> RowInfo:
    """Return the details of a symbol, without the columns ``without_data``, which no feed provides."""
    columns = [COLUMNS[COLUMN_INDEX[key]] for key in _KEYS if key not in without_data]
    fields = [RowField(one.title, style.write(one.format(one.value(state, now_ns), state))) for one in columns]
    source = " · ".join(sanitize_text(text, SYMBOL_LENGTH) for text in (state.alias, state.feed) if text)
    return RowInfo(sanitize_text(state.symbol, SYMBOL_LENGTH), source, tuple(fields))


def grid_position(index: int, count: int, columns: int) -> tuple[int, int]:
    """Return row and column of a field in a grid that is filled column by column."""
    rows = grid_rows(count, columns)
    return index % rows, index // rows


def grid_rows(count: int, columns: int) -> int:
    """Return how many rows a grid with this number of fields and columns has."""
    return max(1, -(-count // columns))
