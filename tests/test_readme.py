"""The README names only files, modules and functions that exist, and its derived parts are up to date."""

from __future__ import annotations

import ast
import importlib.util
import re
import sqlite3
import struct
import zlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

import pytest

from tests.commands import stored_data
from tests.readme import COUNTS, README, TOP, with_counts, with_parts

PACKAGE = TOP / "ticker_gui"
OF_USERS = {"config.toml"}
TEXT = README.read_text("utf-8")
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[\w./]+(?:\.py|\.yml|/)|pyproject\.toml")
NAME = re.compile(r"[A-Za-z_]\w*(?:\.\w+)?")
FIRST_NAME = re.compile(r"^ *(?:(?:async )?def |class )?(\w+)", re.MULTILINE)
PAIRS = (
    re.compile(r"`(?P<path>[\w/]+\.py)`:\s+`(?P<name>[\w.]+)`"),
    re.compile(r"`(?P<name>[\w.]+)`\s+(?:in|\()\s*`(?P<path>[\w/]+\.py)`"),
)
OTHERS = {"objectName", "gui", "None"}  # of Qt, a layer, and of Python


def section(title: str) -> str:
    """Return the text from a heading to the next one of the same or a higher level."""
    level = re.search(rf"^(#+) {re.escape(title)}$", TEXT, re.MULTILINE)
    assert level is not None, f"README.md has no section {title!r}"
    rest = TEXT[level.end() :]
    following = re.search(rf"^#{{1,{len(level[1])}}} ", rest, re.MULTILINE)
    return rest if following is None else rest[: following.start()]


def found(path: str) -> Path | None:
    """Return the file or folder that the README means by a path."""
    path = path.replace("NAME", "bitstamp")
    return next((top / path for top in (PACKAGE, TOP, TOP / "tests") if (top / path).exists()), None)


@lru_cache
def definitions(path: Path) -> frozenset[str]:
    """Return the names that a module defines, ``Class.method`` included."""
    return frozenset(_defined(ast.parse(path.read_text("utf-8")), ""))


def _defined(node: ast.AST, owner: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (child.name, f"{owner}{child.name}")
            if isinstance(child, ast.ClassDef):
                yield from _defined(child, f"{child.name}.")
        elif isinstance(child, ast.Assign | ast.AnnAssign):
            targets = child.targets if isinstance(child, ast.Assign) else [child.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


@lru_cache
def modules_by_name() -> dict[str, set[Path]]:
    """Return the modules that may define a name, because a line begins with it, for all names; few are parsed then."""
    modules = defaultdict(set)
    for path in PACKAGE.rglob("*.py"):
        for name in FIRST_NAME.findall(path.read_text("utf-8")):
            modules[name].add(path)
    return modules


def is_defined(name: str) -> bool:
    """Return whether a module defines a name."""
    return any(name in definitions(path) for path in modules_by_name().get(name.rpartition(".")[2], ()))


def test_derived_parts_are_up_to_date() -> None:
    assert with_parts(TEXT) == TEXT, "run `python -m tests.readme`"


@pytest.mark.parametrize("noun", COUNTS)
def test_an_outdated_count_is_corrected_and_a_missing_one_is_reported(noun: str) -> None:
    number = re.search(rf"\b(\d+) {noun}\b", TEXT)
    assert number is not None
    begin, end = number.span(1)
    assert with_counts(f"{TEXT[:begin]}7{TEXT[end:]}") == TEXT
    with pytest.raises(ValueError, match=noun):
        with_counts(re.sub(rf"\d+ {noun}\b", noun, TEXT))


def test_named_paths_exist() -> None:
    paths = {code for code in CODE.findall(TEXT) if PATH.fullmatch(code)}
    assert len(paths) > 30
    assert not sorted(path for path in paths if found(path) is None)


def test_named_modules_exist() -> None:
    modules = set(re.findall(r"python -m ([\w.]+)", TEXT)) | set(re.findall(r"`(tests\.[\w.]+)`", TEXT))
    assert not sorted(module for module in modules if importlib.util.find_spec(module) is None)


@pytest.mark.parametrize("pair", PAIRS, ids=["path: name", "name in path"])
def test_functions_are_in_the_modules_named_with_them(pair: re.Pattern[str]) -> None:
    named = [(match["path"], match["name"]) for match in pair.finditer(TEXT)]
    assert len(named) >= 4
    for path, name in named:
        module = found(path)
        assert module is not None, path
        assert name in definitions(module), f"{path} does not define {name}"


@pytest.mark.parametrize("title", ["How it works", "Extend it"])
def test_names_of_code_exist(title: str) -> None:
    names = {
        code for code in CODE.findall(section(title)) if NAME.fullmatch(code) and not PATH.fullmatch(code)
    } - OTHERS
    assert names
    assert not sorted(name for name in names if found(name) is None and not is_defined(name))
    assert not is_defined("SymbolState.no_such_name")


def stored_data_queries() -> list[str]:
    return re.findall(r"```sql\n(.*?)```", section("Read the stored data with sqlite3 and DuckDB"), re.DOTALL)


def test_the_sqlite_queries_of_stored_data_work() -> None:
    counting, listing, _ = stored_data_queries()
    with closing(sqlite3.connect(stored_data.store(trades=6_000, bars=61))) as connection:
        assert connection.execute("SELECT count(*) FROM block").fetchone() == (1,)  # trades are in both tables
        assert connection.execute(counting).fetchall() == [("coinbase", "BTC-USD", 6_000, "2026-01-01 00:00:00")]
        newest, *others = connection.execute(listing).fetchall()
    assert newest == ("2026-01-01 01:00:00", 106, 106.1, 106, 106, 0.1)
    assert len(others) == 59


def test_a_block_of_trades_is_packed_as_described() -> None:
    with closing(sqlite3.connect(stored_data.store(trades=6_000))) as connection:
        ((block, trades),) = connection.execute("SELECT data, trades FROM block").fetchall()
    version, count, price_decimals, _ = struct.unpack("<BIbb", block[:7])
    columns, rest = [], block[7:]
    while rest:
        length = int.from_bytes(rest[:4], "little")
        columns.append(zlib.decompress(rest[4 : 4 + length]))
        rest = rest[4 + length :]

    def integers(column: bytes) -> list[int]:
        bytes_of_each = zip(*(column[index * count : (index + 1) * count] for index in range(8)), strict=True)
        return list(accumulate(int.from_bytes(value, "little", signed=True) for value in bytes_of_each))

    expected = stored_data.make_trades(trades)
    assert (version, count, len(columns)) == (1, trades, 7)
    assert integers(columns[0]) == [trade.time_ns for trade in expected]
    assert [price / 10**price_decimals for price in integers(columns[2])] == [trade.price for trade in expected]
    assert list(columns[4]) == [trade.updates for trade in expected]
    assert columns[5].decode().split("\0")[:3] == ["", "a-1", ""]


def test_the_duckdb_query_of_stored_data_works(monkeypatch: pytest.MonkeyPatch) -> None:
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    path = stored_data.store(bars=61)
    monkeypatch.chdir(path.parent)
    with closing(duckdb.connect(config={"autoinstall_known_extensions": "false"})) as connection:
        try:
            connection.execute("LOAD sqlite")
        except duckdb.Error as error:
            pytest.skip(f"DuckDB's SQLite extension is not installed: {error}")
        hours = connection.execute(stored_data_queries()[-1]).fetchall()
    first = ("coinbase", "BTC-USD", datetime(2026, 1, 1), 100, 106, 100, 105.9, pytest.approx(3))
    assert hours == [first, ("coinbase", "BTC-USD", datetime(2026, 1, 1, 1), 106, 106.1, 106, 106, 0.1)]


def test_links_lead_to_headings_and_files() -> None:
    headings = re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower().replace("`", "")).replace(" ", "-") for heading in headings}
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", TEXT) if not target.startswith("https://")]
    assert targets
    for target in targets:
        assert target[1:] in anchors if target.startswith("#") else (TOP / target).exists(), target
