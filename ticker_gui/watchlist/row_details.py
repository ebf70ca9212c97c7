"""The details of one symbol for display below the list: labels and values of the columns that a short list hides."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

from ticker_gui.domain.local_time import local_time
from ticker_gui.domain.sanitize import SYMBOL_LENGTH, sanitize_text
from ticker_gui.domain.timeframe import SECOND_NS
from ticker_gui.formatting.numbers import PLAIN, NumberStyle, clock_time, on_screen, plain_minus
from ticker_gui.formatting.past_times import describe_last_known, past_time
from ticker_gui.market.backfills import describe_backfill
from ticker_gui.market.symbol_state import SymbolState
from ticker_gui.watchlist.columns import COLUMN_INDEX, COLUMNS
from ticker_gui.watchlist.row_status import row_status

_KEYS: Final = (
    "open", "high", "low", "previous_close",
    "bid", "ask", "spread", "vwap",
    "bid_size", "ask_size", "volume", "trades",
)  # fmt: skip
_MAX_EMPTY: Final = 2  # fields that no feed provides, but that keep related ones in one column of the grid
_MS_NS: Final = 1_000_000


class RowField(NamedTuple):
    """A label and its value as text."""

    label: str
    value: str


class RowInfo(NamedTuple):
    """The symbol, its alias and feed, and the fields in the order of reading, column by column.

    ``note`` says when the last trade was, and how long it took from the exchange to here; of values of an earlier
    session, that they are stored ones. Without ``is_current``, the values are out of date, as those of the row.
    """

    symbol: str
    source: str
    fields: tuple[RowField, ...]
    note: str = ""
    is_current: bool = True

    def __str__(self) -> str:
        fields = "; ".join(f"{label} {value}" for label, value in self.fields)
        note = f"; {self.note}" if self.note else ""
        return plain_minus(f"{self.symbol}, {self.source}: {fields}{note}")


def row_info(
    state: SymbolState, now_ns: int, without_data: Collection[str] = (), style: NumberStyle = PLAIN
) -> RowInfo:
    """Return the details of a symbol; if many columns are ``without_data``, as no feed provides them, without those."""
    provided = [key for key in _KEYS if key not in without_data]
    keys = _KEYS if len(provided) >= len(_KEYS) - _MAX_EMPTY else provided
    columns = [COLUMNS[COLUMN_INDEX[key]] for key in keys]
    texts = [style.write(one.format(one.value(state, now_ns), state)) for one in columns]
    fields = [RowField(one.title, on_screen(text)) for one, text in zip(columns, texts, strict=True)]
    source = " · ".join(sanitize_text(text, SYMBOL_LENGTH) for text in (state.alias, state.feed) if text)
    symbol, is_current = sanitize_text(state.symbol, SYMBOL_LENGTH), row_status(state, now_ns).is_current
    return RowInfo(symbol, source, tuple(fields), _note(state, now_ns), is_current)


def _note(state: SymbolState, now_ns: int) -> str:
    """Return the time of the last trade in the user's time zone, its latency, and the result of the last backfill.

    For remembered values, return that they are stored, and their date.
    """
    if state.remembered is not None:
        return f"Stored values, {describe_last_known(state.remembered.dated_ns, now_ns)}"
    if state.last is None or state.is_last_from_provider:
        return ""
    latency = f" · {state.latency_ns // _MS_NS:,} ms" if 0 < state.latency_ns < SECOND_NS else ""
    backfill = state.backfills.newest
    filled = "" if backfill is None else f" · {describe_backfill(backfill, clock_time)}"
    return f"Last trade {_trade_time(state.last_ns, now_ns)}{latency}{filled}"


def _trade_time(time_ns: int, now_ns: int) -> str:
    """Return the time of a trade in the user's time zone, with the day unless that is today."""
    day, today = (local_time(each // SECOND_NS, None).date() for each in (time_ns, now_ns))
    return clock_time(time_ns) if day == today else past_time(time_ns, now_ns)


def grid_position(index: int, count: int, columns: int) -> tuple[int, int]:
    """Return row and column of a field in a grid that is filled column by column."""
    rows = grid_rows(count, columns)
    return index % rows, index // rows


def grid_rows(count: int, columns: int) -> int:
    """Return how many rows a grid with this number of fields and columns has."""
    return max(1, -(-count // columns))
