"""Stored trades and bars as tables, and writing them as CSV or Parquet."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import ModuleType
from typing import Any, BinaryIO, Final, NamedTuple, Protocol, TypeAlias

from ticker_gui.archive.packing import TradeColumns
from ticker_gui.bars.provided_bars import BarSource, ProvidedColumns
from ticker_gui.chart.bar_table import BAR_TITLES, COVERAGE_TITLE, SOURCE_WORDS
from ticker_gui.commands.output import OutputLines
from ticker_gui.domain.errors import TickerError
from ticker_gui.domain.events import Updates
from ticker_gui.formatting.csv_export import Cell, csv_lines
from ticker_gui.formatting.file_errors import describe_disk_error
from ticker_gui.formatting.json_lines import iso_time

CSV: Final = "csv"
PARQUET: Final = "parquet"
Columns: TypeAlias = Sequence[Sequence[Any]]  # of equal length; times are in nanoseconds since the epoch

_UPDATES: Final = {
    value: ",".join(
        (flag.name or "").lower() for flag in (Updates.LAST, Updates.HIGH_LOW, Updates.VOLUME) if value & flag
    )
    for value in range(8)
}


class Column(NamedTuple):
    """A column: its title in CSV, its name in Parquet, and the type of its values."""

    title: str
    name: str
    kind: str  # "text", "start" (a time in whole seconds), "time", "number" or "integer"


TRADE_COLUMNS: Final = (
    Column("Feed", "feed", "text"),
    Column("Symbol", "symbol", "text"),
    Column("Time", "time", "time"),
    Column("Price", "price", "number"),
    Column("Size", "size", "number"),
    Column("Number", "number", "integer"),
    Column("Trade ID", "trade_id", "text"),
    Column("Conditions", "conditions", "text"),
    Column("Updates", "updates", "text"),
)
BAR_COLUMNS: Final = (
    Column("Feed", "feed", "text"),
    Column("Symbol", "symbol", "text"),
    Column(BAR_TITLES[0], "time", "start"),
    *(Column(title, title.lower(), "number") for title in BAR_TITLES[1:]),
    Column(COVERAGE_TITLE, COVERAGE_TITLE.lower(), "text"),
)


def trade_values(feed: str, symbol: str, trades: TradeColumns) -> Columns:
    """Return the values of the `TRADE_COLUMNS`."""
    count = len(trades.times_ns)
    return (
        [feed] * count,
        [symbol] * count,
        trades.times_ns.tolist(),
        trades.prices.tolist(),
        trades.sizes.tolist(),
        trades.seq.tolist(),
        [name or None for name in trades.ids] or [None] * count,
        [conditions or None for conditions in trades.conditions] or [None] * count,
        [_UPDATES[value & Updates.EVERYTHING] for value in trades.updates.tolist()],
    )


def bar_values(feed: str, symbol: str, bars: ProvidedColumns) -> Columns:
    """Return the values of the `BAR_COLUMNS`."""
    count = len(bars.start_ns)
    numbers = [column.tolist() for column in bars[:-1]]
    return (
        [feed] * count,
        [symbol] * count,
        *numbers,
        [SOURCE_WORDS[BarSource(value)] for value in bars.source.tolist()],
    )


class TableWriter(Protocol):
    """Writes a table in portions."""

    async def write(self, columns: Columns) -> None:
        """Write rows.

        Raises:
            TickerError: they cannot be written.
        """

    async def finish(self) -> None:
        """Write the end of the table.

        Raises:
            TickerError: it cannot be written.
        """


class CsvWriter:
    """Writes a table as CSV with a header."""

    def __init__(self, output: OutputLines, columns: Sequence[Column]) -> None:
        self._output: Final = output
        self._formats: Final = [_FORMATS.get(column.kind) for column in columns]
        output.add_text(csv_lines([[column.title for column in columns]]))

    async def write(self, columns: Columns) -> None:
        """Write rows."""
        cells = [
            values if text is None else [text(value) for value in values]
            for values, text in zip(columns, self._formats, strict=True)
        ]
        self._output.add_text(csv_lines(zip(*cells, strict=True)))
        await self._output.flush()

    async def finish(self) -> None:
        """Write what is not written yet."""
        await self._output.flush()


def _iso_nanoseconds(time_ns: int) -> str:
    return f"{iso_time(time_ns)[:-1]}{time_ns % 1000:03d}Z"


_FORMATS: Final[Mapping[str, Callable[[int], Cell]]] = {"start": iso_time, "time": _iso_nanoseconds}


class ParquetWriter:
    """Writes a table as Parquet, with one row group for each portion."""

    def __init__(self, pyarrow: ModuleType, file: BinaryIO, columns: Sequence[Column]) -> None:
        self._pyarrow: Final = pyarrow
        time = pyarrow.timestamp("ns", tz="UTC")
        types = {
            "text": pyarrow.string(),
            "start": time,
            "time": time,
            "number": pyarrow.float64(),
            "integer": pyarrow.int64(),
        }
        self._schema: Final = pyarrow.schema([(column.name, types[column.kind]) for column in columns])
        self._writer: Final = pyarrow.parquet.ParquetWriter(file, self._schema, compression="zstd")

    async def write(self, columns: Columns) -> None:
        """Write rows; NaN becomes null."""
        arrays = [
            self._pyarrow.array(values, type=field.type, from_pandas=True)
            for values, field in zip(columns, self._schema, strict=True)
        ]
        table = self._pyarrow.Table.from_arrays(arrays, schema=self._schema)
        await asyncio.to_thread(_translated, self._writer.write_table, table)

    async def finish(self) -> None:
        """Write the index at the end of the file."""
        await asyncio.to_thread(_translated, self._writer.close)

    def abandon(self) -> None:
        """Free the resources of a file that is not finished."""
        with suppress(OSError, ValueError):
            self._writer.close()


def _translated(write: Callable[..., object], *arguments: object) -> None:
    try:
        write(*arguments)
    except OSError as error:
        raise TickerError(f"Could not write the output: {describe_disk_error(error)}.") from error


def load_pyarrow() -> ModuleType:
    """Return the package that writes Parquet.

    Raises:
        TickerError: it is not installed.
    """
    try:
        importlib.import_module("pyarrow.parquet")
        return importlib.import_module("pyarrow")
    except ImportError as error:
        raise TickerError(
            "Parquet needs a package that is not installed. Install it with: pip install 'ticker-gui[parquet]'"
        ) from error
