"""The table of faults: each case in words, what the program showed, how long its loop stood still, the result."""

from __future__ import annotations

import re
import textwrap
from itertools import zip_longest
from typing import Final, NamedTuple

import pytest

_CASE: Final = re.compile(
    r"[^\[]+::test_(?P<number>f\d{2,3})_(?:to_f\d{2,3}_)?(?P<words>\w+)(?:\[(?P<details>.*)\])?$", re.DOTALL
)
_WIDTHS: Final = (4, 40, 72, 6, 7)


class Fault(NamedTuple):
    """A case: the number of its fault, and what is done, in words."""

    number: str
    words: str


def fault_of(test: str) -> Fault | None:
    """Return the case that a test is, by its name and parameters; ``None`` where it is none of a fault."""
    match = _CASE.match(test)
    if match is None:
        return None
    words, details = match["words"].replace("_", " "), match["details"]
    if details is None:
        return Fault(match["number"].upper(), words)
    if re.fullmatch(r"f\d{2,3}", details):  # one test for several faults
        return Fault(details.upper(), words)
    return Fault(match["number"].upper(), f"{words}: {details}")


class Table:
    """Hears of each case from pytest and prints its line."""

    def __init__(self) -> None:
        self.results: list[str] = []
        self._failures: list[str] = []
        self._result = ""
        _print_row("", "case", "shown", "gap ms", "result")

    @property
    def exit_code(self) -> int:
        """1 where a case failed, 2 where there was none, else 0."""
        return 2 if not self.results else min(1, self.results.count("FAILED"))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in one phase of a case: its beginning, itself, its end; called by pytest."""
        if report.when == "setup":
            self._result = "ok"
        if report.failed:
            self._result = "FAILED"
            self._failures.append(f"{report.nodeid} ({report.when})\n{_gist(report.longreprtext)}")
        elif report.skipped:
            self._result = "skipped"
        fault = fault_of(report.nodeid)
        if report.when == "teardown" and fault is not None:
            self.results.append(self._result)
            told = dict(report.user_properties)
            _print_row(*fault, str(told.get("shown", "")), str(told.get("gap_ms", "")), self._result)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Take in a file that could not be read; called by pytest."""
        if report.failed:
            self.results.append("FAILED")
            self._failures.append(f"{report.nodeid}\n{_gist(report.longreprtext)}")

    def end(self) -> None:
        """Print what failed and how, and how many did not."""
        for failure in self._failures:
            print(f"\n{failure}")
        counts = [f"{self.results.count(result)} {result}" for result in ("ok", "FAILED", "skipped")]
        print(f"\n{len(self.results)} cases: {', '.join(counts)}", flush=True)


def _gist(traceback: str) -> str:
    """Return the lines of pytest's traceback that say what was wrong."""
    return "\n".join(line for line in traceback.splitlines() if re.match(r"E |>|tests/", line))


def _print_row(*cells: str) -> None:
    columns = [textwrap.wrap(cell, width) for cell, width in zip(cells, _WIDTHS, strict=True)]
    for line in zip_longest(*columns, fillvalue=""):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, _WIDTHS, strict=True)).rstrip(), flush=True)
