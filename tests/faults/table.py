"""The table of fault cases: description, status text of the program, longest event loop pause and result."""

from __future__ import annotations

import re
import textwrap
from itertools import zip_longest
from typing import Final, NamedTuple

import pytest

_CASE: Final = re.compile(
    r"[^\[]+::test_(?P<number>f\d{2,3})_(?:to_f\d{2,3}_)?(?P<words>\w+)(?:\[(?P<details>.*)\])?$", re.DOTALL
)
_WIDTHS: Final = (4, 40, 72, 8, 7)


class Fault(NamedTuple):
    """A case: the number of its fault, and a description."""

    number: str
    words: str


def fault_of(test: str) -> Fault | None:
    """Return the case of a test according to its name and parameters; None if it is not a fault test."""
    match = _CASE.match(test)
    if match is None:
        return None
    words, details = match["words"].replace("_", " "), match["details"]
    if details is None:
        return Fault(match["number"].upper(), words)
    if re.fullmatch(r"f\d{2,3}", details):  # one test of several faults
        return Fault(details.upper(), words)
    return Fault(match["number"].upper(), f"{words}: {details}")


class Table:
    """A pytest plugin that prints a row for each case."""

    def __init__(self) -> None:
        self.results: list[str] = []
        self._failures: list[str] = []
        self._result = ""
        _print_row("", "case", "status text", "pause ms", "result")

    @property
    def exit_code(self) -> int:
        """1 if a case failed, 2 if there was none, else 0."""
        return 2 if not self.results else min(1, self.results.count("FAILED"))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Process the report of one phase of a case (setup, call or teardown); called by pytest."""
        if report.when == "setup":
            self._result = "ok"
        if report.failed:
            self._result = "FAILED"
            self._failures.append(f"{report.nodeid} ({report.when})\n{_error_lines(report.longreprtext)}")
        elif report.skipped:
            self._result = "skipped"
        fault = fault_of(report.nodeid)
        if report.when == "teardown" and fault is not None:
            self.results.append(self._result)
            properties = dict(report.user_properties)
            _print_row(*fault, str(properties.get("shown", "")), str(properties.get("gap_ms", "")), self._result)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Count a test file that could not be collected as failed; called by pytest."""
        if report.failed:
            self.results.append("FAILED")
            self._failures.append(f"{report.nodeid}\n{_error_lines(report.longreprtext)}")

    def end(self) -> None:
        """Print the failures and the number of cases by result."""
        for failure in self._failures:
            print(f"\n{failure}")
        counts = [f"{self.results.count(result)} {result}" for result in ("ok", "FAILED", "skipped")]
        print(f"\n{len(self.results)} cases: {', '.join(counts)}", flush=True)


def _error_lines(traceback: str) -> str:
    """Return the lines of pytest's traceback that describe the error."""
    return "\n".join(line for line in traceback.splitlines() if re.match(r"E |>|tests/", line))


def _print_row(*cells: str) -> None:
    columns = [textwrap.wrap(cell, width) for cell, width in zip(cells, _WIDTHS, strict=True)]
    for line in zip_longest(*columns, fillvalue=""):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, _WIDTHS, strict=True)).rstrip(), flush=True)
