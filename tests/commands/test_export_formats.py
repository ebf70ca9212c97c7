"""Stored values become cells without loss, and Parquet is written in portions."""

from __future__ import annotations

import sys
from io import BytesIO
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.commands.stored_data import FEED, START_NS, SYMBOL, make_trades
from tests.conftest import run_plain
from ticker_gui.archive.packing import trade_columns
from ticker_gui.bars.provided_bars import from_columns
from ticker_gui.commands.export_formats import (
    BAR_COLUMNS,
    TRADE_COLUMNS,
    CsvWriter,
    ParquetWriter,
    bar_values,
    load_pyarrow,
    trade_values,
)
from ticker_gui.commands.output import OutputLines
from ticker_gui.domain.errors import TickerError

TRADES = trade_columns(
    [
        (trade.time_ns or 0, number, trade.price, trade.size or 0.0, int(trade.updates), None, None)
        for number, trade in enumerate(make_trades(3))
    ]
)


def test_each_column_has_a_value_for_each_row() -> None:
    values = trade_values(FEED, SYMBOL, TRADES)
    assert [len(column) for column in values] == [3] * len(TRADE_COLUMNS)
    bars = from_columns([np.array([START_NS]), *np.ones((5, 1)), np.array([3])])
    assert [list(column) for column in bar_values(FEED, SYMBOL, bars)] == [
        [FEED], [SYMBOL], [START_NS], [1.0], [1.0], [1.0], [1.0], [1.0], ["partial"]
    ]  # fmt: skip
    assert len(BAR_COLUMNS) == 9


def test_what_a_trade_may_update_is_named() -> None:
    updates = TRADES._replace(updates=np.array([0, 5, 7], np.uint8))
    assert trade_values(FEED, SYMBOL, updates)[-1] == ["", "last,volume", "last,high_low,volume"]


def test_csv_is_written_in_portions_after_one_header() -> None:
    async def write() -> bytes:
        output = BytesIO()
        writer = CsvWriter(OutputLines(output), TRADE_COLUMNS)
        await writer.write(trade_values(FEED, SYMBOL, TRADES))
        await writer.write(trade_values(FEED, SYMBOL, TRADES))
        await writer.finish()
        return output.getvalue()

    lines = run_plain(write()).splitlines()
    assert len(lines) == 7
    assert lines[1:4] == lines[4:]
    assert b",2026-01-01T00:00:02.000000123Z," in lines[3]


class FakeParquetWriter:
    """Records what is written."""

    def __init__(self, file: BytesIO, schema: list[Any], compression: str) -> None:
        self.tables: list[Any] = []
        self.is_open = True
        self.failure: OSError | None = None

    def write_table(self, table: Any) -> None:
        if self.failure is not None:
            raise self.failure
        self.tables.append(table)

    def close(self) -> None:
        self.is_open = False


def fake_pyarrow() -> ModuleType:
    fake: Any = ModuleType("pyarrow")
    fake.timestamp = lambda unit, tz: f"timestamp[{unit}, {tz}]"
    fake.string, fake.float64, fake.int64 = (lambda: "string"), (lambda: "double"), (lambda: "int64")
    fake.schema = lambda fields: [SimpleNamespace(name=name, type=type_) for name, type_ in fields]
    fake.array = lambda values, type, from_pandas: (type, list(values))
    fake.Table = SimpleNamespace(
        from_arrays=lambda arrays, schema: {field.name: array for field, array in zip(schema, arrays, strict=True)}
    )
    fake.parquet = SimpleNamespace(ParquetWriter=FakeParquetWriter)
    result: ModuleType = fake
    return result


def test_parquet_has_a_type_for_each_column_and_times_in_nanoseconds() -> None:
    writer = ParquetWriter(fake_pyarrow(), BytesIO(), TRADE_COLUMNS)
    run_plain(writer.write(trade_values(FEED, SYMBOL, TRADES)))
    run_plain(writer.finish())
    (table,) = writer._writer.tables
    assert table["time"] == ("timestamp[ns, UTC]", TRADES.times_ns.tolist())
    assert table["price"] == ("double", TRADES.prices.tolist())
    assert table["number"] == ("int64", [0, 1, 2])
    assert table["trade_id"] == ("string", [None] * 3)
    assert not writer._writer.is_open


def test_a_full_disk_is_one_sentence() -> None:
    writer = ParquetWriter(fake_pyarrow(), BytesIO(), TRADE_COLUMNS)
    writer._writer.failure = OSError(28, "No space left on device")
    with pytest.raises(TickerError, match="the disk is full"):
        run_plain(writer.write(trade_values(FEED, SYMBOL, TRADES)))
    writer.abandon()
    assert not writer._writer.is_open


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "pyarrow.parquet", raising=False)
    with pytest.raises(TickerError, match=r"pip install 'ticker-gui\[parquet\]'"):
        load_pyarrow()
