"""`export` as a process: its output and exit codes."""

from __future__ import annotations

import csv
import signal
import sqlite3
import subprocess
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest

from tests import programs
from tests.commands.stored_data import COINBASE, NEW_YEAR, default_archive, store

TRADES_HEADER = "Feed,Symbol,Time,Price,Size,Number,Trade ID,Conditions,Updates\r\n"


def export(*arguments: str) -> subprocess.CompletedProcess[str]:
    return programs.call("export", *COINBASE, *arguments)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text)))[1:]


def test_trades_have_exact_numbers_and_the_symbol_as_the_user_writes_it(tmp_path: Path) -> None:
    store(trades=3)
    file = tmp_path / "trades.csv"
    result = export(*NEW_YEAR, "--output", str(file))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert file.read_bytes().decode() == (
        f"{TRADES_HEADER}"
        'coinbase,btc/usd,2026-01-01T00:00:00.000000123Z,100,0.001,7000,,,"last,high_low,volume"\r\n'
        'coinbase,btc/usd,2026-01-01T00:00:01.000000123Z,0.0000001,2000000000,0,a-1,"\'@,I",volume\r\n'
        'coinbase,btc/usd,2026-01-01T00:00:02.000000123Z,100.2,0.003,7002,,,"last,high_low,volume"\r\n'
    )


def test_many_trades_are_printed_oldest_first_from_blocks_and_rows() -> None:
    store(trades=12_000)
    result = export("--trades", "--from", "2026-01-01T00:01", "--to", "2026-01-01T03:00", "--format", "csv")
    assert (result.returncode, result.stderr) == (0, "")
    assert [int(row[5]) for row in rows(result.stdout)] == list(range(7060, 17_800))


def test_bars_have_the_columns_of_a_charts_export_and_unknown_volumes_are_empty() -> None:
    store(bars=5)
    result = export(*NEW_YEAR, "--bars", "1m")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("Feed,Symbol,Time,Open,High,Low,Close,Volume,Coverage\n")
    assert rows(result.stdout)[:2] == [
        ["coinbase", "btc/usd", "2026-01-01T00:00:00.000000Z", "100", "100.1", "100", "100", "0.1", "complete"],
        ["coinbase", "btc/usd", "2026-01-01T00:01:00.000000Z", "100.1", "100.2", "100.1", "100.1", "", "backfilled"],
    ]
    assert [row[-1] for row in rows(result.stdout)[2:]] == ["provided", "partial", "complete"]


def test_several_symbols_follow_each_other_and_one_without_data_is_named() -> None:
    store(trades=2)
    store(trades=2, symbol="ETH-USD")
    result = programs.call("export", *COINBASE[:2], "--symbols", "ETH-USD,SOL-USD,BTC-USD", *NEW_YEAR)
    assert [row[1] for row in rows(result.stdout)] == ["ETH-USD"] * 2 + ["BTC-USD"] * 2
    assert (result.returncode, result.stderr) == (
        1,
        "ticker-gui: coinbase: SOL-USD: There are no stored trades in this period.\n",
    )


def test_an_empty_period_is_one_sentence_that_names_what_is_stored() -> None:
    store(trades=2, bars=2)
    result = export("--from", "2025-01-01", "--to", "2025-01-02")
    assert (result.returncode, result.stdout.count("\n")) == (1, 1)
    assert result.stderr == "ticker-gui: coinbase: btc/usd: There are no stored trades in this period.\n"
    result = export(*NEW_YEAR, "--bars", "5m")
    assert result.stderr.endswith("There are no stored 5m bars in this period. Other stored timeframes: 1m, 1d.\n")


def test_an_empty_period_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    store(trades=2)
    file = tmp_path / "trades.csv"
    file.write_text("earlier")
    result = export("--from", "2025-01-01", "--to", "2025-01-02", "--output", str(file))
    assert result.returncode == 1
    assert result.stderr.endswith(f"There is nothing to export, so {file} was not written.\n")
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith("trades.csv")] == ["trades.csv"]
    assert file.read_text() == "earlier"


def test_a_missing_archive_is_one_sentence() -> None:
    result = export(*NEW_YEAR)
    expected = f"There is no stored data: the file {default_archive()} does not exist."
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.strip().endswith(expected)
    assert result.stderr.count("\n") == 1
    assert not default_archive().exists()


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + b"\xff" * 4096, b"not a database" * 100])
def test_an_empty_or_damaged_archive_is_one_sentence_and_left_alone(content: bytes) -> None:
    path = default_archive()
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    result = export(*NEW_YEAR)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert ("is empty" if not content else "it is damaged") in result.stderr
    assert path.read_bytes() == content


def test_damaged_pages_are_one_sentence() -> None:
    path = store(trades=12_000)
    content = bytearray(path.read_bytes())
    content[20_000:] = b"\xff" * (len(content) - 20_000)
    path.write_bytes(content)
    result = export(*NEW_YEAR)
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert "it is damaged" in result.stderr


def test_a_damaged_block_is_left_out_and_reported() -> None:
    path = store(trades=12_000)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE block SET data = x'00' WHERE first_ns = (SELECT min(first_ns) FROM block)")
    result = export(*NEW_YEAR)
    assert (result.returncode, len(rows(result.stdout))) == (1, 12_000 - 4096)
    assert "The stored trades from 2026-01-01T00:00:00.000000Z to 2026-01-01T01:08:15.000000Z are" in result.stderr


def test_an_archive_of_a_newer_version_is_one_sentence() -> None:
    path = store(trades=2)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    result = export(*NEW_YEAR)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert "newer version of Ticker GUI" in result.stderr


def test_an_archive_that_another_program_has_locked_is_one_sentence() -> None:
    path = store(trades=2)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("CREATE TABLE other (a)")
        result = export(*NEW_YEAR)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert "another program has locked it" in result.stderr


def test_parquet_without_its_package_is_one_sentence_with_the_command_that_installs_it(tmp_path: Path) -> None:
    store(trades=2)
    script = "import sys; sys.modules['pyarrow'] = None; from ticker_gui.cli import main; sys.exit(main(['export', *sys.argv[1:]]))"
    file = tmp_path / "trades.parquet"
    result = programs.call_python(script, *COINBASE, *NEW_YEAR, "--format", "parquet", "--output", str(file))
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert "pip install 'ticker-gui[parquet]'" in result.stderr
    assert not file.exists()


def test_parquet_has_the_values_of_csv(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    store(trades=6_000, bars=3)
    file = tmp_path / "trades.parquet"
    result = export(*NEW_YEAR, "--format", "parquet", "--output", str(file))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    table = parquet.read_table(file)
    assert [str(field.type) for field in table.schema][2:6] == ["timestamp[ns, tz=UTC]", "double", "double", "int64"]
    printed = rows(export(*NEW_YEAR).stdout)
    assert len(table) == len(printed) == 6_000
    assert table.column("price").to_pylist() == [float(row[3]) for row in printed]
    assert table.column("trade_id").to_pylist()[:3] == [None, "a-1", None]
    result = export(*NEW_YEAR, "--bars", "1m", "--format", "parquet", "--output", str(file))
    assert (result.returncode, result.stderr) == (0, "")
    assert parquet.read_table(file).column("volume").to_pylist() == [0.1, None, 0.1]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((), "--from"),
        (("--from", "yesterday"), '"yesterday" is not a time'),
        (("--from", "-1h", "--to", "-2h"), "earlier than --to"),
        ((*NEW_YEAR, "--bars", "7m"), "7m"),
        ((*NEW_YEAR, "--bars", "1m", "--trades"), "--trades"),
        ((*NEW_YEAR, "--format", "xlsx"), "xlsx"),
        ((*NEW_YEAR, "--format", "parquet"), "--output"),
        ((*NEW_YEAR, "--output", "/dev/null"), "not a file"),
    ],
)
def test_wrong_arguments_are_one_sentence_and_exit_code_2(arguments: tuple[str, ...], named: str) -> None:
    result = export(*arguments)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert named in result.stderr


def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    store(trades=2)
    result = export(*NEW_YEAR, "--output", str(tmp_path / "missing" / "trades.csv"))
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert "does not exist" in result.stderr


def test_without_a_feed_the_command_says_how_to_name_one() -> None:
    result = programs.call("export", *NEW_YEAR)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "URL missing" in result.stderr


def test_a_reader_that_closes_the_pipe_is_not_a_failure() -> None:
    store(trades=20_000)
    with programs.start("export", *COINBASE, *NEW_YEAR) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.readline()
        program.stdout.close()
        assert program.wait(60) == 0
        assert program.stderr.read() == ""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_an_interrupted_export_ends_although_its_output_is_not_read(number: signal.Signals, code: int) -> None:
    store(trades=20_000)
    with programs.start_and_wait("export", *COINBASE, *NEW_YEAR) as program:
        assert program.stdout is not None
        program.stdout.readline()  # it is blocked in writing the rest
        program.send_signal(number)
        assert program.wait(60) == code
        assert program.stderr is not None
        assert program.stderr.read() == ""


_INTERRUPTED = """
import os, signal, sys, time
from ticker_gui.commands import export
from ticker_gui.cli import main
read = export.read_trade_portions
def read_and_interrupt(*arguments):
    for portion in read(*arguments):
        yield portion
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.5)
export.read_trade_portions = read_and_interrupt
sys.exit(main(["export", *sys.argv[1:]]))
"""


def test_an_interrupted_export_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    store(trades=12_000)
    folder = tmp_path / "exports"
    folder.mkdir()
    file = folder / "trades.csv"
    file.write_text("earlier")
    result = programs.call_python(_INTERRUPTED, *COINBASE, *NEW_YEAR, "--output", str(file))
    assert (result.returncode, result.stdout, result.stderr) == (130, "", "")
    assert list(folder.iterdir()) == [file]
    assert file.read_text() == "earlier"


def test_an_export_that_waits_for_a_locked_file_can_be_interrupted() -> None:
    path = store(trades=2)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("CREATE TABLE other (a)")
        with programs.start_and_wait("export", *COINBASE, *NEW_YEAR) as program:
            program.send_signal(signal.SIGINT)
            assert program.communicate(timeout=60) == ("", "")
    assert program.returncode == 130
