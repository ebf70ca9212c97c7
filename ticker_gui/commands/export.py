"""The command ``export``, which writes stored trades or bars as CSV or Parquet. Loads no Qt."""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Final, NamedTuple, TypeVar

from ticker_gui.archive.database import ArchiveError, describe_sqlite_error, require_readable
from ticker_gui.archive.periods import read_bar_portions, read_timeframes, read_trade_portions
from ticker_gui.commands.export_formats import (
    BAR_COLUMNS,
    CSV,
    PARQUET,
    TRADE_COLUMNS,
    Columns,
    CsvWriter,
    ParquetWriter,
    TableWriter,
    bar_values,
    load_pyarrow,
    trade_values,
)
from ticker_gui.commands.output import OutputLines, finish_or_exit, run_command
from ticker_gui.commands.time_arguments import parse_time
from ticker_gui.config.settings import Settings
from ticker_gui.config.state_files import atomic_writer
from ticker_gui.domain.errors import SettingsError, TickerError
from ticker_gui.domain.sanitize import sanitize_text
from ticker_gui.domain.timeframe import BY_NAME
from ticker_gui.formatting.file_errors import describe_write_error
from ticker_gui.formatting.json_lines import iso_time
from ticker_gui.logs.internal_errors import InternalErrors
from ticker_gui.process.console import print_error
from ticker_gui.process.early_exit import EXIT_DONE, EXIT_NOT_DELIVERED

T = TypeVar("T")


class ExportOptions(NamedTuple):
    """The arguments of the command. The times are texts; see `parse_time`. Without a timeframe, trades are exported."""

    start: str | None
    end: str | None
    format: str
    timeframe: str | None
    output: Path | None


class _Source(NamedTuple):
    """A symbol in the user's and the provider's notation."""

    feed: str
    symbol: str
    wire_symbol: str


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command, except those of feeds and logs."""
    parser.add_argument("--from", metavar="TIME", dest="start", help="start of the period to write")
    parser.add_argument("--to", metavar="TIME", dest="end", help="end of the period (default: now)")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--trades", action="store_true", help="write trades (default)")
    kind.add_argument("--bars", metavar="T", choices=BY_NAME, help="write the stored bars of this length, 1s to 1M")
    parser.add_argument("--format", choices=(CSV, PARQUET), default=CSV, help="format of the output (default: csv)")
    parser.add_argument("--output", metavar="FILE", type=Path, help="file to write instead of standard output")


def export(settings: Settings, archive: Path, options: ExportOptions, errors: InternalErrors | None = None) -> int:
    """Write what is stored of all symbols of the feeds; return the exit code.

    ``errors`` counts internal errors that belong to no feed.

    Raises:
        SettingsError: the arguments contradict each other.
        TickerError: nothing can be exported.
    """
    sources = [
        _Source(feed.name, symbol, feed.protocol.wire_symbol(symbol))
        for feed in settings.feeds
        for symbol in feed.symbols
    ]
    period = _period(options, time.time_ns())
    if options.output is None:
        if options.format == PARQUET:
            raise SettingsError("Parquet is written to a file. Specify it, as in --output trades.parquet.")
    elif os.path.exists(options.output) and not os.path.isfile(options.output):
        raise SettingsError(f"Cannot write {options.output}, because it is not a file. Choose another --output.")
    pyarrow = load_pyarrow() if options.format == PARQUET else None
    command = _Export(archive, sources, period, options, pyarrow)
    return run_command(finish_or_exit("export", command.run()), errors)


def _period(options: ExportOptions, now_ns: int) -> tuple[int, int]:
    if options.start is None:
        raise SettingsError("Specify the start of the data, as in --from -2d or --from 2026-01-31.")
    start_ns = parse_time(options.start, now_ns)
    end_ns = now_ns if options.end is None else parse_time(options.end, now_ns)
    if start_ns >= end_ns:
        raise SettingsError("--from must be earlier than --to, and in the past.")
    return start_ns, end_ns


class _Export:
    """One run of ``ticker-gui export``."""

    def __init__(
        self,
        archive: Path,
        sources: list[_Source],
        period: tuple[int, int],
        options: ExportOptions,
        pyarrow: ModuleType | None,
    ) -> None:
        self._archive: Final = archive
        self._sources: Final = sources
        self._period: Final = period
        self._path: Final = options.output
        self._timeframe: Final = options.timeframe
        self._pyarrow: Final = pyarrow
        self._columns: Final = TRADE_COLUMNS if options.timeframe is None else BAR_COLUMNS
        self._has_all = True
        self._has_any = False

    async def run(self) -> int:
        """Write all symbols, one after the other; return the exit code."""
        connection = await asyncio.to_thread(require_readable, self._archive)
        try:
            if self._path is None:
                output = OutputLines(sys.stdout.buffer)
                await self._write_all(connection, CsvWriter(output, self._columns), output)
            else:
                await self._write_file(connection, self._path)
        except sqlite3.Error as error:
            raise ArchiveError(f"Could not read {self._archive}: {describe_sqlite_error(error)}.") from error
        finally:
            connection.close()
        return EXIT_DONE if self._has_all else EXIT_NOT_DELIVERED

    async def _write_file(self, connection: sqlite3.Connection, path: Path) -> None:
        """Replace a file when all is written. If there is nothing to write, the file stays as it is."""
        try:
            with atomic_writer(path) as file:
                if self._pyarrow is None:
                    output = OutputLines(file)
                    await self._write_all(connection, CsvWriter(output, self._columns), output)
                else:
                    writer = ParquetWriter(self._pyarrow, file, self._columns)
                    try:
                        await self._write_all(connection, writer)
                    finally:
                        writer.abandon()
                if not self._has_any:
                    raise TickerError(f"There is nothing to export, so {path} was not written.")
        except OSError as error:
            raise TickerError(f"Could not write {path}: {describe_write_error(error, path)}.") from error

    async def _write_all(
        self, connection: sqlite3.Connection, writer: TableWriter, output: OutputLines | None = None
    ) -> None:
        for source in self._sources:
            is_empty = True
            with closing(self._portions(connection, source)) as portions:
                while (columns := await _in_thread(partial(_next_or_none, portions))) is not None:
                    is_empty = False
                    await writer.write(columns)
                    if output is not None and output.is_closed:
                        return
            self._has_any |= not is_empty
            if is_empty:
                self._report(source, self._describe_absence(connection, source))
        await writer.finish()

    def _portions(self, connection: sqlite3.Connection, source: _Source) -> Generator[Columns, None, None]:
        """Yield the values of the columns of a symbol."""
        feed, symbol, wire_symbol = source
        start_ns, end_ns = self._period
        if self._timeframe is not None:
            for bars in read_bar_portions(connection, feed, wire_symbol, self._timeframe, start_ns, end_ns):
                yield bar_values(feed, symbol, bars)
            return

        def report_damage(first_ns: int, last_ns: int) -> None:
            self._report(
                source,
                f"The stored trades from {iso_time(first_ns)} to {iso_time(last_ns)} are damaged and were left out.",
            )

        for trades in read_trade_portions(connection, feed, wire_symbol, start_ns, end_ns, report_damage):
            yield trade_values(feed, symbol, trades)

    def _describe_absence(self, connection: sqlite3.Connection, source: _Source) -> str:
        """Return a sentence about a symbol of which nothing is stored in the period."""
        if self._timeframe is None:
            return "There are no stored trades in this period."
        stored = read_timeframes(connection, source.feed, source.wire_symbol)
        others = [name for name in BY_NAME if name in stored and name != self._timeframe]
        hint = f" Other stored timeframes: {', '.join(others)}." if others else ""
        return f"There are no stored {self._timeframe} bars in this period.{hint}"

    def _report(self, source: _Source, problem: str) -> None:
        self._has_all = False
        print_error(f"{source.feed}: {sanitize_text(source.symbol)}: {problem}")


def _next_or_none(portions: Iterator[T]) -> T | None:
    return next(portions, None)


async def _in_thread(read: Callable[[], T]) -> T:
    """Read in a thread. If that is cancelled, wait for its end: only one thread may use the connection."""
    reading = asyncio.ensure_future(asyncio.to_thread(read))
    try:
        return await asyncio.shield(reading)
    except asyncio.CancelledError:
        await asyncio.wait((reading,))
        raise
